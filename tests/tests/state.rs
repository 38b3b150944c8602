//! The state: what a run leaves to the next, what that saves, and that it never costs correctness.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use usher_tests::bucket::Bucket;
use usher_tests::peers::peers;
use usher_tests::place::EVERY_GROUP;
use usher_tests::{Gate, Org, Sim};

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
        .prints(
            "0 people changed; the members of 0 groups were read in Okta, and nothing in Identity Center.",
        )
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
    let both = "the members of 2 groups were read in Okta, and the lists and the members of 2 groups in Identity Center.";
    sim.sync([]).exits(0).prints(both);
    let target = sim.target();
    assert_eq!(target.members("admins"), ["ann", "bob"]);
    assert_eq!(target.members("writers"), ["ann", "dan", "gus"]);
    assert_eq!(target.user("eve")["title"], "Chief");
    assert_eq!(target.active(), ["ann", "bob", "dan", "eve", "fay", "gus"]);
    let (okta, _) = asked(&sim);
    // And two questions about the leaver.
    let expected = [
        ("GET /api/v1/groups", 1),
        ("GET /api/v1/groups/{id}/users", 2),
        ("GET /api/v1/users", 1),
        ("GET /api/v1/users/{id}", 1),
        ("GET /api/v1/users/{id}/groups", 1),
    ];
    assert_eq!(okta, counts(&expected));
    // What was written is looked at once, and then it is quiet.
    sim.sync([])
        .exits(0)
        .prints("nothing to do")
        .prints("the lists and the members of 2 groups in Identity Center.");
    sim.advance(A_WHILE);
    sim.sync([]).exits(0).prints("nothing to do").prints("and nothing in Identity Center");
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
fn whatever_is_to_be_done_in_a_group_rests_on_its_members_as_they_are() {
    let mut sim = settled(org());
    let state_before = state(&sim);
    // By hand: nobody is in any group any more, and ann's account is made anew.
    let mut target: Value = json!({
        "users": sim.target().users.values().collect::<Vec<_>>(),
        "groups": sim.target().groups.values().collect::<Vec<_>>(),
    });
    for group in target["groups"].as_array_mut().unwrap() {
        group["members"] = json!([]);
    }
    target["users"].as_array_mut().unwrap().retain(|user| user["userName"] != "ann@example.com");
    sim.put_target(&target);
    sim.happens(|org| org.profile("eve", json!({ "title": "Chief" })));
    let report = sim.sync(["--json"]).exits(0).json();
    // Hers are looked at, since she is to be added to them; the third is not, until all is.
    assert_eq!(report["seen"]["reading"]["targetGroups"], 2);
    assert_eq!(sim.target().members("admins"), ["ann", "bob", "cem"]);
    assert_eq!(sim.target().members("writers"), ["ann", "dan"]);
    assert_eq!(sim.target().members("readers"), Vec::<&str>::new());
    let written = state(&sim);
    assert_eq!(written["settled"], false);
    assert_eq!(written["written-to"].as_array().map(Vec::len), Some(2));
    assert_eq!(written["full-at"], state_before["full-at"]);
    let report = sim.sync(["--json"]).exits(0).json();
    assert_eq!(report["seen"]["reading"]["targetGroups"], 2);
    sim.sync(["--full"]).exits(0);
    assert_eq!(sim.target().members("readers"), ["dan", "eve", "fay"]);
}

