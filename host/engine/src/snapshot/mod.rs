//! A snapshot: what a run read from both sides, kept in a file, so that plans can be made again without a network.
//!
//! Read [`Snapshot`] first; [`file`] is the form in which it is stored (docs/snapshots.md describes it) and `value` that of an
//! attribute's value; `complete` reads more than one policy needs; `error` says why there is no snapshot.

mod complete;
mod error;
pub(crate) mod file;
mod pseudonyms;
mod redact;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use usher_core::actual::Actual;
use usher_core::id::{GroupKey, OktaUserId, ScimGroupId};
use usher_core::source::{SourceGroup, SourceReading, Whereabouts};

pub use complete::complete;
pub use error::SnapshotError;
pub use redact::Redacted;

use crate::session::Candidates;
use crate::whole_file;

/// Both sides as they were read at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The time of the run in seconds since 1970: the only clock its policy saw.
    pub now: u64,
    /// Which groups were asked for.
    pub candidates: Candidates,
    /// Those groups as Okta returned them: all that were put to the policy.
    pub groups: Vec<SourceGroup>,
    /// The members of those that the policy selected, or of all.
    pub reading: SourceReading,
    /// Where Okta says the leavers are.
    pub whereabouts: BTreeMap<OktaUserId, Whereabouts>,
    /// What stands in the target.
    pub actual: Actual,
    /// Groups of the target whose members were asked for and could not be read to the end.
    pub unread: BTreeSet<ScimGroupId>,
    /// Who and what was looked up by itself, on a target that cannot list everything.
    pub looked_up: LookedUp,
    /// Whether names and values were replaced.
    pub redacted: bool,
}

/// What a run looked up one by one: a person or group that is neither here nor in the reading may stand in the target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookedUp {
    /// By Okta's id.
    pub users: BTreeSet<OktaUserId>,
    /// By key.
    pub groups: BTreeSet<GroupKey>,
}

impl Snapshot {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read, is none of ours, is of another version, or does not agree with itself.
    pub fn read(path: &Path) -> Result<Self, SnapshotError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path)
            .map_err(|source| SnapshotError::Unreadable { path: shown.clone(), source })?;
        file::parse(&bytes).map_err(|problem| problem.in_file(shown))
    }

    /// Writes a file that only its owner may read. It is there whole or not at all; one that stood there is replaced.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn save(&self, path: &Path) -> Result<(), SnapshotError> {
        whole_file::write(path, |writer| Ok(serde_json::to_writer(writer, &file::File::of(self))?))
            .map_err(|source| SnapshotError::Unwritable { path: path.display().to_string(), source })
    }
}
