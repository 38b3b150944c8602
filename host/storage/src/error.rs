//! Why a place cannot be used, and the next step.

use std::io;

use thiserror::Error;

/// Why something cannot be read or kept.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StorageError {
    /// A file cannot be read.
    #[error(
        "{path} cannot be read ({source})\nhint: usher must be allowed to read and write the file it was told to keep"
    )]
    Unreadable {
        /// Which.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error(
        "{path} cannot be written ({source}); what stood there stands there still\nhint: name a file in a folder that is there and may be written to"
    )]
    Unwritable {
        /// Which.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The work was given up before its end.
    #[error("{place} was not read or written to the end: the program is ending\nhint: run it again")]
    GivenUp {
        /// Which place.
        place: String,
    },
    /// A kind of store that is not known.
    #[error("{place} is in a store that is not known\nhint: name a file")]
    UnknownStore {
        /// Which place.
        place: String,
    },
}
