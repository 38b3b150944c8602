//! `usher explain`: why a person or a group is in AWS as it is, or is not there.

use serde_json::{Value, json};
use usher_tests::org::user_id;
use usher_tests::{Org, Outcome, Sim};

/// Admins come along, finance is skipped by a rule, and of the people whoever is no contractor.
const RULES: &str = r#"
[[policy.config.groups]]
name = "admins"
when = 'group.name.startsWith("aws-")'
sync = "group.name"
[[policy.config.groups]]
name = "no-finance"
when = 'group.name == "finance"'
then = "skip"
message = '"finance has no business in AWS"'
[[policy.config.users]]
name = "contractors"
when = 'has(user.userType) && user.userType == "contractor"'
then = "skip"
message = '"contractors get no AWS access"'
[[policy.config.users]]
name = "unsure"
when = 'has(user.userType) && user.userType == "unsure"'
then = "hold"
message = '"ask the service desk"'
"#;

fn acme() -> Sim {
    let org = Org::new()
        .people(["ann", "bob", "dora", "eve"])
        .person_with("cyd", json!({ "userType": "contractor" }))
        .person_with("una", json!({ "userType": "unsure" }))
        .person_with("max", json!({ "email": "max.m@mail.example" }))
        .group("aws-admins", ["ann", "cyd", "una", "max"])
        .group("finance", ["ann", "bob"])
        .group("aws-empty", []);
    let mut sim = Sim::start(org);
    sim.rest = RULES.to_owned();
    sim
}

#[track_caller]
fn explain(sim: &Sim, wanted: &str) -> Outcome {
    sim.usher("explain", &[wanted]).exits(0)
}

/// The one person that is meant, as JSON.
#[track_caller]
fn told(sim: &Sim, wanted: &str) -> Value {
    let json = sim.usher("explain", &[wanted, "--json"]).exits(0).json();
    assert_eq!(json["people"].as_array().map(Vec::len), Some(1), "{json:#}");
    json["people"][0].clone()
}

#[track_caller]
fn verdict(explained: &Value) -> (&str, &str) {
    let conclusion = &explained["conclusion"];
    (conclusion["verdict"].as_str().expect("a text"), conclusion["message"].as_str().expect("a text"))
}

#[track_caller]
fn steps<'a>(explained: &'a Value, step: &str) -> Vec<&'a Value> {
    explained["steps"].as_array().expect("a list").iter().filter(|it| it["step"] == step).collect()
}

#[test]
fn every_step_of_somebody_who_is_yet_to_come() {
    let sim = acme();
    let outcome = explain(&sim, "ann@example.com");
    outcome
        .prints("Okta      active, login ann@example.com")
        .prints("member of \"aws-admins\": selected, becomes \"aws-admins\"  (rule `admins`")
        .prints("member of \"finance\": skipped  (rule `no-finance`: finance has no business in AWS)")
        .prints("AWS       has no account for this person")
        .prints("should be in, and is not yet: \"aws-admins\"")
        .prints("Plan      create-user")
        .prints(
            "→ would change: 2 operations of the plan would change this person: create-group, create-user",
        );
    assert_eq!(sim.requests().writes(), 0);

    sim.sync([]);
    let after = explain(&sim, "ann@example.com");
    after.prints("→ in step: ").prints("is in \"aws-admins\"").prints_no("Plan ");
}

#[test]
fn why_not_is_answered_for_everybody() {
    let sim = acme();
    sim.sync([]).exits(5);
    let (why, message) = (told(&sim, "cyd@example.com"), "contractors get no AWS access");
    assert_eq!(verdict(&why), ("not-synced", format!("skipped by rule `contractors`: {message}").as_str()));
    let why = told(&sim, "una@example.com");
    assert_eq!(verdict(&why), ("left-alone", "held by rule `unsure`: ask the service desk"));
    // In no selected group, so Okta is asked for this one, and where else the person is.
    let why = told(&sim, "bob@example.com");
    assert_eq!(verdict(&why), ("not-synced", "is active in Okta, but in no group that is selected"));
    assert_eq!(steps(&why, "in-okta")[0]["inAReadGroup"], false);
    assert_eq!(steps(&why, "member-of")[0]["becomes"]["verdict"], "skipped");
    let why = told(&sim, "dora@example.com");
    assert_eq!(verdict(&why).0, "not-synced");
    assert!(steps(&why, "member-of").is_empty(), "{why:#}");
}

