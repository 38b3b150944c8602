//! Groups that are asked for by name, on the command line or in `sync.groups`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use usher_tests::{Org, Sim};

fn named(groups: &str) -> String {
    format!("[sync]\ngroups = {groups}\n")
}

#[test]
fn a_name_never_matches_a_longer_name() {
    let org = Org::new().people(["ann", "bob"]).group("xx_dev", ["ann"]).group("xx_devops", ["bob"]);
    let mut sim = Sim::start(org);
    sim.rest = named(r#"["xx_dev"]"#);
    sim.sync([]).exits(0);
    assert_eq!(sim.target().group_names(), ["xx_dev"]);
    assert_eq!(sim.target().people(), ["ann"]);
}

#[test]
fn names_of_every_kind_are_found() {
    let names = ["R&D", r#"R&D "x"\"#, "a,b", "100% #1?", "Größe + ღ", "and or not eq"];
    let org = names.iter().fold(Org::new().person("ann"), |org, name| org.group(name, ["ann"]));
    let mut sim = Sim::start(org);
    sim.rest = named(&serde_json::to_string(&names).expect("names are text"));
    sim.sync([]).exits(0);
    let mut sorted = names;
    sorted.sort_unstable();
    assert_eq!(sim.target().group_names(), sorted);
    sim.plan(["--exit-code"]).exits(0);
}

#[test]
fn a_name_in_other_letters_is_another_name() {
    let mut sim = Sim::start(Org::new().person("ann").group("Admins", ["ann"]));
    sim.rest = named(r#"["admins"]"#);
    sim.plan([]).fails_clearly(1).says("admins").says("Admins");
    assert_eq!(sim.requests().writes(), 0);
}

#[test]
fn a_name_that_no_group_bears_is_an_error_that_lists_near_names() {
    let mut sim =
        Sim::start(Org::new().person("ann").group("aws-admins", ["ann"]).group("aws-readers", ["ann"]));
    sim.rest = named(r#"["aws-admin", "aws-readers"]"#);
    sim.sync([]).fails_clearly(1).says("aws-admin").says("aws-admins");
    assert_eq!(sim.requests().writes(), 0);
}

#[test]
fn a_name_that_two_groups_bear_is_an_error_that_lists_both_ids() {
    let org = Org::new().person("ann").group("admins", ["ann"]).app_group("admins");
    let mut sim = Sim::start(org);
    sim.rest = named(r#"["admins"]"#);
    sim.sync([]).fails_clearly(1).says("00g00000000000000001").says("00g00000000000000002");
    assert_eq!(sim.requests().writes(), 0);
}

#[test]
fn a_run_narrowed_on_the_command_line_takes_nothing_away_elsewhere() {
    let org = Org::new()
        .people(["ann", "bob", "cem", "dan"])
        .group("one", ["ann", "bob"])
        .group("two", ["bob", "cem", "dan"]);
    let mut sim = Sim::start(org);
    sim.sync([]).exits(0);
    sim.happens(|org| org.leaves("ann", "one").leaves("cem", "two"));
    sim.sync(["one"]).exits(0);
    let target = sim.target();
    assert_eq!(target.members("one"), ["bob"]);
    assert_eq!(target.members("two"), ["bob", "cem", "dan"]);
    assert_eq!(target.active(), ["ann", "bob", "cem", "dan"]);
    sim.sync([]).exits(0);
    assert_eq!(sim.target().active(), ["bob", "dan"]);
}

/// A policy that closes by groups sees only some of them, and the account that it names need not be linked yet.
#[test]
fn a_run_narrowed_on_the_command_line_closes_nobody_and_takes_nobody_out_whom_a_policy_would_close() {
    let org = Org::new().people(["ann", "bob"]).group("one", ["ann", "bob"]).group("two", ["ann", "bob"]);
    let mut sim = Sim::start(org);
    sim.sync([]).exits(0);
    sim.rest.push_str("\n[policy.config.account]\nactive = 'size(user.groups) > 1'\n");
    sim.sync(["one"]).exits(5).prints("would be inactive").prints("this run saw only some of the groups");
    assert_eq!(sim.target().active(), ["ann", "bob"]);
    sim.rest.push_str("userName = '\"old.\" + user.login'\n");
    let mut standing = sim.target();
    let ann = standing.users.get_mut("ann").expect("ann");
    ann["userName"] = json!("old.ann@example.com");
    ann.as_object_mut().expect("an object").remove("externalId");
    let values = |values: &BTreeMap<String, Value>| values.values().cloned().collect::<Vec<_>>();
    sim.put_target(&json!({ "users": values(&standing.users), "groups": values(&standing.groups) }));
    sim.sync(["one"]).exits(5);
    assert_eq!(sim.target().members("one").len(), 2);
    assert_eq!(sim.requests().writes(), 4, "of the first run");
}

#[test]
fn a_group_named_twice_is_read_once() {
    let sim = Sim::start(Org::new().person("ann").group("one", ["ann"]));
    sim.sync(["one", "one"]).exits(0);
    assert_eq!(sim.requests().okta["GET /api/v1/groups/{id}/users"], 1);
}

#[test]
fn a_file_may_hold_the_names() {
    let mut sim = Sim::start(Org::new().person("ann").group("one", ["ann"]).group("two", ["ann"]));
    sim.file("groups", b" one , two,\n");
    sim.rest = named(r#""file:groups""#);
    sim.sync([]).exits(0);
    assert_eq!(sim.target().group_names(), ["one", "two"]);
}
