//! Writing with what a run keeps: the lock from before the first reading to the last write, the journal around each operation.

use std::path::PathBuf;

use usher_core::content::Origin;
use usher_core::guard::GuardedPlan;
use usher_engine::journal::{Beginning, Journal, JournalError, line};
use usher_engine::lock::{Lock, LockError, owner::Owner};
use usher_engine::witness::new_run_id;
use usher_engine::{Applied, Keeper, Progress, Stop, apply};
use usher_identity_center::IdentityCenter;

use crate::configuration::KeepingSection;
use crate::exit::{ExitStatus, Failure};
use crate::interruption;
use crate::lock_store;
use crate::notice::notice;
use crate::report::result::PolicyReport;

/// A run that may write.
pub(crate) struct Keeping {
    run: String,
    lock: Option<Lock>,
    journal: Option<PathBuf>,
}

impl Keeping {
    /// Takes the lock, if there is to be one. Before anything is read: a plan that was made while another run wrote is stale.
    pub(crate) async fn begin(section: &KeepingSection) -> Result<Self, Failure> {
        let run = new_run_id();
        let lock = match &section.lock {
            None => None,
            Some(place) => Some(lock_store::take(place, &run).await.map_err(|error| match error {
                LockError::Held { .. } => Failure::with_status(ExitStatus::Locked, error),
                error => Failure::from(error),
            })?),
        };
        Ok(Self { run, lock, journal: section.journal.clone() })
    }

    /// Whether this run may still write: a lock that there is must be its own.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.lock.as_ref().map_or(Ok(()), Lock::check).map_err(|error| Failure::from(error).before_writing())
    }

    /// Gives the lock back, if it was not yet.
    pub(crate) async fn end(&mut self) {
        if let Some(lock) = self.lock.take() {
            lock.give_back().await;
        }
    }

    /// Applies the plan under the lock, and tells the journal.
    pub(crate) async fn apply(
        &mut self,
        plan: &GuardedPlan,
        origin: &Origin,
        policies: &[PolicyReport],
        identity_center: &IdentityCenter,
        progress: &dyn Progress,
    ) -> Result<Applied, Failure> {
        let Self { run, lock, journal } = self;
        let journal = match journal {
            Some(path) => {
                let (journal, repair) = Journal::open(path, run).map_err(before_writing)?;
                if let Some(repair) = repair {
                    talkln!(
                        "{}",
                        notice(&format!(
                            "the journal {} ended in the middle of a line, as when a machine loses its power; the {} bytes of it are kept in {}",
                            path.display(),
                            repair.bytes,
                            repair.kept_in.display()
                        ))
                    );
                }
                let policies = policies.iter().map(stored).collect();
                let beginning = Beginning {
                    host: &Owner::me().host,
                    plan: plan.hash(),
                    source: &origin.source,
                    target: &origin.target,
                    operations: plan.operations.len(),
                    policies,
                };
                journal.begin(beginning).map_err(before_writing)?;
                Some(journal)
            }
            None => None,
        };
        let keeper = Keeper { lock: lock.take(), journal, stop: Stop::default() };
        tokio::spawn(interruption::listen(keeper.stop.clone()));
        let mut applied = apply(plan, identity_center, &keeper, progress).await;
        // Nothing is under way any more that somebody would have to wait for.
        keeper.stop.now();
        if let Some(journal) = &keeper.journal
            && let Err(error) = journal.end(&applied)
        {
            applied.ended_early.get_or_insert(error.to_string());
        }
        *lock = keeper.lock;
        Ok(applied)
    }
}

fn before_writing(error: JournalError) -> Failure {
    let failure = match error {
        JournalError::Busy { .. } => Failure::with_status(ExitStatus::Locked, error),
        error => Failure::from(error),
    };
    failure.before_writing()
}

fn stored(report: &PolicyReport) -> line::Policy {
    line::Policy {
        name: report.name.clone(),
        version: report.provenance.version.clone(),
        digest: report.provenance.digest.to_string(),
        config_digest: report.provenance.config_digest.to_string(),
    }
}
