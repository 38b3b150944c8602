//! Who hears of each operation before and after it is written, and may stop the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use usher_core::plan::Operation;
use usher_identity_center::{Permission, Sent};

use crate::apply::Outcome;
use crate::journal::Journal;
use crate::lock::Lock;

/// Hears of each operation. Called from several operations at once.
pub trait Witness: Send + Sync {
    /// Who is asked before each single request that changes something.
    fn permission(&self) -> Permission;

    /// Before the first request of an operation, whose place in the plan counts from 1.
    ///
    /// # Errors
    /// In words, why neither this operation nor any after it may be written.
    fn before(&self, number: usize, operation: &Operation) -> Result<(), String>;

    /// After its last request.
    ///
    /// # Errors
    /// In words, why no operation after it may be written.
    fn after(
        &self,
        number: usize,
        outcome: &Outcome,
        target_id: Option<&str>,
        sent: &[Sent],
    ) -> Result<(), String>;
}

/// What a run keeps while it writes: the lock that lets it, and the journal of what it does. Either may be absent.
#[derive(Debug, Default)]
pub struct Keeper {
    /// Checked before each operation and each of its writes.
    pub lock: Option<Lock>,
    /// Written before and after each operation.
    pub journal: Option<Journal>,
    /// Looked at before each operation.
    pub stop: Stop,
}

/// Whether a person wants the run to end after the operations under way. Clones are one.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Begin no operation any more; gives back whether that was wanted before.
    pub fn now(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }
}

impl Witness for Keeper {
    fn permission(&self) -> Permission {
        self.lock.as_ref().map_or_else(Permission::always, Lock::permission)
    }

    fn before(&self, number: usize, operation: &Operation) -> Result<(), String> {
        if let Some(lock) = &self.lock {
            lock.check().map_err(|error| error.to_string())?;
        }
        if self.stop.0.load(Ordering::SeqCst) {
            return Err("the run was interrupted".to_owned());
        }
        match &self.journal {
            Some(journal) => journal.intent(number, operation).map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }

    fn after(
        &self,
        number: usize,
        outcome: &Outcome,
        target_id: Option<&str>,
        sent: &[Sent],
    ) -> Result<(), String> {
        match &self.journal {
            Some(journal) => {
                journal.outcome(number, outcome, target_id, sent).map_err(|error| error.to_string())
            }
            None => Ok(()),
        }
    }
}

/// An id for a run: when it began, and some letters of its own.
pub fn new_run_id() -> String {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let own: String = std::iter::repeat_with(fastrand::alphanumeric).take(6).collect();
    format!("{now}-{}", own.to_lowercase())
}
