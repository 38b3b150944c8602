//! How to talk to a SCIM interface.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::endpoint::is_loopback;
use crate::token::Renewal;

/// Where the interface is, what to show it, and how hard it may be worked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address, as [`crate::parse_endpoint`] gives it.
    pub endpoint: Url,
    /// The access token.
    pub token: SecretString,
    /// Where the token is read again when the service refuses it.
    pub renewal: Renewal,
    /// Requests under way at the same time; at least 1.
    pub concurrency: usize,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for a whole answer.
    pub timeout: Duration,
    /// How fast requests are sent.
    pub pace: Pace,
    /// When and how often a request is repeated.
    pub retry: RetryPolicy,
}

impl Settings {
    /// The defaults for that address: AWS's documented limits are respected from the first request on; a store on this
    /// machine, which has none, is only held back when it says so.
    pub fn new(endpoint: Url, token: SecretString) -> Self {
        let pace = if is_loopback(&endpoint) { Pace::local() } else { Pace::aws() };
        Self {
            endpoint,
            token,
            renewal: Renewal::never(),
            concurrency: 16,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            pace,
            retry: RetryPolicy::default(),
        }
    }
}

/// A rate that is learnt: it begins at `start`, halves when the service throttles, and rises again to `most`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Per second, at first; above 0.
    pub start: f64,
    /// Per second, at most.
    pub most: f64,
}

/// How fast requests are sent, by class of operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Requests of each reading operation (ListUsers, ListGroups, …).
    pub reads: Rate,
    /// Requests of each writing operation (CreateUser, PatchGroup, …).
    pub writes: Rate,
    /// Members added or removed, over all groups.
    pub members: Rate,
}

impl Pace {
    /// AWS allows 40 reads and 25 writes per second of each operation; the limit of members per second is not published
    /// (reference aws-identity-center.md §4).
    pub fn aws() -> Self {
        Self {
            reads: Rate { start: 32.0, most: 40.0 },
            writes: Rate { start: 20.0, most: 25.0 },
            members: Rate { start: 100.0, most: 400.0 },
        }
    }

    /// A store on this machine.
    pub fn local() -> Self {
        let requests = Rate { start: 1000.0, most: 1000.0 };
        Self { reads: requests, writes: requests, members: Rate { start: 20_000.0, most: 20_000.0 } }
    }
}

/// When and how often a request is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most when the service fails (5xx), breaks the connection or does not answer in time.
    pub attempts: u32,
    /// How often a connection is tried at most before anything was ever answered on this run's behalf.
    pub connect_attempts: u32,
    /// How often a request is sent at most when the service throttles (429).
    pub throttled_attempts: u32,
    /// Upper bound of the first pause; it doubles each time, and the pause is drawn between 0 and it.
    pub first_pause: Duration,
    /// What that upper bound never exceeds, nor a `Retry-After` that is believed.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 6,
            connect_attempts: 4,
            throttled_attempts: 12,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// The pause before the repeat number `repeat` (from 1): exponential, with full jitter.
    pub(crate) fn pause(&self, repeat: u32) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << repeat.saturating_sub(1).min(16));
        doubled.min(self.longest_pause).mul_f64(fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_within_their_bounds() {
        let policy = RetryPolicy::default();
        assert!((0..100).all(|_| policy.pause(1) <= policy.first_pause));
        assert!((1..40).all(|repeat| policy.pause(repeat) <= policy.longest_pause));
    }

    #[test]
    fn settings_never_show_the_token() {
        let endpoint = Url::parse("https://scim.eu-west-1.amazonaws.com/t/scim/v2").unwrap();
        let shown = format!("{:?}", Settings::new(endpoint, "very-secret".into()));
        assert!(!shown.contains("very-secret"), "{shown}");
    }
}
