//! What a lock says, version 1.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{Holder, LockError};
use super::owner::Owner;

/// What stands under `format`.
const FORMAT: &str = "usher-lock";

/// The version that is written, and the only one there is so far.
const VERSION: u32 = 1;

/// Every record is as long as this, so that one write replaces another without a moment in which the file is cut.
const SIZE: usize = 1024;

/// Who may write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Record {
    format: String,
    version: u32,
    pub(super) run: String,
    pub(super) host: String,
    pub(super) pid: u32,
    place: Option<String>,
    started: Option<u64>,
    pub(super) since: Timestamp,
    pub(super) renewed: Timestamp,
    pub(super) lease_seconds: u64,
}

impl Record {
    pub(super) fn new(run: &str, owner: &Owner, lease_seconds: u64, now: Timestamp) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            run: run.to_owned(),
            host: owner.host.clone(),
            pid: owner.pid,
            place: owner.place.clone(),
            started: owner.started,
            since: now,
            renewed: now,
            lease_seconds,
        }
    }

    /// What a file says. None: nobody has it. An error: it is no lock.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, ()> {
        if bytes.trim_ascii().is_empty() {
            return Ok(None);
        }
        let record: Self = serde_json::from_slice(bytes).map_err(|_| ())?;
        if record.format == FORMAT && record.version == VERSION { Ok(Some(record)) } else { Err(()) }
    }

    /// The record, filled up with spaces.
    pub(super) fn bytes(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.resize(bytes.len().max(SIZE - 1), b' ');
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub(super) fn owner(&self) -> Owner {
        Owner { host: self.host.clone(), pid: self.pid, place: self.place.clone(), started: self.started }
    }

    pub(super) fn renewed_at(self, now: Timestamp) -> Self {
        Self { renewed: now, ..self }
    }

    /// Whether the lease is over. A time in the future, from a machine whose clock is ahead, is no reason to wait longer than a lease.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        seconds_between(self.renewed, now).unsigned_abs() > self.lease_seconds
    }
}

pub(super) fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second() - from.as_second()
}

/// Who holds a lock that was renewed so many seconds ago. For how long, its own clock says.
pub(super) fn held(path: String, standing: &Record, renewed: u64) -> LockError {
    let before = u64::try_from(seconds_between(standing.since, standing.renewed)).unwrap_or(0);
    let holder = Holder {
        run: standing.run.clone(),
        host: standing.host.clone(),
        pid: standing.pid,
        age: words(before + renewed),
        renewed: words(renewed),
        lease: standing.lease_seconds,
    };
    LockError::Held { path, holder: Box::new(holder) }
}

/// "17 s", "5 min", "3 h".
fn words(seconds: u64) -> String {
    match seconds {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds if seconds < 7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by another program, from its description in docs/journal.md.
    const VERSION_1: &str = include_str!("../../tests/fixtures/lock-version-1.json");

    #[test]
    fn a_record_of_version_1_is_read_and_is_written_the_same() {
        let record = Record::parse(VERSION_1.as_bytes()).unwrap().unwrap();
        assert_eq!((record.run.as_str(), record.host.as_str()), ("20260301T080000Z-a1b2c3", "sync-1"));
        assert_eq!((record.pid, record.lease_seconds), (4711, 60));
        let owner = record.owner();
        assert_eq!((owner.place.as_deref(), owner.started), (Some("boot-1 4026531836"), Some(123_456)));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!record.is_over(at("2026-03-01T08:01:15Z")));
        assert!(record.is_over(at("2026-03-01T08:01:16Z")));
        assert_eq!(record.bytes().unwrap(), VERSION_1.as_bytes());
    }

    #[test]
    fn a_later_version_is_no_record_that_is_known() {
        let later = VERSION_1.replacen("\"version\":1", "\"version\":2", 1);
        assert_eq!(Record::parse(later.as_bytes()), Err(()));
        assert_eq!(Record::parse(b"  \n"), Ok(None));
    }
}
