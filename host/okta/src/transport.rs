//! One request with its repeats: the only place that sends the token.

use std::error::Error as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, StatusCode, redirect};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use url::Url;

use crate::answer::{self, Answer};
use crate::domain::is_loopback;
use crate::endpoint::Endpoint;
use crate::error::OktaError;
use crate::pace::Pace;
use crate::settings::{OktaSettings, RetryPolicy, jittered};
use crate::spent::Spent;
use crate::token::{Token, Tokens};
use crate::window::{self, Window};

/// How often a name that has no address is looked up: a typing error should not keep anyone waiting.
const LOOKUPS: u32 = 3;

/// A success: 200 with JSON.
pub(crate) struct Reply {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Sends requests, within the limits of concurrency and pace, and repeats those that may be repeated.
pub(crate) struct Transport {
    client: Client,
    pub(crate) host: String,
    tokens: Tokens,
    permits: Semaphore,
    pace: Pace,
    pub(crate) spent: Spent,
    retry: RetryPolicy,
    /// The date of the first answer since a reading began; none before there is one.
    began: Mutex<Option<Option<Timestamp>>>,
}

impl Transport {
    pub(crate) fn new(settings: &OktaSettings) -> Result<Self, OktaError> {
        let tokens = Tokens::new(&settings.token, settings.renewal.clone())?;
        let mut client = Client::builder()
            .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
            // A redirect could lead the token elsewhere; Okta's interface sends none.
            .redirect(redirect::Policy::none())
            // Repeats are decided and counted here.
            .retry(reqwest::retry::never())
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            .timeout(settings.request_timeout)
            .pool_max_idle_per_host(settings.concurrency.max(1))
            .tcp_keepalive(Duration::from_secs(60));
        if is_loopback(&settings.base) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| OktaError::Setup { problem: innermost(&error) })?;
        Ok(Self {
            client,
            host: host(&settings.base),
            tokens,
            permits: Semaphore::new(settings.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            pace: Pace::new(settings.share, &settings.retry),
            spent: Spent::default(),
            retry: settings.retry.clone(),
            began: Mutex::default(),
        })
    }

    pub(crate) fn began(&self) -> MutexGuard<'_, Option<Option<Timestamp>>> {
        self.began.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks until there is an answer that a repeat would not better.
    pub(crate) async fn get(&self, endpoint: Endpoint, url: &Url) -> Result<Reply, OktaError> {
        self.get_with(endpoint, url, self.retry.attempts).await
    }

    /// The same, sent at most `attempts` times when Okta fails.
    pub(crate) async fn get_with(
        &self,
        endpoint: Endpoint,
        url: &Url,
        attempts: u32,
    ) -> Result<Reply, OktaError> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let (mut failures, mut limited) = (0, 0);
        let mut first_request_id = None;
        loop {
            self.pace.turn(endpoint.bucket(), &self.spent).await;
            self.spent.add(endpoint.name());
            let again = first_request_id.as_ref().map(|id| (id, failures + limited));
            let token = self.tokens.current();
            let (status, headers, body) = match self.send(url, token, again).await {
                Ok(answer) => answer,
                Err(error) => {
                    failures += 1;
                    self.may_repeat(endpoint, &error, failures, attempts)?;
                    sleep(self.retry.pause(failures)).await;
                    continue;
                }
            };
            // What stands between may answer in Okta's place, by a clock of its own.
            if status == StatusCode::OK && answer::request_id(&headers).is_some() {
                self.began().get_or_insert_with(|| window::date(&headers));
            }
            let window = Window::read(&headers);
            if let Some(window) = window {
                // Whatever a 429 says of the rest, there is none for us.
                let remaining = if status == StatusCode::TOO_MANY_REQUESTS { 0 } else { window.remaining };
                self.pace.learn(endpoint.bucket(), Window { remaining, ..window });
            }
            match status.as_u16() {
                200 => return self.success(headers, body),
                429 => {
                    limited += 1;
                    if limited >= self.retry.rate_limit_attempts {
                        let answer = said(status, &headers, &body, token);
                        let (request, host) = (endpoint.name(), self.host.clone());
                        return Err(OktaError::RateLimited { request, host, tries: limited, answer });
                    }
                    self.wait_out(window, &headers, limited).await;
                }
                500 | 502..=504 => {
                    failures += 1;
                    limited = 0;
                    if failures >= attempts {
                        let answer = said(status, &headers, &body, token);
                        let (request, host) = (endpoint.name(), self.host.clone());
                        return Err(OktaError::Unavailable { request, host, tries: failures, answer });
                    }
                    sleep(self.retry.pause(failures)).await;
                }
                _ => {
                    let refusal = self.refusal(endpoint, status, &headers, &body, token);
                    self.show_another(token, refusal).await?;
                    // It is no repeat: only now is it asked by somebody whom Okta may know.
                    continue;
                }
            }
            first_request_id = first_request_id.or_else(|| answer::request_id(&headers));
        }
    }

