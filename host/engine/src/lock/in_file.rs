//! Takes a lock, keeps it, checks it before each write, and gives it back.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use usher_identity_center::Permission;

use super::error::{Holder, LockError};
use super::owner::Owner;
use super::record::{Record, seconds_between};
use crate::journal::private;

/// How long a lock lasts that nobody renews.
const LEASE_SECONDS: u64 = 60;

/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(LEASE_SECONDS / 4);

/// A lock that this run holds; given back when it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    run: String,
    renewal: JoinHandle<()>,
}

impl Lock {
    /// Takes the lock for a run, and renews it from now on. One whose owner is gone, or whose lease is over, is taken over.
    ///
    /// Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// [`LockError::Held`] with who holds it; a file that cannot be used or is no lock.
    pub fn take(path: &Path, run: &str) -> Result<Self, LockError> {
        change(path, |standing| {
            let now = Timestamp::now();
            if let Some(standing) = standing.filter(|it| !it.is_over(now) && !it.owner().is_gone()) {
                return Err(held(path, &standing, now));
            }
            Ok(Some(Record::new(run, &Owner::me(), LEASE_SECONDS, now)))
        })?;
        let (path, run) = (path.to_owned(), run.to_owned());
        let renewal = tokio::spawn(renew_for_ever(path.clone(), run.clone()));
        Ok(Self { path, run, renewal })
    }

    /// Whether this run still holds the lock. Asked before each write.
    ///
    /// # Errors
    /// [`LockError::Lost`] when another run has it, nobody has, or its lease is over, whatever the reason: a machine that slept, a disk
    /// that hung.
    pub fn check(&self) -> Result<(), LockError> {
        check(&self.path, &self.run)
    }

    /// The same, for whoever is to ask without holding the lock.
    pub fn permission(&self) -> Permission {
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

impl Drop for Lock {
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

fn held(path: &Path, standing: &Record, now: Timestamp) -> LockError {
    let holder = Holder {
        run: standing.run.clone(),
        host: standing.host.clone(),
        pid: standing.pid,
        age: words(seconds_between(standing.since, now)),
        renewed: words(seconds_between(standing.renewed, now)),
        lease: standing.lease_seconds,
    };
    LockError::Held { path: path.display().to_string(), holder: Box::new(holder) }
}

/// "17 s", "5 min", "3 h".
fn words(seconds: i64) -> String {
    match seconds.max(0) {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds if seconds < 7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}
