//! A Parameter Store on loopback, for tests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::Region;
use aws_sdk_ssm::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::parameter_store::{ParameterStore, loader};

/// What a fake store answers: a status and a body for the names asked for.
type Answer = dyn Fn(&[String]) -> (u16, Value) + Send + Sync;

pub(crate) struct FakeStore {
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<Value>>>,
}

impl FakeStore {
    /// Knows these parameters, and answers as AWS does: names without selectors, unknown ones apart, in its own order.
    pub(crate) async fn with(parameters: &[(&'static str, &'static str)]) -> Self {
        let parameters: Vec<(&str, &str)> = parameters.to_vec();
        Self::answering(move |names| {
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for asked in names {
                let (name, selector) = asked.split_once(':').unwrap_or((asked, ""));
                match parameters.iter().find(|(known, _)| *known == asked || *known == name) {
                    Some((_, value)) => known.insert(
                        0,
                        json!({ "Name": name, "Type": "SecureString", "Value": value, "Version": 1, "Selector": selector }),
                    ),
                    None => unknown.push(asked.clone()),
                }
            }
            (200, json!({ "Parameters": known, "InvalidParameters": unknown }))
        })
        .await
    }

    pub(crate) async fn answering(
        answer: impl Fn(&[String]) -> (u16, Value) + Send + Sync + 'static,
    ) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer): (_, Arc<Answer>) = (calls.clone(), Arc::new(answer));
        let router = Router::new().fallback(move |headers: HeaderMap, body: String| {
            let (seen, answer) = (seen.clone(), answer.clone());
            async move { respond(&seen, &*answer, &headers, &body) }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, calls }
    }

    /// The bodies of the calls so far.
    pub(crate) fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) async fn connect(&self) -> ParameterStore {
        connect_to(&self.url).await
    }
}

/// A store at this address, as `AWS_ENDPOINT_URL_SSM` would name it, with credentials and region given.
pub(crate) async fn connect_to(url: &str) -> ParameterStore {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret-key", None, None, "tests");
    let config = loader()
        .endpoint_url(url)
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .load()
        .await;
    let retries = config.retry_config().unwrap().clone().with_initial_backoff(Duration::from_millis(1));
    ParameterStore::with(config.into_builder().retry_config(retries).build())
}

fn respond(calls: &Mutex<Vec<Value>>, answer: &Answer, headers: &HeaderMap, body: &str) -> Response {
    assert_eq!(headers["x-amz-target"], "AmazonSSM.GetParameters");
    let body: Value = serde_json::from_str(body).unwrap();
    let names: Vec<String> = serde_json::from_value(body["Names"].clone()).unwrap();
    calls.lock().unwrap().push(body);
    let (status, answer) = answer(&names);
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amzn-requestid", "req-1")];
    (StatusCode::from_u16(status).unwrap(), headers, answer.to_string()).into_response()
}
