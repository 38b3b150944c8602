//! `usher simulate`, as its own program: what other tests, and other people's, rest on.

use serde_json::Value;
use usher_tests::{Org, Sim};

#[test]
fn a_generated_organisation_has_exactly_the_memberships_asked_for() {
    let source = Sim::generated(400, 50, 2000).source();
    let users = source["users"].as_array().expect("users are a list");
    assert_eq!(users.len(), 400);
    let groups = source["groups"].as_array().expect("groups are a list");
    let sizes: Vec<usize> = groups
        .iter()
        .filter(|group| group["type"] == "OKTA_GROUP")
        .map(|group| group["members"].as_array().expect("members are a list").len())
        .collect();
    assert_eq!(sizes, [40; 50]);
}

#[test]
fn the_same_seed_gives_the_same_organisation() {
    assert_eq!(Sim::generated(20, 4, 40).source(), Sim::generated(20, 4, 40).source());
}

#[test]
fn what_it_shows_as_its_source_can_be_given_back() {
    let sim = Sim::start(Org::new().people(["ann", "bob"]).group("admins", ["ann"]));
    let source = sim.source();
    sim.put_source(&source);
    assert_eq!(sim.source(), source);
}

#[test]
fn memberships_that_cannot_be_shared_evenly_are_refused_with_the_next_numbers() {
    let sim = Sim::start(Org::new());
    let arguments = ["--users", "10", "--groups", "3", "--memberships", "10"];
    sim.run("simulate", &arguments).fails_clearly(2).says("9 or 12");
}

#[test]
fn an_organisation_file_that_is_none_is_named() {
    let sim = Sim::start(Org::new());
    sim.run("simulate", &["--org", "no-such.json"]).exits(2).says("no-such.json");
    sim.file("wrong.json", b"[]");
    sim.run("simulate", &["--org", "wrong.json"]).exits(2).says("wrong.json");
}

#[test]
fn every_request_is_counted_by_its_kind() {
    let sim = Sim::start(Org::new().person("ann").group("admins", ["ann"]));
    sim.sync([]).exits(0);
    let requests = sim.requests();
    let sum: u64 = requests.okta.values().chain(requests.scim.values()).chain(requests.ssm.values()).sum();
    assert_eq!(requests.total, sum);
    sim.forget_requests();
    assert_eq!(sim.requests().total, 0);
}

#[test]
fn the_human_organisation_has_what_the_demo_needs() {
    let source = Sim::human().source();
    let names: Vec<&str> = source["groups"]
        .as_array()
        .expect("groups are a list")
        .iter()
        .filter_map(|group| group["profile"]["name"].as_str())
        .collect();
    for name in ["R&D", "xx_dev", "xx_devops"] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
    let statuses: Vec<&Value> =
        source["users"].as_array().expect("users are a list").iter().map(|user| &user["status"]).collect();
    for status in ["SUSPENDED", "DEPROVISIONED"] {
        assert!(statuses.iter().any(|found| *found == status), "nobody is {status}");
    }
}
