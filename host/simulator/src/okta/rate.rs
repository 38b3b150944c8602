//! Rate limits: a bucket by path, and a fixed window of a minute that the first request opens.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue};

use crate::requests::Shared;

/// How long a window stays open.
const WINDOW: Duration = Duration::from_secs(60);
/// Requests a minute in the groups bucket when no limit is asked for: more than a loopback client gets done.
const UNLIMITED: u32 = 10_000_000;

/// Requests count against the bucket with the longest matching path (reference "Buckets").
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Bucket {
    Groups,
    OneGroup,
    SkinnyMembers,
    Users,
    OneUser,
    Apps,
    OneApp,
    Logs,
    Others,
}

impl Bucket {
    fn of(path: &str) -> Self {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            ["api", "v1", "groups", _, "skinny_users"] => Self::SkinnyMembers,
            ["api", "v1", "groups", id] if *id != "rules" => Self::OneGroup,
            ["api", "v1", "groups", ..] => Self::Groups,
            ["api", "v1", "users", _] => Self::OneUser,
            ["api", "v1", "users", ..] => Self::Users,
            ["api", "v1", "apps", _] => Self::OneApp,
            ["api", "v1", "apps", ..] => Self::Apps,
            ["api", "v1", "logs", ..] => Self::Logs,
            _ => Self::Others,
        }
    }

    /// What Workforce orgs get a minute; only the proportions matter.
    fn workforce(self) -> u64 {
        match self {
            Self::Groups | Self::SkinnyMembers | Self::OneApp => 500,
            Self::OneGroup => 1000,
            Self::Users => 600,
            Self::OneUser => 2000,
            Self::Apps => 100,
            Self::Logs => 120,
            Self::Others => 1200,
        }
    }
}

/// All buckets of one token; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    groups_per_minute: u32,
    open: Shared<HashMap<Bucket, Open>>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    since: Instant,
    /// Epoch seconds.
    reset: i64,
    used: u32,
}

/// What the `x-rate-limit-*` headers say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Window {
    limit: u32,
    remaining: u32,
    reset: i64,
    pub(super) is_exceeded: bool,
}

impl Buckets {
    pub(super) fn new(groups_per_minute: Option<u32>) -> Self {
        Self { groups_per_minute: groups_per_minute.unwrap_or(UNLIMITED), open: Shared::default() }
    }

    /// Counts a request. A refused one uses nothing up.
    pub(super) fn take(&self, path: &str, now: Instant, epoch: i64) -> Window {
        let bucket = Bucket::of(path);
        let limit = u64::from(self.groups_per_minute) * bucket.workforce() / Bucket::Groups.workforce();
        let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
        self.open.with(|buckets| {
            let fresh = Open { since: now, reset: epoch + WINDOW.as_secs().cast_signed(), used: 0 };
            let open = buckets.entry(bucket).or_insert(fresh);
            if now.duration_since(open.since) >= WINDOW {
                *open = fresh;
            }
            let is_exceeded = open.used >= limit;
            if !is_exceeded {
                open.used += 1;
            }
            Window { limit, remaining: limit - open.used, reset: open.reset, is_exceeded }
        })
    }
}

impl Window {
    /// What a refusal for too many simultaneous requests says: the reset is only a hint.
    pub(super) fn of_concurrency(epoch: i64) -> Self {
        Self { limit: 0, remaining: 0, reset: epoch + WINDOW.as_secs().cast_signed(), is_exceeded: true }
    }

    pub(super) fn write(&self, headers: &mut HeaderMap) {
        headers.insert("x-rate-limit-limit", HeaderValue::from(self.limit));
        headers.insert("x-rate-limit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-rate-limit-reset", HeaderValue::from(self.reset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: &str = "/api/v1/groups/00g1/users";

    #[test]
    fn lists_and_members_share_a_bucket_and_one_group_does_not() {
        let (buckets, now) = (Buckets::new(Some(2)), Instant::now());
        assert_eq!(buckets.take("/api/v1/groups", now, 100).remaining, 1);
        assert_eq!(buckets.take(MEMBERS, now, 100).remaining, 0);
        assert!(buckets.take(MEMBERS, now, 100).is_exceeded);
        let one = buckets.take("/api/v1/groups/00g1", now, 100);
        assert_eq!((one.limit, one.remaining, one.is_exceeded), (4, 3, false));
    }

    #[test]
    fn the_first_request_opens_a_window_of_a_minute() {
        let (buckets, now) = (Buckets::new(Some(1)), Instant::now());
        assert_eq!(buckets.take(MEMBERS, now, 100).reset, 160);
        let refused = buckets.take(MEMBERS, now + Duration::from_secs(59), 159);
        assert_eq!((refused.reset, refused.is_exceeded), (160, true));
        let next = buckets.take(MEMBERS, now + Duration::from_secs(61), 161);
        assert_eq!((next.reset, next.is_exceeded), (221, false));
    }

    #[test]
    fn the_other_buckets_follow_in_proportion() {
        let (buckets, now) = (Buckets::new(Some(250)), Instant::now());
        let limit = |path| buckets.take(path, now, 0).limit;
        assert_eq!(limit("/api/v1/users"), 300);
        assert_eq!(limit("/api/v1/users/00u1"), 1000);
        assert_eq!(limit("/api/v1/users/00u1/groups"), 300);
        assert_eq!(limit("/api/v1/meta/schemas/user/default"), 600);
    }
}
