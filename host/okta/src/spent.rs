//! What a run has cost so far.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests sent, repeats included, and the time spent waiting for rate limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestCounts {
    /// By method and path template: `GET /api/v1/groups/{id}/users`.
    pub by_request: BTreeMap<String, u64>,
    /// How long at least one request was held back by a rate limit.
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
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    by_request: BTreeMap<&'static str, u64>,
    waited: Duration,
    waiters: usize,
    waiting_since: Option<Instant>,
}

impl Spent {
    pub(crate) fn add(&self, request: &'static str) {
        *self.lock().by_request.entry(request).or_default() += 1;
    }

    /// Counts the time until the guard is dropped as waiting; several at once count once.
    pub(crate) fn waiting(&self) -> Waiting<'_> {
        let mut state = self.lock();
        if state.waiters == 0 {
            state.waiting_since = Some(Instant::now());
        }
        state.waiters += 1;
        Waiting { spent: self }
    }

    pub(crate) fn counts(&self) -> RequestCounts {
        let state = self.lock();
        RequestCounts {
            by_request: state
                .by_request
                .iter()
                .map(|(request, count)| ((*request).to_owned(), *count))
                .collect(),
            waited: state.waited + state.waiting_since.map_or(Duration::ZERO, |since| since.elapsed()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody is waiting.
pub(crate) struct Waiting<'a> {
    spent: &'a Spent,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.spent.lock();
        state.waiters -= 1;
        if state.waiters == 0 {
            let since = state.waiting_since.take();
            state.waited += since.map_or(Duration::ZERO, |since| since.elapsed());
        }
    }
}
