//! How fast requests are sent: one bucket for each operation, and one for all memberships (reference
//! aws-identity-center.md §4). A bucket learns: it rises a little with each request that is taken, and when the service throttles it
//! falls to half, or to what the service took in the last second where that is less.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::operation::Operation;
use crate::settings::{Pace, Rate};

/// A bucket never falls below this many per second, so that a run always goes on.
const LEAST: f64 = 1.0;

/// What a bucket's rate rises by for each request (or member) that is taken: in full use a tenth in a second.
const RISE: f64 = 0.1;

/// A bucket is not halved again before it could be seen what halving did.
const BETWEEN_HALVINGS: Duration = Duration::from_secs(1);

/// How much must have been taken of late for it to say what the service takes.
const TELLING: f64 = 5.0;

/// Who waits looks again after so long, since the rate may have changed.
const LONGEST_NAP: Duration = Duration::from_millis(200);

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

    /// Lets a request go (`None`), or says how long to wait before asking again.
    pub(crate) fn hold(&self, operation: Operation, members: usize) -> Option<Duration> {
        let now = Instant::now();
        let mut buckets = self.buckets(operation, members);
        let wait = buckets.iter_mut().map(|(bucket, cost)| bucket.wait(*cost, now)).max().unwrap_or_default();
        if !wait.is_zero() {
            return Some(wait.min(LONGEST_NAP));
        }
        for (bucket, cost) in &mut buckets {
            bucket.tokens -= *cost;
        }
        None
    }

    /// The service took a request.
    pub(crate) fn taken(&self, operation: Operation, members: usize) {
        let now = Instant::now();
        for (mut bucket, cost) in self.buckets(operation, members) {
            bucket.taken(cost, now);
        }
    }

    /// The service throttled a request that was sent at that time. It does not say which of its limits was met.
    pub(crate) fn throttled(&self, operation: Operation, members: usize, sent: Instant) {
        let now = Instant::now();
        for (mut bucket, _) in self.buckets(operation, members) {
            bucket.throttled(sent, now);
        }
    }

    /// The buckets that a request draws on, always in the same order.
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

/// A token bucket that holds what one second brings. Who needs more than it ever holds goes when it is full, and leaves a debt.
#[derive(Debug)]
struct Bucket {
    rate: f64,
    most: f64,
    tokens: f64,
    filled: Instant,
    halved: Option<Instant>,
    flow: Flow,
}

impl Bucket {
    fn new(rate: Rate, now: Instant) -> Self {
        let start = rate.start.max(LEAST);
        Self {
            rate: start,
            most: rate.most.max(start),
            tokens: start,
            filled: now,
            halved: None,
            flow: Flow::none(now),
        }
    }

    /// How long until that much may go; zero when it may go now.
    fn wait(&mut self, cost: f64, now: Instant) -> Duration {
        self.fill(now);
        let missing = cost.min(self.rate) - self.tokens;
        if missing <= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(missing / self.rate) }
    }

    fn fill(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + since * self.rate).min(self.rate);
        self.filled = self.filled.max(now);
    }

    fn taken(&mut self, cost: f64, now: Instant) {
        self.flow.add(cost, now);
        self.rate = (self.rate + RISE * cost).min(self.most);
    }

    /// Lowers the rate, but only once for all requests that were on their way when it was too high. Halving alone takes long to come
    /// down to a limit far below, and every request on that way is refused.
    fn throttled(&mut self, sent: Instant, now: Instant) {
        let already = self
            .halved
            .is_some_and(|halved| sent < halved || now.saturating_duration_since(halved) < BETWEEN_HALVINGS);
        if already {
            return;
        }
        self.fill(now);
        let half = self.rate / 2.0;
        let flow = self.flow.per_second(now);
        self.rate = if flow >= TELLING { half.min(flow) } else { half }.max(LEAST);
        self.tokens = self.tokens.min(0.0);
        self.halved = Some(now);
    }
}

/// How much the service took in about the last second: what was taken counts less the longer ago it was.
#[derive(Debug)]
struct Flow {
    taken: f64,
    counted: Instant,
}

impl Flow {
    fn none(now: Instant) -> Self {
        Self { taken: 0.0, counted: now }
    }

    fn add(&mut self, cost: f64, now: Instant) {
        self.taken = self.per_second(now) + cost;
        self.counted = self.counted.max(now);
    }