#[test]
fn a_person_is_found_by_every_name_on_both_sides() {
    let sim = acme();
    sim.sync([]).exits(5);
    let target = sim.target();
    let aws = target.user("max")["id"].as_str().expect("a text");
    for name in ["max@example.com", "MAX@EXAMPLE.COM", "max.m@mail.example", &user_id("max"), aws] {
        let max = told(&sim, name);
        assert_eq!((&max["oktaId"], &max["scimId"]), (&json!(user_id("max")), &json!(aws)), "{name}");
    }
    // Only Okta knows her, by the short name too.
    assert_eq!(told(&sim, "dora")["oktaId"], user_id("dora"));
}

#[test]
fn nobody_is_told_with_those_who_may_have_been_meant() {
    let sim = acme();
    sim.usher("explain", &["amn@example.com"])
        .fails_clearly(1)
        .says("amn@example.com")
        .says("ann@example.com");
    sim.usher("explain", &["--group", "aws-admin"]).fails_clearly(1).says("aws-admins");
    sim.usher("explain", &[]).exits(2);
}

#[test]
fn a_recycled_address_is_told_on_both_sides() {
    let mut sim = acme();
    sim.sync([]).exits(5);
    // Ann is renamed in Okta's way of seeing it: she vanishes from the group, and somebody new gets her address.
    sim.happens(|org| {
        org.profile("ann", json!({ "login": "ann.old@example.com", "email": "ann.old@example.com" }))
            .leaves("ann", "aws-admins")
            .person_with("newann", json!({ "login": "ann@example.com", "email": "ann@example.com" }))
            .joins("newann", "aws-admins")
    });
    let json = sim.usher("explain", &["ann@example.com", "--json"]).exits(0).json();
    let people = json["people"].as_array().expect("a list");
    assert_eq!(people.len(), 2, "{json:#}");
    let new = people.iter().find(|person| person["oktaId"] == user_id("newann")).unwrap();
    assert_eq!(verdict(new).0, "left-alone");
    assert_eq!(steps(new, "contested").len(), 1);
    let standing = steps(new, "in-aws");
    assert_eq!(
        (&standing[0]["isTheirs"], &standing[0]["externalId"]),
        (&json!(false), &json!(user_id("ann")))
    );
    let old = people.iter().find(|person| person["oktaId"] == user_id("ann")).unwrap();
    assert_eq!(steps(old, "would-change")[0]["kind"], "deactivate-user");
    explain(&sim, "ann@example.com").prints("2 people may be meant:").prints("Contested");
}

#[test]
fn who_is_gone_from_okta_is_told_so() {
    let mut sim = acme();
    sim.sync([]).exits(5);
    sim.happens(|org| org.vanishes("ann"));
    let ann = told(&sim, "ann@example.com");
    assert_eq!(steps(&ann, "not-in-okta").len(), 1, "{ann:#}");
    assert_eq!(verdict(&ann).0, "would-change");
    sim.sync([]).exits(5);
    let (verdict, message) =
        (told(&sim, "ann@example.com"), "Okta has no such person (any more); the account is inactive");
    assert!(verdict["conclusion"]["message"].as_str().expect("a text").starts_with(message), "{verdict:#}");
}

#[test]
fn an_account_of_somebody_else_is_not_ours() {
    let sim = acme();
    sim.put_target(&json!({ "users": [{ "userName": "root@acme.example", "displayName": "Root", "active": true,
        "name": { "givenName": "R", "familyName": "Oot" } }], "groups": [{ "displayName": "ControlTower" }] }));
    assert_eq!(verdict(&told(&sim, "root@acme.example")).0, "not-ours");
    let json = sim.usher("explain", &["--group", "controltower", "--json"]).exits(0).json();
    assert_eq!(verdict(&json["groups"][0]).0, "not-ours");
}

#[test]
fn a_group_is_explained_from_okta_to_the_plan() {
    let sim = acme();
    let group = |name: &str| sim.usher("explain", &["--group", name]).exits(0);
    group("aws-admins")
        .prints("made in Okta, 4 in it: selected, becomes \"aws-admins\"")
        .prints("wants \"aws-admins\" with 2 in it")
        .prints("skips 1 of them by rule `contractors`")
        .prints("holds una@example.com by rule `unsure`: ask the service desk")
        .prints("has no such group")
        .prints("Plan      create-group \"aws-admins\"")
        .prints("→ would change: 1 operation of the plan");
    sim.sync([]).exits(5);
    group("aws-admins").prints("2 in it\n").prints("→ in step");
    group("finance").prints("→ not synced: skipped by rule `no-finance`: finance has no business in AWS");
    let id = sim.target().group("aws-admins")["id"].as_str().expect("a text").to_owned();
    for name in [id.as_str(), "AWS-Admins", &sim.org().group_id("aws-admins")] {
        group(name).prints("→ in step");
    }
}

