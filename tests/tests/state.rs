//! The state: what a run leaves to the next, what that saves, and that it never costs correctness.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use usher_tests::bucket::Bucket;
use usher_tests::peers::peers;
use usher_tests::place::EVERY_GROUP;
use usher_tests::{Org, Sim};

/// Longer than Okta's lists may lag, shorter than a full reading lasts.
const A_WHILE: u32 = 600;

fn org() -> Org {
    Org::new()
        .people(["ann", "bob", "cem", "dan", "eve", "fay"])
        .group("admins", ["ann", "bob", "cem"])
        .group("readers", ["dan", "eve", "fay"])
        .group("writers", ["ann", "dan"])
}

fn remembering(org: Org, sync: &str) -> Sim {
    let mut sim = Sim::start(org);
    sim.rest = format!("{sync}\n[state]\npath = \"usher.state\"\n{EVERY_GROUP}");
    sim
}

/// Synced, and seen to be as it should.
fn settled(org: Org) -> Sim {
    let sim = remembering(org, "");
    sim.sync([]).exits(0).prints("Everything was read: there is no state yet.");
    sim.sync([]).exits(0).prints("nothing to do");
    sim.advance(A_WHILE);
    sim.forget_requests();
    sim
}

fn counts(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
    list.iter().map(|(request, number)| ((*request).to_owned(), *number)).collect()
}

/// What was asked of Okta since the last look, and whether Identity Center was asked anything.
fn asked(sim: &Sim) -> (BTreeMap<String, u64>, bool) {
    let requests = sim.requests();
    sim.forget_requests();
    (requests.okta, !requests.scim.is_empty())
}

fn state(sim: &Sim) -> Value {
    serde_json::from_slice(&std::fs::read(sim.folder().join("usher.state")).expect("a state")).expect("JSON")
}

#[test]
fn a_quiet_run_costs_two_requests_to_okta_and_none_to_identity_center() {
    let sim = settled(org());
    sim.sync([])
        .exits(0)
        .prints("0 people changed, and the members of 0 groups and nothing of Identity Center were read")
        .prints("nothing to do");
    let quiet = counts(&[("GET /api/v1/groups", 1), ("GET /api/v1/users", 1)]);
    assert_eq!(asked(&sim), (quiet.clone(), false));
    let report = sim.sync(["--json"]).exits(0).json();
    assert_eq!(report["seen"]["reading"]["kind"], "incremental");
    assert_eq!(report["seen"]["people"], 6);
    assert_eq!(asked(&sim), (quiet, false));
    let mode = std::fs::metadata(sim.folder().join("usher.state")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds people's profiles");
}

#[test]
fn only_what_changed_is_read_and_what_is_written_rests_on_the_target_as_it_is() {
    let mut sim = settled(org());
    sim.happens(|org| {
        org.leaves("cem", "admins")
            .profile("eve", json!({ "title": "Chief" }))
            .person("gus")
            .joins("gus", "writers")
    });
    sim.sync([]).exits(0).prints("the members of 2 groups and all of Identity Center were read");
    let target = sim.target();
    assert_eq!(target.members("admins"), ["ann", "bob"]);
    assert_eq!(target.members("writers"), ["ann", "dan", "gus"]);
    assert_eq!(target.user("eve")["title"], "Chief");
    assert_eq!(target.active(), ["ann", "bob", "dan", "eve", "fay", "gus"]);
    let (okta, _) = asked(&sim);
    // And one question about the leaver.
    let expected = [
        ("GET /api/v1/groups", 1),
        ("GET /api/v1/groups/{id}/users", 2),
        ("GET /api/v1/users", 1),
        ("GET /api/v1/users/{id}", 1),
    ];
    assert_eq!(okta, counts(&expected));
    // What was written is looked at once, and then it is quiet.
    sim.sync([]).exits(0).prints("nothing to do").prints("all of Identity Center");
    sim.advance(A_WHILE);
    sim.sync([]).exits(0).prints("nothing to do").prints("nothing of Identity Center");
    sim.advance(A_WHILE);
    asked(&sim);
    sim.sync([]).exits(0).prints("nothing to do");
    assert_eq!(asked(&sim), (counts(&[("GET /api/v1/groups", 1), ("GET /api/v1/users", 1)]), false));
    sim.plan(["--exit-code"]).exits(0).prints("nothing to do");
}

#[test]
fn people_whom_okta_closes_or_renames_are_found_though_no_membership_changed() {
    let mut sim = settled(org());
    sim.happens(|org| {
        org.status("bob", "DEPROVISIONED")
            .profile("ann", json!({ "login": "ann.lee@example.com", "email": "ann.lee@example.com" }))
            .rename_group("readers", "readers-of-all")
    });
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.user("bob")["active"], false);
    assert_eq!(target.user("ann")["userName"], "ann.lee@example.com");
    assert_eq!(target.group_names(), ["admins", "readers-of-all", "writers"]);
    let (okta, _) = asked(&sim);
    assert_eq!(okta, counts(&[("GET /api/v1/groups", 1), ("GET /api/v1/users", 1)]));
}

