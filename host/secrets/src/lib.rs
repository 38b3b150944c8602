//! Secrets are written as references, `ssm:NAME`, `env:NAME` or `file:PATH`, and become values here, as late as possible
//! and in types that show themselves to nobody.
//!
//! Read in this order: [`mod@reference`] (what may be written), [`resolve`] (all references of a run → their values),
//! `parameter_store` (one GetParameters call for all that is in AWS), `value` (what a value must be),
//! [`renewal`] (the same again, when a service refuses a value),
//! [`error`] (what can go wrong, and the next step).

pub mod error;
pub mod reference;
pub mod renewal;
pub mod resolve;

#[cfg(test)]
mod fake_store;
mod parameter_name;
mod parameter_store;
mod value;

pub use error::{Problem, SecretsError, Unresolved};
pub use reference::{SecretRef, SecretRefError};
pub use renewal::RenewableSecrets;
pub use resolve::{Resolution, Secrets};
