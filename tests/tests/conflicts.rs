//! Two that want one name: named on both sides, left alone, and the rest goes on.

use usher_tests::org::user_id;
use usher_tests::{Org, Sim};

#[test]
fn two_groups_of_one_name_are_a_conflict_and_the_rest_goes_on() {
    let org = Org::new()
        .people(["ann", "bob"])
        .group("admins", ["ann"])
        .app_group("admins")
        .group("readers", ["bob"]);
    let sim = Sim::start(org);
    let ids = ["00g00000000000000001", "00g00000000000000002"];
    sim.sync([])
        .exits(5)
        .prints("conflict")
        .prints("the group name \"admins\"")
        .prints(ids[0])
        .prints(ids[1]);
    let target = sim.target();
    assert_eq!(target.group_names(), ["readers"], "nobody knows which of the two it would be");
    assert_eq!(target.people(), ["ann", "bob"]);
}

#[test]
fn a_second_group_of_a_name_takes_nothing_from_the_first() {
    let mut sim = Sim::start(Org::new().people(["ann", "bob", "cem"]).group("admins", ["ann", "bob"]));
    sim.sync([]).exits(0);
    let before = sim.target().group("admins")["id"].clone();
    sim.happens(|org| org.app_group("admins").joins("cem", "admins").leaves("bob", "admins"));
    sim.sync([]).exits(5).prints("conflict");
    let target = sim.target();
    assert_eq!(target.group("admins")["id"], before);
    assert_eq!(target.members("admins"), ["ann", "cem"], "its members are mirrored all the same");
}

#[test]
fn two_people_whom_the_policy_gives_one_user_name_are_a_conflict_and_who_has_it_keeps_it() {
    let mut sim = Sim::start(Org::new().people(["ann", "bob", "cem"]).group("all", ["ann", "cem"]));
    sim.sync([]).exits(0);
    let shared = "user.login == \"bob@example.com\" ? \"ann@example.com\" : user.login";
    sim.rest = format!("{}\n[policy.config.account]\n\"userName\" = '{shared}'\n", sim.rest);
    sim.happens(|org| org.joins("bob", "all").person("dan").joins("dan", "all"));
    sim.sync([])
        .exits(5)
        .prints("conflict")
        .prints("userName \"ann@example.com\"")
        .prints(&user_id("ann"))
        .prints(&user_id("bob"));
    let target = sim.target();
    assert_eq!(target.people(), ["ann", "cem", "dan"]);
    assert_eq!(target.members("all"), ["ann", "cem", "dan"]);

    // Who is new on both sides: nobody gets it.
    let sim = {
        let mut fresh =
            Sim::start(Org::new().people(["ann", "bob", "cem"]).group("all", ["ann", "bob", "cem"]));
        fresh.rest.clone_from(&sim.rest);
        fresh
    };
    sim.sync([]).exits(5).prints("conflict").prints(&user_id("ann")).prints(&user_id("bob"));
    assert_eq!(sim.target().people(), ["cem"]);
}
