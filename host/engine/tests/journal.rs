//! Journals: of every version that there was, and what is written now.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::fs;
use std::path::{Path, PathBuf};

use usher_core::content::UndoOf;
use usher_core::decision::Reason;
use usher_core::id::{GroupKey, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::plan::{AttributeChange, Change, GroupRef, Operation, UserRef};
use usher_core::plan_hash::PlanHash;
use usher_core::undo::Deed;
use usher_engine::Outcome;
use usher_engine::apply::Applied;
use usher_engine::journal::line::Outcome as Stored;
use usher_engine::journal::{Beginning, Journal, JournalError, Reading, read};
use usher_engine::undo::{UndoError, find, past};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The file was written by another program, from its description in docs/journal.md.
fn version_1() -> Reading {
    read(&fixture("journal-version-1.jsonl")).unwrap()
}

#[test]
fn a_journal_of_version_1_is_read_and_is_whole() {
    let reading = version_1();
    assert_eq!((&reading.problem, reading.torn, reading.lines), (&None, 0, 33));
    let runs: Vec<&str> = reading.runs.iter().map(|run| run.run.as_str()).collect();
    assert_eq!(runs, ["20260301T080000Z-a1b2c3", "20260302T080000Z-d4e5f6", "20260303T080000Z-g7h8i9"]);
    let [first, second, third] = reading.runs.as_slice() else { panic!("{:?}", reading.runs) };
    let kinds: Vec<&str> = first.attempts.iter().map(|attempt| attempt.change.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "deactivate-user",
            "remove-members",
            "delete-user",
            "delete-group",
            "update-user",
            "reactivate-user",
            "rename-group",
            "adopt-user",
            "adopt-group",
            "create-user",
            "create-group",
            "add-members"
        ]
    );
    assert_eq!(first.policies[0].name, "rules");
    assert_eq!(first.attempts[1].change.members[1].scim_id.as_deref(), Some("u-9"));
    assert_eq!(first.attempts[4].change.attributes[1].before.as_deref(), Some("Cook"));
    assert_eq!(first.attempts[9].requests[0].status, None);
    assert_eq!(first.attempts[10].missing, ["gus@acme.example"]);
    assert_eq!(first.attempts[11].result, Some(Stored::Failed));
    assert_eq!(second.ended_early.as_deref(), Some("the token is not accepted"));
    assert_eq!((third.attempts[0].result, &third.ended), (None, &None));
}

#[test]
fn a_journal_of_version_1_can_be_taken_back() {
    let reading = version_1();
    let what = |run: &str| UndoOf { run: run.into(), delete_created: false, person: None, group: None };
    let run = |wanted: &str| find(&reading, Path::new("j"), wanted).unwrap();
    let first = past(run("20260301"), &what("20260301")).unwrap();
    assert_eq!((first.done.len(), first.unsure.len()), (11, 0), "what was refused was not done");
    let Deed::CreatedUser(eve, attributes) = &first.done[9] else { panic!("{:?}", first.done[9]) };
    assert_eq!(eve.scim_id, Some(ScimUserId::new("u-5")));
    assert_eq!(attributes[3].after.as_deref(), Some("Ève Ω"));
    let Deed::CreatedGroup(group, members) = &first.done[10] else { panic!("{:?}", first.done[10]) };
    assert_eq!((&group.scim_id, members.len()), (&Some(ScimGroupId::new("g-4")), 1), "gus was left out");

    let third = past(run("latest"), &what("latest")).unwrap();
    assert_eq!((third.done.len(), third.unsure.len()), (0, 1), "nobody knows what came of it");
}

#[test]
fn a_part_of_a_run_is_found_by_names_old_and_new_and_by_ids() {
    let reading = version_1();
    let run = find(&reading, Path::new("j"), "20260301").unwrap();
    let part = |person: Option<&str>, group: Option<&str>| {
        let [person, group] = [person, group].map(|text| text.map(str::to_owned));
        past(run, &UndoOf { run: run.run.clone(), delete_created: false, person, group })
    };
    for cyd in ["cyd@acme.example", "CYD.new@acme.example", "00u0000000000000cyd0", "u-3"] {
        let part = part(Some(cyd), None).unwrap();
        assert!(matches!(part.done.as_slice(), [Deed::ChangedUser(..)]), "{cyd}: {part:?}");
    }
    // Whoever was created and put into a new group: the group concerns others too.
    let eve = part(Some("u-5"), None).unwrap();
    assert!(matches!(eve.done.as_slice(), [Deed::CreatedUser(..), Deed::AddedMembers(..)]), "{eve:?}");
    for team in ["team", "Crew", "g-1", "00g0000000000000team"] {
        let part = part(None, Some(team)).unwrap();
        assert!(
            matches!(part.done.as_slice(), [Deed::RemovedMembers(..), Deed::ChangedGroup(..)]),
            "{team}: {part:?}"
        );
    }
    let both = part(Some("ann@acme.example"), Some("team")).unwrap();
    assert!(
        matches!(both.done.as_slice(), [Deed::RemovedMembers(_, members)] if members.len() == 1),
        "{both:?}"
    );
    for (person, group) in [(Some("nobody"), None), (None, Some("nothing")), (Some("u-5"), Some("team"))] {
        assert!(matches!(part(person, group), Err(UndoError::NothingOfTheKind { .. })));
    }
}

fn rename() -> Operation {
    let group = GroupRef {
        key: GroupKey::chosen("a"),
        scim_id: Some(ScimGroupId::new("g")),
        display_name: "b".into(),
    };
    let change = Change::RenameGroup { group, before: "a".into(), after: "b".into() };
    Operation { stage: 0, change, why: Reason::new("all", "so") }
}

