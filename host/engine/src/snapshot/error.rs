//! Why there is no snapshot, or why one does not hold what a plan needs.

use thiserror::Error;
use usher_core::quote::quoted;

use super::file;

const HINT_ALL: &str =
    "take it again with `usher snapshot save FILE --all-groups`, which reads what any policy may ask for";

/// Why a snapshot cannot be written, read or planned from.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("the snapshot {path} cannot be read ({source})\nhint: `usher snapshot save FILE` makes one")]
    Unreadable {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error(
        "the snapshot {path} cannot be written ({source})\nhint: name a file in a folder that is there and may be written to"
    )]
    Unwritable {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is something else, or damaged.
    #[error("{path} is not a snapshot: {problem}\nhint: `usher snapshot save FILE` makes one")]
    NotASnapshot {
        /// Which file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file was written by another version of Usher.
    #[error(
        "the snapshot {path} is of version {found}; this usher reads version {known}\nhint: take it again, or read it with the \
         usher that wrote it ({written_by})", known = file::VERSION
    )]
    OtherVersion {
        /// Which file.
        path: String,
        /// Its version.
        found: u64,
        /// Which program wrote it.
        written_by: String,
    },
    /// A group is asked for by its name, and the snapshot has none.
    #[error("the snapshot holds no group named {}: it was not asked for when the snapshot was taken{}\nhint: {HINT_ALL}", quoted(.name), if *.redacted { ", or its name was replaced" } else { "" })]
    NoGroup {
        /// Its name.
        name: String,
        /// Whether names may have been replaced.
        redacted: bool,
    },
    /// The policy is to judge all groups, and only some were asked for.
    #[error(
        "all groups are asked for, and the snapshot holds only the {held} that were named when it was taken\nhint: take it again \
         with the configuration that asks for all groups"
    )]
    NotAllGroups {
        /// How many groups it holds.
        held: usize,
    },
    /// The policy selects a group whose members were not read.
    #[error(
        "the policy selects the group {} ({id}), and the snapshot does not hold its members\nhint: {HINT_ALL}", quoted(.name)
    )]
    NoMembers {
        /// Its name in Okta.
        name: String,
        /// Its id.
        id: String,
    },
    /// The plan may change a group of the target whose members were not read.
    #[error(
        "the plan needs the members of the group {} in Identity Center, and the snapshot does not hold them\nhint: {HINT_ALL}",
        quoted(.name)
    )]
    NoTargetMembers {
        /// Its name in Identity Center.
        name: String,
    },
    /// Somebody is no longer desired whom Okta was not asked about.
    #[error(
        "{id} is no longer wanted, and the snapshot does not say where Okta has that person\nhint: {HINT_ALL}"
    )]
    NoWhereabouts {
        /// Okta's id.
        id: String,
    },
    /// The target could not list everything, and this object was not looked up.
    #[error(
        "the target could not list everything when the snapshot was taken, and {what} was not looked up then\nhint: take it \
         again with the policy that you want to plan with"
    )]
    NotLookedUp {
        /// Who or what.
        what: String,
    },
}
