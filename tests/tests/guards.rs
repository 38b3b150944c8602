//! What must not happen by mistake: each guard with one more than it lets pass, and with as much.

use serde_json::json;
use usher_tests::{Org, Sim};

fn ten() -> Sim {
    let sim = Sim::start(Org::new().crowd("p", 10).group_of_crowd("all", "p", 10));
    sim.sync([]).exits(0);
    sim.forget_requests();
    sim
}

/// So many people are deprovisioned.
fn lose(sim: &mut Sim, number: usize) {
    sim.happens(|org| names(number).iter().fold(org, |org, name| org.status(name, "DEPROVISIONED")));
}

fn names(number: usize) -> Vec<String> {
    (0..number).map(|index| format!("p{index:03}")).collect()
}

/// With these settings the plan is refused by this guard and nothing is written; with those it passes.
#[track_caller]
fn refuses(sim: &mut Sim, guard: &str, settings: [&str; 2]) {
    let rest = sim.rest.clone();
    sim.forget_requests();
    sim.rest = format!("{}{rest}", settings[0]);
    sim.sync([]).exits(4).says("refused").says(&format!("`{guard}`")).prints("Nothing was written");
    assert_eq!(sim.requests().writes(), 0, "{guard}");
    sim.rest = format!("{}{rest}", settings[1]);
    sim.sync([]).exits(0);
    assert!(sim.requests().writes() > 0, "{guard}");
}

#[test]
fn a_plan_that_deactivates_more_than_half_is_refused() {
    let mut sim = ten();
    lose(&mut sim, 6);
    sim.sync([]).exits(4).says("refused").says("usher sync --allow sha256:").prints("Nothing was written");
    assert_eq!(sim.requests().writes(), 0);
    assert_eq!(sim.target().active().len(), 10);
}

#[test]
fn half_is_not_more_than_half() {
    let mut sim = ten();
    lose(&mut sim, 5);
    sim.sync([]).exits(0);
    assert_eq!(sim.target().active().len(), 5);
}

#[test]
fn a_large_change_passes_when_this_very_one_is_allowed() {
    let mut sim = ten();
    lose(&mut sim, 6);
    let refused = sim.sync([]).exits(4);
    let command = refused.stderr.lines().find_map(|line| line.split_once("allow this one plan: usher sync "));
    let arguments: Vec<&str> = command.expect("the command").1.split(' ').collect();
    let [flag, hash] = arguments.as_slice() else { panic!("{arguments:?}") };
    assert_eq!((*flag, *hash), ("--allow", refused.hash().as_str()));

    // It cannot be left switched on: another change is another plan.
    lose(&mut sim, 7);
    sim.sync([*flag, *hash]).exits(4).says("what was allowed is another plan");
    assert_eq!(sim.requests().writes(), 0);
    let seven = sim.plan([]).hash();
    sim.sync(["--allow", &seven]).exits(0);
    assert_eq!(sim.target().active().len(), 3);
}

#[test]
fn a_group_read_as_empty_empties_nothing_by_itself() {
    let mut sim = ten();
    sim.happens(|org| names(10).iter().fold(org, |org, name| org.leaves(name, "all")));
    sim.sync([]).exits(4).says("refused");
    assert_eq!(sim.requests().writes(), 0);
    assert_eq!(sim.target().members("all").len(), 10);
}

#[test]
fn the_command_of_a_refusal_has_the_time_that_the_plan_was_made_for() {
    let mut sim = ten();
    lose(&mut sim, 6);
    sim.sync(["--now", "1900000000"]).exits(4).says("usher sync --now 1900000000 --allow sha256:");
}

#[test]
fn users_deactivated() {
    let mut sim = ten();
    lose(&mut sim, 3);
    refuses(
        &mut sim,
        "users_deactivated",
        ["[guards]\nusers_deactivated = 2\n", "[guards]\nusers_deactivated = [3, \"30%\"]\n"],
    );
}

#[test]
fn users_deleted() {
    let mut sim = ten();
    lose(&mut sim, 2);
    refuses(
        &mut sim,
        "users_deleted",
        [
            "[sync]\nleavers = \"delete\"\n[guards]\nusers_deleted = \"19%\"\n",
            "[sync]\nleavers = \"delete\"\n[guards]\nusers_deleted = \"20%\"\n",
        ],
    );
    assert_eq!(sim.target().people().len(), 8);
}

