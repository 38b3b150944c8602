//! The target client: reads and changes users, groups and memberships of IAM Identity Center by SCIM, in the forms that AWS
//! is known to take, in as few requests as it allows, and never faster than it allows.
//!
//! Read in this order: [`mod@endpoint`] and [`settings`] (where and how), [`client`] (what it holds), `users`, `groups`, `members`
//! (reading), `membership` (changing) and `deletion`: one kind of question each; `body`, `read`, `query`, `limits` (what is said and
//! understood), `pages` (lists), `store` (what is learnt about the store), `transport` (one request with its repeats), `token`
//! (what is shown, and how it is read again), `pace` (rate limits), `sent` (what one piece of work asked), [`error`] (what can go wrong, and the next step).
//!
//! "Reference" in a comment is the project's page about Identity Center, `aws-identity-center.md`.

pub mod client;
pub mod endpoint;
pub mod error;
pub mod settings;
pub mod spent;

mod answer;
mod body;
mod deletion;
mod groups;
mod limits;
mod members;
mod membership;
mod operation;
mod pace;
mod pages;
mod query;
mod read;
mod sent;
mod store;
mod token;
mod transport;
mod users;

pub use client::{IdentityCenter, Reading};
pub use endpoint::{EndpointError, parse_endpoint};
pub use error::{Answered, ScimError};
pub use sent::{Permission, Sent, recorded};
pub use settings::{Pace, Rate, RetryPolicy, Settings};
pub use spent::RequestCounts;
pub use token::{Renewal, RenewalError};
