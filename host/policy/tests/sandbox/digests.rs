//! What pins a policy to its bytes, and a run to its policy.

use serde_json::json;
use usher_policy::{Digest, Limits, PolicyError, Terms};

use crate::fixture::{configured_with, engine, hostile, people};

#[test]
fn bytes_that_are_not_the_pinned_ones_are_refused_with_both_digests() {
    let engine = engine(Limits::default());
    let bytes = hostile();
    let digest = Digest::of(&bytes);
    let pinned = Terms { digest: Some(digest), ..Terms::default() };
    assert_eq!(engine.load_on("ours.wasm", &bytes, pinned.clone()).unwrap().digest(), digest);

    // One more custom section: the same policy in every other respect.
    let mut others = bytes;
    others.extend(*b"\0\x02\x01x");
    let found = Digest::of(&others);
    assert_eq!(engine.load("ours.wasm", &others).unwrap().digest(), found);
    let error = engine.load_on("ours.wasm", &others, pinned).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the policy `ours.wasm` is not the one that is pinned: its bytes have the digest {found}, and the configuration allows \
             only {digest}\n\
             hint: if you changed the plugin, test it and write the new digest into `policy.digest`; if you did not, somebody else \
             did: get the pinned file back"
        )
    );
}

#[test]
fn the_pin_is_looked_at_before_the_bytes_are() {
    let pinned = Terms { digest: Some(Digest::of(b"")), ..Terms::default() };
    let error = engine(Limits::default()).load_on("odd.wasm", b"not WebAssembly at all", pinned).unwrap_err();
    assert!(matches!(error, PolicyError::OtherBytes { .. }), "{error:?}");
}

#[test]
fn a_policy_says_what_it_was_made_of() {
    let engine = engine(Limits::default());
    let policy = configured_with(&engine, &json!({ "mode": "", "id": "x" })).unwrap();
    let provenance = policy.provenance();
    assert_eq!(
        (&*provenance.source, &*provenance.plugin, &*provenance.version),
        ("hostile.wasm", "hostile", "6.6.6")
    );
    assert_eq!((provenance.contract.as_str(), provenance.now), ("0.1.0", 1_700_000_000));
    assert_eq!(provenance.digest, Digest::of(&hostile()));
    assert_eq!(provenance.config_digest, Digest::of(br#"{"id":"x","mode":""}"#));
}

#[test]
fn the_order_of_keys_in_a_configuration_changes_nothing() {
    let engine = engine(Limits::default());
    let run = |config| {
        let mut policy = configured_with(&engine, &config).unwrap();
        policy.decide_users(&people(3)).unwrap();
        (policy.provenance().clone(), policy.usage())
    };
    assert_eq!(
        run(json!({ "mode": "attributes", "id": "x" })),
        run(json!({ "id": "x", "mode": "attributes" }))
    );
}