#[test]
fn memberships_removed() {
    let mut sim = ten();
    sim.happens(|org| {
        let org = org.group_of_crowd("other", "p", 10);
        names(4).iter().fold(org, |org, name| org.leaves(name, "all"))
    });
    refuses(
        &mut sim,
        "memberships_removed",
        ["[guards]\nmemberships_removed = 3\n", "[guards]\nmemberships_removed = 4\n"],
    );
}

#[test]
fn members_removed_per_group() {
    let mut sim = ten();
    sim.happens(|org| {
        let org = org.group_of_crowd("other", "p", 10);
        names(4).iter().fold(org, |org, name| org.leaves(name, "all"))
    });
    refuses(
        &mut sim,
        "members_removed_per_group",
        [
            "[guards]\nper_group_from = 10\nmembers_removed_per_group = \"39%\"\n",
            "[guards]\nper_group_from = 10\nmembers_removed_per_group = \"40%\"\n",
        ],
    );
}

#[test]
fn groups_smaller_than_per_group_from_are_not_measured() {
    let mut sim = ten();
    sim.happens(|org| {
        let org = org.group_of_crowd("other", "p", 10);
        names(4).iter().fold(org, |org, name| org.leaves(name, "all"))
    });
    refuses(
        &mut sim,
        "members_removed_per_group",
        [
            "[guards]\nper_group_from = 10\nmembers_removed_per_group = \"30%\"\n",
            "[guards]\nper_group_from = 11\nmembers_removed_per_group = \"30%\"\n",
        ],
    );
}

#[test]
fn groups_emptied() {
    let org = Org::new()
        .crowd("p", 10)
        .group_of_crowd("all", "p", 10)
        .group("one", ["p000"])
        .group("two", ["p001"]);
    let mut sim = Sim::start(org);
    sim.sync([]).exits(0);
    sim.happens(|org| org.leaves("p000", "one").leaves("p001", "two"));
    refuses(&mut sim, "groups_emptied", ["[guards]\ngroups_emptied = 1\n", "[guards]\ngroups_emptied = 2\n"]);
}

#[test]
fn groups_deleted() {
    let org = || Org::new().crowd("p", 10).group_of_crowd("all", "p", 10);
    let mut sim = Sim::start(org().group("one", ["p000"]).group("two", []));
    sim.sync([]).exits(0);
    sim.happens(|_| org());
    refuses(
        &mut sim,
        "groups_deleted",
        [
            "[sync]\norphaned_groups = \"delete\"\n[guards]\ngroups_deleted = 1\n",
            "[sync]\norphaned_groups = \"delete\"\n[guards]\ngroups_deleted = 2\n",
        ],
    );
    assert_eq!(sim.target().group_names(), ["all"]);
}

#[test]
fn max_changes() {
    let mut sim = Sim::start(Org::new().people(["ann", "bob"]).group("admins", ["ann", "bob"]));
    // Two accounts, a group, two memberships.
    refuses(&mut sim, "max_changes", ["[guards]\nmax_changes = 4\n", "[guards]\nmax_changes = 5\n"]);
}

#[test]
fn what_is_protected_keeps_everything_and_the_rest_goes_on() {
    let org = Org::new().crowd("p", 10).group_of_crowd("all", "p", 10).group("aws-keep", ["p001"]);
    let mut sim = Sim::start(org);
    sim.rest =
        format!("[guards]\nprotected_users = [\"P000@*\"]\nprotected_groups = [\"aws-*\"]\n{}", sim.rest);
    sim.sync([]).exits(0);
    sim.happens(|org| {
        org.status("p000", "DEPROVISIONED")
            .leaves("p000", "all")
            .leaves("p001", "aws-keep")
            .leaves("p002", "all")
    });
    sim.sync([]).exits(5).prints("p000@example.com").prints("protected by \"P000@*\"").prints("aws-keep");
    let target = sim.target();
    assert_eq!(target.user("p000")["active"], true);
    assert!(target.members("all").contains(&"p000"));
    assert_eq!(target.members("aws-keep"), ["p001"]);
    assert_eq!(target.user("p002")["active"], false);
    sim.plan([]).exits(5).prints("nothing to do");
}

