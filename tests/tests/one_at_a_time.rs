//! One run writes at a time: who holds the lock, who may take it over, and who stops.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use usher_tests::place::EVERY_GROUP;
use usher_tests::{Org, Sim};

const LOCK: &str = "usher.lock";

fn locked() -> Sim {
    let mut sim = Sim::start(Org::new().people(["ann", "bob"]).group("admins", ["ann", "bob"]));
    sim.rest = format!("{EVERY_GROUP}\n[lock]\npath = \"{LOCK}\"\n");
    sim
}

/// What the lock of another run says, which was renewed so many seconds ago.
fn other(ago: i64) -> Value {
    let at = |ago: i64| (Timestamp::now() - SignedDuration::from_secs(ago)).to_string();
    json!({ "format": "usher-lock", "version": 1, "run": "another-run", "host": "elsewhere", "pid": 4711, "place": null,
        "started": null, "since": at(ago + 300), "renewed": at(ago), "leaseSeconds": 60 })
}

fn holds(sim: &Sim, lock: &Value) {
    sim.file(LOCK, lock.to_string().as_bytes());
}

fn says(sim: &Sim) -> String {
    std::fs::read_to_string(sim.folder().join(LOCK)).expect("a lock")
}

#[test]
fn a_second_run_is_told_who_writes_and_reads_nothing() {
    let sim = locked();
    holds(&sim, &other(5));
    let before = says(&sim);
    sim.sync([])
        .fails_clearly(6)
        .says("another-run on elsewhere (process 4711), for 5 min")
        .says("Nothing was written.");
    let requests = sim.requests();
    assert_eq!((requests.okta.len(), requests.scim.len()), (0, 0), "{requests:?}");
    assert_eq!(says(&sim), before, "the other run's lock is not touched");
    // Who writes nothing needs no lock.
    sim.plan([]).exits(0);
    sim.sync(["--dry-run"]).exits(0);
}

#[test]
fn a_lease_that_is_over_is_taken_over_and_given_back() {
    let sim = locked();
    holds(&sim, &other(61));
    sim.sync([]).exits(0);
    assert_eq!(says(&sim), "");
    // A clock that is far ahead holds nobody up for longer than a lease either.
    holds(&sim, &other(-3600));
    sim.sync([]).exits(0);
    assert_eq!(says(&sim), "");
}

#[test]
fn a_file_that_is_no_lock_is_left_alone() {
    let sim = locked();
    sim.file(LOCK, b"my notes");
    sim.sync([]).fails_clearly(1).says("usher.lock is not a lock of usher's");
    assert_eq!(says(&sim), "my notes");
    holds(&sim, &json!({ "format": "usher-lock", "version": 2 }));
    sim.sync([]).fails_clearly(1).says("usher.lock");
    assert_eq!(sim.requests().writes(), 0);
}