    fn per_second(&self, now: Instant) -> f64 {
        self.taken * (-now.saturating_duration_since(self.counted).as_secs_f64()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn bucket(start: f64, most: f64) -> (Bucket, Instant) {
        let now = Instant::now();
        (Bucket::new(Rate { start, most }, now), now)
    }

    fn take(bucket: &mut Bucket, cost: f64, now: Instant) -> Duration {
        let wait = bucket.wait(cost, now);
        if wait.is_zero() {
            bucket.tokens -= cost;
        }
        wait
    }

    #[test]
    fn one_second_of_requests_goes_at_once_and_the_rest_in_turn() {
        let (mut bucket, now) = bucket(20.0, 20.0);
        assert!((0..20).all(|_| take(&mut bucket, 1.0, now).is_zero()));
        assert_eq!(take(&mut bucket, 1.0, now), Duration::from_millis(50));
        let later = now + SECOND / 2;
        assert_eq!((0..20).filter(|_| take(&mut bucket, 1.0, later).is_zero()).count(), 10);
    }

    #[test]
    fn a_throttled_burst_halves_the_rate_once() {
        let (mut bucket, now) = bucket(20.0, 25.0);
        for _ in 0..10 {
            bucket.throttled(now, now + SECOND / 2);
        }
        assert_eq!(bucket.rate, 10.0);
        // Sent after the halving, but too early to tell; then sent before it, and answered late.
        bucket.throttled(now + SECOND, now + SECOND);
        bucket.throttled(now, now + 9 * SECOND);
        assert_eq!(bucket.rate, 10.0);
        bucket.throttled(now + 2 * SECOND, now + 2 * SECOND);
        assert_eq!(bucket.rate, 5.0);
    }

    #[test]
    fn the_rate_never_stops_and_never_passes_its_ceiling() {
        let (mut bucket, mut now) = bucket(20.0, 25.0);
        for _ in 0..20 {
            now += SECOND;
            bucket.throttled(now, now);
        }
        assert_eq!(bucket.rate, LEAST);
        for _ in 0..1000 {
            bucket.taken(1.0, now);
        }
        assert_eq!(bucket.rate, 25.0);
    }

    #[test]
    fn a_limit_far_below_the_rate_is_found_at_the_first_refusal() {
        let (mut bucket, now) = bucket(1000.0, 1000.0);
        for _ in 0..25 {
            bucket.taken(1.0, now);
        }
        bucket.throttled(now, now + SECOND / 20);
        assert!((20.0..=25.0).contains(&bucket.rate), "{}", bucket.rate);
    }

    #[test]
    fn a_refusal_after_little_or_long_ago_only_halves() {
        let (mut idle, now) = bucket(20.0, 20.0);
        idle.taken(1.0, now);
        idle.throttled(now, now);
        assert_eq!(idle.rate, 10.0);
        let (mut rested, now) = bucket(1000.0, 1000.0);
        for _ in 0..100 {
            rested.taken(1.0, now);
        }
        rested.throttled(now + 9 * SECOND, now + 9 * SECOND);
        assert_eq!(rested.rate, 500.0);
    }

    #[test]
    fn a_hundred_members_pass_a_bucket_that_holds_fewer_and_are_paid_for() {
        let (mut bucket, now) = bucket(50.0, 50.0);
        assert_eq!(take(&mut bucket, 100.0, now), Duration::ZERO);
        assert_eq!(take(&mut bucket, 50.0, now), 2 * SECOND);
        assert_eq!(take(&mut bucket, 50.0, now + 2 * SECOND), Duration::ZERO);
    }

    #[test]
    fn memberships_are_paced_by_the_member_and_operations_apart_from_one_another() {
        let pace = Pace { members: Rate { start: 100.0, most: 100.0 }, ..Pace::aws() };
        let pacer = Pacer::new(&pace);
        assert_eq!(pacer.hold(Operation::CreateGroup, 100), None);
        assert!(pacer.hold(Operation::PatchGroup, 100).is_some());
        // What had to wait took nothing from the other bucket.
        assert!((0..20).all(|_| pacer.hold(Operation::PatchGroup, 0).is_none()));
        assert!((0..20).all(|_| pacer.hold(Operation::PatchUser, 0).is_none()));
    }
}
