//! Saved plans of every version that there was.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::path::Path;

use usher_core::content::{Content, Object, Type};
use usher_engine::{PlanFileError, SavedPlan};

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The hash in the file was made by another program, from its description in docs/changes.md: canonical JSON, then SHA-256.
#[test]
fn a_plan_of_version_1_is_read() {
    let saved = SavedPlan::read(&fixture("plan-version-1.json")).unwrap();
    let kinds: Vec<&str> = saved.content.operations.iter().map(|step| step.kind.as_str()).collect();
    assert_eq!(kinds, ["deactivate-user", "remove-members", "update-user", "create-group"]);
    assert_eq!(saved.content.named_groups, None);
    assert_eq!(saved.content.operations[2].changes[1].before.as_deref(), Some("Bridge"));
    let guest =
        Object { r#type: Type::User, id: Some("u-2".into()), external_id: None, name: "guest".into() };
    assert_eq!(saved.content.operations[1].members[1], guest);
    assert_eq!(saved.content.hash(), saved.hash);
}

#[test]
fn what_is_saved_is_read_again() {
    let content = SavedPlan::read(&fixture("plan-version-1.json")).unwrap().content;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    SavedPlan::save(&content, &usher_core::plan::Plan::default(), &path).unwrap();
    assert_eq!(SavedPlan::read(&path).unwrap().content, content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_later_version_is_refused_by_its_number() {
    let text = std::fs::read_to_string(fixture("plan-version-1.json")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, text.replacen("\"version\": 1", "\"version\": 7", 1)).unwrap();
    let error = SavedPlan::read(&path).unwrap_err();
    assert!(
        matches!(&error, PlanFileError::OtherVersion { found: 7, written_by, .. } if written_by == "usher 0.1.0"),
        "{error}"
    );
}

#[test]
fn every_part_of_the_content_is_part_of_the_hash() {
    let content = || SavedPlan::read(&fixture("plan-version-1.json")).unwrap().content;
    let hash = content().hash();
    let changes: [fn(&mut Content); 8] = [
        |it| it.target.push('x'),
        |it| it.named_groups = Some(vec![]),
        |it| it.operations[0].stage = 1,
        |it| it.operations[0].kind = "reactivate-user".into(),
        |it| it.operations[1].members[1].name = "guest2".into(),
        |it| it.operations[2].changes[0].after = None,
        |it| it.operations[2].reason.policy = "another".into(),
        |it| it.operations.swap(0, 1),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = content();
        change(&mut changed);
        assert_ne!(changed.hash(), hash, "{number}");
    }
}
