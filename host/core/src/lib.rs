//! Usher's model and its judgement: what people and groups are, which ones should stand in AWS, and which
//! operations lead from what is there to what should be. No I/O, no async, no clock.
//!
//! Read in this order: [`source`] (what Okta said), [`draft`] and [`account`] (what the host would write), [`decision`] (what a
//! policy made of it), [`selection`] (decisions → [`desired`], with what [`problems`] AWS would have with it), [`actual`] (what
//! stands), [`settings`] (what may be taken away, what is [`protected`], and what waits: [`deferral`]), [`plan`] and [`reconcile`](mod@reconcile) (the way from
//! one to the other), [`guard`] (the limits a plan must pass), [`content`], [`plan_hash`] and
//! [`moved`] (what is reviewed, stored and compared), [`compare`] (what two policies make of the same). A [`digest`] says of some bytes which ones they are; [`quote`] and [`figures`] are how
//! names and numbers stand in sentences.

pub mod account;
pub mod actual;
pub mod canonical;
pub mod compare;
pub mod content;
pub mod decision;
pub mod deferral;
pub mod desired;
pub mod digest;
pub mod draft;
pub mod figures;
pub mod guard;
pub mod id;
pub mod moved;
pub mod name;
pub mod near;
pub mod plan;
pub mod plan_hash;
pub mod problems;
pub mod protected;
pub mod quote;
pub mod reconcile;
pub mod selection;
pub mod settings;
pub mod source;
pub mod undo;
