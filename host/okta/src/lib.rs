//! The source client: reads groups, people and memberships from Okta, complete or not at all, in as few requests as
//! Okta's interface allows, and never faster than Okta's own rate-limit headers say.
//!
//! Read in this order: [`mod@domain`] and [`settings`] (where and how), [`client`] (what can be asked; `groups`, `changed`, `members`, `people`,
//! `whereabouts` and `schema` hold one question each), `walk` (pages), `transport` (one request with its repeats), `pace` (the
//! rate-limit windows), `token` (what is shown, and how it is read again), [`error`] (what can go wrong, and the next step).
//!
//! Where a comment says "okta.md", it means the project's reference page about Okta's Management API.

pub mod client;
pub mod domain;
pub mod error;
pub mod settings;
pub mod spent;

mod answer;
mod changed;
mod endpoint;
#[cfg(test)]
mod fake;
mod groups;
mod link;
mod members;
mod pace;
mod people;
mod profile;
mod schema;
mod search;
mod token;
mod transport;
mod walk;
mod whereabouts;
mod window;

pub use answer::Answer;
pub use client::Okta;
pub use domain::{DomainError, parse_domain};
pub use error::{AmbiguousName, MissingName, OktaError};
pub use groups::ListedGroup;
pub use settings::{OktaSettings, RetryPolicy};
pub use spent::RequestCounts;
pub use token::{Renewal, RenewalError};
