//! What an earlier run read, kept so that the next one need not read it again. It is a cache: without it everything is read, and the
//! outcome is the same. The one thing that only it knows is since when leavers wait to be deleted; whose date is lost waits longer.
//!
//! Read [`State`] first; [`recall`] says what of it may still be believed, `file` is the form in which it is stored (docs/incremental.md
//! describes it), `error` why there is none.

mod error;
mod file;
pub mod recall;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use usher_core::id::{OktaGroupId, OktaUserId, ScimGroupId};

pub use error::StateError;
pub use recall::{Recall, Why};

use crate::snapshot::Snapshot;

/// What a run leaves to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The address of the source it was read from.
    pub source: String,
    /// The address of the target.
    pub target: String,
    /// What Okta's clock showed before anything was read: what has changed since is not in the snapshot.
    pub read_at: Timestamp,
    /// The same of the last run that read everything.
    pub full_at: Timestamp,
    /// The latest that it has shown to any run: nobody's time is over by a clock that is behind that.
    pub latest: Timestamp,
    /// The groups whose members are in the snapshot, as far as Okta said when they changed.
    pub groups: BTreeMap<OktaGroupId, Mark>,
    /// What may have been written since the target was read.
    pub written: Written,
    /// Since when leavers wait to be deleted, in seconds since 1970.
    pub waiting: BTreeMap<OktaUserId, u64>,
    /// What was read.
    pub snapshot: Arc<Snapshot>,
}

/// What a run may have written after it kept its state: it is kept before the first write, so that a crash is no exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing: the target stood as it should.
    Nothing,
    /// Users, groups, and the members of no groups but these and new ones.
    Members(BTreeSet<ScimGroupId>),
    /// It is not known.
    Anything,
}

/// How fresh a group's members are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When they had last changed, as the list of groups said before they were read.
    pub members_changed: Timestamp,
    /// What Okta's clock showed before they were read.
    pub read_at: Timestamp,
}

impl State {
    /// The state in some bytes.
    ///
    /// # Errors
    /// They are no state, or one of another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, StateError> {
        file::parse(bytes)
    }

    /// The form that [`State::parse`] reads.
    ///
    /// # Errors
    /// It cannot be spelled as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StateError> {
        file::bytes(self)
    }

    /// The same for a run that writes without having read everything: the target is to be read before it is believed again.
    pub fn unsettled(self) -> Self {
        Self { written: Written::Anything, ..self }
    }

    /// The same without the dates of these people: whose account is made again waits anew.
    pub fn forgetting<'a>(mut self, people: impl IntoIterator<Item = &'a OktaUserId>) -> Self {
        for id in people {
            self.waiting.remove(id);
        }
        self
    }
}
