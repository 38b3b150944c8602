//! The part of Okta's Management API that a reader of people and groups meets.

mod answer;
mod expression;
mod groups;
mod object;
mod page;
mod rate;
mod schema;
mod source;
mod users;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::Options;
use crate::requests::Shared;

use answer::OktaError;
pub(crate) use answer::usual_error;
use rate::{Buckets, Window};
pub(crate) use source::Source;

/// How the service behaves.
#[derive(Clone, Debug)]
pub(crate) struct OktaSettings {
    /// The address in links.
    base: String,
    /// The address in `next` links.
    next_base: String,
    token: Shared<String>,
    groups_per_minute: Option<u32>,
    concurrency: Option<usize>,
    endless_next: bool,
    members_time_out_above: Option<usize>,
    short_pages: bool,
}

impl OktaSettings {
    pub(crate) fn of(options: &Options, base: &str, token: Shared<String>) -> Self {
        Self {
            base: base.to_owned(),
            next_base: options.okta_next_host.clone().unwrap_or_else(|| base.to_owned()),
            token,
            groups_per_minute: options.okta_rate_limit,
            concurrency: options.okta_concurrency.map(|most| most as usize),
            endless_next: options.okta_endless_next,
            members_time_out_above: options.okta_members_time_out_above,
            short_pages: options.short_pages,
        }
    }
}

/// One simulated org; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Okta {
    source: Source,
    settings: Arc<OktaSettings>,
    buckets: Buckets,
    under_way: Arc<AtomicUsize>,
}

impl Okta {
    pub(crate) fn new(source: Source, settings: OktaSettings) -> Self {
        let buckets = Buckets::new(settings.groups_per_minute);
        Self { source, settings: Arc::new(settings), buckets, under_way: Arc::default() }
    }

    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/api/v1/groups", get(groups::list))
            .route("/api/v1/groups/{id}", get(groups::one))
            .route("/api/v1/groups/{id}/users", get(groups::members))
            .route("/api/v1/groups/{id}/skinny_users", get(groups::skinny_members))
            .route("/api/v1/users", get(users::list))
            .route("/api/v1/users/{id}", get(users::one))
            .route("/api/v1/users/{id}/groups", get(users::groups))
            .route("/api/v1/meta/schemas/group/default", get(schema::group))
            .route("/api/v1/meta/schemas/user/default", get(schema::user))
            .fallback(async || OktaError::unknown_path())
            .method_not_allowed_fallback(async || OktaError::unsupported_method())
            .layer(middleware::from_fn_with_state(self.clone(), front))
            .with_state(self.clone())
    }

    fn authorise(&self, headers: &HeaderMap) -> Result<(), OktaError> {
        let shown =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // One of Okta's own SDKs sends no blank between scheme and token, and Okta takes it.
        let Some(token) = shown.strip_prefix("SSWS") else { return Err(OktaError::no_session()) };
        let is_known = self.settings.token.with(|known| known == token.trim());
        if is_known { Ok(()) } else { Err(OktaError::invalid_token()) }
    }
}

/// `/api/v1/groups/00g…/users` is of the kind `/api/v1/groups/{id}/users`.
pub(crate) fn template(path: &str) -> String {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["api", "v1", collection @ ("groups" | "users" | "apps"), id, rest @ ..] if *id != "rules" => {
            let rest: String = rest.iter().map(|segment| format!("/{segment}")).collect();
            format!("/api/v1/{collection}/{{id}}{rest}")
        }
        _ => path.to_owned(),
    }
}

/// What happens to every request before and after its own answer is made.
async fn front(State(okta): State<Okta>, request: Request, next: Next) -> Response {
    let mut window = None;
    let answer = admit(&okta, &request, &mut window);
    let mut response = match answer {
        Ok(_under_way) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    if let Some(window) = window {
        window.write(headers);
    }
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&okta.source.time());
    if let Ok(date) = date.map_err(|_| ()).and_then(|date| HeaderValue::from_str(&date).map_err(|_| ())) {
        headers.insert(header::DATE, date);
    }
    let id: String = (0..32).map(|_| fastrand::digit(16)).collect();
    let usual = [
        ("x-okta-request-id", id.as_str()),
        ("cache-control", "no-cache, no-store"),
        ("pragma", "no-cache"),
        ("expires", "0"),
        ("vary", "Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=315360000; includeSubDomains"),
    ];
    for (name, value) in usual {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn admit(okta: &Okta, request: &Request, window: &mut Option<Window>) -> Result<UnderWay, OktaError> {
    okta.authorise(request.headers())?;
    let under_way = UnderWay::begin(&okta.under_way);
    if okta.settings.concurrency.is_some_and(|most| under_way.so_many > most) {
        *window = Some(Window::of_concurrency(okta.source.time().as_second()));
        return Err(OktaError::too_many_requests());
    }
    let taken = okta.buckets.take(request.uri().path(), Instant::now(), okta.source.time().as_second());
    let is_exceeded = taken.is_exceeded;
    *window = Some(taken);
    if is_exceeded {
        return Err(OktaError::too_many_requests());
    }
    if !accepts_json(request.headers()) {
        return Err(OktaError::new(StatusCode::NOT_ACCEPTABLE, "E0000122", "Invalid Accept header.", &[]));
    }
    Ok(under_way)
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let Some(accept) = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()) else { return true };
    ["application/json", "application/*", "*/*"].iter().any(|kind| accept.contains(kind))
}

/// A request being answered.
struct UnderWay {
    all: Arc<AtomicUsize>,
    so_many: usize,
}

impl UnderWay {
    fn begin(all: &Arc<AtomicUsize>) -> Self {
        Self { all: Arc::clone(all), so_many: all.fetch_add(1, Ordering::AcqRel) + 1 }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::AcqRel);
    }
}
