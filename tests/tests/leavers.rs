//! `[sync]`: what is taken away, and what stays.

use serde_json::json;
use usher_tests::{Org, Sim};

fn org() -> Org {
    Org::new()
        .people(["ann", "bob", "cem", "dan", "eve", "fay"])
        .group("admins", ["ann", "bob", "cem"])
        .group("readers", ["dan", "eve", "fay"])
}

/// Synced once, with these settings from then on.
fn with(settings: &str) -> Sim {
    let mut sim = Sim::start(org());
    sim.sync([]).exits(0);
    sim.rest = format!("{settings}{}", sim.rest);
    sim
}

#[track_caller]
fn finished(sim: &Sim) {
    sim.plan(["--exit-code"]).exits(0).prints("nothing to do");
}

#[test]
fn leavers_are_deleted_where_that_is_asked_for_and_the_suspended_are_not() {
    let mut sim = with(
        "[sync]\nleavers = \"delete\"\n[guards]\nusers_deactivated = \"100%\"\nmemberships_removed = \"100%\"\n",
    );
    sim.happens(|org| {
        org.leaves("ann", "admins")
            .vanishes("bob")
            .status("dan", "DEPROVISIONED")
            .leaves("eve", "readers")
            .status("eve", "SUSPENDED")
    });
    sim.sync([]).exits(0).prints("- delete      ann@example.com").prints("delete 3 users");
    let target = sim.target();
    assert_eq!(target.people(), ["cem", "eve", "fay"]);
    assert_eq!(target.active(), ["cem", "fay"]);
    assert_eq!(target.members("admins"), ["cem"]);
    assert_eq!(target.members("readers"), ["fay"]);
    finished(&sim);
}

#[test]
fn who_was_deactivated_before_is_deleted_when_the_setting_changes() {
    let mut sim = with("");
    sim.happens(|org| org.leaves("ann", "admins"));
    sim.sync([]).exits(0);
    sim.rest = format!("[sync]\nleavers = \"delete\"\n{}", sim.rest);
    sim.sync([]).exits(0);
    assert_eq!(sim.target().people(), ["bob", "cem", "dan", "eve", "fay"]);
    finished(&sim);
}

#[test]
fn an_address_that_a_deleted_leaver_frees_is_taken_in_the_same_run() {
    let mut sim = with("[sync]\nleavers = \"delete\"\n");
    let before = sim.target().user("ann")["id"].clone();
    sim.happens(|org| {
        org.vanishes("ann")
            .person_with("gil", json!({ "login": "ann@example.com", "email": "ann@example.com" }))
            .joins("gil", "admins")
    });
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.user("gil")["userName"], "ann@example.com");
    assert_ne!(target.user("gil")["id"], before, "another person is another account");
    assert_eq!(target.members("admins"), ["bob", "cem", "gil"]);
    finished(&sim);
}

#[test]
fn leavers_keep_their_accounts_where_that_is_asked_for_and_okta_is_not_asked_about_them() {
    let mut sim = with("[sync]\nleavers = \"keep\"\n");
    sim.happens(|org| org.leaves("ann", "admins"));
    sim.forget_requests();
    sim.sync([]).exits(0).prints("leavers who keep their accounts (leavers = \"keep\"): 1");
    assert!(!sim.requests().okta.contains_key("GET /api/v1/users/{id}"));
    let target = sim.target();
    assert_eq!(target.active().len(), 6);
    assert_eq!(target.members("admins"), ["bob", "cem"]);
    finished(&sim);
}

#[test]
fn where_groups_only_grow_nobody_loses_a_membership() {
    let mut sim = with("[sync]\nmemberships = \"additive\"\n");
    sim.happens(|org| org.leaves("ann", "admins").joins("ann", "readers"));
    sim.sync([]).exits(0).prints("(memberships = \"additive\"): 1");
    let target = sim.target();
    assert_eq!(target.members("admins"), ["ann", "bob", "cem"]);
    assert_eq!(target.members("readers"), ["ann", "dan", "eve", "fay"]);
    finished(&sim);
}

#[test]
fn a_group_without_its_okta_group_is_emptied_kept_or_deleted() {
    let without_readers = || {
        Org::new().people(["ann", "bob", "cem", "dan", "eve", "fay"]).group("admins", ["ann", "bob", "cem"])
    };
    let after = |settings: &str| {
        let mut sim = with(settings);
        let before = sim.target().group("readers")["id"].clone();
        sim.happens(|_| without_readers());
        sim.sync([]).exits(0);
        finished(&sim);
        (sim.target(), before)
    };
    let (emptied, before) = after("[guards]\ngroups_emptied = \"100%\"\n");
    assert_eq!(emptied.members("readers"), [""; 0]);
    assert_eq!(emptied.group("readers")["id"], before);
    let (kept, _) = after("[sync]\norphaned_groups = \"keep\"\n");
    assert_eq!(kept.members("readers").len(), 3);
    let (deleted, _) = after("[sync]\norphaned_groups = \"delete\"\n");
    assert_eq!(deleted.group_names(), ["admins"]);
}

#[test]
fn a_group_made_again_under_its_name_is_a_conflict_and_deletes_nothing() {
    let sim = with("[sync]\norphaned_groups = \"delete\"\n");
    let before = sim.target().group("readers")["id"].clone();
    // Okta never gives an id twice: the new group is another one.
    let mut source = sim.org().to_json();
    source["groups"][1]["id"] = json!("00g00000000000000099");
    sim.put_source(&source);
    sim.sync([]).exits(5).prints("conflict");
    let target = sim.target();
    assert_eq!(target.group("readers")["id"], before);
    assert_eq!(target.members("readers"), ["dan", "eve", "fay"]);
}
