//! Why a run may not write.

use std::fmt;

use thiserror::Error;

use super::store::StoreError;

/// Why there is no lock, or no lock any more.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another run has it.
    #[error(
        "another run holds the lock {path}: {holder}\nhint: wait until it has ended; the lock of one that died ends by itself {} s after it was last renewed",
        holder.lease
    )]
    Held {
        /// Where.
        path: String,
        /// Who that is.
        holder: Box<Holder>,
    },
    /// It is something else.
    #[error(
        "{path} is not a lock of usher's\nhint: nothing was changed in it; name another place under `lock.path`, or remove this one if nobody needs it"
    )]
    NotALock {
        /// Where.
        path: String,
    },
    /// The file cannot be read or written.
    #[error(
        "the lock {path} cannot be taken ({source})\nhint: make its folder, or name a file in one that is there and may be written to under `lock.path`; where that names none, the lock lies beside \
         the state or the journal"
    )]
    Unusable {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A place that is no file cannot be read or written.
    #[error("the lock {path} cannot be taken")]
    Unreachable {
        /// Where.
        path: String,
        /// What the place said, with the next step.
        source: StoreError,
    },
    /// Others take the lock again and again.
    #[error(
        "the lock {path} could not be taken: each time another run was faster\nhint: start fewer runs at the same time"
    )]
    Contested {
        /// Where.
        path: String,
    },
    /// This run had it and has it no more.
    #[error("this run lost its lock {path}: {how}\nhint: what was written stands; run it again")]
    Lost {
        /// Where.
        path: String,
        /// What happened.
        how: String,
    },
}

/// A run that holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its id.
    pub run: String,
    /// Its machine.
    pub host: String,
    /// Its process.
    pub pid: u32,
    /// How long it has had the lock, in words.
    pub age: String,
    /// How long ago it renewed it, in words.
    pub renewed: String,
    /// How long a lock lasts without being renewed, in seconds.
    pub lease: u64,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, host, pid, age, renewed, .. } = self;
        write!(f, "{run} on {host} (process {pid}), for {age}, renewed {renewed} ago")
    }
}
