//! A fifth of all calls is answered with a failure, many of them after the write was done: the end is that of an undisturbed
//! run, with nobody twice and nothing taken away that should stay.

use serde_json::{Value, json};
use usher_tests::Sim;

use crate::crash::{canonical, company, document, sim, week};

/// How many calls a fault may meet: more than any run here makes.
const CALLS: u64 = 400;

/// Every fifth call on the average, by a fixed series of numbers, so that a failure can be repeated.
fn faults(seed: u64) -> Value {
    let mut number = seed;
    let mut next = |below: u64| {
        // Knuth's constants for a linear congruential generator; its high bits are good enough to scatter faults.
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) % below
    };
    let mut faults = Vec::new();
    for nth in 1..=CALLS {
        if next(5) != 0 {
            continue;
        }
        let mut fault = json!({ "service": "scim", "nth": nth, "after_write": next(4) != 0 });
        match next(5) {
            0 => fault["status"] = 429.into(),
            1 => fault["status"] = 500.into(),
            2 => fault["status"] = 503.into(),
            3 => fault["cut"] = "connection".into(),
            _ => fault["cut"] = "body".into(),
        }
        faults.push(fault);
    }
    faults.into()
}

/// A run among faults, and one without any when the first was not whole.
fn runs_until_whole(sim: &Sim, seed: u64) {
    sim.fault(&faults(seed));
    let disturbed = sim.sync(["--quiet"]);
    // A run among faults may be whole, partial or broken off; it never calls itself anything else.
    assert!(matches!(disturbed.status, Some(0 | 1 | 5)), "{disturbed}");
    sim.clear_faults();
    if disturbed.status != Some(0) {
        sim.sync(["--quiet"]).exits(0);
    }
}

#[test]
fn what_fails_after_it_was_done_is_neither_done_twice_nor_lost() {
    let nothing = json!({ "users": [], "groups": [] });
    let mut sim = sim(company());
    sim.sync([]).exits(0);
    let first = canonical(&sim.target(), &nothing);
    let start = document(&sim.target());
    let names = |sim: &Sim| sim.target().users.keys().cloned().collect::<Vec<_>>();
    let everybody = names(&sim);

    for seed in 1..=4 {
        sim.put_target(&nothing);
        runs_until_whole(&sim, seed);
        assert_eq!(canonical(&sim.target(), &nothing), first, "seed {seed}");
        assert_eq!(names(&sim), everybody, "seed {seed}");
    }

    sim.happens(week);
    sim.put_target(&start);
    sim.sync([]).exits(0);
    let second = canonical(&sim.target(), &start);
    for seed in 5..=8 {
        sim.put_target(&start);
        runs_until_whole(&sim, seed);
        assert_eq!(canonical(&sim.target(), &start), second, "seed {seed}");
        sim.plan(["--exit-code"]).exits(0);
    }
    let journal = sim.usher("journal", &["verify", "--json"]).exits(0).json();
    assert_eq!(journal["tornBytes"], 0);
}