fn deactivate() -> Operation {
    let okta_id = Some(OktaUserId::new("00u1"));
    let user = UserRef { okta_id, scim_id: Some(ScimUserId::new("u1")), user_name: "ann".into() };
    let active = AttributeChange {
        attribute: "active".into(),
        before: Some("true".into()),
        after: Some("false".into()),
    };
    let change = Change::DeactivateUser { user, account: Box::default(), changes: vec![active] };
    Operation { stage: 0, change, why: Reason::new("gone", "is gone") }
}

/// A whole run of two operations.
fn write(path: &Path, run: &str) {
    let (journal, _) = Journal::open(path, run).unwrap();
    let plan: PlanHash = format!("sha256:{}", "1".repeat(64)).parse().unwrap();
    let beginning = Beginning {
        host: "here",
        plan: &plan,
        source: "okta",
        target: "aws",
        operations: 2,
        policies: vec![],
    };
    journal.begin(beginning).unwrap();
    journal.intent(1, &deactivate()).unwrap();
    journal.outcome(1, &Outcome::Done, Some("u1"), &[]).unwrap();
    journal.intent(2, &rename()).unwrap();
    let failed = Outcome::Failed { error: "no".into() };
    journal.outcome(2, &failed, Some("g"), &[]).unwrap();
    journal.end(&Applied { outcomes: vec![Outcome::Done, failed], ended_early: None }).unwrap();
}

#[test]
fn what_is_written_is_read_again_and_a_second_run_goes_on_from_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("usher.jsonl");
    write(&path, "one");
    let first = read(&path).unwrap();
    write(&path, "two");
    let both = read(&path).unwrap();
    assert_eq!((&both.problem, both.lines, both.runs.len()), (&None, 12, 2));
    assert_eq!(both.runs[0], first.runs[0], "what stood is not touched");
    assert_ne!(both.last, first.last);
    let [deactivation, renaming] = both.runs[1].attempts.as_slice() else { panic!("{both:?}") };
    assert_eq!((deactivation.result, deactivation.target_id.as_deref()), (Some(Stored::Done), Some("u1")));
    assert_eq!(deactivation.change.attributes[0].after.as_deref(), Some("false"));
    assert_eq!((renaming.change.kind.as_str(), renaming.error.as_deref()), ("rename-group", Some("no")));
    assert_eq!(renaming.change.attributes[0].before.as_deref(), Some("a"));
    assert!(both.runs[1].ended.is_some());
}

#[test]
fn every_byte_of_a_line_is_bound_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("usher.jsonl");
    write(&path, "one");
    let whole = fs::read(&path).unwrap();
    let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let third = second + whole[second..].iter().position(|byte| *byte == b'\n').unwrap();
    for at in second..third {
        let mut spoilt = whole.clone();
        spoilt[at] = if spoilt[at] == b'1' { b'2' } else { b'1' };
        fs::write(&path, &spoilt).unwrap();
        assert!(read(&path).unwrap().problem.is_some(), "byte {at}");
    }
}

#[test]
fn wherever_a_line_is_torn_the_next_run_keeps_it_aside_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("usher.jsonl");
    let beside = folder.path().join("usher.jsonl.torn");
    write(&path, "one");
    let whole = fs::read(&path).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for end in [last + 1, last + 12, whole.len() - 1] {
        fs::write(&path, &whole[..end]).unwrap();
        let torn = read(&path).unwrap();
        assert_eq!((torn.torn, torn.lines), ((end - last) as u64, 5), "{end}");
        let (journal, repair) = Journal::open(&path, "two").unwrap();
        assert_eq!(repair.unwrap().bytes, (end - last) as u64);
        drop(journal);
        assert_eq!(fs::read(&beside).unwrap(), [&whole[last..end], b"\n"].concat());
        fs::remove_file(&beside).unwrap();
        let mended = read(&path).unwrap();
        assert_eq!((&mended.problem, mended.torn, mended.lines), (&None, 0, 6), "{end}");
    }
}

#[test]
fn a_first_line_that_was_torn_at_its_beginning_or_lost_its_bytes_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("usher.jsonl");
    for torn in [&b"{"[..], b"{\"versi", b"{\"version\":1,\"num", &[0; 40]] {
        fs::write(&path, torn).unwrap();
        let (journal, repair) = Journal::open(&path, "one").unwrap();
        assert_eq!(repair.unwrap().bytes, torn.len() as u64);
        drop(journal);
        assert_eq!(read(&path).unwrap().problem, None);
    }
}

#[test]
fn a_file_that_is_no_journal_and_one_that_another_process_writes_are_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    for text in ["my notes\n", "my notes", "{\"version\":9}\n", "\n", "my notes\n\n"] {
        fs::write(&path, text).unwrap();
        let error = Journal::open(&path, "one").unwrap_err();
        assert!(matches!(error, JournalError::NotAJournal { .. }), "{text:?}: {error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    // A journal that somebody saved with one line end too many is not begun anew in its middle.
    let path = folder.path().join("usher.jsonl");
    write(&path, "one");
    let whole = fs::read_to_string(&path).unwrap();
    assert!(whole.ends_with('\n'));
    fs::write(&path, format!("{whole}\n")).unwrap();
    assert!(matches!(Journal::open(&path, "two"), Err(JournalError::NotAJournal { .. })));
    fs::write(&path, &whole).unwrap();
    let (_kept, _) = Journal::open(&path, "one").unwrap();
    assert!(matches!(Journal::open(&path, "two"), Err(JournalError::Busy { .. })));
}
