//! `kill -9` at every write, and a run after it: what stands then is what an undisturbed run leaves.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use usher_tests::org::login;
use usher_tests::place::EVERY_GROUP;
use usher_tests::sim::Target;
use usher_tests::{Gate, Org, Sim};

/// Twelve groups of forty-four people, so that a first run makes fifty-six objects.
pub(crate) fn company() -> Org {
    let org = Org::new().crowd("p", 44);
    (0..12).fold(org, |org, group| {
        let members: Vec<String> =
            (0..44).filter(|n| n % 12 == group || n % 7 == group).map(person).collect();
        org.group(&format!("team{group:02}"), members.iter().map(String::as_str))
    })
}

fn person(number: usize) -> String {
    format!("p{number:03}")
}

/// What happens to a company in a week: leavers, joiners, movers, renames, and names that go round in rings.
pub(crate) fn week(mut org: Org) -> Org {
    for number in [0, 1] {
        org = org.status(&person(number), "DEPROVISIONED");
    }
    org = org.vanishes(&person(2)).vanishes(&person(3));
    for number in 4..10 {
        org = org.profile(&person(number), json!({ "title": format!("Engineer {number}") }));
    }
    // Two swap their addresses, three pass theirs on in a ring, one takes that of somebody who gets a new one.
    let takes = |org: Org, who: usize, login: String| {
        org.profile(&person(who), json!({ "login": login, "email": login }))
    };
    for (who, whose) in [(10, 11), (11, 10), (12, 13), (13, 14), (14, 12), (15, 16)] {
        org = takes(org, who, login(&person(whose)));
    }
    org = takes(org, 16, "brand.new@example.com".to_owned());
    for number in 0..7 {
        let name = format!("new{number}");
        org = org.person(&name).joins(&name, &format!("team{:02}", number % 3));
    }
    for (who, from, to) in [(19, "team07", "team08"), (20, "team08", "team09"), (33, "team09", "team10")] {
        org = org.leaves(&person(who), from).joins(&person(who), to);
    }
    // Group names go round too.
    org =
        org.rename_group("team00", "aside").rename_group("team01", "team00").rename_group("aside", "team01");
    org = org.rename_group("team11", "platform");
    org.group("fresh", [person(30).as_str(), person(31).as_str(), "new0"]).group("fresh-too", ["new1"])
}

pub(crate) fn sim(org: Org) -> Sim {
    let mut sim = Sim::start(org);
    sim.rest = format!("{EVERY_GROUP}\n[journal]\npath = \"usher.jsonl\"\n");
    // Without the Parameter Store a run starts faster.
    for (variable, name) in [("OKTA_TOKEN", "okta_api_token"), ("SCIM_TOKEN", "amz_sso_api_token")] {
        let token = sim.token(name);
        sim.set(variable, &token);
    }
    sim.okta_token = "env:OKTA_TOKEN".to_owned();
    sim.scim_token = "env:SCIM_TOKEN".to_owned();
    sim
}

pub(crate) fn document(target: &Target) -> Value {
    json!({ "users": target.users.values().collect::<Vec<_>>(), "groups": target.groups.values().collect::<Vec<_>>() })
}

/// The directory without what differs from one run to the next: times, and the ids of what the run made. What stood before keeps
/// its id, so that a delete and a create can never pass for a change.
pub(crate) fn canonical(target: &Target, before: &Value) -> String {
    let stood = |id: &Value| {
        let lists = [&before["users"], &before["groups"]];
        lists.iter().any(|list| list.as_array().is_some_and(|list| list.iter().any(|it| it["id"] == *id)))
    };
    let known_as = |object: &Value| {
        let external_id = object["externalId"].as_str().unwrap_or_else(|| panic!("nobody's: {object}"));
        let id = if stood(&object["id"]) { object["id"].as_str().unwrap_or_default() } else { "new" };
        format!("{external_id} {id}")
    };
    let names: BTreeMap<&str, String> =
        target.users.values().map(|user| (user["id"].as_str().expect("a text"), known_as(user))).collect();
    let mut lines = Vec::new();
    for user in target.users.values() {
        let mut user_without = user.clone();
        for gone in ["id", "meta"] {
            user_without.as_object_mut().expect("an object").remove(gone);
        }
        lines.push(format!("{} {user_without}", known_as(user)));
    }
    for group in target.groups.values() {
        let members = group["members"].as_array().expect("a list").iter();
        let mut members: Vec<&str> = members.map(|id| names[id.as_str().expect("a text")].as_str()).collect();
        members.sort_unstable();
        lines.push(format!("{} {} {members:?}", known_as(group), group["displayName"]));
    }
    lines.sort_unstable();
    lines.join("\n")
}

