//! AWS IAM Identity Center's SCIM service, wrong answers included.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};

/// How the service behaves; the default is today's service without latency or throttling.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScimSettings {
    /// The bearer token callers must show.
    pub(crate) token: String,
    /// Waited before every answer.
    pub(crate) latency: Duration,
    /// Reads allowed per second and API; AWS: 40. `None`: any number.
    pub(crate) reads_per_second: Option<u32>,
    /// Writes allowed per second and API; AWS: 25. `None`: any number.
    pub(crate) writes_per_second: Option<u32>,
    /// Membership changes allowed per second, over all APIs. `None`: any number.
    pub(crate) members_per_second: Option<u32>,
    /// The service before 2025: 50 per page, no cursor, no membership filters.
    pub(crate) old: bool,
    /// Cursor pages may hold fewer than `count` resources.
    pub(crate) short_pages: bool,
    /// Every n-th write is done and answered 429 all the same.
    pub(crate) throttle_after_write: Option<u32>,
}

/// One simulated tenant; clones share it.
#[derive(Clone)]
pub(crate) struct ScimServer {
    tenant: String,
}

impl ScimServer {
    /// An empty tenant.
    pub(crate) fn new(_settings: ScimSettings) -> Self {
        Self { tenant: "a1b2c3d4-0000-0000-0000-000000000000".to_owned() }
    }

    /// Serves `/{tenant}/scim/v2/...`.
    pub(crate) fn router(&self) -> Router {
        Router::new()
    }

    /// The tenant id in the URL.
    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// All users, and all groups with their members, in the order of their creation.
    pub(crate) fn target(&self) -> Value {
        json!({"users": [], "groups": []})
    }

    /// Replaces everything by a document shaped like [`Self::target`]'s.
    pub(crate) fn replace(&self, _target: Value) -> Result<(), String> {
        Ok(())
    }

    /// Requests answered since the start or the last reset, by method and path template.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        BTreeMap::new()
    }

    /// Sets all counts back to nothing.
    pub(crate) fn reset_counts(&self) {}
}
