//! A store on loopback, for tests. It answers whatever a test wants, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::Region;
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::ObjectStore;
use super::environment::loader;
use crate::place::Place;

/// What it was asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// What it answers: a status, headers and a body.
pub(super) type Answer = (u16, Vec<(&'static str, String)>, String);

/// A refusal in S3's words.
pub(super) fn refusal(status: u16, code: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>what S3 says</Message></Error>"
    );
    (status, vec![("content-type", "application/xml".to_owned())], body)
}

pub(super) struct FakeStore {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl FakeStore {
    pub(super) async fn answering(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (asked.clone(), Arc::new(answer));
        let router =
            Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let asked = Asked { method, path: uri.path().to_owned(), headers, body: body.to_vec() };
                let response = respond(answer(&asked));
                seen.lock().unwrap().push(asked);
                async { response }
            });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Calls so far.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// An object of it, with options behind it.
    pub(super) async fn object(&self, options: &str) -> ObjectStore {
        object_at(&self.url, options).await
    }
}

/// `s3://acme/folder/usher.lock` in a store at this address.
pub(super) async fn object_at(url: &str, options: &str) -> ObjectStore {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret-key", None, None, "tests");
    let config = loader()
        .endpoint_url(url)
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .load()
        .await;
    let retries = config.retry_config().unwrap().clone().with_initial_backoff(Duration::from_millis(1));
    let config = config.into_builder().retry_config(retries).build();
    match Place::parse(&format!("s3://acme/folder/usher.lock{options}")).unwrap() {
        Place::S3(bucket) => ObjectStore::with(Some(config), &bucket).unwrap(),
        Place::File(_) => unreachable!(),
    }
}

fn respond((status, headers, body): Answer) -> Response {
    let headers: HeaderMap = headers
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap()))
        .collect();
    (StatusCode::from_u16(status).unwrap(), headers, body).into_response()
}
