//! The journal: what was attempted, what came of it, and whether the record is whole.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use usher_tests::org::user_id;
use usher_tests::place::EVERY_GROUP;
use usher_tests::{Org, Sim};

fn kept(org: Org) -> Sim {
    let mut sim = Sim::start(org);
    sim.rest = format!("{EVERY_GROUP}\n[journal]\npath = \"usher.jsonl\"\n");
    sim
}

fn acme() -> Sim {
    kept(Org::new().people(["ann", "bob"]).group("admins", ["ann", "bob"]))
}

fn lines(sim: &Sim) -> Vec<Value> {
    let text = std::fs::read_to_string(sim.folder().join("usher.jsonl")).expect("a journal");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn kinds(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["event"]["kind"].as_str().expect("a text")).collect()
}

#[test]
fn every_operation_is_told_before_and_after_with_its_request_ids() {
    let sim = acme();
    sim.sync([]).exits(0);
    let lines = lines(&sim);
    assert_eq!(kinds(&lines)[0], "begin");
    assert_eq!(kinds(&lines)[7], "end");
    let begin = &lines[0]["event"];
    assert_eq!(begin["operations"], 3);
    assert!(begin["policies"][0]["digest"].as_str().expect("a text").starts_with("sha256:"), "{begin}");
    let intent = |user: &str| {
        let is_it =
            |line: &&Value| line["event"]["change"]["user"]["userName"] == format!("{user}@example.com");
        lines.iter().find(is_it).unwrap()
    };
    let ann = &intent("ann")["event"];
    assert_eq!(ann["change"]["kind"], "create-user");
    let id = json!({ "name": "externalId", "before": null, "after": user_id("ann") });
    assert_eq!(ann["change"]["attributes"][0], id);
    let is_outcome =
        |line: &&Value| line["event"]["kind"] == "outcome" && line["event"]["operation"] == ann["operation"];
    let outcome = &lines.iter().find(is_outcome).unwrap()["event"];
    assert_eq!((&outcome["result"], &outcome["targetId"]), (&json!("done"), &sim.target().user("ann")["id"]));
    assert_eq!(outcome["requests"][0]["request"], "POST /Users");
    assert_eq!(outcome["requests"][0]["id"].as_str().expect("a text").len(), 36);

    let mode = std::fs::metadata(sim.folder().join("usher.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Nothing to write is nothing to tell.
    sim.sync([]).exits(0);
    assert_eq!(self::lines(&sim).len(), 8);
}

#[test]
fn a_plan_leaves_no_trace() {
    let sim = acme();
    sim.plan([]).exits(0);
    sim.sync(["--dry-run"]).exits(0);
    assert!(!sim.folder().join("usher.jsonl").exists());
    assert!(!sim.folder().join("usher.jsonl.lock").exists());
}

#[test]
fn no_secret_is_in_it() {
    let sim = acme();
    // A service that repeats what it was shown.
    sim.fault(&json!({ "service": "scim", "request": "POST /Groups", "status": 400,
        "body": { "detail": format!("no: Bearer {}", sim.token("amz_sso_api_token")) } }));
    sim.sync([]).exits(5);
    let text = std::fs::read_to_string(sim.folder().join("usher.jsonl")).unwrap();
    assert!(text.contains("no: Bearer (token)"), "{text}");
    for token in ["okta_api_token", "amz_sso_api_token"] {
        assert!(!text.contains(&sim.token(token)), "{token} is in the journal");
    }
}

#[test]
fn what_failed_is_told_with_its_cause_and_every_repeat() {
    let sim = acme();
    sim.fault(
        &json!({ "service": "scim", "request": "POST /Groups", "status": 400, "body": { "detail": "No." } }),
    );
    sim.fault(&json!({ "service": "scim", "request": "POST /Users", "status": 503 }));
    sim.sync([]).exits(5);
    let lines = lines(&sim);
    let failed = lines.iter().find(|line| line["event"]["result"] == "failed").unwrap();
    assert!(failed["event"]["error"].as_str().expect("a text").contains("No."), "{failed}");
    let repeated = |line: &&Value| line["event"]["requests"].as_array().is_some_and(|it| it.len() == 2);
    let repeated = &lines.iter().find(repeated).unwrap()["event"]["requests"];
    assert_eq!((&repeated[0]["status"], &repeated[1]["status"]), (&json!(503), &json!(201)));
    let end = &lines.last().unwrap()["event"];
    assert_eq!((&end["done"], &end["failed"]), (&json!(2), &json!(1)));
    sim.usher("journal", &["show"]).exits(0).prints("failed").prints("No.").prints("POST /Users 503");
}

#[test]
fn a_journal_is_shown_by_person_group_time_and_run() {
    let mut sim = acme();
    sim.sync([]).exits(0);
    sim.happens(|org| org.profile("ann", json!({ "login": "ann.new@example.com" })).leaves("bob", "admins"));
    sim.sync_whatever_it_takes().exits(0);
    let show = |arguments: &[&str]| {
        let outcome = sim.usher("journal", &[&["show", "--json"], arguments].concat()).exits(0);
        let runs = outcome.json()["runs"].as_array().expect("a list").clone();
        let attempts = |run: &Value| {
            let attempts = run["attempts"].as_array().expect("a list").iter();
            attempts.map(|it| it["change"]["kind"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
        };
        runs.iter().map(attempts).collect::<Vec<_>>()
    };
    assert_eq!(show(&[]).len(), 2);
    // By the old name, the new one, and both ids.
    let target = sim.target();
    let aws = target.user("ann")["id"].as_str().expect("a text");
    assert_eq!(show(&["--person", "ann.new@example.com"]), [["update-user"]]);
    assert_eq!(show(&["--person", "ann@example.com"]).concat().len(), 3);
    for id in [user_id("ann").as_str(), aws] {
        assert_eq!(show(&["--person", id]).concat().last().unwrap(), "update-user", "{id}");
    }
    assert!(show(&["--group", "Admins"]).concat().contains(&"remove-members".to_owned()));
    assert_eq!(show(&["--since", "1h"]).len(), 2);
    assert_eq!(show(&["--since", "2000-01-01"]).len(), 2);
    assert_eq!(show(&["--since", "2999-01-01"]).len(), 0);
    let run = lines(&sim)[0]["run"].as_str().expect("a text").to_owned();
    assert_eq!(show(&["--run", &run]).len(), 1);
    sim.usher("journal", &["show", "--since", "yesterday"]).fails_clearly(2).says("yesterday");
    sim.usher("journal", &["show", "--person", "nobody"]).exits(0).prints("Nothing of the kind");
}

#[test]
fn a_line_that_was_changed_taken_out_or_moved_is_found() {
    let sim = acme();
    sim.sync([]).exits(0);
    sim.usher("journal", &["verify"]).exits(0).prints("8 lines, 1 runs").prints("The last line is sha256:");
    let whole = std::fs::read_to_string(sim.folder().join("usher.jsonl")).unwrap();
    let rows: Vec<&str> = whole.lines().collect();
    let spoilt = |rows: &[&str], line: usize, what: &str| {
        sim.file("usher.jsonl", format!("{}\n", rows.join("\n")).as_bytes());
        let outcome = sim.usher("journal", &["verify"]);
        outcome.fails_clearly(1).says(&format!("usher.jsonl:{line}: ")).says(what);
        let json = sim.usher("journal", &["verify", "--json"]).exits(1).json();
        assert_eq!((&json["whole"], &json["problem"]["line"]), (&json!(false), &json!(line)));
    };
    let changed = rows[1].replace("@example.com", "@example.org");
    spoilt(&[&[rows[0], &changed], &rows[2..]].concat(), 3, "was changed");
    spoilt(&[&rows[..3], &rows[4..]].concat(), 4, "missing");
    spoilt(&[&rows[..2], &[rows[3], rows[2]], &rows[4..]].concat(), 3, "another order");
    spoilt(&[&rows[..4], &["{}"]].concat(), 5, "version");
    let newer = rows[7].replacen("\"version\":1", "\"version\":2", 1);
    spoilt(&[&rows[..7], &[newer.as_str()]].concat(), 8, "version 2");
    // Everything before it is shown all the same.
    sim.usher("journal", &["show"]).exits(1).prints("create-user").says("usher.jsonl:8");
}

#[test]
fn a_torn_last_line_is_kept_aside_and_told() {
    let mut sim = acme();
    sim.sync([]).exits(0);
    let path = sim.folder().join("usher.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 40]).unwrap();
    sim.usher("journal", &["verify"]).exits(0).prints("7 lines").says("torn line").says("did not end");
    sim.happens(|org| org.person("cyd").joins("cyd", "admins"));
    sim.sync([]).exits(0).says("ended in the middle of a line").says("usher.jsonl.torn");
    let torn = std::fs::read_to_string(sim.folder().join("usher.jsonl.torn")).unwrap();
    assert_eq!(torn.trim_end(), &whole.lines().last().unwrap()[..torn.trim_end().len()]);
    assert!(torn.len() > 40, "{torn}");
    let lines = lines(&sim);
    assert_eq!(kinds(&lines)[7..9], ["repaired", "begin"]);
    sim.usher("journal", &["verify"]).exits(0).prints("2 runs");
}

#[test]
fn a_journal_that_cannot_be_written_lets_nothing_be_written() {
    let mut sim = acme();
    sim.file("usher.jsonl", b"these are my notes\n");
    sim.sync([]).exits(1).says("not a journal of usher's").says("Nothing was written.");
    assert_eq!(std::fs::read(sim.folder().join("usher.jsonl")).unwrap(), b"these are my notes\n");
    sim.rest = format!("{EVERY_GROUP}\n[journal]\npath = \"no/such/folder.jsonl\"\n");
    sim.sync([]).fails_clearly(1).says("no/such/folder.jsonl").says("Nothing was written.");
    assert_eq!(sim.requests().writes(), 0);
    sim.rest = EVERY_GROUP.to_owned();
    sim.usher("journal", &["verify"]).fails_clearly(2).says("journal.path");
}

#[test]
fn a_name_in_a_journal_cannot_move_the_cursor() {
    let sim =
        kept(Org::new().person_with("ann", json!({ "displayName": "x\u{202e}y" })).group("admins", ["ann"]));
    sim.sync([]);
    let outcome = sim.usher("journal", &["show"]).exits(0);
    assert!(!outcome.stdout.contains('\u{202e}'), "{outcome}");
}

/// As one that hangs does, whose lock is over.
#[test]
fn a_journal_that_another_process_writes_to_is_waited_for() {
    let sim = acme();
    let journal = std::fs::File::create(sim.folder().join("usher.jsonl")).unwrap();
    journal.try_lock().unwrap();
    sim.sync([]).exits(6).says("another process is writing to the journal").says("end that process");
    assert_eq!(sim.requests().writes(), 0);
    drop(journal);
    sim.sync([]).exits(0);
}
