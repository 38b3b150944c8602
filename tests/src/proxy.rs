//! Stands between Usher and a SCIM server that follows the RFC where AWS does not.
//!
//! AWS removes members by `{"op": "remove", "path": "members", "value": [{"value": ID}, …]}`, and takes nothing else for more
//! than one (reference aws-identity-center.md §2.6). scim2-server refuses that as the RFC asks, and takes
//! `members[value eq "ID"]`; the proxy turns the one into the other. It does not know the filter `groups.value eq "ID"` either,
//! by which AWS tells a group's members: the proxy looks into the group. And it hides members from `GET`, as AWS does.
//! Everything else goes through as it is.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::wait::{runtime, wait};

/// A body larger than any that Usher sends or gets in a test.
const MOST: usize = 16 << 20;

/// Where the proxy serves.
const BASE: &str = "/11111111111-2222-3333-4444-555555555555/scim/v2";

/// A running proxy.
pub struct Proxy {
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `GET`, `POST` …
    pub method: String,
    /// With its query, below the server's base.
    pub path: String,
    /// Null when there was none.
    pub body: Value,
}

#[derive(Clone)]
struct Behind {
    base: String,
    client: reqwest::Client,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Proxy {
    /// In front of the SCIM server at `base`, such as `http://127.0.0.1:15601/v2`.
    pub fn start(base: &str) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let behind = Behind { base: base.to_owned(), client: reqwest::Client::new(), seen: seen.clone() };
        let listener = wait(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let router = Router::new().fallback(pass).with_state(behind);
        runtime().spawn(async move { axum::serve(listener, router).await });
        Self { address: format!("http://127.0.0.1:{port}{BASE}"), seen }
    }

    /// Its base URL, as long as AWS's.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Everything that was asked so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn pass(State(behind): State<Behind>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().and_then(|path| path.as_str().strip_prefix(BASE));
    let Some(path) = path.map(str::to_owned) else { return plain(StatusCode::NOT_FOUND) };
    let Ok(body) = to_bytes(body, MOST).await else { return plain(StatusCode::PAYLOAD_TOO_LARGE) };
    let json = serde_json::from_slice(&body).unwrap_or_default();
    let seen = Seen { method: head.method.to_string(), path: path.clone(), body: json };
    behind.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen.clone());

    let body = if head.method == Method::PATCH && path.starts_with("/Groups/") {
        translate(seen.body).map_or(body, |json| Bytes::from(json.to_string()))
    } else {
        body
    };
    let headers = pick(&head.headers, &[header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT]);
    if let Some(asked) = Asked::in_query(&path) {
        return members_of(&behind, &asked, headers).await.unwrap_or_else(|_| plain(StatusCode::BAD_GATEWAY));
    }
    let url = format!("{}{path}", behind.base);
    let is_get = head.method == Method::GET;
    let answer = behind.client.request(head.method, url).headers(headers).body(body).send().await;
    let Ok(answer) = answer else { return plain(StatusCode::BAD_GATEWAY) };
    let (status, headers) = (answer.status(), pick(answer.headers(), &[header::CONTENT_TYPE]));
    let Ok(bytes) = answer.bytes().await else { return plain(StatusCode::BAD_GATEWAY) };
    let bytes = if is_get { without_members(&bytes).unwrap_or(bytes) } else { bytes };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// AWS's way to list the members of a group, page by page.
struct Asked {
    group: String,
    count: usize,
    from: usize,
}

impl Asked {
    /// None when the query is another one.
    fn in_query(path: &str) -> Option<Self> {
        let url = reqwest::Url::parse("http://proxy").ok()?.join(path).ok()?;
        let value =
            |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let filter = value("filter").filter(|_| url.path() == "/Users")?;
        let group = filter.strip_prefix("groups.value eq \"")?.strip_suffix('"')?.to_owned();
        let number = |name: &str| value(name).and_then(|value| value.parse().ok());
        Some(Self { group, count: number("count").unwrap_or(100), from: number("cursor").unwrap_or(0) })
    }
}

async fn members_of(behind: &Behind, asked: &Asked, headers: HeaderMap) -> Result<Response, reqwest::Error> {
    let get = async |path: String| {
        let request = behind.client.get(format!("{}{path}", behind.base)).headers(headers.clone());
        request.send().await?.json::<Value>().await
    };
    let group = get(format!("/Groups/{}", asked.group)).await?;
    let members = group["members"].as_array().map_or(&[][..], Vec::as_slice);
    let mut users = Vec::new();
    for member in members.iter().skip(asked.from).take(asked.count) {
        users.push(get(format!("/Users/{}", member["value"].as_str().unwrap_or_default())).await?);
    }
    let to = asked.from + users.len();
    let mut list = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "itemsPerPage": users.len(),
        "Resources": users,
    });
    if to < members.len() {
        list["nextCursor"] = to.to_string().into();
    }
    let mut response = Response::new(Body::from(list.to_string()));
    let json = header::HeaderValue::from_static("application/scim+json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

/// One removal by `members[value eq "ID"]` for each member that AWS's form names; none when there is nothing to translate.
fn translate(mut patch: Value) -> Option<Value> {
    let operations = patch.get_mut("Operations")?.as_array_mut()?;
    let mut translated = Vec::new();
    for operation in operations.drain(..) {
        let is_removal = operation["op"].as_str().is_some_and(|op| op.eq_ignore_ascii_case("remove"));
        match operation["value"].as_array() {
            Some(members) if is_removal && operation["path"] == "members" => {
                translated.extend(members.iter().map(|member| {
                    let path = format!("members[value eq {}]", member["value"]);
                    json!({ "op": "remove", "path": path })
                }));
            }
            _ => translated.push(operation),
        }
    }
    *operations = translated;
    Some(patch)
}

/// Groups as AWS shows them: members are an empty list.
fn without_members(bytes: &[u8]) -> Option<Bytes> {
    let mut body: Value = serde_json::from_slice(bytes).ok()?;
    let hide = |resource: &mut Value| {
        if resource.get("members").is_some() {
            resource["members"] = json!([]);
        }
    };
    hide(&mut body);
    body.get_mut("Resources").and_then(Value::as_array_mut).into_iter().flatten().for_each(hide);
    Some(Bytes::from(body.to_string()))
}

fn pick(headers: &HeaderMap, names: &[header::HeaderName]) -> HeaderMap {
    names.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
