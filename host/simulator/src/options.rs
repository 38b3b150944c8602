//! What the simulated services are like.

use std::time::Duration;

use crate::Organisation;

/// What stands in Okta at the start, and the moods of the services. The default is the small human organisation and
/// services that are always quick and never throttle.
#[derive(Clone, Debug)]
pub struct Options {
    /// What stands in Okta at the start.
    pub organisation: Organisation,
    /// How late every answer of Okta, Identity Center and Parameter Store comes.
    pub latency: Duration,
    /// Requests a minute in Okta's groups bucket; the other buckets follow in proportion. None: more than anyone asks.
    pub okta_rate_limit: Option<u32>,
    /// How many requests Okta answers at once; more get a 429 whose limit and remaining are 0. None: any number.
    pub okta_concurrency: Option<u32>,
    /// How far Okta's `search` (an index) is behind. Lists, filters and reads by id are never behind.
    pub okta_search_lag: Duration,
    /// The scheme and host of Okta's `next` links, as when a custom domain is called and the canonical one answers.
    pub okta_next_host: Option<String>,
    /// Every page of an Okta list names itself as the next one, as Okta did in May 2023 (OKTA-633507).
    pub okta_endless_next: bool,
    /// Member pages asked for with a larger limit than this end in 500 E0000009, as time-outs do.
    pub okta_members_time_out_above: Option<usize>,
    /// Reads a second and operation that Identity Center takes before it throttles. None: any number.
    pub scim_reads_per_second: Option<u32>,
    /// Writes a second and operation that Identity Center takes before it throttles. None: any number.
    pub scim_writes_per_second: Option<u32>,
    /// Membership changes a second that Identity Center takes before it throttles. None: any number.
    pub scim_members_per_second: Option<u32>,
    /// Identity Center as it was until 2025: 50 per page, no cursor, no way to list members.
    pub old_scim: bool,
    /// Pages of Okta and Identity Center hold fewer objects than asked for.
    pub short_pages: bool,
    /// Every Nth write to Identity Center is done and answered with 429 all the same.
    pub throttle_after_write: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            organisation: Organisation::human(),
            latency: Duration::ZERO,
            okta_rate_limit: None,
            okta_concurrency: None,
            okta_search_lag: Duration::ZERO,
            okta_next_host: None,
            okta_endless_next: false,
            okta_members_time_out_above: None,
            scim_reads_per_second: None,
            scim_writes_per_second: None,
            scim_members_per_second: None,
            old_scim: false,
            short_pages: false,
            throttle_after_write: None,
        }
    }
}
