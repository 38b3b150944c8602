//! The lock that a run holds, wherever it is kept.

use std::path::Path;
use std::sync::Arc;

use usher_identity_center::Permission;

use super::error::LockError;
use super::in_file::FileLock;
use super::in_store::StoreLock;
use super::store::LockStore;

/// How long a lock lasts that nobody renews.
pub(super) const LEASE_SECONDS: u64 = 60;

/// A lock that this run holds.
#[derive(Debug)]
pub struct Lock(Kept);

#[derive(Debug)]
enum Kept {
    File(FileLock),
    Store(StoreLock),
}

impl Lock {
    /// Takes the lock in a file for a run, and renews it from now on. One whose owner is gone, or whose lease is over, is taken over.
    ///
    /// Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// [`LockError::Held`] with who holds it; a file that cannot be used or is no lock.
    pub fn take(path: &Path, run: &str) -> Result<Self, LockError> {
        Ok(Self(Kept::File(FileLock::take(path, run)?)))
    }

    /// The same in another place.
    ///
    /// # Errors
    /// As for a file.
    pub async fn take_in(store: Arc<dyn LockStore>, run: &str) -> Result<Self, LockError> {
        Ok(Self(Kept::Store(StoreLock::take(store, run).await?)))
    }

    /// Whether this run still holds the lock. Asked before each write.
    ///
    /// # Errors
    /// [`LockError::Lost`] when another run has it, nobody has, or its lease is over, whatever the reason: a machine that slept, a disk
    /// or a network that hung.
    pub fn check(&self) -> Result<(), LockError> {
        match &self.0 {
            Kept::File(lock) => lock.check(),
            Kept::Store(lock) => lock.check(),
        }
    }

    /// The same, for whoever is to ask without holding the lock.
    pub fn permission(&self) -> Permission {
        match &self.0 {
            Kept::File(lock) => lock.permission(),
            Kept::Store(lock) => lock.permission(),
        }
    }

    /// Gives the lock back, and returns when others can take it. A lock in a file is given back when it is dropped, too; one in another
    /// place ends then with its lease, unless the program goes on for a moment.
    pub async fn give_back(self) {
        match self.0 {
            // Dropping it does.
            Kept::File(_) => {}
            Kept::Store(lock) => lock.give_back().await,
        }
    }
}
