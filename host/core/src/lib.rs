//! Usher's model and its judgement: what people and groups are, which ones should stand in AWS, and which
//! operations lead from what is there to what should be. No I/O, no async, no clock.
//!
//! Read in this order: [`source`] (what Okta said), [`account`] and [`decision`] (what a policy made of it),
//! [`desired`] and [`actual`] (the two directories), [`plan`] and [`reconcile`](mod@reconcile) (the way from one to the other),
//! [`guard`] (the limits a plan must pass).

pub mod account;
pub mod actual;
pub mod decision;
pub mod desired;
pub mod draft;
pub mod guard;
pub mod id;
pub mod near;
pub mod plan;
pub mod reconcile;
pub mod source;
