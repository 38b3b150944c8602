//! One request with its repeats: paced, bounded, and tried again where that can help.

use std::error::Error as _;
use std::time::Instant;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, StatusCode, redirect};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

use crate::answer::Answer;
use crate::endpoint::is_loopback;
use crate::error::{Answered, ScimError};
use crate::operation::Operation;
use crate::pace::Pacer;
use crate::sent::{self, Sent};
use crate::settings::{RetryPolicy, Settings};
use crate::spent::{RequestCounts, Spent};
use crate::token::{Token, Tokens};

/// No answer of AWS comes near this; more is not read into memory.
const LARGEST_ANSWER: usize = 64 << 20;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) operation: Operation,
    /// The id that stands in the path, when one does.
    pub(crate) id: Option<String>,
    /// The query, percent-encoded.
    pub(crate) query: Option<String>,
    pub(crate) body: Option<Value>,
    /// Memberships it changes.
    pub(crate) members: usize,
    /// What it is for, as it fits after "cannot".
    pub(crate) aim: String,
}

impl Call {
    pub(crate) fn new(operation: Operation, aim: impl Into<String>) -> Self {
        Self { operation, id: None, query: None, body: None, members: 0, aim: aim.into() }
    }

    pub(crate) fn id(self, id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..self }
    }

    pub(crate) fn query(self, query: String) -> Self {
        Self { query: Some(query), ..self }
    }

    pub(crate) fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    pub(crate) fn members(self, members: usize) -> Self {
        Self { members, ..self }
    }
}

/// What a service that took the request says.
#[derive(Debug)]
pub(crate) struct Success {
    /// The JSON, when there is a body.
    pub(crate) json: Option<Value>,
}

/// The way to the service.
#[derive(Debug)]
pub(crate) struct Transport {
    client: Client,
    endpoint: Url,
    tokens: Tokens,
    retry: RetryPolicy,
    pacer: Pacer,
    permits: Semaphore,
    spent: Spent,
}

