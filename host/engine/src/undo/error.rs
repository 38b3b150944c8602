//! Why a run cannot be taken back.

use thiserror::Error;
use usher_core::quote::quoted;

/// A run that cannot be taken back, before anything was read from AWS.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UndoError {
    /// A line of the journal was changed, taken out, put in or moved.
    #[error(
        "{path}:{line}: {what}\nhint: nothing is taken back by a record that cannot be trusted; `usher journal verify` says the same, and \
         --journal names a copy that is whole"
    )]
    Broken {
        /// Which journal.
        path: String,
        /// From 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The journal holds no run.
    #[error(
        "the journal {path} holds no run\nhint: a run that has nothing to write is not in it; --journal names an older one that was moved away"
    )]
    NoRuns {
        /// Which journal.
        path: String,
    },
    /// No run of the journal is called so.
    #[error(
        "the journal {path} holds no run {}\nhint: `usher journal show` lists its runs; `latest` is the last of them ({latest}), and \
         --journal names an older journal that was moved away",
        quoted(.wanted)
    )]
    UnknownRun {
        /// Which journal.
        path: String,
        /// What was asked for.
        wanted: String,
        /// The last run.
        latest: String,
    },
    /// Several runs begin so.
    #[error("{} is the beginning of several runs: {}\nhint: write more of the one that is meant", quoted(.wanted), .runs.join(", "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The runs that begin so.
        runs: Vec<String>,
    },
    /// Several people or groups of the run were called so.
    #[error("{} is what several of the run were called: {}\nhint: name the one that is meant by its id", quoted(.wanted), .meant.join(", "))]
    SeveralMeant {
        /// What was asked for.
        wanted: String,
        /// Each with the name that it got and its id.
        meant: Vec<String>,
    },
    /// The run did nothing for the person or the group.
    #[error(
        "the run {run} changed nothing of the kind that --person and --group ask for\nhint: `usher journal show --run {run}` tells all that it did"
    )]
    NothingOfTheKind {
        /// Which run.
        run: String,
    },
    /// A line that this version cannot take back.
    #[error(
        "operation {operation} of the run {run} is of a kind that this usher cannot take back: {}\nhint: take it back with the usher \
         that wrote it ({written_by})",
        quoted(.kind)
    )]
    UnknownKind {
        /// Which run.
        run: String,
        /// Its operation.
        operation: usize,
        /// What the journal calls it.
        kind: String,
        /// The version that wrote it.
        written_by: String,
    },
}