/// Where a state is kept, if one is.
const STATE: &str = "usher.state";

/// A gate that lets everything through until it is set, and stands before Identity Center for good: a state is good for one address.
fn gated(sim: &mut Sim) -> Gate {
    let gate = Gate::start(&sim.scim, usize::MAX);
    sim.scim = gate.address().to_owned();
    gate
}

/// Kills a run at every one of its writes, each time from the same start, and runs again; returns at how many. Where a state is given,
/// each run that is killed begins with it.
fn killed_everywhere(sim: &Sim, gate: &Gate, start: &Value, state: Option<&[u8]>) -> usize {
    let begin = |sim: &Sim| {
        sim.put_target(start);
        if let Some(state) = state {
            sim.file(STATE, state);
        }
    };
    begin(sim);
    sim.forget_requests();
    sim.sync([]).exits(0);
    let undisturbed = canonical(&sim.target(), start);
    let writes = usize::try_from(sim.requests().writes()).expect("a number of writes");
    // With 0 it is killed before the first write, otherwise after that write was done and before it was answered.
    for write in 0..=writes {
        begin(sim);
        gate.set(write);
        sim.start("sync", &["--quiet"]).killed_at(gate);
        gate.set(usize::MAX);
        sim.sync([]).exits(0);
        assert_eq!(canonical(&sim.target(), start), undisturbed, "killed at write {write} of {writes}");
    }
    let verified = sim.usher("journal", &["verify", "--json"]).exits(0).json();
    assert_eq!(verified["unfinished"].as_array().expect("a list").len(), writes + 1, "{verified:#}");
    assert_eq!(verified["tornBytes"], 0);
    writes + 1
}

#[test]
fn a_first_run_that_is_killed_at_any_write_is_completed_by_the_next() {
    let mut sim = sim(company());
    let gate = gated(&mut sim);
    let points = killed_everywhere(&sim, &gate, &json!({ "users": [], "groups": [] }), None);
    assert_eq!(points, 57);
}

#[test]
fn a_run_of_every_kind_of_change_that_is_killed_at_any_write_is_completed_by_the_next() {
    let mut sim = sim(company());
    sim.sync([]).exits(0);
    // Somebody worked by hand too: an account was closed, one was renamed, and one is in a group that is not theirs.
    let mut target = sim.target();
    target.users.get_mut("p017").unwrap()["active"] = false.into();
    target.users.get_mut("p018").unwrap()["displayName"] = "By Hand".into();
    let stray = target.user("p021")["id"].clone();
    target.groups.get_mut("team05").unwrap()["members"].as_array_mut().expect("a list").push(stray);
    let start = document(&target);
    sim.happens(week);
    std::fs::remove_file(sim.folder().join("usher.jsonl")).unwrap();
    let gate = gated(&mut sim);
    let points = killed_everywhere(&sim, &gate, &start, None);
    assert!(points >= 45, "{points}");
}

