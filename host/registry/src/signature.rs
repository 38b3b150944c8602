//! What vouches for a policy: a Sigstore bundle, or what `cosign sign` wrote before there were bundles.

use serde::{Deserialize, Serialize};

/// The media type of a bundle's layer begins so; what follows is its version.
pub(crate) const BUNDLE_PREFIX: &str = "application/vnd.dev.sigstore.bundle.v0.";
/// The version that is written.
pub(crate) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// What `cosign sign` signs when it writes no bundle: a sentence about a manifest.
pub(crate) const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// Where it then puts the signature.
pub(crate) const SIMPLE_SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// A signature, unjudged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Signature {
    /// A Sigstore bundle, as JSON.
    Bundle {
        /// Its text.
        json: String,
    },
    /// A signed sentence that names a manifest's digest.
    Simple {
        /// The sentence, as JSON.
        payload: String,
        /// The signature of its bytes, in base64.
        signature: String,
    },
}
