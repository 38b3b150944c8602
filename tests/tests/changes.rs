//! What happens in Okta, and what that does to Identity Center.

use serde_json::json;
use usher_tests::{Org, Sim};

fn two_groups() -> Sim {
    let org = Org::new()
        .people(["ann", "bob", "cem", "dan", "eve", "fay"])
        .group("admins", ["ann", "bob", "cem"])
        .group("readers", ["dan", "eve", "fay"]);
    let sim = Sim::start(org);
    sim.sync([]).exits(0);
    sim
}

/// A second run finds nothing to do: the first one finished the job.
#[track_caller]
fn finished(sim: &Sim) {
    sim.plan(["--exit-code"]).exits(0).prints("nothing to do");
}

#[test]
fn a_first_run_brings_everybody_and_a_second_finds_nothing_to_do() {
    let sim = two_groups();
    let target = sim.target();
    assert_eq!(target.people(), ["ann", "bob", "cem", "dan", "eve", "fay"]);
    assert_eq!(target.active(), target.people());
    assert_eq!(target.members("admins"), ["ann", "bob", "cem"]);
    assert_eq!(target.members("readers"), ["dan", "eve", "fay"]);
    let ann = target.user("ann");
    assert_eq!(ann["userName"], "ann@example.com");
    assert_eq!(ann["externalId"], usher_tests::org::user_id("ann"));
    assert_eq!(ann["name"]["givenName"], "Ann");
    assert_eq!(ann["name"]["familyName"], "Example");
    assert_eq!(ann["emails"][0]["value"], "ann@example.com");
    assert_eq!(target.group("admins")["externalId"], sim.org().group_id("admins"));
    finished(&sim);
}

#[test]
fn a_mover_leaves_one_group_and_enters_the_other() {
    let mut sim = two_groups();
    sim.happens(|org| org.leaves("ann", "admins").joins("ann", "readers"));
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.members("admins"), ["bob", "cem"]);
    assert_eq!(target.members("readers"), ["ann", "dan", "eve", "fay"]);
    finished(&sim);
}

#[test]
fn a_leaver_is_deactivated_and_never_deleted() {
    let mut sim = two_groups();
    let before = sim.target().user("ann")["id"].clone();
    sim.happens(|org| org.leaves("ann", "admins"));
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.active(), ["bob", "cem", "dan", "eve", "fay"]);
    assert_eq!(target.user("ann")["id"], before);
    assert_eq!(target.members("admins"), ["bob", "cem"]);
    finished(&sim);
}

#[test]
fn a_person_okta_forgot_is_deactivated() {
    let mut sim = two_groups();
    sim.happens(|org| org.vanishes("ann"));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().active(), ["bob", "cem", "dan", "eve", "fay"]);
    finished(&sim);
}

#[test]
fn a_deprovisioned_member_is_deactivated_though_okta_still_lists_it() {
    let mut sim = two_groups();
    sim.happens(|org| org.status("ann", "DEPROVISIONED"));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().active(), ["bob", "cem", "dan", "eve", "fay"]);
    finished(&sim);
}

#[test]
fn a_suspended_person_is_inactive_and_active_again_afterwards() {
    let mut sim = two_groups();
    sim.happens(|org| org.status("ann", "SUSPENDED"));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().active(), ["bob", "cem", "dan", "eve", "fay"]);
    assert_eq!(sim.target().members("admins"), ["ann", "bob", "cem"]);
    finished(&sim);
    sim.happens(|org| org.status("ann", "ACTIVE"));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().active().len(), 6);
    finished(&sim);
}

#[test]
fn an_inactive_account_is_never_created() {
    let mut sim = two_groups();
    sim.happens(|org| {
        org.people(["gil", "hue"])
            .joins("gil", "readers")
            .joins("hue", "readers")
            .status("gil", "SUSPENDED")
            .status("hue", "DEPROVISIONED")
    });
    sim.sync([]).exits(0);
    assert_eq!(sim.target().people(), ["ann", "bob", "cem", "dan", "eve", "fay"]);
    finished(&sim);
}

#[test]
fn a_returner_gets_the_same_account_back() {
    let mut sim = two_groups();
    let before = sim.target().user("ann")["id"].clone();
    sim.happens(|org| org.leaves("ann", "admins"));
    sim.sync([]).exits(0);
    sim.happens(|org| org.joins("ann", "readers"));
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.user("ann")["id"], before);
    assert_eq!(target.user("ann")["active"], true);
    assert_eq!(target.members("readers"), ["ann", "dan", "eve", "fay"]);
    finished(&sim);
}

#[test]
fn a_new_login_and_name_change_the_same_account() {
    let mut sim = two_groups();
    let before = sim.target().user("ann")["id"].clone();
    sim.happens(|org| {
        org.profile(
            "ann",
            json!({ "login": "ann.new@example.com", "email": "ann.new@example.com", "lastName": "New" }),
        )
    });
    sim.forget_requests();
    sim.sync([]).exits(0);
    let target = sim.target();
    let ann = target.user("ann");
    assert_eq!(ann["id"], before);
    assert_eq!(ann["userName"], "ann.new@example.com");
    assert_eq!(ann["emails"][0]["value"], "ann.new@example.com");
    assert_eq!(ann["name"]["familyName"], "New");
    assert_eq!(sim.requests().writes(), 1);
    finished(&sim);
}

