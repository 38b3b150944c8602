//! Things that go wrong on purpose: the Nth request of a kind fails, is cut off, is never answered, or is done and fails all the same.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::{Stream, StreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::connection::Scissors;
use crate::organisation::Organisation;
use crate::requests::Shared;

/// Which of the services.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Service {
    Okta,
    Scim,
    Ssm,
}

/// One fault: the form of `POST /_sim/faults`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    service: Service,
    /// The kind of request, spelled as in `/_sim/requests`; none means every request of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// The first one to fail, counted from 1 when the fault was set.
    #[serde(default = "one")]
    nth: u64,
    /// How many fail from there on.
    #[serde(default = "one")]
    times: u64,
    /// The status of the answer; without it 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The answer's body: a text is sent as it is, anything else as JSON; none: what the service sends with the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// Headers of the answer besides its type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    /// Where the connection is cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut: Option<Cut>,
    /// Where the service falls silent, on a connection that stays open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hang: Option<Hang>,
    /// What stands in Okta from this request on, before it is answered; with nothing else said, the answer is the usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Value>,
    /// Both services take other tokens from this request on, and Parameter Store has them; with nothing else said, the request is
    /// then answered as usual, which is a refusal unless it shows the new one.
    #[serde(default)]
    replace_tokens: bool,
    /// Whether the request is done before it fails.
    #[serde(default)]
    after_write: bool,
    /// How many requests it has looked at.
    #[serde(default, skip_deserializing)]
    seen: u64,
}

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Cut {
    /// No answer at all.
    Connection,
    /// Half of the body.
    Body,
}

/// Where a service falls silent.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Hang {
    /// Before its answer.
    Answer,
    /// In the middle of the body.
    Body,
}

fn one() -> u64 {
    1
}

impl Fault {
    fn matches(&mut self, service: Service, kind: &str) -> bool {
        if self.service != service || self.request.as_deref().is_some_and(|request| request != kind) {
            return false;
        }
        self.seen += 1;
        self.seen >= self.nth && self.seen - self.nth < self.times
    }

    fn problem(&self) -> Option<String> {
        let status = self.status.unwrap_or(500);
        if !(200..=599).contains(&status) {
            return Some(format!("the status {status} is not between 200 and 599"));
        }
        if self.nth == 0 || self.times == 0 {
            return Some("nth and times count from 1".to_owned());
        }
        if self.cut.is_some() && self.hang.is_some() {
            return Some("a connection is cut or it hangs, not both".to_owned());
        }
        let source =
            self.source.clone().map(|source| Organisation::from_value(source, Timestamp::UNIX_EPOCH));
        if let Some(Err(error)) = source {
            return Some(error.to_string());
        }
        let is_header = |(name, value): (&String, &String)| {
            HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
        };
        let wrong = self.headers.iter().find(|header| !is_header(*header))?;
        Some(format!("{:?}: {:?} is no header", wrong.0, wrong.1))
    }

    /// Whether it leaves the answer as it is, whole or not.
    fn keeps_answer(&self) -> bool {
        let is_in_body = self.cut == Some(Cut::Body) || self.hang == Some(Hang::Body);
        let is_answered = self.cut.is_none() && self.hang.is_none();
        let is_about_answer = is_in_body || (is_answered && (self.source.is_some() || self.replace_tokens));
        is_about_answer && self.status.is_none() && self.body.is_none()
    }

    /// What stands in Okta from this request on.
    pub(crate) fn source(&self) -> Option<&Value> {
        self.source.as_ref()
    }

    /// Whether other tokens are taken from this request on.
    pub(crate) fn replaces_tokens(&self) -> bool {
        self.replace_tokens
    }

