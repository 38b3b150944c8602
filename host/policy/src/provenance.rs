//! What decided: enough to know whether another run rests on the same.

use serde::Serialize;

use crate::digest::Digest;

/// Which plugin decided, with which configuration, and when. Two runs that agree in this and in what they read decide the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// The name it was loaded by: a path, or `builtin:…`.
    pub source: String,
    /// What the plugin calls itself; escaped.
    pub plugin: String,
    /// The version it gives itself; escaped.
    pub version: String,
    /// Of the component's bytes.
    pub digest: Digest,
    /// Of its configuration as canonical JSON: no white space, keys sorted.
    pub config_digest: Digest,
    /// The version of the contract it was built for, such as `0.1.0`.
    pub contract: String,
    /// The time of the run that it was told: seconds since 1970.
    pub now: u64,
}
