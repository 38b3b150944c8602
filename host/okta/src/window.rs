//! A rate-limit window, as the headers of an answer describe it (okta.md §4.3).

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap};

/// What Okta said about the bucket a request counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Requests in the window that this token may send. 0 when too many were under way at once (okta.md §4.5).
    pub(crate) limit: u64,
    /// Requests left.
    pub(crate) remaining: u64,
    /// When the window ends, in Okta's seconds since 1970: its identity.
    pub(crate) reset: i64,
    /// How long until then, by Okta's own clock.
    pub(crate) until_reset: Duration,
}

impl Window {
    /// Reads the three headers; none if one is missing or no number.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let reset: i64 = number(headers, "x-rate-limit-reset")?;
        let until_reset = u64::try_from(reset.saturating_sub(now(headers))).unwrap_or(0);
        Some(Self {
            limit: number(headers, "x-rate-limit-limit")?,
            remaining: number(headers, "x-rate-limit-remaining")?,
            reset,
            until_reset: Duration::from_secs(until_reset),
        })
    }
}

/// The server's clock, so that a wrong clock here does no harm (okta.md §4.4); ours where it tells none.
fn now(headers: &HeaderMap) -> i64 {
    date(headers).unwrap_or_else(Timestamp::now).as_second()
}

/// What the server's clock shows, to the second.
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(DATE)?;
    rfc2822::DateTimeParser::new().parse_timestamp(date.as_bytes()).ok()
}

fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_wait_is_measured_by_the_servers_clock() {
        let headers = headers(&[
            ("date", "Sun, 09 Sep 2001 01:46:40 GMT"),
            ("x-rate-limit-limit", "250"),
            ("x-rate-limit-remaining", "249"),
            ("x-rate-limit-reset", "1000000058"),
        ]);
        let expected =
            Window { limit: 250, remaining: 249, reset: 1_000_000_058, until_reset: Duration::from_secs(58) };
        assert_eq!(Window::read(&headers), Some(expected));
    }

    #[test]
    fn a_reset_in_the_past_is_now() {
        let headers = headers(&[
            ("x-rate-limit-limit", "50"),
            ("x-rate-limit-remaining", "0"),
            ("x-rate-limit-reset", "1000"),
        ]);
        assert_eq!(Window::read(&headers).unwrap().until_reset, Duration::ZERO);
    }

    #[test]
    fn without_all_three_headers_nothing_is_known() {
        assert_eq!(
            Window::read(&headers(&[("x-rate-limit-limit", "50"), ("x-rate-limit-remaining", "x")])),
            None
        );
    }
}
