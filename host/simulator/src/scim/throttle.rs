//! Token buckets: one per API, and one for membership changes (reference §4).

use std::collections::HashMap;
use std::time::Instant;

use super::ScimSettings;
use super::api::Api;

/// What has been used of each limit.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    apis: HashMap<Api, Bucket>,
    members: Option<Bucket>,
    writes: u32,
}

impl Throttle {
    /// Whether one more call of `api` is within the limits.
    pub(crate) fn admits(&mut self, api: Api, settings: &ScimSettings, now: Instant) -> bool {
        let limit = if api.is_write() { settings.writes_per_second } else { settings.reads_per_second };
        let Some(limit) = limit else { return true };
        self.apis.entry(api).or_insert_with(|| Bucket::full(limit, now)).take(1, limit, now)
    }

    /// Whether `changes` more membership changes are within the limit.
    pub(crate) fn admits_members(&mut self, changes: usize, settings: &ScimSettings, now: Instant) -> bool {
        let Some(limit) = settings.members_per_second else { return true };
        self.members.get_or_insert_with(|| Bucket::full(limit, now)).take(changes, limit, now)
    }

    /// Whether the write that was just done is one to deny.
    pub(crate) fn denies_the_write_just_done(&mut self, settings: &ScimSettings) -> bool {
        let Some(nth) = settings.throttle_after_write.filter(|nth| *nth > 0) else { return false };
        self.writes = (self.writes + 1) % nth;
        self.writes == 0
    }
}

/// Holds one second's worth. Its tokens can become negative: a request that costs more than a full bucket must get
/// through at some time, and is paid for afterwards.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn full(limit: u32, now: Instant) -> Self {
        Self { tokens: f64::from(limit), filled: now }
    }

    fn take(&mut self, cost: usize, limit: u32, now: Instant) -> bool {
        let limit = f64::from(limit);
        let gained = now.saturating_duration_since(self.filled).as_secs_f64() * limit;
        self.tokens = (self.tokens + gained).min(limit);
        self.filled = now;
        let cost = cost as f64;
        let admitted = self.tokens >= cost.min(limit);
        if admitted {
            self.tokens -= cost;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn admitted(throttle: &mut Throttle, api: Api, settings: &ScimSettings, now: Instant) -> usize {
        (0..200).filter(|_| throttle.admits(api, settings, now)).count()
    }

    #[test]
    fn every_api_has_a_bucket_of_its_own() {
        let settings =
            ScimSettings { reads_per_second: Some(40), writes_per_second: Some(25), ..Default::default() };
        let now = Instant::now();
        let mut throttle = Throttle::default();
        assert_eq!(admitted(&mut throttle, Api::ListUsers, &settings, now), 40);
        assert_eq!(admitted(&mut throttle, Api::ListGroups, &settings, now), 40);
        assert_eq!(admitted(&mut throttle, Api::CreateUser, &settings, now), 25);
        assert_eq!(admitted(&mut throttle, Api::CreateUser, &settings, now), 0);
        assert_eq!(admitted(&mut throttle, Api::CreateUser, &settings, now + Duration::from_secs(9)), 25);
    }

    #[test]
    fn without_limits_everything_is_admitted() {
        let now = Instant::now();
        let settings = ScimSettings::default();
        let mut throttle = Throttle::default();
        assert_eq!(admitted(&mut throttle, Api::ListUsers, &settings, now), 200);
        assert!(throttle.admits_members(1_000_000, &settings, now));
    }

    #[test]
    fn a_request_larger_than_the_bucket_passes_and_is_paid_for() {
        let settings = ScimSettings { members_per_second: Some(50), ..Default::default() };
        let now = Instant::now();
        let mut throttle = Throttle::default();
        assert!(throttle.admits_members(100, &settings, now));
        assert!(!throttle.admits_members(1, &settings, now + Duration::from_secs(1)));
        assert!(throttle.admits_members(50, &settings, now + Duration::from_secs(2)));
    }

    #[test]
    fn every_nth_write_is_denied_after_the_fact() {
        let settings = ScimSettings { throttle_after_write: Some(3), ..Default::default() };
        let mut throttle = Throttle::default();
        let denied: Vec<bool> = (0..7).map(|_| throttle.denies_the_write_just_done(&settings)).collect();
        assert_eq!(denied, [false, false, true, false, false, true, false]);
    }
}
