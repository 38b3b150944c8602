//! Writes a journal: a line is in the system's hands before the next step is taken.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use usher_core::plan::Operation;
use usher_core::plan_hash::PlanHash;
use usher_identity_center::Sent;
use usher_policy::Digest;

use super::change;
use super::error::JournalError;
use super::line::{self, Event, Line};
use super::tail::{self, Repair, Tail, private};
use crate::apply::{Applied, Outcome};

/// A journal that one run writes to. A line that was written survives the end of the process, however it ends.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    run: String,
    end: Mutex<End>,
}

/// What a run says of itself when it begins to write.
#[derive(Clone, Debug)]
pub struct Beginning<'a> {
    /// On which machine it is.
    pub host: &'a str,
    /// Its plan.
    pub plan: &'a PlanHash,
    /// The address of the source.
    pub source: &'a str,
    /// The address of the target.
    pub target: &'a str,
    /// How many operations the plan has.
    pub operations: usize,
    /// Who decided, in the order in which they were asked.
    pub policies: Vec<line::Policy>,
}

/// The open file and what its next line needs to know.
#[derive(Debug)]
struct End {
    file: File,
    tail: Tail,
}

impl Journal {
    /// Opens the file, or makes one that only its owner may read. A torn last line is cut off, kept beside the file, and told.
    ///
    /// # Errors
    /// A file that cannot be opened or is no journal, or that another process writes to.
    pub fn open(path: &Path, run: &str) -> Result<(Self, Option<Repair>), JournalError> {
        let shown = path.display().to_string();
        let unwritable = |source| JournalError::Unwritable { path: shown.clone(), source };
        let mut options = OpenOptions::new();
        let mut file =
            private(options.read(true).append(true).create(true)).open(path).map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Busy { path: shown }),
            // Some network file systems know no locks; the lock of the run stands before this one.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(source)) => return Err(unwritable(source)),
        }
        let (tail, torn) = tail::find(&mut file, path)?;
        let repair = match torn.as_slice() {
            [] => None,
            torn => Some(tail::repair(&file, path, &tail, torn).map_err(unwritable)?),
        };
        let journal =
            Self { path: path.to_owned(), run: run.to_owned(), end: Mutex::new(End { file, tail }) };
        if let Some(Repair { bytes, kept_in }) = &repair {
            journal.write(Event::Repaired { bytes: *bytes, kept_in: kept_in.display().to_string() })?;
        }
        Ok((journal, repair))
    }

    /// A run begins to write.
    pub fn begin(&self, beginning: Beginning<'_>) -> Result<(), JournalError> {
        let Beginning { host, plan, source, target, operations, policies } = beginning;
        self.write(Event::Begin {
            usher: env!("CARGO_PKG_VERSION").to_owned(),
            host: host.to_owned(),
            pid: std::process::id(),
            plan: Some(plan.to_string()),
            source: Some(source.to_owned()),
            target: Some(target.to_owned()),
            operations,
            policies,
        })?;
        self.sync()
    }

    /// An operation is about to be attempted; `number` counts from 1.
    pub fn intent(&self, number: usize, operation: &Operation) -> Result<(), JournalError> {
        self.write(Event::Intent { operation: number, change: change::stored(operation) })
    }

    /// What came of it.
    pub fn outcome(
        &self,
        number: usize,
        outcome: &Outcome,
        target_id: Option<&str>,
        sent: &[Sent],
    ) -> Result<(), JournalError> {
        let (result, error, missing) = match outcome {
            Outcome::Done => (line::Outcome::Done, None, Vec::new()),
            Outcome::DoneWithout { missing } => (line::Outcome::DoneWithout, None, missing.clone()),
            Outcome::Failed { error } => (line::Outcome::Failed, Some(error.clone()), Vec::new()),
            Outcome::NotAttempted => return Ok(()),
        };
        let request = |sent: &Sent| line::Request {
            request: sent.request.to_owned(),
            status: sent.status,
            id: sent.request_id.clone(),
        };
        self.write(Event::Outcome {
            operation: number,
            result,
            error,
            missing,
            target_id: target_id.map(str::to_owned),
            requests: sent.iter().map(request).collect(),
        })
    }

    /// The run has ended.
    pub fn end(&self, applied: &Applied) -> Result<(), JournalError> {
        let count = |is: fn(&Outcome) -> bool| applied.outcomes.iter().filter(|outcome| is(outcome)).count();
        self.write(Event::End {
            done: applied.done(),
            failed: count(|outcome| matches!(outcome, Outcome::Failed { .. })),
            not_attempted: count(|outcome| matches!(outcome, Outcome::NotAttempted)),
            ended_early: applied.ended_early.clone(),
        })?;
        self.sync()
    }

    fn write(&self, event: Event) -> Result<(), JournalError> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let End { file, tail } = &mut *end;
        // Time never goes backwards in a journal, even where the machine's clock does.
        let now = Timestamp::now().to_string();
        let at = tail
            .at
            .as_deref()
            .and_then(|at| at.parse::<Timestamp>().ok())
            .map_or(now.clone(), |last| Timestamp::now().max(last).to_string());
        let line = Line {
            version: line::VERSION,
            number: tail.number + 1,
            previous: tail.digest.clone(),
            at: at.clone(),
            run: self.run.clone(),
            event,
        };
        let unwritable = |source| JournalError::Unwritable { path: self.path.display().to_string(), source };
        let mut bytes = serde_json::to_vec(&line).map_err(|error| unwritable(error.into()))?;
        let digest = Digest::of(&bytes).to_string();
        bytes.push(b'\n');
        if let Err(error) = file.write_all(&bytes) {
            // Half a line (a full disk) is taken back; where even that fails, the next run repairs it.
            let _ = file.set_len(tail.length);
            return Err(unwritable(error));
        }
        let length = tail.length + bytes.len() as u64;
        *tail = Tail { number: line.number, digest, at: Some(at), length };
        Ok(())
    }

    /// Onto the disk, so that a power cut does not take it.
    fn sync(&self) -> Result<(), JournalError> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.file
            .sync_data()
            .map_err(|source| JournalError::Unwritable { path: self.path.display().to_string(), source })
    }
}
