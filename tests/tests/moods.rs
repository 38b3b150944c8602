//! Services that are slow, old, short of breath, or done before they say so.

use usher_tests::{Org, Sim};

fn org() -> Org {
    Org::new()
        .crowd("p", 130)
        .group_of_crowd("many", "p", 130)
        .group("few", ["p000", "p001"])
        .group("none", [])
}

#[track_caller]
fn all_there(sim: &Sim) {
    let target = sim.target();
    assert_eq!(target.users.len(), 130);
    assert_eq!(target.active().len(), 130);
    assert_eq!(target.members("many").len(), 130);
    assert_eq!(target.members("few"), ["p000", "p001"]);
    assert!(target.members("none").is_empty());
}

#[test]
fn a_write_that_was_done_and_answered_with_429_is_not_done_twice() {
    let mut sim = Sim::moody(org(), ["--throttle-after-write", "7"]);
    sim.sync([]).exits(0);
    all_there(&sim);
    sim.happens(|org| org.leaves("p000", "few").joins("p002", "few").person("new").joins("new", "few"));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("few"), ["new", "p001", "p002"]);
    sim.plan(["--exit-code"]).exits(0);
}

#[test]
fn identity_center_as_it_was_until_2025() {
    let mut sim = Sim::moody(org(), ["--old-scim"]);
    sim.sync([]).exits(0);
    all_there(&sim);
    // It cannot be listed beyond its first page, which hides leavers: that is no success.
    sim.plan(["--exit-code"]).exits(5).prints("it cannot list everything, so no leaver can be found");
    sim.happens(|org| org.leaves("p000", "few").joins("p002", "few"));
    sim.sync([]).exits(5);
    assert_eq!(sim.target().members("few"), ["p001", "p002"]);
}

#[test]
fn pages_may_be_short() {
    let mut sim = Sim::moody(org(), ["--short-pages"]);
    sim.sync([]).exits(0);
    all_there(&sim);
    sim.plan(["--exit-code"]).exits(0);
    sim.happens(|org| org.leaves("p000", "few"));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("few"), ["p001"]);
}

#[test]
fn throttling_slows_a_run_and_does_not_fail_it() {
    let limits = [
        "--scim-writes-per-second",
        "40",
        "--scim-reads-per-second",
        "40",
        "--scim-members-per-second",
        "400",
    ];
    let sim = Sim::moody(org(), limits);
    sim.sync([]).exits(0);
    all_there(&sim);
}