impl Transport {
    pub(crate) fn new(settings: Settings) -> Result<Self, ScimError> {
        let tokens = Tokens::new(&settings.token, settings.renewal)?;
        let scim = HeaderValue::from_static("application/scim+json");
        let headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/scim+json, application/json")),
            (CONTENT_TYPE, scim),
        ]);
        let mut builder = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry a write, and on the same host the token, to an address nobody configured.
            .redirect(redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .pool_max_idle_per_host(settings.concurrency.max(1));
        if is_loopback(&settings.endpoint) {
            builder = builder.no_proxy();
        }
        Ok(Self {
            client: builder.build().map_err(ScimError::Client)?,
            endpoint: settings.endpoint,
            tokens,
            retry: settings.retry,
            pacer: Pacer::new(&settings.pace),
            permits: Semaphore::new(settings.concurrency.max(1)),
            spent: Spent::default(),
        })
    }

    pub(crate) fn counts(&self) -> RequestCounts {
        self.spent.counts()
    }

    /// Sends the request until it is answered, refused, or patience ends.
    pub(crate) async fn send(&self, call: &Call) -> Result<Success, ScimError> {
        let mut repeats = Repeats::default();
        loop {
            while let Some(pause) = self.pacer.hold(call.operation, call.members) {
                self.spent.wait(pause).await;
            }
            // The semaphore is never closed, so this waits and never fails.
            let permit = self.permits.acquire().await;
            if call.operation.is_write() {
                // Only now: between the decision to write and the turn to do so much may have happened.
                sent::may_write().map_err(|why| ScimError::Stopped { why })?;
            }
            let began = Instant::now();
            let token = self.tokens.current();
            let outcome = self.once(call, token).await;
            drop(permit);
            sent::note(|| noted(call, outcome.as_ref().ok()));
            match outcome {
                Ok(answer) if answer.status.is_success() => {
                    self.pacer.taken(call.operation, call.members);
                    return self.success(answer, token);
                }
                Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                    self.pacer.throttled(call.operation, call.members, began);
                    repeats.throttled += 1;
                    if repeats.throttled >= self.retry.throttled_attempts {
                        return Err(ScimError::Throttled {
                            aim: call.aim.clone(),
                            attempts: repeats.throttled,
                            answered: told(&answer, token),
                        });
                    }
                    let asked = answer.retry_after.unwrap_or_default().min(self.retry.longest_pause);
                    self.spent.wait(asked + self.retry.pause(repeats.throttled)).await;
                }
                Ok(answer)
                    if answer.status.is_server_error() && answer.status != StatusCode::NOT_IMPLEMENTED =>
                {
                    repeats.failed += 1;
                    if repeats.failed >= self.retry.attempts {
                        return Err(ScimError::Failing {
                            aim: call.aim.clone(),
                            attempts: repeats.failed,
                            answered: told(&answer, token),
                        });
                    }
                    let asked = answer.retry_after.unwrap_or_default().min(self.retry.longest_pause);
                    tokio::time::sleep(asked.max(self.retry.pause(repeats.failed))).await;
                }
                Ok(answer) => self.show_another(token, self.refused(call, &answer, token)).await?,
                Err(error) => {
                    let most =
                        if error.is_connect() { self.retry.connect_attempts } else { self.retry.attempts };
                    repeats.failed += 1;
                    if repeats.failed >= most || is_tls(&error) {
                        return Err(self.unanswered(call, &error, repeats.failed));
                    }
                    tokio::time::sleep(self.retry.pause(repeats.failed)).await;
                }
            }
        }
    }

    async fn once(&self, call: &Call, token: &Token) -> Result<Answer, reqwest::Error> {
        self.spent.count(call.operation.name());
        let mut request = self.client.request(call.operation.method(), self.url(call));
        request = request.header(AUTHORIZATION, token.authorization());
        if let Some(body) = &call.body {
            request = request.body(body.to_string());
        }
        let mut response = request.send().await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST_ANSWER {
                break;
            }
        }
        Ok(Answer::new(call.operation, response.status(), response.headers(), &body))
    }

    /// The segments are percent-encoded, so no id can lead to another path.
    fn url(&self, call: &Call) -> Url {
        let mut url = self.endpoint.clone();
        let collection = match call.operation {
            Operation::ListUsers | Operation::CreateUser | Operation::PatchUser | Operation::DeleteUser => {
                "Users"
            }
            _ => "Groups",
        };
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(collection).extend(call.id.as_deref());
        }
        url.set_query(call.query.as_deref());
        url
    }

    /// Nothing, when the token is what was refused and there is another one by now.
    async fn show_another(&self, token: &Token, refusal: ScimError) -> Result<(), ScimError> {
        let ScimError::Unauthorized(answered) = refusal else { return Err(refusal) };
        match self.tokens.other_than(token).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(ScimError::Unauthorized(answered)),
            Err(cause) => Err(ScimError::NotRenewed { answered, cause }),
        }
    }

    fn success(&self, answer: Answer, token: &Token) -> Result<Success, ScimError> {
        let answered = told(&answer, token);
        let json = answer.json().map_err(|found| ScimError::NotScim {
            endpoint: self.endpoint.to_string(),
            answered,
            found,
        })?;
        Ok(Success { json })
    }

    fn refused(&self, call: &Call, answer: &Answer, token: &Token) -> ScimError {
        let answered = told(answer, token);
        let aim = call.aim.clone();
        match answer.status {
            StatusCode::UNAUTHORIZED => ScimError::Unauthorized(answered),
            StatusCode::FORBIDDEN => ScimError::Forbidden(answered),
            StatusCode::NOT_FOUND if call.id.is_none() && !is_filtered(call) => {
                ScimError::WrongEndpoint { endpoint: self.endpoint.to_string(), answered }
            }
            status if status.is_redirection() => {
                ScimError::WrongEndpoint { endpoint: self.endpoint.to_string(), answered }
            }
            StatusCode::NOT_FOUND => ScimError::NotFound { aim, answered },
            StatusCode::CONFLICT => ScimError::Conflict {
                aim,
                contested: "a value that must be unique is taken".to_owned(),
                attribute: None,
                answered: Box::new(answered),
            },
            StatusCode::PAYLOAD_TOO_LARGE => ScimError::TooLarge { aim, answered },
            _ => ScimError::Refused { aim, answered },
        }
    }

    fn unanswered(&self, call: &Call, error: &reqwest::Error, attempts: u32) -> ScimError {
        let aim = call.aim.clone();
        let host = match (self.endpoint.host_str(), self.endpoint.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let cause = causes(error);
        if is_tls(error) {
            ScimError::Tls { aim, host, cause }
        } else if error.is_timeout() && !error.is_connect() {
            ScimError::TimedOut { aim, host, attempts }
        } else {
            ScimError::Unreachable { aim, host, cause }
        }
    }
}

/// What was said, without the token that was shown.
fn told(answer: &Answer, token: &Token) -> Answered {
    answer.told(token.expose())
}

fn noted(call: &Call, answer: Option<&Answer>) -> Sent {
    Sent {
        request: call.operation.name(),
        status: answer.map(|answer| answer.status.as_u16()),
        request_id: answer.and_then(Answer::request_id).map(str::to_owned),
    }
}

#[derive(Default)]
struct Repeats {
    failed: u32,
    throttled: u32,
}

fn is_filtered(call: &Call) -> bool {
    call.query.as_deref().is_some_and(|query| query.contains("filter="))
}

/// The innermost causes, which say more than reqwest's own "error sending request".
fn causes(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = cause.source();
    }
    if parts.is_empty() { "the connection broke".to_owned() } else { parts.join(": ") }
}

/// A certificate does not get better by asking again.
fn is_tls(error: &reqwest::Error) -> bool {
    let causes = causes(error).to_lowercase();
    ["certificate", "tls handshake", "received corrupt message", "handshakefailure", "protocolversion"]
        .iter()
        .any(|sign| causes.contains(sign))
}
