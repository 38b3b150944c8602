//! What stands in Okta now, and what its search index still believes.

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
}

impl Source {
    pub(crate) fn new(organisation: Organisation, search_lag: Duration) -> Self {
        Self { history: Shared::new(vec![(Instant::now(), organisation)]), search_lag }
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
            organisation.apply(change, Timestamp::now())?;
            self.remember(history, organisation);
            Ok(())
        })
    }

    /// Puts another organisation in its place.
    pub(crate) fn replace(&self, document: Value) -> Result<(), OrganisationError> {
        let organisation = Organisation::from_value(document, Timestamp::now())?;
        self.history.with(|history| {
            let organisation = organisation.touched(newest(history), Timestamp::now());
            self.remember(history, organisation);
        });
        Ok(())
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
