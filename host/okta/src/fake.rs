//! An Okta on loopback, for tests: it answers what a test says, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::client::Okta;
use crate::domain::parse_domain;
use crate::settings::{OktaSettings, RetryPolicy};

pub(crate) const TOKEN: &str = "00aVerySecretToken";

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Path and query, decoded.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

pub(crate) struct Fake {
    pub(crate) base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// `answer` gets the number of the request (from 0), its decoded path and query, and the address of this server.
    pub(crate) async fn answering(
        answer: impl Fn(usize, &str, &str) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer, address) = (asked.clone(), Arc::new(answer), base.clone());
        let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap| {
            let path = match uri.query() {
                Some(query) => {
                    let query: Vec<String> = url::form_urlencoded::parse(query.as_bytes())
                        .map(|(name, value)| format!("{name}={value}"))
                        .collect();
                    format!("{}?{}", uri.path(), query.join("&"))
                }
                None => uri.path().to_owned(),
            };
            let number = {
                let mut seen = seen.lock().unwrap();
                seen.push(Asked { path: path.clone(), headers });
                seen.len() - 1
            };
            let response = answer(number, &path, &address);
            async move { response }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, asked }
    }

    /// A client that loses no time.
    pub(crate) fn client(&self) -> Okta {
        self.client_with(|_| ())
    }

    pub(crate) fn client_with(&self, change: impl FnOnce(&mut OktaSettings)) -> Okta {
        let mut settings = settings(&self.base);
        change(&mut settings);
        Okta::new(settings).unwrap()
    }

    /// Paths and queries of all requests so far, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Settings for an address, with pauses of a few milliseconds.
pub(crate) fn settings(base: &str) -> OktaSettings {
    let retry = RetryPolicy {
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(2),
        reset_margin: Duration::ZERO,
        busy_pause: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    OktaSettings { retry, ..OktaSettings::new(parse_domain(base).unwrap(), TOKEN.into()) }
}

/// 200 with JSON.
pub(crate) fn page(items: &Value) -> Response {
    let headers = [("content-type", "application/json"), ("link", "<http://self>; rel=\"self\"")];
    (headers, items.to_string()).into_response()
}

/// The same, after a proxy that takes `Link` headers away.
pub(crate) fn page_without_links(items: &Value) -> Response {
    let mut response = page(items);
    response.headers_mut().remove("link");
    response
}

/// The same with a link to the next page, after one to itself, as Okta sends them: a line each.
pub(crate) fn page_with_next(items: &Value, next: &str) -> Response {
    let mut response = page(items);
    let headers = response.headers_mut();
    headers.append("link", format!("<{next}>; rel=\"next\"").parse().unwrap());
    response
}

/// An error of Okta's.
pub(crate) fn refusal(status: u16, code: &str) -> Response {
    let body = json!({ "errorCode": code, "errorSummary": format!("Summary of {code}"), "errorLink": code,
        "errorId": "oae1", "errorCauses": [] });
    let mut response = page(&body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response.headers_mut().insert("x-okta-request-id", "req1".parse().unwrap());
    response
}

/// An answer of a gateway.
pub(crate) fn html(status: u16) -> Response {
    let headers = [("content-type", "text/html; charset=utf-8")];
    (StatusCode::from_u16(status).unwrap(), headers, "<html>sign in</html>").into_response()
}

pub(crate) fn group(id: &str, name: &str) -> Value {
    json!({ "id": id, "type": "OKTA_GROUP", "profile": { "name": name, "description": null } })
}

pub(crate) fn user(id: &str) -> Value {
    json!({ "id": id, "status": "ACTIVE", "profile": { "login": format!("{id}@acme.example") } })
}
