//! One run writes at a time, with the lock in moto's S3.

use std::sync::mpsc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use usher_tests::bucket::Bucket;
use usher_tests::peers::peers;
use usher_tests::place::EVERY_GROUP;
use usher_tests::{Gate, Org, Sim};

use crate::crash::{company, sim};

const KEY: &str = "production/usher.lock";

/// A run whose lock lies in the bucket.
fn locked(org: Org, bucket: &Bucket) -> Sim {
    let mut sim = sim(org);
    sim.rest = format!("{EVERY_GROUP}\n[lock]\npath = \"s3://acme/{KEY}\"\n");
    sim.set("AWS_ENDPOINT_URL_S3", bucket.address());
    sim
}

fn two() -> Org {
    Org::new().people(["ann", "bob"]).group("admins", ["ann", "bob"])
}

/// What the lock of another run says, which was renewed so many seconds ago by its own clock.
fn other(ago: i64, lease: u64) -> Value {
    let at = |ago: i64| (Timestamp::now() - SignedDuration::from_secs(ago)).to_string();
    json!({ "format": "usher-lock", "version": 1, "run": "another-run", "host": "elsewhere", "pid": 4711, "place": null,
        "started": null, "since": at(ago + 300), "renewed": at(ago), "leaseSeconds": lease })
}

#[test]
fn the_lock_in_s3_is_held_while_a_run_writes_and_given_back_at_every_end() {
    let Some(peers) = peers("the lock in S3") else { return };
    let bucket = Bucket::new(peers);
    let mut sim = locked(two(), &bucket);
    let scim = sim.scim.clone();
    let gate = Gate::start(&scim, 0);
    sim.scim = gate.address().to_owned();
    let run = sim.start("sync", &[]);
    gate.wait_until_shut();
    let lock: Value = serde_json::from_str(&bucket.get(KEY)).expect("a lock is JSON");
    assert_eq!((&lock["format"], &lock["version"]), (&json!("usher-lock"), &json!(1)), "{lock}");
    let told = sim.sync([]).fails_clearly(6).says(&format!("another run holds the lock s3://acme/{KEY}"));
    told.says(lock["run"].as_str().expect("a run")).says("Nothing was written.");
    // Who writes nothing needs no lock, but for the gate.
    sim.scim.clone_from(&scim);
    sim.plan([]).exits(0);
    gate.open();
    run.ends().exits(0);
    assert_eq!(sim.target().members("admins"), ["ann", "bob"]);
    assert_eq!(bucket.get(KEY), "");
    // A run that has nothing to write, one that is refused, and one that fails.
    sim.sync([]).exits(0);
    assert_eq!(bucket.get(KEY), "");
    sim.happens(|org| org.status("ann", "DEPROVISIONED").status("bob", "DEPROVISIONED"));
    sim.sync([]).exits(4);
    assert_eq!(bucket.get(KEY), "");
    sim.fault(&json!({ "service": "okta", "status": 403 }));
    sim.sync([]).exits(1);
    assert_eq!(bucket.get(KEY), "");
}

#[test]
fn of_two_runs_that_start_at_once_exactly_one_writes() {
    let Some(peers) = peers("two runs at once") else { return };
    let bucket = Bucket::new(peers);
    let mut sim = locked(two(), &bucket);
    let scim = sim.scim.clone();
    for round in 0..4 {
        sim.happens(|org| org.person(&format!("new{round}")).joins(&format!("new{round}"), "admins"));
        // Whoever has the lock waits there, so that the other one cannot come after it.
        let gate = Gate::start(&scim, 0);
        sim.scim = gate.address().to_owned();
        let (tell, ended) = mpsc::channel();
        for run in [sim.start("sync", &[]), sim.start("sync", &[])] {
            let tell = tell.clone();
            std::thread::spawn(move || tell.send(run.ends()));
        }
        ended.recv().expect("one of them ends").exits(6);
        gate.open();
        ended.recv().expect("so does the other").exits(0);
        assert_eq!(sim.target().members("admins").len(), 3 + round);
    }
}