#[test]
fn an_attribute_that_went_away_in_okta_goes_away_in_aws() {
    let mut sim = two_groups();
    sim.happens(|org| org.profile("ann", json!({ "title": "Captain", "department": "Bridge" })));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().user("ann")["title"], "Captain");
    sim.happens(|org| org.profile("ann", json!({ "title": null })));
    sim.sync([]).exits(0);
    let target = sim.target();
    assert!(target.user("ann").get("title").is_none_or(serde_json::Value::is_null), "{}", target.user("ann"));
    finished(&sim);
}

#[test]
fn a_renamed_group_keeps_its_id_and_with_it_its_permission_sets() {
    let mut sim = two_groups();
    let before = sim.target().group("admins")["id"].clone();
    sim.happens(|org| org.rename_group("admins", "administrators"));
    sim.forget_requests();
    sim.sync([]).exits(0).prints("admins → administrators");
    let target = sim.target();
    assert_eq!(target.group_names(), ["administrators", "readers"]);
    assert_eq!(target.group("administrators")["id"], before);
    assert_eq!(target.members("administrators"), ["ann", "bob", "cem"]);
    assert_eq!(sim.requests().writes(), 1);
    finished(&sim);
}

#[test]
fn a_login_may_pass_from_one_person_to_another() {
    let mut sim = two_groups();
    sim.happens(|org| {
        org.profile("ann", json!({ "login": "free@example.com" }))
            .profile("bob", json!({ "login": "ann@example.com" }))
    });
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.user("ann")["userName"], "free@example.com");
    assert_eq!(target.user("bob")["userName"], "ann@example.com");
    finished(&sim);
}

#[test]
fn two_people_may_swap_their_logins() {
    let mut sim = two_groups();
    let before = sim.target();
    sim.happens(|org| {
        org.profile("ann", json!({ "login": "bob@example.com" }))
            .profile("bob", json!({ "login": "ann@example.com" }))
    });
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.user("ann")["userName"], "bob@example.com");
    assert_eq!(target.user("bob")["userName"], "ann@example.com");
    assert_eq!(target.user("ann")["id"], before.user("ann")["id"]);
    finished(&sim);
}

#[test]
fn two_groups_may_swap_their_names() {
    let mut sim = two_groups();
    sim.happens(|org| {
        org.rename_group("admins", "x").rename_group("readers", "admins").rename_group("x", "readers")
    });
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("readers"), ["ann", "bob", "cem"]);
    assert_eq!(sim.target().members("admins"), ["dan", "eve", "fay"]);
    finished(&sim);
}

#[test]
fn what_others_own_in_identity_center_stays() {
    let mut sim = Sim::start(Org::new().people(["ann", "bob"]).group("admins", ["ann"]));
    sim.sync([]).exits(0);
    // Control Tower made this one; nobody in Okta is called so.
    let target = json!({
        "users": [{
            "id": "a1b2c3d4-0000-1111-2222-333344445555",
            "userName": "root@example.com",
            "active": true,
            "displayName": "Root",
            "name": { "givenName": "Root", "familyName": "Root" },
            "emails": [{ "value": "root@example.com", "type": "work", "primary": true }],
        }],
        "groups": [{
            "id": "b1b2c3d4-0000-1111-2222-333344445555",
            "displayName": "AWSAccountFactory",
            "members": ["a1b2c3d4-0000-1111-2222-333344445555"],
        }],
    });
    sim.put_target(&target);
    sim.happens(|org| org.joins("bob", "admins"));
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.people(), ["ann", "bob", "root"]);
    assert_eq!(target.user("root")["active"], true);
    assert_eq!(target.members("AWSAccountFactory"), ["root"]);
    finished(&sim);
}

#[test]
fn an_account_made_by_hand_is_adopted_by_its_user_name() {
    let sim = Sim::start(Org::new().people(["ann"]).group("admins", ["ann"]));
    let by_hand = "c1b2c3d4-0000-1111-2222-333344445555";
    sim.put_target(&json!({
        "users": [{
            "id": by_hand,
            "userName": "Ann@Example.com",
            "active": true,
            "displayName": "Ann Example",
            "name": { "givenName": "Ann", "familyName": "Example" },
            "emails": [{ "value": "ann@example.com", "type": "work", "primary": true }],
        }],
        "groups": [{ "id": "d1b2c3d4-0000-1111-2222-333344445555", "displayName": "admins", "members": [by_hand] }],
    }));
    sim.sync([]).exits(0).prints("adopt");
    let target = sim.target();
    assert_eq!(target.people(), ["ann"]);
    assert_eq!(target.user("ann")["id"], by_hand);
    assert_eq!(target.group("admins")["externalId"], sim.org().group_id("admins"));
    assert_eq!(target.members("admins"), ["ann"]);
    finished(&sim);
}