#[test]
fn a_group_that_nobody_asked_for_is_looked_up() {
    let mut sim = acme();
    sim.rest = "[sync]\ngroups = [\"aws-admins\"]\n".to_owned();
    sim.usher("explain", &["--group", "finance"]).exits(0).prints("not among the groups that are asked for");
    explain(&sim, "bob@example.com")
        .prints("member of \"finance\": not among the groups that are asked for")
        .prints("→ not synced: is active in Okta, but in no group that is selected");
}

#[test]
fn a_snapshot_explains_as_the_live_run_did() {
    let sim = acme();
    sim.sync([]).exits(5);
    sim.usher("snapshot", &["save", "snapshot.json"]).exits(0);
    sim.forget_requests();
    for name in ["ann@example.com", "cyd@example.com", "una@example.com"] {
        let from_snapshot =
            sim.usher("explain", &[name, "--snapshot", "snapshot.json", "--json"]).exits(0).json();
        assert_eq!(sim.requests().total, 0);
        let live = told(&sim, name);
        sim.forget_requests();
        assert_eq!(from_snapshot["people"][0]["conclusion"], live["conclusion"], "{name}");
        assert_eq!(steps(&from_snapshot["people"][0], "other-groups-unknown").len(), 1);
    }
    sim.usher("explain", &["dora@example.com", "--snapshot", "snapshot.json"])
        .fails_clearly(1)
        .says("--all-groups");
}

#[test]
fn names_cannot_move_the_cursor() {
    let org = Org::new()
        .person_with("ann", json!({ "displayName": "\u{1b}[2J" }))
        .group("aws-\u{1b}[31m\u{202e}red", ["ann"]);
    let mut sim = Sim::start(org);
    sim.rest = RULES.to_owned();
    let outcome = explain(&sim, "ann@example.com");
    assert!(!outcome.stdout.contains(['\u{1b}', '\u{202e}']), "{outcome}");
}

#[test]
fn whoever_takes_a_group_for_a_person_is_told_how_to_ask() {
    let sim = acme();
    sim.usher("explain", &["aws-admins"]).fails_clearly(1).says("`usher explain --group` explains");
}

#[test]
fn everybody_whom_an_address_may_mean_is_explained_those_in_no_group_too() {
    let org = Org::new()
        .person("old")
        .profile("old", json!({ "email": "ann@example.com" }))
        .person("ann")
        .group("aws-admins", ["ann"]);
    let mut sim = Sim::start(org);
    sim.rest = RULES.to_owned();
    let report = sim.usher("explain", &["ann@example.com", "--json"]).exits(0).json();
    let people = report["people"].as_array().expect("a list");
    assert_eq!(people.len(), 2, "{report:#}");
}

#[test]
fn what_a_setting_keeps_is_not_called_in_step() {
    let mut sim = Sim::start(
        Org::new().people(["ann", "bob"]).group("admins", ["ann", "bob"]).group("readers", ["ann"]),
    );
    sim.rest = "[sync]\nmemberships = \"additive\"\nleavers = \"keep\"\ngroups = [\"admins\", \"readers\"]\n"
        .to_owned();
    sim.sync([]).exits(0);
    sim.happens(|org| org.leaves("ann", "admins").leaves("bob", "admins"));
    explain(&sim, "ann@example.com")
        .prints("→ left alone")
        .prints("still in the group \"admins\"")
        .prints("additive");
    explain(&sim, "bob@example.com").prints("the account stays active (leavers = \"keep\")");
}

#[test]
fn a_group_is_told_by_the_name_that_it_has_and_what_keeps_it_otherwise() {
    let org = Org::new().people(["ann", "bob"]).group("aws-ops", ["ann"]).group("aws-old", ["bob"]);
    let mut sim = Sim::start(org);
    sim.rest = format!("[guards]\nprotected_groups = [\"aws-old\"]\n{RULES}");
    sim.sync([]).exits(0);
    // Somebody's own group has the name that ours should get.
    let mut target = sim.target();
    target.groups.insert("aws-devs".to_owned(), json!({ "displayName": "aws-devs", "members": [] }));
    let values = |of: &std::collections::BTreeMap<String, Value>| of.values().cloned().collect::<Vec<_>>();
    sim.put_target(&json!({ "users": values(&target.users), "groups": values(&target.groups) }));
    sim.happens(|org| {
        org.rename_group("aws-ops", "aws-devs").leaves("bob", "aws-old").joins("bob", "aws-devs")
    });
    let outcome = explain(&sim, "ann@example.com");
    outcome.prints("is in \"aws-ops\"").prints("should be called \"aws-devs\"").prints_no("in step");
    sim.usher("explain", &["--group", "aws-old"]).exits(0).prints("protected by").prints_no("in step");
}
