//! What must not happen by mistake.

use usher_tests::{Org, Sim};

fn ten() -> Sim {
    let sim = Sim::start(Org::new().crowd("p", 10).group_of_crowd("all", "p", 10));
    sim.sync([]).exits(0);
    sim.forget_requests();
    sim
}

/// So many people are deprovisioned.
fn lose(sim: &mut Sim, number: usize) {
    sim.happens(|org| {
        (0..number).fold(org, |org, index| org.status(&format!("p{index:03}"), "DEPROVISIONED"))
    });
}

#[test]
fn a_plan_that_deactivates_more_than_half_is_refused() {
    let mut sim = ten();
    lose(&mut sim, 6);
    sim.sync([]).exits(4).says("refused").says("--allow-large-change").prints("Nothing was written");
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
fn a_large_change_passes_when_it_is_meant() {
    let mut sim = ten();
    lose(&mut sim, 6);
    sim.sync(["--allow-large-change"]).exits(0);
    assert_eq!(sim.target().active().len(), 4);
}

#[test]
fn a_group_read_as_empty_empties_nothing_by_itself() {
    let mut sim = ten();
    sim.happens(|org| (0..10).fold(org, |org, index| org.leaves(&format!("p{index:03}"), "all")));
    sim.sync([]).exits(4).says("refused");
    assert_eq!(sim.requests().writes(), 0);
    assert_eq!(sim.target().members("all").len(), 10);
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
