//! Snapshots of every version that there was.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::path::{Path, PathBuf};

use usher_core::actual::Completeness;
use usher_core::id::{OktaGroupId, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::source::{UserStatus, Value, Whereabouts};
use usher_engine::{Candidates, Snapshot, SnapshotError};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/snapshot-version-1.json")
}

/// The file was written by another program, from its description in docs/snapshots.md.
#[test]
fn a_snapshot_of_version_1_is_read() {
    let read = Snapshot::read(&fixture()).unwrap();
    assert_eq!((read.now, read.redacted), (1_772_352_000, false));
    assert_eq!(read.candidates, Candidates::Named(vec!["team".into(), "gate".into()]));
    let ann = &read.reading.users[&OktaUserId::new("00u0000000000000ann0")];
    assert_eq!(ann.status, UserStatus::Active);
    assert_eq!(ann.profile["ratio"], Value::Number(1.5));
    assert_eq!(ann.profile["floors"], Value::Integers(vec![1, 2]));
    assert_eq!(ann.profile["marks"], Value::Numbers(vec![1.0, 2.5]));
    assert_eq!(ann.profile["nick"], Value::Texts(vec!["A".into(), "An".into()]));
    assert_eq!(read.reading.members[&OktaGroupId::new("00g0000000000000team")].len(), 2);
    let whereabouts: Vec<&Whereabouts> = read.whereabouts.values().collect();
    assert_eq!(whereabouts, [&Whereabouts::Known(UserStatus::Deprovisioned), &Whereabouts::Gone]);
    assert_eq!(read.actual.completeness, Completeness::Partial);
    let account = &read.actual.users[&ScimUserId::new("u-1")].account;
    assert_eq!(account.work.as_ref().unwrap().cost_center.as_deref(), Some("42"));
    assert_eq!(account.address.as_ref().unwrap().locality.as_deref(), Some("Porto"));
    assert_eq!(read.actual.members[&ScimGroupId::new("g-1")].len(), 2);
    assert!(read.unread.contains(&ScimGroupId::new("g-2")));
    assert_eq!((read.looked_up.users.len(), read.looked_up.groups.len()), (1, 1));
}

#[test]
fn what_is_saved_is_read_again() {
    let read = Snapshot::read(&fixture()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.json");
    read.save(&path).unwrap();
    assert_eq!(Snapshot::read(&path).unwrap(), read);
}

#[test]
fn a_later_version_is_refused_by_its_number() {
    let text = std::fs::read_to_string(fixture()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.json");
    std::fs::write(&path, text.replacen("\"version\": 1", "\"version\": 7", 1)).unwrap();
    let error = Snapshot::read(&path).unwrap_err();
    assert!(matches!(error, SnapshotError::OtherVersion { found: 7, .. }), "{error}");
}
