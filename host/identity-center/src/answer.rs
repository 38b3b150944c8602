//! One HTTP answer, read tolerantly: the status decides, the texts are for people.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use std::time::Duration;

use crate::error::Answered;
use crate::operation::Operation;

/// Longest detail that a message repeats, in characters.
const LONGEST_DETAIL: usize = 400;

/// An answer whose body has been read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) operation: Operation,
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    header_id: Option<String>,
    content_type: Option<String>,
    /// `None` for an empty body, an error for one that is not JSON.
    body: Option<Result<Value, String>>,
}

impl Answer {
    pub(crate) fn new(operation: Operation, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = match body.trim_ascii() {
            [] => None,
            some => Some(serde_json::from_slice(some).map_err(|error| error.to_string())),
        };
        Self {
            operation,
            status,
            // Seconds only: the date form has never been seen, and without it the usual pauses apply.
            retry_after: text(RETRY_AFTER.as_str())
                .and_then(|text| text.trim().parse().ok())
                .map(Duration::from_secs),
            header_id: text("x-amzn-requestid"),
            content_type: text(CONTENT_TYPE.as_str()),
            body,
        }
    }

    /// AWS's id of the request.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.header_id.as_deref()
    }

    /// The JSON of the body; `None` when there is no body.
    pub(crate) fn json(self) -> Result<Option<Value>, String> {
        match self.body {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(error)) => Err(match self.content_type {
                Some(content_type) if !content_type.contains("json") => {
                    format!("its content type is {content_type}")
                }
                _ => format!("its body is not JSON: {error}"),
            }),
        }
    }

    /// What to tell of it. A text that repeats the token is never passed on.
    pub(crate) fn told(&self, token: &str) -> Answered {
        let body = self.body.as_ref().and_then(|body| body.as_ref().ok());
        let member =
            |name: &str| body.and_then(|body| body.get(name)).and_then(Value::as_str).map(str::to_owned);
        // AWS's API gateway says `message` or `Message` where the SCIM service says `detail`.
        let detail = member("detail").or_else(|| member("message")).or_else(|| member("Message"));
        Answered {
            request: self.operation.name(),
            status: self.status.as_u16(),
            detail: detail.filter(|text| !text.trim().is_empty()).map(|text| one_line(&text, token)),
            request_id: self.header_id.clone().or_else(|| member("exceptionRequestId")),
        }
    }
}

fn one_line(text: &str, token: &str) -> String {
    let text = if token.is_empty() { text.to_owned() } else { text.replace(token, "(token)") };
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST_DETAIL) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer::new(Operation::ListUsers, StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn the_detail_and_the_request_id_are_found_in_an_old_body_too() {
        let told = answer(
            r#"{"schema":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"USER does\n not exist.","status":"404","exceptionRequestId":"5d0c"}"#,
        )
        .told("secret");
        assert_eq!(told.detail.as_deref(), Some("USER does not exist."));
        assert_eq!(told.request_id.as_deref(), Some("5d0c"));
        assert_eq!(told.to_string(), "GET /Users was answered 400: USER does not exist. [request id 5d0c]");
    }

    #[test]
    fn an_answer_that_echoes_the_token_does_not_spread_it() {
        let told = answer(r#"{"detail":"bad header: Bearer very-secret"}"#).told("very-secret");
        assert_eq!(told.detail.as_deref(), Some("bad header: Bearer (token)"));
    }

    #[test]
    fn a_long_detail_is_cut() {
        let told = answer(&format!(r#"{{"detail":"{}"}}"#, "é".repeat(1000))).told("t");
        assert_eq!(told.detail.unwrap().chars().count(), LONGEST_DETAIL + 1);
    }
}