#[test]
fn an_incremental_run_that_deletes_and_is_killed_at_any_write_is_completed_by_the_next() {
    let mut sim = sim(company());
    let settings =
        "[sync]\nleavers = \"delete\"\norphaned_groups = \"delete\"\n[guards]\nmax_changes = 1000\n";
    sim.rest = format!("{settings}[state]\npath = \"{STATE}\"\n{}", sim.rest);
    let gate = gated(&mut sim);
    sim.sync([]).exits(0);
    sim.sync([]).exits(0).prints("nothing to do");
    let (start, state) = (document(&sim.target()), std::fs::read(sim.folder().join(STATE)).unwrap());
    // Longer than Okta's lists may lag, shorter than a full reading lasts.
    sim.advance(600);
    sim.happens(week);
    let mut source = sim.source();
    source["groups"].as_array_mut().unwrap().retain(|group| group["profile"]["name"] != "team10");
    sim.put_source(&source);
    sim.sync(["--dry-run"]).exits(0).prints("Since ").prints("delete 4 users").prints("delete 1 group");
    std::fs::remove_file(sim.folder().join("usher.jsonl")).unwrap();
    let points = killed_everywhere(&sim, &gate, &start, Some(&state));
    assert!(points >= 45, "{points}");
}

#[test]
fn a_run_that_loses_its_lock_writes_nothing_more() {
    let mut sim = sim(company());
    let scim = sim.scim.clone();
    let gate = Gate::start(&scim, 20);
    sim.scim = gate.address().to_owned();
    let run = sim.start("sync", &[]);
    gate.wait_until_shut();
    // Another machine believes this one dead.
    let lock = std::fs::read_to_string(sim.folder().join("usher.jsonl.lock")).unwrap();
    let mut lock: Value = serde_json::from_str(&lock).unwrap();
    lock["run"] = "another-run".into();
    lock["host"] = "elsewhere".into();
    sim.file("usher.jsonl.lock", lock.to_string().as_bytes());
    gate.open();
    let outcome = run.ends().exits(1);
    outcome.clone().prints("lost its lock").prints("another-run on elsewhere has it now");
    // Those that were under way when it was lost are done; at most as many as are written at the same time.
    let written = sim.target().users.len();
    assert!((20..44).contains(&written), "{written}: {outcome}");
    assert!(sim.target().groups.is_empty());
    let lock = std::fs::read_to_string(sim.folder().join("usher.jsonl.lock")).unwrap();
    assert!(lock.contains("another-run"), "the other's lock was given back: {lock}");
    let shown = sim.usher("journal", &["show", "--json"]).exits(0).json();
    let early = shown["runs"][0]["endedEarly"].as_str().expect("a text");
    assert!(early.contains("lost its lock"), "{early}");
}

#[test]
fn a_run_that_is_interrupted_ends_after_what_is_under_way_and_says_so() {
    let mut sim = sim(company());
    let scim = sim.scim.clone();
    let gate = Gate::start(&scim, 5);
    sim.scim = gate.address().to_owned();
    let run = sim.start("sync", &[]);
    gate.wait_until_shut();
    run.is_told("TERM");
    gate.open();
    let ended = run.ends().exits(1);
    ended.says("interrupted: ending after the operations under way").prints("the run was interrupted");
    sim.scim = scim;
    let told = sim.usher("journal", &["show", "--json"]).exits(0).json();
    assert!(
        told["runs"][0]["endedEarly"].as_str().is_some_and(|why| why.contains("interrupted")),
        "{told:#}"
    );
    // Its lock is free, and the next run goes on.
    sim.sync([]).exits(0);
    sim.sync([]).exits(0).prints("nothing to do");
}

#[test]
fn a_run_that_is_killed_leaves_a_lock_that_holds_nobody_up() {
    let mut sim = sim(company());
    let scim = sim.scim.clone();
    let gate = Gate::start(&scim, 5);
    sim.scim = gate.address().to_owned();
    let run = sim.start("sync", &["--quiet"]);
    gate.wait_until_shut();
    // It lives, so it is waited for, and told who it is.
    sim.usher("sync", &[]).fails_clearly(6).says("another run holds the lock usher.jsonl.lock");
    run.killed_at(&gate);
    let lock = std::fs::read_to_string(sim.folder().join("usher.jsonl.lock")).unwrap();
    assert!(lock.contains("\"run\""), "{lock}");
    sim.scim = scim;
    sim.sync([]).exits(0);
}
