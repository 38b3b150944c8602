//! AWS IAM Identity Center's SCIM service, wrong answers included.
//!
//! It follows the reference of the project, `aws-identity-center.md`: §8 is its checklist, and where §9 says that
//! nobody knows, a comment here says what was chosen. Read `service` (a request to an answer) first, then `store`;
//! `user`, `user_patch`, `group` and `group_patch` hold the rules for documents, `filter` and `listing` those for lists.

mod api;
mod attributes;
mod clock;
mod discovery;
mod filter;
mod group;
mod group_patch;
mod listing;
mod patch;
mod refusal;
mod service;
mod store;
mod target;
mod text;
mod throttle;
mod user;
mod user_patch;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::response::Response;
use serde_json::Value;

use self::refusal::Refusal;
use self::service::Service;
use crate::requests::Shared;

/// The tenant in the URL: five groups, the first of eleven characters that are not all hexadecimal, as newer tenants
/// have it.
const TENANT: &str = "u5h3rs1m0k7-4c1e-9b02-7d5f-3a8e6c0b91d4";

/// The longest body that is read; AWS's own limit is unknown (reference §9, 18).
const LONGEST_BODY: usize = 2 * 1024 * 1024;

/// How the service behaves; the default is today's service without latency or throttling.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScimSettings {
    /// The bearer token callers must show.
    pub(crate) token: Shared<String>,
    /// Waited before every answer.
    pub(crate) latency: Duration,
    /// Reads allowed per second and API; AWS: 40. `None`: any number.
    pub(crate) reads_per_second: Option<u32>,
    /// Writes allowed per second and API; AWS: 25. `None`: any number.
    pub(crate) writes_per_second: Option<u32>,
    /// Membership changes allowed per second, over all APIs; AWS does not say its figure. `None`: any number.
    pub(crate) members_per_second: Option<u32>,
    /// The service before 2025: 50 per page, no cursor, no membership filters.
    pub(crate) old: bool,
    /// Cursor pages are half as long as asked for, and the last one is empty.
    pub(crate) short_pages: bool,
    /// Every n-th write is done and answered 429 all the same.
    pub(crate) throttle_after_write: Option<u32>,
}

/// One simulated tenant; clones share it.
#[derive(Clone)]
pub(crate) struct ScimServer {
    settings: Arc<ScimSettings>,
    service: Arc<Mutex<Service>>,
}

impl ScimServer {
    /// An empty tenant.
    pub(crate) fn new(settings: ScimSettings) -> Self {
        Self { settings: Arc::new(settings), service: Arc::default() }
    }

    /// Serves `/{tenant}/scim/v2/...`, and answers as the service does for every other path.
    pub(crate) fn router(&self) -> Router {
        Router::new().fallback(answer).with_state(self.clone())
    }

    /// The tenant id in the URL.
    pub(crate) fn tenant(&self) -> &str {
        TENANT
    }

    /// All users, and all groups with their members, in the order of their creation.
    pub(crate) fn target(&self) -> Value {
        target::document(&self.lock().store)
    }

    /// Replaces everything by a document shaped like [`Self::target`]'s; ids that are missing are made up. Refused, with
    /// the place, when the service could not hold it; then nothing changes.
    pub(crate) fn replace(&self, target: Value) -> Result<(), String> {
        let store = target::store(&target)?;
        self.lock().store = store;
        Ok(())
    }

    /// Requests since the start or the last reset, refused ones too, by method and path template.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.lock().counts.clone()
    }

    /// Sets all counts back to nothing.
    pub(crate) fn reset_counts(&self) {
        self.lock().counts.clear();
    }

    /// No code panics while it holds the lock half-way through a change, so a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, Service> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(server): State<ScimServer>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST_BODY).await;
    let outcome = match &body {
        Err(_) => Err(Refusal::Unparsable),
        Ok(body) => {
            let request = service::Request {
                method: parts.method.as_str(),
                path: parts.uri.path(),
                query: parts.uri.query().unwrap_or_default(),
                authorization: text(&parts.headers, AUTHORIZATION),
                host: text(&parts.headers, HOST).unwrap_or_default(),
                body,
            };
            server.lock().answer(&request, TENANT, &server.settings)
        }
    };
    if !server.settings.latency.is_zero() {
        tokio::time::sleep(server.settings.latency).await;
    }
    let request_id = store::new_id();
    let (status, body) = match outcome {
        Ok(success) => (success.status, success.body),
        Err(refusal) => (refusal.status(), Some(refusal.body(&request_id))),
    };
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    // `application/json`, not `application/scim+json`; on an empty answer too.
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .header("x-amzn-RequestId", request_id)
        .body(body)
        .expect("the status and both headers are fixed and valid")
}

/// A header's text, when it has one.
fn text(headers: &HeaderMap, name: axum::http::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
