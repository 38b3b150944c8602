//! `usher plugin run`: what a policy decides over a snapshot, without any service.

use serde_json::json;
use usher_tests::{Org, Sim};

const RULES: &str = r#"
[[policy.config.groups]]
name = "teams"
when = 'group.name.startsWith("team-")'
sync = 'group.name.substring(5)'

[[policy.config.users]]
name = "contractors"
when = 'has(user.userType) && user.userType == "contractor"'
then = "skip"
message = '"a contractor: " + user.login'

[policy.config.account]
title = 'has(user.department) ? user.department : null'
"#;

/// A snapshot of an organisation with three people in a team and one elsewhere; the simulator is gone when this returns no more.
fn saved() -> Sim {
    let org = Org::new()
        .person_with("ann", json!({ "department": "Data", "title": "Dr" }))
        .person_with("bob", json!({ "department": "Data" }))
        .person_with("cem", json!({ "userType": "contractor" }))
        .person("dan")
        .group("team-data", ["ann", "bob", "cem"])
        .group("choir", ["dan"]);
    let mut sim = Sim::start(org);
    sim.rest = RULES.to_owned();
    sim.usher("snapshot", &["save", "snapshot.json"]).exits(0);
    sim
}

#[test]
fn decisions_are_counted_by_rule_or_told_item_by_item() {
    let sim = saved();
    let before = sim.requests();
    let run = ["run", "builtin:rules", "--snapshot", "snapshot.json", "--config", "usher.toml"];
    let all = sim.run("plugin", &run).exits(0);
    let all = all
        .prints("2 groups, 3 people")
        .prints("1  sync  teams")
        .prints("1  skip  no-rule")
        .prints("1  skip  contractors");
    assert!(all.stdout.contains("units of fuel and") && all.stdout.contains("µs for each person"), "{all}");

    let one = [&run[..], &["--user", "ann@example.com", "--group", "team-data", "--batch", "1"]].concat();
    let one = sim.run("plugin", &one).exits(0);
    let told = |text: &str| assert!(one.stdout.contains(text), "no {text:?}: {one}");
    told("group team-data (00g00000000000000001)\n  sync by rule `teams`");
    told("  groups: data\n");
    told("person ann@example.com (00u");
    told("  title: \"Dr\" → \"Data\"\n");
    assert!(!one.stdout.contains("bob@"), "{one}");

    let report =
        sim.run("plugin", &[&run[..], &["--user", "cem@example.com", "--json"]].concat()).exits(0).json();
    let people = &report["people"];
    assert_eq!(people["items"][0]["message"], "a contractor: cem@example.com");
    assert_eq!(people["counts"], json!([{ "verdict": "skip", "rule": "contractors", "count": 1 }]));
    assert!(people["fuelPerItem"].as_u64().is_some_and(|fuel| fuel > 1_000), "{report}");
    assert_eq!(report["groups"]["items"], json!([]));
    // Nobody was asked but the file.
    assert_eq!(sim.requests().okta, before.okta);
}

#[test]
fn a_name_that_the_snapshot_lacks_is_told_with_near_names() {
    let sim = saved();
    let run = |name: &[&str]| {
        sim.run("plugin", &[&["run", "builtin:rules", "--snapshot", "snapshot.json"][..], name].concat())
    };
    run(&["--user", "anne@example.com"]).fails_clearly(2).says("hint: there is ann@example.com");
    run(&["--group", "team-dat"]).fails_clearly(2).says("hint: there is team-data");
    sim.run("plugin", &["run", "builtin:rules", "--snapshot", "none.json"])
        .fails_clearly(2)
        .says("none.json");
}

#[test]
fn groups_that_another_policy_takes_and_nobody_read_are_pointed_out() {
    let sim = saved();
    sim.file("all.toml", b"[[groups]]\nname = \"all\"\nwhen = 'true'\nsync = 'group.name'\n");
    let run = ["run", "builtin:rules", "--snapshot", "snapshot.json", "--config", "all.toml"];
    sim.run("plugin", &run).exits(0).prints("2 groups, 3 people").says("such as choir");
}
