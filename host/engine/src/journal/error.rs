//! Why a journal cannot be written or read.

use thiserror::Error;

/// What is wrong with a journal.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file cannot be read.
    #[error(
        "the journal {path} cannot be read ({source})\nhint: `journal.path` in the configuration names it, or the command line; it is there once a \
         run has written something"
    )]
    Unreadable {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be written; without a journal nothing is written to AWS either.
    #[error(
        "the journal {path} cannot be written ({source})\nhint: without it no change would leave a trace, so none is made; name a file in \
         a folder that is there and may be written to under `journal.path`"
    )]
    Unwritable {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process writes to it.
    #[error(
        "another process is writing to the journal {path}\nhint: wait until it has ended; a run that hangs keeps its journal although its lock is over: end that process"
    )]
    Busy {
        /// Which file.
        path: String,
    },
    /// The file is something else.
    #[error(
        "{path} is not a journal of usher's: {problem}\nhint: nothing was changed in it; name another file under `journal.path`"
    )]
    NotAJournal {
        /// Which file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}