#[test]
fn a_protected_group_is_not_empty_while_all_its_members_are_replaced() {
    let mut sim =
        Sim::start(Org::new().people(["ann", "bob"]).group("all", ["ann", "bob"]).group("aws-keep", ["ann"]));
    sim.rest = format!("[guards]\nprotected_groups = [\"aws-*\"]\n{}", sim.rest);
    sim.sync([]).exits(0);
    sim.happens(|org| org.person("cem").leaves("ann", "aws-keep").joins("cem", "aws-keep"));
    sim.plan([]).exits(0).prints("the group is protected, so they leave when others are in");
    sim.fault(&json!({ "service": "scim", "request": "POST /Users", "times": 1000, "status": 400 }));
    sim.sync([]).exits(5).prints("is protected, and none of its new members could be added");
    assert_eq!(sim.target().members("aws-keep"), ["ann"]);
    sim.clear_faults();
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("aws-keep"), ["cem"]);
}

/// A membership ends before its account does, and for that nobody need have joined.
#[test]
fn who_is_deleted_leaves_a_protected_group_at_once_though_it_is_replaced() {
    let mut sim = Sim::start(
        Org::new()
            .people(["ann", "bob", "cyd"])
            .group("all", ["ann", "bob"])
            .group("aws-keep", ["ann", "cyd"]),
    );
    sim.rest = format!(
        "[sync]\nleavers = \"delete\"\n[guards]\nprotected_groups = [\"aws-*\"]\nmemberships_removed = \"100%\"\n{}",
        sim.rest
    );
    sim.sync([]).exits(0);
    sim.happens(|org| {
        org.status("cyd", "DEPROVISIONED")
            .leaves("cyd", "aws-keep")
            .leaves("ann", "aws-keep")
            .joins("bob", "aws-keep")
    });
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("aws-keep"), ["bob"]);
    assert_eq!(sim.target().people(), ["ann", "bob"]);
}

#[test]
fn max_changes_counts_the_memberships_that_go_with_a_group() {
    let mut sim = ten();
    sim.happens(|org| org.group_of_crowd("other", "p", 10));
    let mut source = sim.source();
    source["groups"].as_array_mut().unwrap().retain(|group| group["profile"]["name"] != "all");
    sim.put_source(&source);
    let rest = "[sync]\norphaned_groups = \"delete\"\n[guards]\ngroups_deleted = \"100%\"\nmemberships_removed = \"100%\"\nmembers_removed_per_group = \"100%\"\n";
    // A group goes with ten memberships, and one comes with as many.
    let settings = [21, 22].map(|most| format!("{rest}max_changes = {most}\n"));
    refuses(&mut sim, "max_changes", [&settings[0], &settings[1]]);
}

#[test]
fn a_membership_that_is_protected_is_kept_and_ends_with_5() {
    let mut sim = ten();
    sim.rest = format!("[guards]\nprotected_users = [\"p000@*\"]\n{}", sim.rest);
    sim.happens(|org| org.group("other", ["p000"]).leaves("p000", "all"));
    sim.sync([]).exits(5).prints("stays in the group \"all\": protected by \"p000@*\"");
    assert!(sim.target().members("all").contains(&"p000"));
    let report = sim.usher("explain", &["p000@example.com", "--json"]).exits(0).json();
    assert_eq!(report["people"][0]["conclusion"]["verdict"], "left-alone", "{report:#}");
}

#[test]
fn a_refusal_names_all_of_it_for_programs_too() {
    let mut sim = ten();
    lose(&mut sim, 6);
    let report = sim.sync(["--json"]).exits(4).json();
    assert_eq!(report["status"], "refused");
    let loss = &report["refused"]["losses"][0];
    assert_eq!(
        (&loss["guard"], &loss["lost"], &loss["standing"]),
        (&json!("users_deactivated"), &json!(6), &json!(10))
    );
    assert_eq!(loss["names"].as_array().map(Vec::len), Some(6));
    let hash = report["hash"].as_str().expect("a hash");
    assert_eq!(report["refused"]["allow"], format!("usher sync --allow {hash}"));
}

#[test]
fn plan_says_by_its_exit_status_that_there_is_something_to_do() {
    let mut sim = ten();
    sim.plan(["--exit-code"]).exits(0);
    lose(&mut sim, 1);
    sim.plan(["--exit-code"]).exits(3);
    sim.plan([]).exits(0);
    assert_eq!(sim.requests().writes(), 0);
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let sim = Sim::start(Org::new().person("ann").group("admins", ["ann"]));
    sim.sync(["--dry-run"]).exits(0).prints("ann@example.com").prints("Nothing was written");
    assert_eq!(sim.requests().writes(), 0);
    assert!(sim.target().users.is_empty());
}
