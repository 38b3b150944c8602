//! What stands in Okta now, and what its search index still believes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use crate::organisation::{Change, ChangeError, Organisation, OrganisationError};
use crate::requests::Shared;

/// The organisation and its recent past; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    history: Shared<Vec<(Instant, Organisation)>>,
    search_lag: Duration,
    /// Seconds by which Okta's clock is ahead of the machine's.
    ahead: Arc<AtomicI64>,
}

impl Source {
    pub(crate) fn new(organisation: Organisation, search_lag: Duration) -> Self {
        Self { history: Shared::new(vec![(Instant::now(), organisation)]), search_lag, ahead: Arc::default() }
    }

    /// What Okta's clock shows: what is changed gets this time, and every answer bears it.
    pub(crate) fn time(&self) -> Timestamp {
        let ahead = jiff::SignedDuration::from_secs(self.ahead.load(Ordering::Acquire));
        Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// Lets time pass in Okta, and nowhere else.
    pub(crate) fn advance(&self, seconds: u32) {
        self.ahead.fetch_add(i64::from(seconds), Ordering::AcqRel);
    }

    /// As it is.
    pub(crate) fn now(&self) -> Organisation {
        self.history.with(|history| newest(history).clone())
    }

    /// As the search index sees it: what stood there at the start is indexed at once.
    pub(crate) fn indexed(&self) -> Organisation {
        self.history.with(|history| {
            let indexed = history.iter().rev().find(|(since, _)| since.elapsed() >= self.search_lag);
            indexed.or(history.first()).map(|(_, organisation)| organisation.clone()).unwrap_or_default()
        })
    }

    /// Lets something happen, or nothing when it cannot.
    pub(crate) fn change(&self, change: &Change) -> Result<(), ChangeError> {
        self.history.with(|history| {
            let mut organisation = newest(history).clone();
            organisation.apply(change, self.time())?;
            self.remember(history, organisation);
            Ok(())
        })
    }

    /// Puts another organisation in its place.
    pub(crate) fn replace(&self, document: Value) -> Result<(), OrganisationError> {
        let now = self.time();
        self.history.with(|history| {
            let before = newest(history);
            let organisation =
                Organisation::from_value(before.with_times(document), now)?.touched(before, now);
            self.remember(history, organisation);
            Ok(())
        })
    }

    fn remember(&self, history: &mut Vec<(Instant, Organisation)>, organisation: Organisation) {
        // Everything before what the index has reached is never asked for again.
        let reached = history.iter().rposition(|(since, _)| since.elapsed() >= self.search_lag).unwrap_or(0);
        history.drain(..reached);
        history.push((Instant::now(), organisation));
    }
}

fn newest(history: &[(Instant, Organisation)]) -> &Organisation {
    &history.last().expect("the history starts with one entry, and the newest is never taken out").1
}
