//! What Okta said when it did not give what was asked for.

use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;

/// Okta's sentences are cut here; a page of text helps nobody in a message.
const LONGEST_SUMMARY: usize = 300;

/// An answer that is not a success, with what Okta's support needs to find it (okta.md §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Okta's code, such as `E0000011`; none when a gateway answered.
    pub error_code: Option<String>,
    /// Okta's sentences, cut to a sensible length.
    pub summary: Option<String>,
    /// Okta's id of this error.
    pub error_id: Option<String>,
    /// The `X-Okta-Request-Id` header.
    pub request_id: Option<String>,
}

/// The body of an error; anything may be missing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    error_code: Option<String>,
    error_summary: Option<String>,
    error_id: Option<String>,
    #[serde(default)]
    error_causes: Vec<Cause>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cause {
    error_summary: Option<String>,
}

impl Answer {
    /// Reads an answer. `token` is taken out of the sentences, should anything ever echo it.
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8], token: &str) -> Self {
        let body = serde_json::from_slice::<Body>(body).ok();
        let mut answer = Self {
            status: status.as_u16(),
            error_code: None,
            summary: None,
            error_id: None,
            request_id: request_id(headers),
        };
        if let Some(body) = body {
            let sentences = body
                .error_summary
                .into_iter()
                .chain(body.error_causes.into_iter().filter_map(|c| c.error_summary));
            let said = sentences.filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ");
            answer.error_code = body.error_code.map(|code| short(&code, token));
            answer.summary = (!said.is_empty()).then(|| short(&said, token));
            answer.error_id = body.error_id.map(|id| short(&id, token));
        }
        answer
    }

    /// Whether Okta gave this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.error_code.as_deref() == Some(code)
    }
}

/// The `X-Okta-Request-Id` header.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get("x-okta-request-id")?.to_str().ok().map(|id| id.chars().take(100).collect())
}

/// One line without the token, not too long.
fn short(text: &str, token: &str) -> String {
    let text = if token.is_empty() { text.to_owned() } else { text.replace(token, "[token]") };
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_SUMMARY).collect()
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(code) = &self.error_code {
            write!(f, " {code}")?;
        }
        if let Some(summary) = &self.summary {
            write!(f, ": {}", summary.trim_end_matches('.'))?;
        }
        for (what, id) in [("error id", &self.error_id), ("request id", &self.request_id)] {
            if let Some(id) = id {
                write!(f, "; {what} {id}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_support_asks_for_is_shown_on_one_line() {
        let mut headers = HeaderMap::new();
        headers.insert("X-Okta-Request-Id", "req1".parse().unwrap());
        let body = br#"{"errorCode":"E0000031","errorSummary":"Invalid search criteria.","errorId":"oae1",
            "errorCauses":[{"errorSummary":"Bad\nsyntax."}]}"#;
        let answer = Answer::read(StatusCode::BAD_REQUEST, &headers, body, "00aSecret");
        assert_eq!(
            answer.to_string(),
            "400 E0000031: Invalid search criteria. Bad syntax; error id oae1; request id req1"
        );
    }

    #[test]
    fn a_token_that_is_echoed_is_taken_out() {
        let body = br#"{"errorCode":"E1","errorSummary":"you sent SSWS 00aSecret"}"#;
        let answer = Answer::read(StatusCode::UNAUTHORIZED, &HeaderMap::new(), body, "00aSecret");
        assert_eq!(answer.to_string(), "401 E1: you sent SSWS [token]");
    }

    #[test]
    fn a_body_that_is_no_json_leaves_the_status() {
        let answer = Answer::read(StatusCode::BAD_GATEWAY, &HeaderMap::new(), b"<html>", "t");
        assert_eq!(answer.to_string(), "502");
    }
}
