//! The interface that the tests script.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::Response;
use serde_json::{Value, json};
use usher_identity_center::{IdentityCenter, RetryPolicy, Settings, parse_endpoint};

pub(crate) const TOKEN: &str = "very-secret-token";
pub(crate) const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// `GET /Users?count=100&cursor`, the query as it stood on the wire.
    pub(crate) line: String,
    pub(crate) body: Option<Value>,
    /// The filter, decoded.
    pub(crate) filter: Option<String>,
    pub(crate) authorization: String,
    pub(crate) content_type: String,
}

impl Seen {
    pub(crate) fn is(&self, start: &str) -> bool {
        self.line.starts_with(start)
    }

    /// The value that the filter compares the attribute with.
    pub(crate) fn wanted(&self, attribute: &str) -> Option<String> {
        let quoted = self.filter.as_ref()?.strip_prefix(attribute)?.strip_prefix(" eq ")?;
        serde_json::from_str(quoted).ok()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    cut: bool,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers =
            vec![("content-type", "application/json".to_owned()), ("x-amzn-RequestId", "req-1".to_owned())];
        Self { status, headers, body: body.to_string(), cut: false }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { body: String::new(), ..Self::json(status, &Value::Null) }
    }

    pub(crate) fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.to_owned(),
            cut: false,
        }
    }

    /// The connection breaks in the middle of this answer.
    pub(crate) fn cut(self) -> Self {
        Self { cut: true, ..self }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A page in the shape that belongs to cursors.
pub(crate) fn page(resources: &[Value], next: Option<&str>) -> Reply {
    let mut page = json!({"itemsPerPage": 100, "schemas": [LIST], "Resources": resources});
    if let Some(next) = next {
        page["nextCursor"] = next.into();
    }
    Reply::json(200, &page)
}

/// A page in the older shape: `totalResults` is the size of the page.
pub(crate) fn old_page(resources: &[Value]) -> Reply {
    counted_page(resources, resources.len())
}

/// A page in the older shape with a total.
pub(crate) fn counted_page(resources: &[Value], total: usize) -> Reply {
    Reply::json(
        200,
        &json!({"totalResults": total, "itemsPerPage": resources.len(), "startIndex": 1, "schemas": [LIST], "Resources": resources}),
    )
}

/// An error as AWS words it.
pub(crate) fn refusal(status: u16, detail: &str) -> Reply {
    let schema = json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
    Reply::json(
        status,
        &json!({"schema": schema, "schemas": schema, "detail": detail, "status": status.to_string(),
                "exceptionRequestId": "req-1", "timeStamp": "2026-02-03 09:15:27.61"}),
    )
}

pub(crate) fn duplicate() -> Reply {
    refusal(409, "Refused to create a new, duplicate resource.")
}

pub(crate) fn user(id: &str) -> Value {
    json!({"id": id, "externalId": format!("00u{id}"), "userName": format!("{id}@corp.example"), "active": true})
}

pub(crate) fn group(id: &str) -> Value {
    json!({"id": id, "externalId": format!("00g{id}"), "displayName": id, "members": []})
}

/// Requests that are being answered.
#[derive(Default)]
struct UnderWay {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// An interface and what it was asked.
pub(crate) struct Fake {
    pub(crate) address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    under_way: Arc<UnderWay>,
}

impl Fake {
    /// Answers each request by `script`, which is told the request and how many came before it.
    pub(crate) async fn start(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_slow(Duration::ZERO, script).await
    }

    /// The same, each answer after a while.
    pub(crate) async fn start_slow(
        latency: Duration,
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let under_way = Arc::new(UnderWay::default());
        let (script, log, counter) = (Arc::new(script), seen.clone(), under_way.clone());
        let answer = move |request: Request| {
            let (script, log, counter) = (script.clone(), log.clone(), counter.clone());
            async move {
                let request = taken(request).await;
                let before = {
                    let mut log = log.lock().unwrap();
                    log.push(request.clone());
                    log.len() - 1
                };
                counter.most.fetch_max(counter.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(latency).await;
                counter.now.fetch_sub(1, Ordering::SeqCst);
                response(script(&request, before))
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        Self { address, seen, under_way }
    }

    pub(crate) fn settings(&self) -> Settings {
        let endpoint = parse_endpoint(&format!("http://{}/tenant/scim/v2/", self.address)).unwrap();
        let retry = RetryPolicy {
            attempts: 3,
            connect_attempts: 2,
            throttled_attempts: 3,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(5),
        };
        Settings { retry, ..Settings::new(endpoint, TOKEN.into()) }
    }

    pub(crate) fn client(&self) -> IdentityCenter {
        IdentityCenter::new(self.settings()).unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The highest number of requests that were being answered at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.under_way.most.load(Ordering::SeqCst)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    /// The bodies of all writes, in order.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.seen().into_iter().filter_map(|seen| seen.body).collect()
    }
}

async fn taken(request: Request) -> Seen {
    let (parts, body) = request.into_parts();
    let header = |name: &str| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let path = parts.uri.path_and_query().unwrap().as_str();
    let path = path.strip_prefix("/tenant/scim/v2").unwrap_or("(outside)");
    let query = parts.uri.query().unwrap_or_default();
    let filter = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("filter="))
        .map(|filter| percent_encoding::percent_decode_str(filter).decode_utf8().unwrap().into_owned());
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Seen {
        line: format!("{} {path}", parts.method),
        body: (!bytes.is_empty()).then(|| serde_json::from_slice(&bytes).unwrap()),
        filter,
        authorization: header("authorization"),
        content_type: header("content-type"),
    }
}

fn response(reply: Reply) -> Response<Body> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = if reply.cut {
        let half = Bytes::from(reply.body[..reply.body.len() / 2].to_owned());
        Body::from_stream(futures::stream::iter([Ok(half), Err(std::io::Error::other("cut"))]))
    } else {
        Body::from(reply.body)
    };
    response.body(body).unwrap()
}