#[test]
fn a_hash_of_a_plan_that_read_everything_is_met_by_a_sync() {
    for argument in ["--expect-hash", "--allow"] {
        let sim = settled(org());
        let mut target: Value = json!({
            "users": sim.target().users.values().collect::<Vec<_>>(),
            "groups": sim.target().groups.values().collect::<Vec<_>>(),
        });
        for group in target["groups"].as_array_mut().unwrap() {
            group["members"] = json!([]);
        }
        sim.put_target(&target);
        let plan = sim.plan(["--json"]).exits(0).json();
        let hash = plan["hash"].as_str().expect("the plan's hash");
        sim.sync([argument, hash]).exits(0).prints("Everything was read: a plan to be reviewed rests on");
        assert_eq!(sim.target().members("admins"), ["ann", "bob", "cem"], "{argument}");
    }
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
    sim.sync([]).exits(0).prints("the lists and the members of 3 groups in Identity Center.");
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
        sim.sync([]).exits(0).prints("and nothing in Identity Center");
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
    // A run of one group knows no less of its size.
    sim.fault(&short(1));
    sim.sync(["all"]).exits(0).prints("nothing to do");
    assert_eq!(asked(&sim).0["GET /api/v1/groups/{id}/users"], 2);
    // What is said twice is believed of the list, and of nobody whom Okta, asked for that one, has in the group.
    sim.fault(&short(9));
    sim.sync(["--full"]).exits(5).prints("(unlisted)").prints("nothing to do");
    assert_eq!(asked(&sim).0["GET /api/v1/groups/{id}/users"], 2);
    // If it is true it is up to the guards.
    sim.clear_faults();
    let mut empty = sim.source();
    empty["groups"][0]["members"] = json!([]);
    sim.put_source(&empty);
    sim.sync(["--full"]).exits(4);
    assert_eq!(asked(&sim).0["GET /api/v1/groups/{id}/users"], 1);
    assert_eq!(sim.target().members("all").len(), 20);
}

const DAY: u32 = 86_400;

/// A month in which cem has left, on its first day. Days pass in Okta, whose clock counts.
struct Month {
    sim: Sim,
    day: u32,
}

impl Month {
    fn begin() -> Self {
        let mut sim = remembering(org(), "[sync]\nleavers = \"delete\"\ndelete_after = \"30d\"\n");
        sim.sync([]).exits(0);
        sim.happens(|org| org.leaves("cem", "admins"));
        sim.sync([]).exits(0).prints("deactivate").prints_no("delete 1");
        assert_eq!(sim.target().user("cem")["active"], false);
        Self { sim, day: 1 }
    }

    /// Lets the time pass until this day.
    fn on_day(&mut self, day: u32) -> &Sim {
        self.sim.advance((day - self.day) * DAY);
        self.day = day;
        &self.sim
    }

    fn sync_on_day(&mut self, day: u32) -> usher_tests::Outcome {
        self.on_day(day).sync([]).exits(0)
    }

    /// The day on which cem is deleted, as the state says.
    fn waits(&self) -> String {
        let state = state(&self.sim);
        let since =
            state["waiting"].as_object().and_then(|waiting| waiting.values().next()).and_then(Value::as_i64);
        let due = since.expect("cem waits") + 30 * i64::from(DAY);
        let due = jiff::Timestamp::from_second(due).expect("a time");
        format!("cem@example.com is deactivated, and deleted from {} on", due.strftime("%Y-%m-%d"))
    }
}

#[test]
fn a_leaver_is_deactivated_at_once_listed_in_between_and_deleted_when_the_time_is_over() {
    let mut month = Month::begin();
    let waits = month.waits();
    for day in [2, 20, 30] {
        month.sync_on_day(day).prints("nothing to do").prints(&waits);
        assert_eq!(month.waits(), waits);
    }
    month.on_day(30).plan([]).exits(0).prints(&waits);
    month.on_day(31).plan([]).exits(0).prints("delete 1 user");
    month.sync_on_day(31).prints("delete 1 user");
    assert_eq!(month.sim.target().people(), ["ann", "bob", "dan", "eve", "fay"]);
    month.sync_on_day(32).prints("nothing to do");
    assert_eq!(state(&month.sim)["waiting"], json!({}));
}

#[test]
fn no_clock_but_okta_s_makes_the_time_shorter() {
    let month = Month::begin();
    let waits = month.waits();
    // Long after it is over, and long before it began.
    for now in ["4000000000", "1000000000"] {
        month.sim.plan(["--now", now]).exits(0).prints(&waits);
        month.sim.sync(["--now", now]).exits(0).prints("nothing to do").prints(&waits);
        assert_eq!(month.waits(), waits);
    }
}