#[test]
fn a_lease_in_s3_ends_by_the_clock_of_s3_and_nothing_else_is_taken_over() {
    let Some(peers) = peers("leases in S3") else { return };
    let bucket = Bucket::new(peers);
    let sim = locked(two(), &bucket);
    // By its own clock it was renewed two hours ago; S3 knows that it was just now.
    bucket.put(KEY, &other(7200, 600).to_string());
    sim.sync([]).fails_clearly(6).says("another-run on elsewhere (process 4711), for 5 min");
    assert_eq!(sim.requests().reads(), 0);
    // And the other way round: a lease of a second ends, though its clock is two hours ahead.
    bucket.put(KEY, &other(-7200, 1).to_string());
    let taken = (0..60).any(|_| {
        std::thread::sleep(Duration::from_millis(500));
        sim.sync([]).status == Some(0)
    });
    assert!(taken, "the lease never ends: {}", sim.sync([]));
    assert_eq!(bucket.get(KEY), "");
    let writes = sim.requests().writes();
    for strange in ["my notes", "{\"format\":\"usher-lock\",\"version\":2}"] {
        bucket.put(KEY, strange);
        sim.sync([]).fails_clearly(1).says(&format!("s3://acme/{KEY} is not a lock of usher's"));
        assert_eq!(bucket.get(KEY), strange);
    }
    assert_eq!(sim.requests().writes(), writes);
}

#[test]
fn a_run_that_is_killed_leaves_a_lock_in_s3_that_holds_nobody_up_here() {
    let Some(peers) = peers("a killed run and S3") else { return };
    let bucket = Bucket::new(peers);
    let mut sim = locked(two(), &bucket);
    let scim = sim.scim.clone();
    let gate = Gate::start(&scim, 1);
    sim.scim = gate.address().to_owned();
    sim.start("sync", &["--quiet"]).killed_at(&gate);
    assert!(bucket.get(KEY).contains("usher-lock"));
    sim.scim = scim;
    sim.sync([]).exits(0);
    assert_eq!(bucket.get(KEY), "");
}

#[test]
fn a_run_that_lost_its_lock_in_s3_writes_nothing_more_and_leaves_it_alone() {
    let Some(peers) = peers("a lost lock in S3") else { return };
    let bucket = Bucket::new(peers);
    let mut sim = locked(company(), &bucket);
    let scim = sim.scim.clone();
    let gate = Gate::start(&scim, 20);
    sim.scim = gate.address().to_owned();
    let run = sim.start("sync", &[]);
    gate.wait_until_shut();
    let theirs = other(0, 600).to_string();
    bucket.put(KEY, &theirs);
    // The run finds out when it renews its lease: it is refused, and looks who has it.
    let answered = |request: &str, status| {
        (0..600).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            bucket.answered(&format!("{request} /acme/{KEY}"), status) > 0
        })
    };
    assert!(answered("PUT", 412), "the lease is never renewed");
    assert!(answered("GET", 200), "nobody looks who has it");
    // The answer is logged before it is read.
    std::thread::sleep(Duration::from_secs(1));
    gate.open();
    let outcome = run.ends().exits(1);
    outcome.clone().prints("lost its lock").prints("another-run on elsewhere has it now");
    let written = sim.target().users.len();
    assert!((20..44).contains(&written), "{written}: {outcome}");
    assert!(sim.target().groups.is_empty());
    assert_eq!(bucket.get(KEY), theirs);
}

#[test]
fn a_bucket_that_cannot_be_used_is_told_and_lets_nothing_be_written() {
    let Some(peers) = peers("buckets that cannot be used") else { return };
    let bucket = Bucket::missing(peers);
    let mut sim = locked(two(), &bucket);
    sim.sync([])
        .fails_clearly(1)
        .says(&format!("the lock s3://acme/{KEY} cannot be taken"))
        .says("there is no bucket acme")
        .says("Nothing was written.");
    bucket.lets_nobody_in();
    sim.sync([]).fails_clearly(1).says("AWS does not accept the credentials").says("InvalidAccessKeyId");
    drop(bucket);
    sim.sync([]).fails_clearly(1).says("cannot be reached").says("Nothing was written.");
    sim.set("AWS_ACCESS_KEY_ID", "");
    sim.set("AWS_SECRET_ACCESS_KEY", "");
    sim.sync([]).fails_clearly(1).says("no AWS credentials can be had");
    sim.set("AWS_REGION", "");
    sim.sync([]).fails_clearly(1).says("no AWS region is set");
    let requests = sim.requests();
    assert_eq!((requests.okta.len(), requests.scim.len()), (0, 0), "{requests:?}");
}
