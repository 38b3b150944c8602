//! Saved plans of every version that there was.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::path::Path;

use usher_core::content::{Content, Object, Type, UndoOf};
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

/// The plan of an undo; its hash too was made by another program.
#[test]
fn a_plan_of_version_2_is_read() {
    let saved = SavedPlan::read(&fixture("plan-version-2.json")).unwrap();
    let undo_of = saved.content.undo_of.as_ref().unwrap();
    assert_eq!((undo_of.run.as_str(), undo_of.delete_created), ("20260301T080000Z-a1b2c3", false));
    assert_eq!((&undo_of.person, undo_of.group.as_deref()), (&None, Some("Team")));
    assert_eq!(saved.content.operations[0].members[0].name, "ann@acme.example");
    assert_eq!(saved.content.hash(), saved.hash);
}

#[test]
fn only_plans_that_take_a_run_back_are_of_version_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    for (name, stated, other) in [("plan-version-1.json", 1, 2), ("plan-version-2.json", 2, 1)] {
        let text = std::fs::read_to_string(fixture(name)).unwrap();
        let turned = text.replacen(&format!("\"version\": {stated}"), &format!("\"version\": {other}"), 1);
        std::fs::write(&path, turned).unwrap();
        let error = SavedPlan::read(&path).unwrap_err();
        assert!(matches!(error, PlanFileError::NotAPlan { .. }), "{name}: {error}");
        let saved = SavedPlan::read(&fixture(name)).unwrap();
        SavedPlan::save(&saved.content, &usher_core::plan::Plan::default(), &path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("\"version\": {stated},")), "{name}: {text}");
    }
}

#[test]
fn every_part_of_what_is_taken_back_is_part_of_the_hash() {
    let content = || SavedPlan::read(&fixture("plan-version-2.json")).unwrap().content;
    let changes: [fn(&mut UndoOf); 4] = [
        |it| it.run.push('x'),
        |it| it.delete_created = true,
        |it| it.person = Some("ann".into()),
        |it| it.group = None,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = content();
        change(changed.undo_of.as_mut().unwrap());
        assert_ne!(changed.hash(), content().hash(), "{number}");
    }
    assert_ne!(Content { undo_of: None, ..content() }.hash(), content().hash());
}

#[test]
fn what_is_saved_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    for name in ["plan-version-1.json", "plan-version-2.json"] {
        let content = SavedPlan::read(&fixture(name)).unwrap().content;
        SavedPlan::save(&content, &usher_core::plan::Plan::default(), &path).unwrap();
        assert_eq!(SavedPlan::read(&path).unwrap().content, content);
    }
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
