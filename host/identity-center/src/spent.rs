//! What a run has cost so far.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Requests sent, repeats included, and the time spent held back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestCounts {
    /// By method and path template: `PATCH /Groups/{id}`.
    pub by_request: BTreeMap<String, u64>,
    /// How long at least one request was held back by a rate limit, ours or the service's.
    pub waited: Duration,
}

impl RequestCounts {
    /// All requests together.
    pub fn total(&self) -> u64 {
        self.by_request.values().sum()
    }
}

/// Where the counting happens.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    tally: Mutex<Tally>,
}

#[derive(Debug, Default)]
struct Tally {
    by_request: BTreeMap<&'static str, u64>,
    waited: Duration,
    /// How many wait now, and since when somebody has.
    waiting: Option<(usize, Instant)>,
}

impl Spent {
    pub(crate) fn count(&self, request: &'static str) {
        *self.lock().by_request.entry(request).or_default() += 1;
    }

    /// Waits that long; several waits at the same time count once.
    pub(crate) async fn wait(&self, pause: Duration) {
        if pause.is_zero() {
            return;
        }
        let _waiting = Waiting::begin(self);
        tokio::time::sleep(pause).await;
    }

    pub(crate) fn counts(&self) -> RequestCounts {
        let tally = self.lock();
        let now_waiting = tally.waiting.map_or(Duration::ZERO, |(_, since)| since.elapsed());
        RequestCounts {
            by_request: tally
                .by_request
                .iter()
                .map(|(request, count)| ((*request).to_owned(), *count))
                .collect(),
            waited: tally.waited + now_waiting,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One wait; ends also when the waiting future is dropped.
struct Waiting<'a>(&'a Spent);

impl<'a> Waiting<'a> {
    fn begin(spent: &'a Spent) -> Self {
        let mut tally = spent.lock();
        let (count, since) = tally.waiting.unwrap_or((0, Instant::now()));
        tally.waiting = Some((count + 1, since));
        Self(spent)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut tally = self.0.lock();
        match tally.waiting {
            Some((count, since)) if count > 1 => tally.waiting = Some((count - 1, since)),
            Some((_, since)) => {
                tally.waited += since.elapsed();
                tally.waiting = None;
            }
            None => {}
        }
    }
}
