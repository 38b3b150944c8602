//! A lock in a file: taken, renewed, checked before each write and given back while the system's own lock on the file is held.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use usher_identity_center::Permission;

use super::error::LockError;
use super::held::LEASE_SECONDS;
use super::owner::Owner;
use super::record::{Record, held, seconds_between};
use crate::journal::private;

/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(LEASE_SECONDS / 4);

/// A lock in a file; given back when it is dropped.
#[derive(Debug)]
pub(super) struct FileLock {
    path: PathBuf,
    run: String,
    renewal: JoinHandle<()>,
}

impl FileLock {
    /// Takes the lock and renews it from now on.
    pub(super) fn take(path: &Path, run: &str) -> Result<Self, LockError> {
        change(path, |standing| {
            let now = Timestamp::now();
            if let Some(standing) = standing.filter(|it| !it.is_over(now) && !it.owner().is_gone()) {
                let renewed = u64::try_from(seconds_between(standing.renewed, now)).unwrap_or(0);
                return Err(held(path.display().to_string(), &standing, renewed));
            }
            Ok(Some(Record::new(run, &Owner::me(), LEASE_SECONDS, now)))
        })?;
        let (path, run) = (path.to_owned(), run.to_owned());
        let renewal = tokio::spawn(renew_for_ever(path.clone(), run.clone()));
        Ok(Self { path, run, renewal })
    }

    pub(super) fn check(&self) -> Result<(), LockError> {
        check(&self.path, &self.run)
    }

    pub(super) fn permission(&self) -> Permission {
        let (path, run) = (self.path.clone(), self.run.clone());
        Permission::of(move || check(&path, &run).map_err(|error| error.to_string()))
    }
}

fn check(path: &Path, run: &str) -> Result<(), LockError> {
    let lost = |how: String| LockError::Lost { path: path.display().to_string(), how };
    let bytes = std::fs::read(path).map_err(|error| lost(format!("it cannot be read ({error})")))?;
    let record = Record::parse(&bytes).map_err(|()| lost("it is no lock any more".to_owned()))?;
    let now = Timestamp::now();
    match record {
        Some(record) if record.run != run => {
            Err(lost(format!("{} on {} has it now", record.run, record.host)))
        }
        Some(record) if record.is_over(now) => {
            Err(lost(format!("it was not renewed for {} s", seconds_between(record.renewed, now))))
        }
        Some(_) => Ok(()),
        None => Err(lost("somebody has given it back".to_owned())),
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        self.renewal.abort();
        // Where this fails the lease ends by itself.
        let _ = change(&self.path, |standing| {
            let is_ours = standing.as_ref().is_some_and(|standing| standing.run == self.run);
            Ok(standing.filter(|_| !is_ours))
        });
    }
}

async fn renew_for_ever(path: PathBuf, run: String) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        // Whoever writes checks the file and finds out when this fails.
        let _ = renew(&path, &run);
    }
}

/// Renews the lock if it is still this run's; a lease that is over is not taken up again.
fn renew(path: &Path, run: &str) -> Result<(), LockError> {
    change(path, |standing| {
        let now = Timestamp::now();
        let is_ours = |standing: &Record| standing.run == run && !standing.is_over(now);
        Ok(standing.map(|standing| if is_ours(&standing) { standing.renewed_at(now) } else { standing }))
    })
}

/// Reads and replaces what the file says while nobody else can.
fn change(
    path: &Path,
    new: impl FnOnce(Option<Record>) -> Result<Option<Record>, LockError>,
) -> Result<(), LockError> {
    let unusable = |source| LockError::Unusable { path: path.display().to_string(), source };
    let mut options = OpenOptions::new();
    let file = private(options.read(true).write(true).create(true).truncate(false)).open(path);
    let mut file = file.map_err(unusable)?;
    // Closing the file ends it.
    file.lock().map_err(unusable)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(unusable)?;
    let standing =
        Record::parse(&bytes).map_err(|()| LockError::NotALock { path: path.display().to_string() })?;
    let before = standing.clone();
    let after = new(standing)?;
    if after != before {
        write(&mut file, after.as_ref()).map_err(unusable)?;
    }
    Ok(())
}

fn write(file: &mut File, record: Option<&Record>) -> io::Result<()> {
    let Some(record) = record else { return file.set_len(0) };
    let bytes = record.bytes()?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&bytes)?;
    file.set_len(bytes.len() as u64)
}
