//! How fast requests are sent: one bucket for each operation, and one for all memberships (reference
//! aws-identity-center.md §4). A bucket learns: it rises slowly while the service answers and halves when it throttles.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::operation::Operation;
use crate::settings::{Pace, Rate};

/// A bucket never falls below this many per second, so that a run always goes on.
const LEAST: f64 = 1.0;

/// What one bucket rises by in a second of full use, as a part of the rate it began with.
const RISE: f64 = 0.05;

/// All buckets of one interface.
#[derive(Debug)]
pub(crate) struct Pacer {
    operations: HashMap<Operation, Mutex<Bucket>>,
    members: Mutex<Bucket>,
}

impl Pacer {
    pub(crate) fn new(pace: &Pace) -> Self {
        let now = Instant::now();
        let bucket = |rate: Rate| Mutex::new(Bucket::new(rate, now));
        let operations = Operation::ALL
            .into_iter()
            .map(|operation| (operation, bucket(if operation.is_write() { pace.writes } else { pace.reads })))
            .collect();
        Self { operations, members: bucket(pace.members) }
    }

    /// Takes a place in the queue and says how long it is.
    pub(crate) fn reserve(&self, operation: Operation, members: usize) -> Duration {
        let now = Instant::now();
        let mut pause = Duration::ZERO;
        for (mut bucket, cost) in self.buckets(operation, members) {
            pause = pause.max(bucket.reserve(cost, now));
        }
        pause
    }

    /// The service took a request.
    pub(crate) fn taken(&self, operation: Operation, members: usize) {
        for (mut bucket, cost) in self.buckets(operation, members) {
            bucket.taken(cost);
        }
    }

    /// The service throttled a request that was sent at that time. It does not say which of its limits was met.
    pub(crate) fn throttled(&self, operation: Operation, members: usize, sent: Instant) {
        let now = Instant::now();
        for (mut bucket, _) in self.buckets(operation, members) {
            bucket.throttled(sent, now);
        }
    }

    fn buckets(&self, operation: Operation, members: usize) -> Vec<(MutexGuard<'_, Bucket>, f64)> {
        let mut buckets = Vec::with_capacity(2);
        if let Some(bucket) = self.operations.get(&operation) {
            buckets.push((lock(bucket), 1.0));
        }
        if members > 0 {
            buckets.push((lock(&self.members), members as f64));
        }
        buckets
    }
}

fn lock(bucket: &Mutex<Bucket>) -> MutexGuard<'_, Bucket> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A token bucket that may go into debt: who takes more than there is waits until the debt is paid.
#[derive(Debug)]
struct Bucket {
    rate: f64,
    start: f64,
    most: f64,
    tokens: f64,
    filled: Instant,
    halved: Option<Instant>,
}

impl Bucket {
    fn new(rate: Rate, now: Instant) -> Self {
        let start = rate.start.max(LEAST);
        Self { rate: start, start, most: rate.most.max(start), tokens: start, filled: now, halved: None }
    }

    fn reserve(&mut self, cost: f64, now: Instant) -> Duration {
        self.fill(now);
        self.tokens -= cost;
        if self.tokens >= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(-self.tokens / self.rate) }
    }

    fn fill(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + since * self.rate).min(self.rate);
        self.filled = self.filled.max(now);
    }

    fn taken(&mut self, cost: f64) {
        self.rate = (self.rate + RISE * self.start * cost / self.rate).min(self.most);
    }

    /// Halves the rate, but only once for all requests that were on their way when it was too high.
    fn throttled(&mut self, sent: Instant, now: Instant) {
        if self.halved.is_some_and(|halved| sent < halved) {
            return;
        }
        self.fill(now);
        self.rate = (self.rate / 2.0).max(LEAST);
        self.tokens = self.tokens.min(0.0);
        self.halved = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(start: f64, most: f64) -> (Bucket, Instant) {
        let now = Instant::now();
        (Bucket::new(Rate { start, most }, now), now)
    }

    #[test]
    fn one_second_of_requests_goes_at_once_and_the_rest_in_turn() {
        let (mut bucket, now) = bucket(20.0, 20.0);
        assert!((0..20).all(|_| bucket.reserve(1.0, now).is_zero()));
        assert_eq!(bucket.reserve(1.0, now), Duration::from_millis(50));
        assert_eq!(bucket.reserve(1.0, now), Duration::from_millis(100));
        assert_eq!(bucket.reserve(1.0, now + Duration::from_secs(1)), Duration::ZERO);
    }

    #[test]
    fn a_throttled_burst_halves_the_rate_once() {
        let (mut bucket, now) = bucket(20.0, 25.0);
        let later = now + Duration::from_millis(1);
        for _ in 0..10 {
            bucket.throttled(now, later);
        }
        assert_eq!(bucket.rate, 10.0);
        bucket.throttled(later, later + Duration::from_millis(1));
        assert_eq!(bucket.rate, 5.0);
    }

    #[test]
    fn the_rate_never_stops_and_never_passes_its_ceiling() {
        let (mut bucket, mut now) = bucket(20.0, 25.0);
        for _ in 0..20 {
            now += Duration::from_secs(1);
            bucket.throttled(now, now);
        }
        assert_eq!(bucket.rate, LEAST);
        for _ in 0..1000 {
            bucket.taken(1.0);
        }
        assert_eq!(bucket.rate, 25.0);
    }

    #[test]
    fn a_hundred_members_pass_a_bucket_that_holds_fewer() {
        let (mut bucket, now) = bucket(50.0, 50.0);
        assert_eq!(bucket.reserve(100.0, now), Duration::from_secs(1));
        assert_eq!(bucket.reserve(50.0, now), Duration::from_secs(2));
    }
    #[test]
    fn memberships_are_paced_by_the_member_and_operations_apart_from_one_another() {
        let pace = Pace { members: Rate { start: 100.0, most: 100.0 }, ..Pace::aws() };
        let pacer = Pacer::new(&pace);
        assert_eq!(pacer.reserve(Operation::CreateGroup, 100), Duration::ZERO);
        assert!(pacer.reserve(Operation::PatchGroup, 100) > Duration::ZERO);
        assert_eq!(pacer.reserve(Operation::PatchGroup, 0), Duration::ZERO);
        assert!((0..19).all(|_| pacer.reserve(Operation::PatchUser, 0).is_zero()));
    }
}
