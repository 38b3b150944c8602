//! What a plan looks like, whole: a tired person reads it at three in the morning.

use insta::assert_snapshot;
use serde_json::json;
use usher_tests::{Org, Sim};

fn org() -> Org {
    Org::new()
        .people(["ann", "bob", "cem", "dan", "eve"])
        .person_with("fay", json!({ "lastName": null }))
        .group("admins", ["ann", "bob", "cem", "fay"])
        .group("readers", ["cem", "dan", "eve"])
}

#[test]
fn a_first_plan() {
    let sim = Sim::start(org());
    assert_snapshot!("first_plan", sim.plan([]).exits(5).stable_stdout());
}

#[test]
fn a_week_later() {
    let mut sim = Sim::start(org());
    sim.sync([]).exits(5);
    sim.happens(|org| {
        org.person("gil")
            .joins("gil", "admins")
            .leaves("bob", "admins")
            .leaves("dan", "readers")
            .joins("dan", "admins")
            .profile("eve", json!({ "title": "Captain\u{1b}[2J" }))
            .status("cem", "SUSPENDED")
            .profile("fay", json!({ "lastName": "Wray" }))
            .rename_group("readers", "viewers")
    });
    assert_snapshot!("week_later_plan", sim.plan([]).stable_stdout());
    assert_snapshot!("week_later_sync", sim.sync([]).stable_stdout());
    assert_snapshot!("nothing_to_do", sim.sync([]).stable_stdout());
}

#[test]
fn a_crowd_is_counted_and_all_names_everyone() {
    let sim = Sim::start(Org::new().crowd("p", 40).group_of_crowd("all", "p", 40));
    let short = sim.plan([]).exits(0);
    assert_snapshot!("crowd", short.stable_stdout());
    let long = sim.plan(["--all"]).exits(0);
    assert_eq!(short.stdout.matches("p039@example.com").count(), 0);
    // Once as an account, once as a member.
    assert_eq!(long.stdout.matches("p039@example.com").count(), 2);
}

#[test]
fn a_refusal() {
    let mut sim = Sim::start(Org::new().crowd("p", 4).group_of_crowd("all", "p", 4));
    sim.sync([]).exits(0);
    sim.happens(|org| {
        ["p000", "p001", "p002"].iter().fold(org, |org, name| org.status(name, "DEPROVISIONED"))
    });
    let refused = sim.sync([]).exits(4);
    assert_snapshot!(
        "refusal",
        format!(
            "{}--- stderr\n{}",
            refused.stable_stdout(),
            refused.stderr.replace(&refused.hash(), "sha256:[hash]")
        )
    );
}

#[test]
fn nothing_moves_where_nobody_looks() {
    // Piped, there is neither colour nor progress.
    let sim = Sim::start(org());
    let plan = sim.plan([]);
    assert_eq!(plan.stderr, "");
    assert!(!plan.stdout.contains('\u{1b}'));
}
