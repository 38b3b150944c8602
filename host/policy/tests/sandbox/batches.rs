//! How many items come in one call must not matter.

use usher_policy::{ConfiguredPolicy, Limits};

use crate::fixture::{configured, configured_with, engine, groups, people};

fn in_batches(batch: usize, mode: &str) -> ConfiguredPolicy {
    configured(&engine(Limits { batch, ..Limits::default() }), mode).unwrap()
}

#[test]
fn decisions_are_the_same_in_batches_of_any_size() {
    let whole = |batch: usize, calls: u64| {
        let mut policy = in_batches(batch, "attributes");
        let decisions =
            (policy.decide_groups(&groups(600)).unwrap(), policy.decide_users(&people(600)).unwrap());
        let usage = policy.usage();
        assert_eq!((usage.decide_groups.calls, usage.decide_groups.items), (calls, 600));
        assert_eq!((usage.decide_users.calls, usage.decide_users.items), (calls, 600));
        decisions
    };
    let one_by_one = whole(1, 600);
    assert_eq!(one_by_one.0.len(), 600);
    assert_eq!(one_by_one.1[599].id.as_str(), "00u600");
    assert_eq!(whole(256, 3), one_by_one);
    assert_eq!(whole(7, 86), one_by_one);
    assert_eq!(whole(600, 1), one_by_one);
    // No batch at all cannot be meant.
    assert_eq!(whole(0, 600), one_by_one);
}

#[test]
fn a_fresh_instance_uses_the_same_fuel_to_the_last_unit() {
    let usage = || {
        let mut policy = in_batches(256, "attributes");
        policy.decide_groups(&groups(40)).unwrap();
        policy.decide_users(&people(300)).unwrap();
        policy.usage()
    };
    let first = usage();
    assert!(first.configure.fuel > 0 && first.decide_groups.fuel > 0 && first.decide_users.fuel > 0);
    assert_eq!(usage(), first);
}

#[test]
fn nothing_to_decide_is_no_call() {
    let mut policy = in_batches(256, "");
    assert_eq!(policy.decide_users(&[]).unwrap(), []);
    assert_eq!(policy.usage().decide_users.calls, 0);
}

#[test]
fn a_stop_names_the_batch_the_items_and_what_the_others_took() {
    let engine = engine(Limits { batch: 256, ..Limits::default() });
    let config = serde_json::json!({ "mode": "loop-on-one", "id": "00u700" });
    let mut policy = configured_with(&engine, &config).unwrap();
    let text = policy.decide_users(&people(900)).unwrap_err().to_string();
    let before = policy.usage().decide_users.fuel_per_item().unwrap();
    assert_eq!(policy.usage().decide_users.calls, 2);
    assert!((1_000..1_000_000).contains(&before), "{before}");
    let (thousands, rest) = (before / 1000, before % 1000);
    assert_eq!(
        text,
        format!(
            "the policy `hostile.wasm` (hostile 6.6.6) ran out of fuel in decide-users (batch 3, users 513-768 of 900): the limit is \
             2,560,000,000, 10,000,000 for each user; each one before took {thousands},{rest:03}\n\
             hint: it probably loops on one of these users; if it only works hard, allow more with --plugin-fuel 4 or with \
             `fuel_per_item` in [policy.limits]. `usher plugin run --snapshot FILE --batch 1` finds the user"
        )
    );
}

#[test]
fn a_stop_at_one_item_alone_names_its_id() {
    let engine = engine(Limits { batch: 1, ..Limits::default() });
    let config = serde_json::json!({ "mode": "loop-on-one", "id": "00u3" });
    let mut policy = configured_with(&engine, &config).unwrap();
    let text = policy.decide_users(&people(5)).unwrap_err().to_string();
    let begin = "the policy `hostile.wasm` (hostile 6.6.6) ran out of fuel in decide-users (batch 3, user 3 of 5, `00u3`): the limit is \
                 10,000,000, 10,000,000 for each user; each one before took ";
    assert!(text.starts_with(begin), "{text}");
    let hint = "\nhint: it probably loops; if it only works hard, allow more with --plugin-fuel 4 or with `fuel_per_item` in [policy.limits]";
    assert!(text.ends_with(hint), "{text}");
}
