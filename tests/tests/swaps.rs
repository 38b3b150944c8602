//! Names that pass from one to another in a ring.

use serde_json::json;
use usher_tests::{Org, Sim};

fn three() -> Sim {
    let org = Org::new()
        .people(["ann", "bob", "cem", "dan"])
        .group("red", ["ann", "dan"])
        .group("green", ["bob", "dan"])
        .group("blue", ["cem", "dan"]);
    let sim = Sim::start(org);
    sim.sync([]).exits(0);
    sim
}

fn passes_on(sim: &mut Sim, names: &[(&str, &str)]) {
    sim.happens(|org| {
        names.iter().fold(org, |org, (name, new)| {
            let login = format!("{new}@example.com");
            org.profile(name, json!({ "login": login, "email": login }))
        })
    });
}

#[track_caller]
fn finished(sim: &Sim) {
    sim.plan(["--exit-code"]).exits(0).prints("nothing to do").prints_no("usher-swap");
}

#[test]
fn three_logins_in_a_ring() {
    let mut sim = three();
    let before = sim.target();
    passes_on(&mut sim, &[("ann", "bob"), ("bob", "cem"), ("cem", "ann")]);
    sim.forget_requests();
    sim.sync([]).exits(0);
    // One for each, and one to open the ring.
    assert_eq!(sim.requests().writes(), 4);
    let target = sim.target();
    for (name, new) in [("ann", "bob"), ("bob", "cem"), ("cem", "ann")] {
        assert_eq!(target.user(name)["userName"], format!("{new}@example.com"));
        assert_eq!(target.user(name)["emails"][0]["value"], format!("{new}@example.com"));
        assert_eq!(target.user(name)["id"], before.user(name)["id"]);
    }
    finished(&sim);
}

#[test]
fn three_group_names_in_a_ring() {
    let mut sim = three();
    let before = sim.target();
    sim.happens(|org| {
        org.rename_group("red", "x")
            .rename_group("green", "red")
            .rename_group("blue", "green")
            .rename_group("x", "blue")
    });
    sim.forget_requests();
    sim.sync([]).exits(0);
    assert_eq!(sim.requests().writes(), 4);
    let target = sim.target();
    for (name, new, members) in
        [("red", "blue", ["ann", "dan"]), ("green", "red", ["bob", "dan"]), ("blue", "green", ["cem", "dan"])]
    {
        assert_eq!(target.group(new)["id"], before.group(name)["id"]);
        assert_eq!(target.members(new), members);
    }
    finished(&sim);
}

#[test]
fn a_ring_that_broke_off_at_any_step_is_finished_by_the_next_run() {
    for broken in 1..=4 {
        let mut sim = three();
        passes_on(&mut sim, &[("ann", "bob"), ("bob", "cem"), ("cem", "ann")]);
        sim.fault(&json!({ "service": "scim", "request": "PATCH /Users/{id}", "nth": broken, "times": 4, "status": 400 }));
        sim.sync([]).exits(5);
        let plan = sim.plan([]);
        if broken > 1 {
            // Nobody is left under a name that nobody would recognise.
            assert!(plan.stdout.contains("usher-swap-00u"), "{broken}: {plan}");
        }
        // The faults that are left over meet the next runs.
        let runs = (0..5).take_while(|_| sim.sync([]).status != Some(0)).count();
        assert!(runs < 5, "broken at {broken}");
        let target = sim.target();
        for (name, new) in [("ann", "bob"), ("bob", "cem"), ("cem", "ann")] {
            assert_eq!(target.user(name)["userName"], format!("{new}@example.com"), "broken at {broken}");
        }
        finished(&sim);
    }
}

#[test]
fn somebody_left_with_a_temporary_name_is_told() {
    let mut sim = three();
    passes_on(&mut sim, &[("ann", "bob"), ("bob", "ann")]);
    sim.fault(
        &json!({ "service": "scim", "request": "PATCH /Users/{id}", "nth": 2, "times": 2, "status": 400 }),
    );
    sim.sync([]).exits(5);
    let target = sim.target();
    let is_aside =
        |name: &&str| target.user(name)["userName"].as_str().is_some_and(|it| it.starts_with("usher-swap-"));
    let aside = ["ann", "bob"].into_iter().find(is_aside).expect("one of them");
    // Before the next run this person's record goes bad.
    sim.happens(|org| org.profile(aside, json!({ "lastName": null })));
    sim.plan([]).exits(5).prints("bears a temporary name of a run that broke off");
}