#[test]
fn a_clock_that_runs_backwards_deletes_nobody_and_says_so() {
    let mut month = Month::begin();
    month.on_day(31);
    let mut ahead = state(&month.sim);
    let read_at: jiff::Timestamp =
        ahead["read-at"].as_str().and_then(|time| time.parse().ok()).expect("a time");
    ahead["read-at"] = json!((read_at + jiff::SignedDuration::from_hours(24 * 60)).to_string());
    std::fs::write(month.sim.folder().join("usher.state"), ahead.to_string()).unwrap();
    // Nor when everything is read, nor the next time: until what was seen has passed.
    for how in [&[][..], &["--full"], &[]] {
        let outcome = month.sim.usher("sync", how).exits(0).prints("nothing to do");
        outcome.prints("nobody is deleted by this run: Okta's clock");
    }
    month.sync_on_day(62).prints("delete 1 user").prints_no("nobody is deleted by this run");
}

#[test]
fn who_comes_back_is_not_deleted_and_leaves_with_the_whole_time_again() {
    let mut month = Month::begin();
    month.on_day(29);
    month.sim.happens(|org| org.joins("cem", "readers"));
    month.sync_on_day(29).prints("reactivate");
    month.on_day(40);
    month.sim.happens(|org| org.leaves("cem", "readers"));
    month.sync_on_day(40).prints("deactivate");
    let waits = month.waits();
    month.sync_on_day(69).prints(&waits);
    assert_eq!(month.sim.target().people().len(), 6);
    month.sync_on_day(70).prints("delete 1 user");
}

/// The date by which the account was deleted is none for the one that comes back.
#[test]
fn whose_deletion_is_taken_back_waits_the_whole_time_again() {
    let mut month = Month::begin();
    month.sim.rest = format!("[journal]\npath = \"usher.jsonl\"\n{}", month.sim.rest);
    month.sync_on_day(31).prints("delete 1 user");
    month.sim.usher("undo", &["latest", "--out", "undo.json"]).exits(0);
    month.sim.usher("apply", &["undo.json"]).exits(0);
    assert_eq!(month.sim.target().user("cem")["active"], false);
    month.sync_on_day(32).prints("nothing to do").prints("cem@example.com is deactivated, and deleted from");
    month.sync_on_day(61).prints("nothing to do");
    month.sync_on_day(62).prints("delete 1 user");
}

#[test]
fn when_the_record_of_the_date_is_lost_the_time_starts_again() {
    let mut month = Month::begin();
    let before = month.waits();
    std::fs::remove_file(month.sim.folder().join("usher.state")).unwrap();
    month.sync_on_day(100).prints("nothing to do");
    assert_ne!(month.waits(), before);
    month.sync_on_day(129).prints("nothing to do");
    month.sync_on_day(130).prints("delete 1 user");
}

#[test]
fn who_waits_in_another_directory_does_not_wait_in_this_one() {
    let mut month = Month::begin();
    let file = month.sim.folder().join("usher.state");
    let mut of_another = state(&month.sim);
    of_another["target"] = json!("https://scim.another.example/");
    month.on_day(100);
    std::fs::write(&file, of_another.to_string()).unwrap();
    month.sync_on_day(100).prints("nothing to do");
    month.sync_on_day(130).prints("delete 1 user");
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

#[test]
fn a_state_that_another_run_replaced_meanwhile_is_not_written_over() {
    let mut sim = settled(org());
    sim.happens(|org| org.leaves("cem", "admins"));
    // It has read the state when it first asks Identity Center, and is held up there.
    let gate = Gate::start(&sim.scim, usize::MAX);
    sim.scim = gate.address().to_owned();
    let is_there = gate.hold_up();
    let run = sim.start("sync", &["--quiet"]);
    is_there();
    let other = br#"{"format":"usher-state","version":1,"another":"run's"}"#;
    sim.file("usher.state", other);
    gate.open();
    run.ends().exits(1).says("another run has replaced the state usher.state");
    assert_eq!(std::fs::read(sim.folder().join("usher.state")).unwrap(), other);
    assert_eq!(sim.target().members("admins"), ["ann", "bob", "cem"], "nothing was written");
}
