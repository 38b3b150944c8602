//! What one plugin does is no harm to the next: not in a row, not to the next one loaded in the same process.

use serde_json::json;
use usher_policy::{Limits, PolicyChain, PolicyError};

use crate::fixture::{component, configured_with, engine, groups, hostile, people};

/// Every mode that does not come to decisions, or comes to none that count.
const FAILURES: [&str; 16] = [
    "loop-in-configure",
    "panic-in-configure",
    "memory-bomb-in-configure",
    "huge-log-line",
    "refuse",
    "loop-in-decide",
    "memory-bomb",
    "deep-recursion",
    "wide-recursion",
    "panic",
    "trap",
    "error-answer",
    "huge-answer",
    "none",
    "ids-swapped",
    "foreign-id",
];

#[test]
fn one_after_another_fails_and_the_next_decides_as_ever() {
    let engine = engine(Limits::default());
    let decide = || {
        let mut policy = configured_with(&engine, &json!({ "mode": "attributes" })).unwrap();
        let decisions = (policy.decide_groups(&groups(3)).unwrap(), policy.decide_users(&people(3)).unwrap());
        (decisions, policy.usage(), policy.take_log())
    };
    let before = decide();
    for mode in FAILURES {
        for only in ["groups", "users"] {
            let failed =
                configured_with(&engine, &json!({ "mode": mode, "only": only })).and_then(|mut policy| {
                    policy.decide_groups(&groups(3))?;
                    policy.decide_users(&people(3))
                });
            let error = failed.expect_err(mode);
            assert!(
                matches!(error, PolicyError::Stopped(_) | PolicyError::Config { .. }),
                "{mode}: {error:?}"
            );
        }
        assert_eq!(decide(), before, "after {mode}");
    }
    // What is not even let in does no harm either.
    for bytes in [&b""[..], b"\0asm\x0d\0\x01\0garbage", &hostile()[..5_000], &component("(module)")] {
        engine.load("odd.wasm", bytes).unwrap_err();
    }
    assert_eq!(decide(), before);
}

#[test]
fn who_fails_in_a_row_ends_the_question_and_leaves_the_others_whole() {
    let engine = engine(Limits::default());
    let policy = |config| configured_with(&engine, &config).unwrap();
    let row = |first, last| PolicyChain::new(vec![("a".to_owned(), first), ("b".to_owned(), last)]).unwrap();
    let good = || policy(json!({ "mode": "attributes" }));
    let expected = row(good(), good()).decide_users(&people(3)).unwrap();

    for mode in FAILURES.iter().filter(|mode| !mode.ends_with("-configure") && !mode.starts_with("refuse")) {
        if *mode == "huge-log-line" {
            continue;
        }
        let bad = || policy(json!({ "mode": mode, "only": "users" }));
        for mut row in [row(good(), bad()), row(bad(), good())] {
            let error = row.decide_users(&people(3)).unwrap_err();
            // Asked again, it says the same and asks nobody.
            assert_eq!(row.decide_users(&people(3)).unwrap_err(), error, "{mode}");
        }
        assert_eq!(row(good(), good()).decide_users(&people(3)).unwrap(), expected, "after {mode}");
    }
}