#[test]
fn a_group_that_is_gone_is_found_at_once() {
    let mut sim = settled(org());
    sim.rest = format!("[guards]\nmemberships_removed = \"100%\"\n{}", sim.rest);
    let mut source = sim.source();
    source["groups"].as_array_mut().unwrap().retain(|group| group["profile"]["name"] != "readers");
    sim.put_source(&source);
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("readers"), Vec::<&str>::new());
    assert_eq!(sim.target().active(), ["ann", "bob", "cem", "dan"]);
    sim.happens(|org| org);
}

#[test]
fn what_changes_in_the_second_of_the_reading_is_not_lost() {
    let mut sim = settled(org());
    sim.happens(|org| org.leaves("cem", "admins"));
    sim.sync([]).exits(0);
    // Okta's times have whole seconds: this may bear the time that the run has just seen.
    sim.happens(|org| org.leaves("bob", "admins"));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("admins"), ["ann"]);
    assert_eq!(sim.target().user("bob")["active"], false);
}

#[test]
fn drift_in_the_target_is_mended_by_a_full_run_which_comes_by_itself() {
    let sim = settled(org());
    let drift = || {
        let mut target: Value = json!({
            "users": sim.target().users.values().collect::<Vec<_>>(),
            "groups": sim.target().groups.values().collect::<Vec<_>>(),
        });
        for group in target["groups"].as_array_mut().unwrap() {
            group["members"] = json!([]);
        }
        sim.put_target(&target);
    };
    drift();
    sim.sync([]).exits(0).prints("nothing to do");
    sim.sync(["--full"]).exits(0).prints("Everything was read: it was asked for.");
    assert_eq!(sim.target().members("admins"), ["ann", "bob", "cem"]);
    sim.sync([]).exits(0).prints("nothing to do");
    drift();
    sim.advance(3600);
    sim.sync([]).exits(0).prints("Everything was read: the last full reading is too long ago.");
    assert_eq!(sim.target().members("admins"), ["ann", "bob", "cem"]);
}

#[test]
fn a_run_that_wrote_only_a_part_is_taken_up_by_the_next() {
    let mut sim = settled(org());
    sim.happens(|org| org.person("gus").joins("gus", "writers"));
    sim.fault(&json!({ "service": "scim", "request": "POST /Users", "status": 400, "times": 9 }));
    sim.sync([]).exits(5);
    sim.clear_faults();
    sim.advance(A_WHILE);
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("writers"), ["ann", "dan", "gus"]);
}

#[test]
fn a_narrowed_run_believes_nothing_and_leaves_the_word_that_it_wrote() {
    let mut sim = settled(org());
    sim.happens(|org| org.leaves("cem", "admins"));
    sim.sync(["admins"]).exits(0).prints_no("Everything was read").prints_no("Since ");
    assert_eq!(sim.target().members("admins"), ["ann", "bob"]);
    assert_eq!(state(&sim)["settled"], false);
    sim.sync([]).exits(0).prints("all of Identity Center");
    assert_eq!(sim.target().user("cem")["active"], false);
}

#[test]
fn plans_read_everything_and_leave_the_state_alone() {
    let mut sim = settled(org());
    sim.happens(|org| org.leaves("cem", "admins"));
    let before = state(&sim);
    sim.plan(["--out", "plan.json"]).exits(0).prints("Everything was read: a plan to be reviewed rests on");
    sim.sync(["--dry-run"]).exits(0).prints("1 membership");
    assert_eq!(state(&sim), before);
    sim.usher("apply", &["plan.json"]).exits(0);
    assert_eq!(sim.target().members("admins"), ["ann", "bob"]);
    assert_eq!(state(&sim)["settled"], false);
}

#[test]
fn a_state_that_is_lost_or_damaged_costs_requests_and_nothing_else() {
    let sim = settled(org());
    for damage in [None, Some("{\"format\":\"usher-state\",\"version\":1,\"torn"), Some("")] {
        match damage {
            None => std::fs::remove_file(sim.folder().join("usher.state")).unwrap(),
            Some(text) => std::fs::write(sim.folder().join("usher.state"), text).unwrap(),
        }
        let outcome = sim.sync([]).exits(0).prints("nothing to do").prints("Everything was read");
        if damage.is_some() {
            outcome.says("the state usher.state is of no use");
        }
        sim.sync([]).exits(0).prints("nothing of Identity Center");
    }
    std::fs::write(sim.folder().join("usher.state"), "{\"format\":\"usher-state\",\"version\":7}").unwrap();
    sim.sync([]).fails_clearly(2).says("version 7").says("hint: ");
}

#[test]
fn a_state_of_another_organisation_is_not_used() {
    let first = settled(org());
    let second = remembering(org().person("gus").joins("gus", "admins"), "");
    std::fs::copy(first.folder().join("usher.state"), second.folder().join("usher.state")).unwrap();
    second.sync([]).exits(0).prints("Everything was read: the state is about other services.");
    assert_eq!(second.target().members("admins"), ["ann", "bob", "cem", "gus"]);
}