    async fn send(
        &self,
        url: &Url,
        token: &Token,
        again: Option<(&String, u32)>,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), reqwest::Error> {
        let mut request = self
            .client
            .get(url.clone())
            .header(AUTHORIZATION, token.authorization())
            .header(ACCEPT, "application/json");
        if let Some((first, count)) = again {
            // As Okta's own clients mark a repeat (okta.md §4.4).
            request = request.header("X-Okta-Retry-For", first).header("X-Okta-Retry-Count", count);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok((status, headers, response.bytes().await?.into()))
    }

    /// A success that is no JSON comes from somebody else: a sign-in page, a proxy.
    fn success(&self, headers: HeaderMap, body: Vec<u8>) -> Result<Reply, OktaError> {
        if is_json(&headers) {
            return Ok(Reply { headers, body });
        }
        Err(OktaError::NotOkta { host: self.host.clone(), found: format!("200 with {}", kind(&headers)) })
    }

    /// Nothing, when the token is what was refused and there is another one by now.
    async fn show_another(&self, token: &Token, refusal: OktaError) -> Result<(), OktaError> {
        let OktaError::WrongToken { host, answer } = refusal else { return Err(refusal) };
        match self.tokens.other_than(token).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(OktaError::WrongToken { host, answer }),
            Err(cause) => Err(OktaError::NotRenewed { host, answer, cause }),
        }
    }

    /// What an answer that no repeat would better means.
    fn refusal(
        &self,
        endpoint: Endpoint,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        token: &Token,
    ) -> OktaError {
        let answer = said(status, headers, body, token);
        let (request, host) = (endpoint.name(), self.host.clone());
        if status.is_redirection() {
            let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).and_then(|to| Url::parse(to).ok());
            let to = to.as_ref().map_or(String::new(), |to| format!(" to {}", self::host(to)));
            return OktaError::NotOkta { host, found: format!("{} redirects{to}", status.as_u16()) };
        }
        // Okta's refusals carry a code; only a missing OAuth scope was seen without (okta.md §1.3).
        if answer.error_code.is_none() && !is_json(headers) && status != StatusCode::FORBIDDEN {
            return OktaError::NotOkta { host, found: format!("{} with {}", status.as_u16(), kind(headers)) };
        }
        match status.as_u16() {
            401 if answer.error_code.is_none() || answer.is("E0000011") => {
                OktaError::WrongToken { host, answer }
            }
            401 => OktaError::Unauthorised { request, host, answer },
            403 => OktaError::Forbidden { request, host, answer },
            404 if answer.is("E0000007") => OktaError::NotFound { what: request.to_owned(), answer },
            _ => OktaError::Refused { request, host, answer },
        }
    }

    /// Nothing, when a request that brought no answer may be sent again.
    fn may_repeat(
        &self,
        endpoint: Endpoint,
        error: &reqwest::Error,
        tries: u32,
        attempts: u32,
    ) -> Result<(), OktaError> {
        let host = self.host.clone();
        let problem = innermost(error);
        if error.is_dns() {
            if tries < LOOKUPS.min(attempts) { Ok(()) } else { Err(OktaError::UnknownHost { host, problem }) }
        } else if is_tls(error) {
            Err(OktaError::Tls { host, problem })
        } else if tries < attempts {
            Ok(())
        } else if error.is_timeout() && !error.is_connect() {
            Err(OktaError::TimedOut { request: endpoint.name(), host, tries })
        } else if error.is_connect() {
            Err(OktaError::Unreachable { host, problem, tries })
        } else {
            Err(OktaError::BrokenOff { request: endpoint.name(), host, problem, tries })
        }
    }

    /// Waits after a 429, unless [`Pace`] will: it knows the window by now.
    async fn wait_out(&self, window: Option<Window>, headers: &HeaderMap, limited: u32) {
        let after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let pause = match (after.map(Duration::from_secs), window) {
            (Some(after), _) => {
                after.min(self.retry.longest_rate_limit_pause) + jittered(self.retry.reset_margin)
            }
            (None, Some(window)) if window.limit == 0 => {
                jittered(self.retry.busy_pause.saturating_mul(limited))
            }
            (None, Some(window)) if window.until_reset > Duration::ZERO => return,
            (None, _) => self.retry.pause(limited),
        };
        let _waiting = self.spent.waiting();
        sleep(pause).await;
    }
}

/// What was said, without the token that was shown.
fn said(status: StatusCode, headers: &HeaderMap, body: &[u8], token: &Token) -> Box<Answer> {
    Box::new(Answer::read(status, headers, body, token.expose()))
}

/// The host with its port, if that is not the usual one.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn is_json(headers: &HeaderMap) -> bool {
    kind(headers).contains("json")
}

/// The type of the content, for people.
fn kind(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(|kind| kind.trim().to_ascii_lowercase());
    kind.filter(|kind| !kind.is_empty()).unwrap_or_else(|| "content of no type".into())
}

/// The cause behind all causes; the ones around it only say that a request failed.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if cause.source().is_none() && error.source().is_none() {
        "the request failed".into()
    } else {
        cause.to_string()
    }
}

/// Whether the encrypted connection could not be made. The TLS library's errors are not ours to name, so its words decide.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if [
            "certificate",
            "InvalidContentType",
            "corrupt message",
            "received fatal alert",
            "HandshakeFailure",
        ]
        .iter()
        .any(|sign| text.contains(sign))
        {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests;
