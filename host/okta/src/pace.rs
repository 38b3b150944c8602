//! Keeps to our share of Okta's rate-limit windows, so that a 429 is the exception and other users of the
//! organisation's limit get theirs (okta.md §4.4).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::settings::{RetryPolicy, jittered};
use crate::spent::Spent;
use crate::window::Window;

/// Okta's windows last so long, from the first request that counts (okta.md §4.3).
const WINDOW: Duration = Duration::from_secs(60);

/// What is known of every bucket, by its path template.
#[derive(Debug)]
pub(crate) struct Pace {
    share: f64,
    margin: Duration,
    longest: Duration,
    buckets: Mutex<BTreeMap<&'static str, Bucket>>,
    learned: Notify,
}

#[derive(Debug)]
struct Bucket {
    limit: u64,
    /// What is left, with the requests that are under way already taken off.
    remaining: u64,
    /// Okta's name for the window; none while a new one is only assumed.
    reset: Option<i64>,
    /// When it may be believed to have ended.
    ends: Instant,
}

impl Pace {
    pub(crate) fn new(share: f64, policy: &RetryPolicy) -> Self {
        Self {
            share: if share.is_finite() { share.clamp(0.01, 1.0) } else { 1.0 },
            margin: policy.reset_margin,
            longest: policy.longest_rate_limit_pause,
            buckets: Mutex::default(),
            learned: Notify::new(),
        }
    }

    /// Waits until a request of this bucket may go.
    pub(crate) async fn turn(&self, bucket: &'static str, spent: &Spent) {
        let mut waiting = None;
        loop {
            let learned = self.learned.notified();
            tokio::pin!(learned);
            learned.as_mut().enable();
            let Some(until) = self.take(bucket) else { return };
            waiting.get_or_insert_with(|| spent.waiting());
            tokio::select! {
                () = sleep_until(until) => {}
                () = learned => {}
            }
        }
    }

    /// Takes one request off the bucket, or says until when there is none for us.
    fn take(&self, bucket: &'static str) -> Option<Instant> {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        // Of a bucket that never answered nothing is known, so nothing holds the request back.
        let bucket = buckets.get_mut(bucket)?;
        if now >= bucket.ends {
            *bucket =
                Bucket { limit: bucket.limit, remaining: bucket.limit, reset: None, ends: now + WINDOW };
        }
        if bucket.remaining > self.reserve(bucket.limit) {
            bucket.remaining -= 1;
            return None;
        }
        Some(bucket.ends)
    }

    /// What is left to others; at least one request of each window is ours.
    fn reserve(&self, limit: u64) -> u64 {
        let others = (limit as f64 * (1.0 - self.share)).ceil() as u64;
        others.min(limit.saturating_sub(1))
    }

    /// Takes note of an answer's headers.
    pub(crate) fn learn(&self, bucket: &'static str, window: Window) {
        if window.limit == 0 {
            return;
        }
        let until = window.until_reset.min(self.longest) + self.margin + jittered(self.margin);
        let ends = Instant::now() + until;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = buckets.entry(bucket).or_insert(Bucket {
            limit: window.limit,
            remaining: window.remaining,
            reset: Some(window.reset),
            ends,
        });
        match known.reset {
            // A late answer of a window that has ended.
            Some(reset) if reset > window.reset => return,
            Some(reset) if reset < window.reset => known.remaining = window.remaining,
            // Requests that are under way are taken off ours and not yet off Okta's figure.
            _ => known.remaining = known.remaining.min(window.remaining),
        }
        if known.reset != Some(window.reset) {
            known.ends = ends;
        }
        known.limit = window.limit;
        known.reset = Some(window.reset);
        drop(buckets);
        self.learned.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: &str = "/api/v1/groups";

    fn pace(share: f64) -> Pace {
        Pace::new(share, &RetryPolicy { reset_margin: Duration::ZERO, ..RetryPolicy::default() })
    }

    fn window(limit: u64, remaining: u64, reset: i64) -> Window {
        Window { limit, remaining, reset, until_reset: Duration::from_secs(30) }
    }

    /// How many requests go before one would have to wait.
    fn free(pace: &Pace) -> u32 {
        (0..1000).take_while(|_| pace.take(BUCKET).is_none()).count() as u32
    }

    #[tokio::test(start_paused = true)]
    async fn half_of_the_window_is_left_to_others() {
        let pace = pace(0.5);
        pace.learn(BUCKET, window(50, 49, 1));
        assert_eq!(free(&pace), 24, "and the one that brought the headers");
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(free(&pace), 25, "the next window");
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_of_one_request_still_gives_one() {
        let pace = pace(0.5);
        pace.learn(BUCKET, window(1, 0, 1));
        assert_eq!(free(&pace), 0);
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(free(&pace), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_took_is_not_ours() {
        let pace = pace(0.5);
        pace.learn(BUCKET, window(50, 30, 1));
        assert_eq!(free(&pace), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn late_and_overtaken_answers_never_give_requests_back() {
        let pace = pace(1.0);
        pace.learn(BUCKET, window(50, 10, 2));
        pace.learn(BUCKET, window(50, 40, 2));
        pace.learn(BUCKET, window(50, 49, 1));
        assert_eq!(free(&pace), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn the_zeros_of_a_concurrency_429_are_no_window() {
        let pace = pace(0.5);
        pace.learn(BUCKET, window(0, 0, 1));
        assert_eq!(free(&pace), 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_comes_when_the_window_ends_and_the_wait_is_counted() {
        let (pace, spent) = (pace(0.5), Spent::default());
        pace.learn(BUCKET, window(50, 0, 1));
        pace.turn("/api/v1/users/{id}", &spent).await;
        assert_eq!(spent.counts().waited, Duration::ZERO, "another bucket");
        let before = Instant::now();
        pace.turn(BUCKET, &spent).await;
        assert_eq!(before.elapsed().as_secs(), 30);
        assert!(spent.counts().waited > Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn no_header_holds_a_request_back_for_hours() {
        let pace = pace(0.5);
        pace.learn(BUCKET, Window { until_reset: Duration::from_secs(9999), ..window(50, 0, 1) });
        let before = Instant::now();
        pace.turn(BUCKET, &Spent::default()).await;
        assert_eq!(before.elapsed(), RetryPolicy::default().longest_rate_limit_pause);
    }
}
