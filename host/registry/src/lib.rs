//! Policies in OCI registries: fetched, checked, kept, pushed and signed. Knows nothing of what a policy does.
//!
//! Bytes are checked by digest every time they are loaded, wherever they come from: a registry was seen to serve changed ones
//! without noticing. What was fetched is kept below the user's cache folder by its digest, so that a pinned policy needs no
//! registry. Signatures are verified offline, against keys and identities that the configuration names.
//!
//! Read in this order: `reference` (what a place in a registry is called), `registry` (fetch and push), `layout` (how a component
//! lies there), `credentials` and `settings` (who asks, and whom it trusts), `cache` (what is kept), then `signature`, `signers`
//! (whose counts), `identity` (when it is somebody's) and `sign`, and `error` (what is said when it goes wrong).

mod cache;
mod credentials;
mod error;
mod identity;
mod layout;
mod reference;
mod referrers;
mod registry;
mod settings;
mod sign;
mod signature;
mod signers;

pub use error::RegistryError;
pub use layout::Label;
pub use reference::{RegistryReference, SCHEME};
pub use registry::{Fetched, Registry};
pub use settings::RegistrySettings;
pub use sign::SigningKey;
pub use signature::Signature;
pub use signers::{Signed, Signer, verify};