    fn answer(&self) -> Response {
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (kind, body) = match &self.body {
            Some(Value::String(text)) if text.starts_with('<') => ("text/html", text.clone()),
            Some(Value::String(text)) => ("text/plain", text.clone()),
            Some(body) => (self.service.content_type(), body.to_string()),
            None => self.service.usual_body(status),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl Service {
    fn content_type(self) -> &'static str {
        match self {
            Self::Okta => "application/json",
            Self::Scim => "application/scim+json",
            Self::Ssm => "application/x-amz-json-1.1",
        }
    }

    /// What comes with an error that names no body of its own; gateways answer in HTML.
    fn usual_body(self, status: StatusCode) -> (&'static str, String) {
        if matches!(status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT) {
            return ("text/html", format!("<html><body><h1>{status}</h1></body></html>"));
        }
        let body = match self {
            Self::Okta => crate::okta::usual_error(status),
            Self::Scim => json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "status": status.as_str(),
                "detail": status.canonical_reason().unwrap_or("Error"),
            }),
            Self::Ssm => {
                json!({ "__type": "InternalServerError", "message": "An error occurred on the server side." })
            }
        };
        (self.content_type(), body.to_string())
    }
}

/// The faults that are set; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Shared<Vec<Fault>>);

impl Faults {
    /// Sets a fault, or each of a list.
    pub(crate) fn add(&self, value: Value) -> Result<(), String> {
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        let mut faults = Vec::new();
        for value in values {
            let fault: Fault =
                serde_json::from_value(value).map_err(|error| format!("not a fault: {error}"))?;
            match fault.problem() {
                Some(problem) => return Err(format!("not a fault: {problem}")),
                None => faults.push(fault),
            }
        }
        self.0.with(|set| set.append(&mut faults));
        Ok(())
    }

    /// Those that are set, each with how many requests it has seen.
    pub(crate) fn list(&self) -> Value {
        self.0.with(|faults| json!(faults))
    }

    /// Nothing goes wrong any more.
    pub(crate) fn clear(&self) {
        self.0.with(Vec::clear);
    }

    /// What happens to this request; every fault counts it.
    fn strike(&self, service: Service, kind: &str) -> Option<Fault> {
        self.0.with(|faults| {
            let mut struck = None;
            for fault in faults {
                if fault.matches(service, kind) && struck.is_none() {
                    struck = Some(fault.clone());
                }
            }
            struck
        })
    }

    /// Passes the request on, unless a fault is due. `not_done` is told when the service never sees the request,
    /// `begins` of the fault before the request is answered.
    pub(crate) async fn pass(
        &self,
        service: Service,
        kind: &str,
        request: Request,
        next: Next,
        not_done: impl FnOnce(),
        begins: impl FnOnce(&Fault),
    ) -> Response {
        let Some(fault) = self.strike(service, kind) else { return next.run(request).await };
        let scissors = request.extensions().get::<ConnectInfo<Scissors>>().map(|info| info.0.clone());
        begins(&fault);
        let response = if fault.after_write || fault.keeps_answer() {
            let answer = next.run(request).await;
            if fault.keeps_answer() { answer } else { fault.answer() }
        } else {
            not_done();
            fault.answer()
        };
        match fault.hang {
            None => {}
            // Until the caller hangs up.
            Some(Hang::Answer) => std::future::pending().await,
            Some(Hang::Body) => return half(response, futures::stream::pending()).await,
        }
        match fault.cut {
            None => response,
            Some(Cut::Connection) => {
                if let Some(scissors) = scissors {
                    scissors.cut();
                }
                response
            }
            Some(Cut::Body) => half(response, futures::stream::once(torn())).await,
        }
    }
}

/// What comes in place of the second half of a body.
async fn torn() -> std::io::Result<Bytes> {
    // Gives the first half time to leave before the connection breaks.
    tokio::task::yield_now().await;
    Err(std::io::ErrorKind::ConnectionAborted.into())
}

/// Promises the whole body and sends half of it, then what `end` says.
async fn half(
    response: Response,
    end: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len().max(1)));
    let half = bytes.slice(..bytes.len() / 2);
    Response::from_parts(parts, Body::from_stream(futures::stream::iter([Ok(half)]).chain(end)))
}
