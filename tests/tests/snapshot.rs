//! Snapshots: a plan made again from a file is the plan that was made live.

use serde_json::{Value, json};
use usher_tests::{Org, Sim};

fn sim() -> Sim {
    let org = Org::new()
        .people(["ann", "bob", "eve", "fay"])
        .person_with("cem", json!({ "department": "Data", "lastName": "Demir" }))
        .group("admins", ["ann"])
        .group("readers", ["ann", "bob", "cem", "eve", "fay"])
        .group("choir", ["bob"]);
    let mut sim = Sim::start(org);
    sim.rest = r#"
[[policy.config.groups]]
name = "two-of-three"
when = 'group.name in ["admins", "readers"]'
sync = 'group.name'
"#
    .to_owned();
    sim
}

fn saved(sim: &Sim, arguments: &[&str]) -> Value {
    sim.usher("snapshot", &[&["save", "s.json"], arguments].concat()).exits(0);
    let file = std::fs::read(sim.folder().join("s.json")).expect("the snapshot was saved");
    serde_json::from_slice(&file).expect("a snapshot is JSON")
}

#[test]
fn a_plan_from_a_snapshot_is_the_live_plan_and_asks_nobody() {
    let mut sim = sim();
    sim.sync([]).exits(0);
    sim.happens(|org| {
        org.leaves("bob", "readers").person("dan").joins("dan", "admins").status("cem", "SUSPENDED")
    });
    let live = sim.plan(["--json"]).exits(0).json();
    saved(&sim, &[]);
    sim.sync([]).exits(0);
    sim.forget_requests();
    let replayed = sim.plan(["--json", "--snapshot", "s.json"]).exits(0).json();
    assert_eq!(replayed["plan"], live["plan"]);
    assert_eq!(replayed["plan"]["operations"].as_array().map(Vec::len), Some(5));
    let requests = sim.requests();
    assert_eq!((requests.reads(), requests.writes()), (0, 0));
}

#[test]
fn policies_see_the_snapshot_s_time_or_the_one_that_is_asked_for() {
    let sim = sim();
    let taken = saved(&sim, &[])["now"].clone();
    let now = |arguments: &[&str]| {
        let plan = sim.usher("plan", &[&["--json", "--snapshot", "s.json"], arguments].concat());
        plan.exits(0).json()["policies"][0]["now"].clone()
    };
    assert_eq!(now(&[]), taken);
    assert_eq!(now(&["--now", "1700000000"]), 1_700_000_000);
}

#[test]
fn only_the_owner_may_read_a_snapshot() {
    use std::os::unix::fs::PermissionsExt;
    let sim = sim();
    saved(&sim, &[]);
    let mode = std::fs::metadata(sim.folder().join("s.json")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_redacted_snapshot_names_nobody_and_plans_as_much() {
    let sim = sim();
    let whole = saved(&sim, &[]).to_string();
    let secrets = ["ann@example.com", "Demir", "Example", "Data"];
    assert!(secrets.iter().all(|secret| whole.contains(secret)), "{whole}");
    let redacted = saved(&sim, &["--redact", "--keep-group-names"]).to_string();
    let found: Vec<_> = secrets.iter().filter(|secret| redacted.contains(**secret)).collect();
    assert!(found.is_empty(), "{found:?} in {redacted}");
    let kinds = |plan: &Value| -> Vec<String> {
        let operations = plan["plan"]["operations"].as_array().expect("a plan has operations");
        let mut kinds: Vec<_> = operations.iter().map(|it| it["change"]["kind"].to_string()).collect();
        kinds.sort();
        kinds
    };
    let live = sim.plan(["--json"]).exits(0).json();
    let replayed = sim.plan(["--json", "--snapshot", "s.json"]).exits(0).json();
    assert_eq!(kinds(&replayed), kinds(&live));
    assert_eq!(kinds(&live).len(), 7);
}

#[test]
fn a_group_whose_members_were_not_kept_is_named_with_the_way_to_keep_them() {
    let mut sim = sim();
    saved(&sim, &[]);
    sim.rest = sim.rest.replace("\"readers\"]", "\"choir\"]");
    sim.plan(["--snapshot", "s.json"]).exits(1).says("choir").says("--all-groups");
    sim.rest = sim.rest.replace("\"choir\"]", "\"readers\"]");
    saved(&sim, &["--all-groups"]);
    sim.rest = sim.rest.replace("\"readers\"]", "\"choir\"]");
    sim.plan(["--snapshot", "s.json"]).exits(0).prints("choir");
}

#[test]
fn a_snapshot_of_another_version_is_refused() {
    let sim = sim();
    let mut snapshot = saved(&sim, &[]);
    snapshot["version"] = json!(2);
    sim.file("s.json", snapshot.to_string().as_bytes());
    sim.plan(["--snapshot", "s.json"]).fails_clearly(2).says("version 2");
    sim.file("s.json", b"{}");
    sim.plan(["--snapshot", "s.json"]).fails_clearly(2).says("s.json");
}

#[test]
fn a_redacted_snapshot_is_not_replaced_by_one_that_is_not() {
    let sim = Sim::start(Org::new().people(["ann"]).group("admins", ["ann"]));
    sim.usher("snapshot", &["save", "s.json", "--redact"]).exits(0);
    sim.usher("snapshot", &["save", "s.json"]).fails_clearly(2).says("add --redact, or name another file");
    sim.usher("snapshot", &["save", "s.json", "--redact"]).exits(0);
    sim.usher("snapshot", &["save", "other.json"]).exits(0);
    sim.usher("snapshot", &["save", "other.json"]).exits(0);
}
