//! How to talk to an organisation.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::token::Renewal;

/// Where the organisation is, what to show it, and how much of it may be used.
#[derive(Clone, Debug)]
pub struct OktaSettings {
    /// The organisation's origin, as [`crate::parse_domain`] gives it.
    pub base: Url,
    /// The API token (SSWS).
    pub token: SecretString,
    /// Where the token is read again when Okta refuses it.
    pub renewal: Renewal,
    /// The part of each rate-limit window that this client uses: of what Okta grants this *token* (its headers report
    /// that, okta.md §4.2). Above 0, at most 1.
    pub share: f64,
    /// Requests under way at the same time; at least 1. Okta advises 4 to 8 for this kind of reading (okta.md §4.5).
    pub concurrency: usize,
    /// Members asked for in one page, 1 to 1000. When Okta fails at this size, 500 and then 200 are tried (okta.md §6.1).
    pub member_page: u32,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for the next byte of an answer. Okta itself gives up after about 30 s.
    pub read_timeout: Duration,
    /// How long one request may take in all, its answer included.
    pub request_timeout: Duration,
    /// When and how often a request is repeated.
    pub retry: RetryPolicy,
}

impl OktaSettings {
    /// The defaults: half of the rate limit, 6 requests at a time, 1000 members a page.
    pub fn new(base: Url, token: SecretString) -> Self {
        Self {
            base,
            token,
            renewal: Renewal::never(),
            share: 0.5,
            concurrency: 6,
            member_page: 1000,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            request_timeout: Duration::from_secs(180),
            retry: RetryPolicy::default(),
        }
    }

    /// The same with so long for one request in all, and no longer for any part of it.
    pub fn waiting(self, timeout: Duration) -> Self {
        Self {
            connect_timeout: self.connect_timeout.min(timeout),
            read_timeout: self.read_timeout.min(timeout),
            request_timeout: timeout,
            ..self
        }
    }
}

/// When and how often a request is repeated. Tests shorten it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most when Okta fails (500, 502, 503, 504) or cannot be reached.
    pub attempts: u32,
    /// Upper bound of the first pause after a failure; it doubles each time, and the pause is drawn between 0 and it.
    pub first_pause: Duration,
    /// What that upper bound never exceeds.
    pub longest_pause: Duration,
    /// How many 429 in a row are waited out.
    pub rate_limit_attempts: u32,
    /// Added to the time until a window's reset, which Okta gives in whole seconds (okta.md §4.4).
    pub reset_margin: Duration,
    /// What a single wait for a rate limit never exceeds, whatever the headers say.
    pub longest_rate_limit_pause: Duration,
    /// Upper bound of the pause after a 429 for too many simultaneous requests (okta.md §4.5).
    pub busy_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 6,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            rate_limit_attempts: 10,
            reset_margin: Duration::from_secs(1),
            longest_rate_limit_pause: Duration::from_secs(90),
            busy_pause: Duration::from_secs(2),
        }
    }
}

impl RetryPolicy {
    /// The pause before the repeat number `repeat` (from 1): exponential, with full jitter.
    pub(crate) fn pause(&self, repeat: u32) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << repeat.saturating_sub(1).min(16));
        jittered(doubled.min(self.longest_pause))
    }
}

/// A time between 0 and `most`.
pub(crate) fn jittered(most: Duration) -> Duration {
    most.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_within_their_bounds() {
        let policy = RetryPolicy::default();
        for repeat in 1..40 {
            assert!(policy.pause(repeat) <= policy.longest_pause);
        }
        assert!((0..100).all(|_| policy.pause(1) <= policy.first_pause));
    }

    #[test]
    fn no_part_of_a_request_may_take_longer_than_all_of_it() {
        let base = Url::parse("https://acme.okta.com").unwrap();
        let all = |seconds| {
            let it = OktaSettings::new(base.clone(), "t".into()).waiting(Duration::from_secs(seconds));
            [it.connect_timeout, it.read_timeout, it.request_timeout].map(|it| it.as_secs())
        };
        assert_eq!(all(2), [2, 2, 2]);
        assert_eq!(all(400), [10, 60, 400]);
    }

    #[test]
    fn settings_never_show_the_token() {
        let base = Url::parse("https://acme.okta.com").unwrap();
        let shown = format!("{:?}", OktaSettings::new(base, "00aVerySecret".into()));
        assert!(!shown.contains("00aVerySecret"), "{shown}");
    }
}
