//! A fifth of all calls to both services fails: throttled, refused, cut off or never answered, many of them after the write was done.
//! The end is that of an undisturbed run, with nobody twice and nothing taken away that should stay.

use serde_json::{Value, json};
use usher_tests::Sim;

use crate::crash::{canonical, company, document, sim, week};

/// How many calls of a service a fault may meet: more than any run here makes.
const CALLS: u64 = 400;

/// Every fifth call of each service on the average, by a fixed series of numbers, so that a failure can be repeated.
fn faults(seed: u64) -> Vec<Value> {
    let mut number = seed;
    let mut next = |below: u64| {
        // Knuth's constants for a linear congruential generator; its high bits are good enough to scatter faults.
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) % below
    };
    let mut faults = Vec::new();
    for (service, nth) in ["okta", "scim"].into_iter().flat_map(|it| (1..=CALLS).map(move |nth| (it, nth))) {
        if next(5) != 0 {
            continue;
        }
        let mut fault = json!({ "service": service, "nth": nth, "after_write": next(4) != 0 });
        match next(7) {
            0 => fault["status"] = 429.into(),
            1 => fault["status"] = 500.into(),
            2 => fault["status"] = 503.into(),
            3 => fault["cut"] = "connection".into(),
            4 => fault["cut"] = "body".into(),
            5 => fault["hang"] = "answer".into(),
            _ => fault["hang"] = "body".into(),
        }
        faults.push(fault);
    }
    faults
}

/// So many calls, and every one of them is done and never answered.
fn silence(service: &str, request: &str, times: u64) -> Value {
    json!({ "service": service, "request": request, "times": times, "hang": "answer", "after_write": true })
}

/// What the journal knows of writes that were not answered as they should.
fn failed_writes(sim: &Sim) -> usize {
    let shown = sim.usher("journal", &["show", "--json"]).exits(0).json();
    let runs = shown["runs"].as_array().expect("a list").iter();
    let attempts = runs.flat_map(|run| run["attempts"].as_array().expect("a list"));
    let requests = attempts.flat_map(|attempt| attempt["requests"].as_array().expect("a list"));
    let is_failed_write = |request: &&Value| {
        let is_read = request["request"].as_str().is_some_and(|text| text.starts_with("GET "));
        !is_read && request["status"].as_u64().is_none_or(|status| status == 429 || status >= 500)
    };
    requests.filter(is_failed_write).count()
}

/// A run among faults, and one without any when the first was not whole. Returns how many writes of it failed.
fn runs_until_whole(sim: &Sim, seed: u64) -> usize {
    let before = failed_writes(sim);
    sim.fault(&faults(seed).into());
    let disturbed = sim.sync(["--quiet"]);
    // A run among faults may be whole, partial or broken off; it never calls itself anything else.
    assert!(matches!(disturbed.status, Some(0 | 1 | 5)), "{disturbed}");
    sim.clear_faults();
    if disturbed.status != Some(0) {
        sim.sync(["--quiet"]).exits(0);
    }
    failed_writes(sim) - before
}

#[test]
fn what_fails_after_it_was_done_is_neither_done_twice_nor_lost() {
    let nothing = json!({ "users": [], "groups": [] });
    let mut sim = sim(company());
    // Nobody has the time to wait for a service that hangs as long as a real run would.
    sim.timeout_seconds = Some(1);
    sim.sync([]).exits(0);
    let first = canonical(&sim.target(), &nothing);
    let start = document(&sim.target());
    let names = |sim: &Sim| sim.target().users.keys().cloned().collect::<Vec<_>>();
    let everybody = names(&sim);

    let mut failed = Vec::new();
    for seed in 1..=4 {
        sim.put_target(&nothing);
        failed.push(runs_until_whole(&sim, seed));
        assert_eq!(canonical(&sim.target(), &nothing), first, "seed {seed}");
        assert_eq!(names(&sim), everybody, "seed {seed}");
    }

    sim.happens(week);
    sim.put_target(&start);
    sim.sync([]).exits(0);
    let second = canonical(&sim.target(), &start);
    for seed in 5..=8 {
        sim.put_target(&start);
        failed.push(runs_until_whole(&sim, seed));
        assert_eq!(canonical(&sim.target(), &start), second, "seed {seed}");
        sim.plan(["--exit-code"]).exits(0);
    }
    // A fifth of them all: that none of a run's were among them would say that the faults met no write.
    assert!(failed.iter().all(|writes| *writes > 0), "{failed:?}");
    let journal = sim.usher("journal", &["verify", "--json"]).exits(0).json();
    assert_eq!(journal["tornBytes"], 0);
}

#[test]
fn a_write_that_was_done_and_never_answered_is_found_again_and_not_repeated() {
    let nothing = json!({ "users": [], "groups": [] });
    let mut sim = sim(company());
    sim.sync([]).exits(0);
    let undisturbed = canonical(&sim.target(), &nothing);
    sim.timeout_seconds = Some(1);
    for request in ["POST /Users", "POST /Groups"] {
        sim.put_target(&nothing);
        sim.fault(&silence("scim", request, 3));
        sim.sync(["--quiet"]).exits(0);
        sim.clear_faults();
        assert_eq!(canonical(&sim.target(), &nothing), undisturbed, "{request}");
    }
}

#[test]
fn an_okta_that_never_answers_ends_the_run_when_the_configured_time_is_over() {
    hangs("okta", "GET /api/v1/groups", "`okta.timeout_seconds`");
}

#[test]
fn an_identity_center_that_never_answers_ends_the_run_when_the_configured_time_is_over() {
    hangs("scim", "GET /Users", "`identity_center.timeout_seconds`");
}

fn hangs(service: &str, request: &str, setting: &str) {
    let mut sim = sim(company());
    sim.timeout_seconds = Some(1);
    sim.fault(&silence(service, request, CALLS));
    sim.sync([]).fails_clearly(1).says("in time").says(setting);
    assert_eq!(sim.requests().writes(), 0);
}