#[test]
fn a_list_of_members_that_falls_far_short_is_read_again_before_it_is_believed() {
    let sim = settled(Org::new().crowd("p", 20).group_of_crowd("all", "p", 20));
    let link = |base: &str| format!("<{base}/api/v1/groups/x/users?limit=1000>; rel=\"self\"");
    let short = |times: u32| {
        json!({
            "service": "okta", "request": "GET /api/v1/groups/{id}/users", "status": 200, "times": times,
            "headers": { "link": link(&sim.okta) }, "body": [],
        })
    };
    sim.fault(&short(1));
    sim.sync(["--full"]).exits(0).prints("nothing to do");
    assert_eq!(asked(&sim).0["GET /api/v1/groups/{id}/users"], 2);
    // What is said twice is believed; then it is up to the guards.
    sim.fault(&short(9));
    sim.sync(["--full"]).exits(4);
    assert_eq!(asked(&sim).0["GET /api/v1/groups/{id}/users"], 2);
    assert_eq!(sim.target().members("all").len(), 20);
}

const DAY: u64 = 86_400;
/// 2026-11-26T00:00:00Z
const BEGAN: u64 = 1_795_651_200;

/// A month in which cem has left, with a sync at each of these days.
fn leaving() -> Sim {
    let mut sim = remembering(org(), "[sync]\nleavers = \"delete\"\ndelete_after = \"30d\"\n");
    sim.sync(["--now", &BEGAN.to_string()]).exits(0);
    sim.happens(|org| org.leaves("cem", "admins"));
    sim.sync(["--now", &(BEGAN + DAY).to_string()]).exits(0).prints("deactivate").prints_no("delete 1");
    assert_eq!(sim.target().user("cem")["active"], false);
    sim
}

fn sync_on_day(sim: &Sim, day: u64) -> usher_tests::Outcome {
    sim.sync(["--now", &(BEGAN + day * DAY).to_string()]).exits(0)
}

#[test]
fn a_leaver_is_deactivated_at_once_listed_in_between_and_deleted_when_the_time_is_over() {
    let sim = leaving();
    let waits = "cem@example.com is deactivated, and deleted from 2026-12-27 on";
    for day in [2, 20, 30] {
        sync_on_day(&sim, day).prints("nothing to do").prints(waits);
    }
    sim.plan(["--now", &(BEGAN + 30 * DAY).to_string()]).exits(0).prints(waits);
    sim.plan(["--now", &(BEGAN + 31 * DAY).to_string()]).exits(0).prints("delete 1 user");
    sync_on_day(&sim, 31).prints("delete 1 user");
    assert_eq!(sim.target().people(), ["ann", "bob", "dan", "eve", "fay"]);
    sync_on_day(&sim, 32).prints("nothing to do");
    assert_eq!(state(&sim)["waiting"], json!({}));
}

#[test]
fn who_comes_back_is_not_deleted_and_leaves_with_the_whole_time_again() {
    let mut sim = leaving();
    sim.happens(|org| org.joins("cem", "readers"));
    sync_on_day(&sim, 29).prints("reactivate");
    sim.happens(|org| org.leaves("cem", "readers"));
    sync_on_day(&sim, 40).prints("deactivate");
    sync_on_day(&sim, 69).prints("deleted from 2027-02-04 on");
    assert_eq!(sim.target().people().len(), 6);
    sync_on_day(&sim, 70).prints("delete 1 user");
}

#[test]
fn when_the_record_of_the_date_is_lost_the_time_starts_again() {
    let sim = leaving();
    std::fs::remove_file(sim.folder().join("usher.state")).unwrap();
    sync_on_day(&sim, 100).prints("nothing to do").prints("deleted from 2027-04-05 on");
    sync_on_day(&sim, 129).prints("nothing to do");
    sync_on_day(&sim, 130).prints("delete 1 user");
}

#[test]
fn a_state_in_s3_saves_what_one_in_a_file_does_and_its_lock_lies_beside_it() {
    let Some(peers) = peers("a state in S3") else { return };
    let bucket = Bucket::new(peers);
    let mut sim = Sim::start(org());
    sim.rest = format!("[state]\npath = \"s3://acme/production/usher.state\"\n{EVERY_GROUP}");
    sim.set("AWS_ENDPOINT_URL_S3", bucket.address());
    sim.sync([]).exits(0).prints("Everything was read: there is no state yet.");
    sim.sync([]).exits(0).prints("nothing to do");
    sim.advance(A_WHILE);
    sim.forget_requests();
    sim.sync([]).exits(0).prints("nothing to do");
    assert_eq!(asked(&sim), (counts(&[("GET /api/v1/groups", 1), ("GET /api/v1/users", 1)]), false));
    let kept: Value = serde_json::from_str(&bucket.get("production/usher.state")).expect("a state is JSON");
    assert_eq!((&kept["format"], &kept["settled"]), (&json!("usher-state"), &json!(true)));
    assert_eq!(bucket.get("production/usher.state.lock"), "", "given back");

    // What cannot be read is never taken for a state that is not there.
    bucket.lets_nobody_in();
    sim.sync([]).fails_clearly(1).says("s3://acme/production/usher.state").says("Nothing was written");
}
