//! What becomes of groups.

use serde_json::json;
use usher_guest::{Group, GroupVerdict, Origin, TargetGroup};

use super::rules;

#[test]
fn without_a_configuration_everything_is_left_to_the_host() {
    let policy = rules(json!({}));
    assert_eq!((policy.needs().groups, policy.needs().users), (false, false));
    assert_eq!(policy.group(&Group::named("R&D")).names(), ["R&D"]);
}

#[test]
fn the_first_rule_that_applies_decides() {
    let policy = rules(json!({ "groups": [
        { "name": "first", "when": "group.name.startsWith('aws-')", "sync": "'one'" },
        { "name": "second", "when": "true", "sync": "'two'" },
    ]}));
    let decision = policy.group(&Group::named("aws-x"));
    assert_eq!((decision.names(), decision.rule()), (vec!["one"], "first"));
    assert_eq!(decision.message(), "because group.name.startsWith('aws-')");
    let decision = policy.group(&Group::named("x"));
    assert_eq!((decision.names(), decision.rule()), (vec!["two"], "second"));
    assert_eq!(decision.message(), "");
}

#[test]
fn a_group_that_no_rule_speaks_of_stays_in_okta() {
    let policy = rules(json!({ "groups": [{ "name": "never", "when": "false", "sync": "'x'" }] }));
    let decision = policy.group(&Group::named("x"));
    assert_eq!((decision.verdict(), decision.rule()), (&GroupVerdict::Skip, "no-rule"));
}

#[test]
fn otherwise_says_what_becomes_of_the_rest() {
    for (otherwise, verdict) in [
        ("sync", GroupVerdict::Sync(vec![TargetGroup::new("x")])),
        ("skip", GroupVerdict::Skip),
        ("hold", GroupVerdict::Hold),
    ] {
        let policy = rules(json!({ "otherwise": { "groups": otherwise } }));
        assert!(policy.needs().groups && !policy.needs().users);
        let decision = policy.group(&Group::named("x"));
        assert_eq!((decision.verdict(), decision.rule()), (&verdict, "otherwise"));
    }
}

#[test]
fn a_group_can_become_several_and_choose_its_identity() {
    let policy = rules(json!({ "groups": [
        { "name": "pair", "when": "group.name == 'a'", "sync": "['x', {'name': 'y', 'key': 'the-y'}]" },
        { "name": "one", "when": "group.name == 'b'", "sync": "{'name': 'z', 'key': 'the-z'}" },
        { "name": "none", "when": "true", "sync": "[]" },
    ]}));
    let groups = |name: &str| policy.group(&Group::named(name)).verdict().clone();
    assert_eq!(
        groups("a"),
        GroupVerdict::Sync(vec![TargetGroup::new("x"), TargetGroup::new("y").key("the-y")])
    );
    assert_eq!(groups("b"), GroupVerdict::Sync(vec![TargetGroup::new("z").key("the-z")]));
    assert_eq!(groups("c"), GroupVerdict::Sync(vec![]));
}

#[test]
fn an_answer_that_is_no_group_holds() {
    for (sync, cause) in [
        ("group.attributes.number", "`sync` gives a number, not a name"),
        ("group.name.substring(3)", "`sync` gives an empty name"),
        ("{group.name.replace('abc', 'key'): 'x'}", "`sync` gives a group without `name`"),
        (
            "{'name': 'x', 'key': group.name + ':b'}",
            "`sync` gives the key `abc:b`; a key is 1 to 128 letters, digits, `.`, `_` or `-`",
        ),
        (
            "{'name': 'x', group.name: 'y'}",
            "`sync` gives a map with `abc`; a group has `name` and, if it wants, `key`",
        ),
        ("['x', group.attributes.number]", "`sync` gives a number, not a name"),
        ("group.name.substring(9)", "`sync` failed: `substring`: index out of range: 9"),
    ] {
        let policy = rules(json!({ "groups": [{ "name": "bad", "when": "true", "sync": sync }] }));
        let decision = policy.group(&Group::named("abc").with("number", 1_i64));
        assert_eq!(
            (decision.verdict(), decision.rule(), decision.message()),
            (&GroupVerdict::Hold, "bad", cause),
            "{sync}"
        );
    }
}

#[test]
fn a_condition_that_fails_holds_and_later_rules_are_not_asked() {
    let policy = rules(json!({ "groups": [
        { "name": "owned", "when": "group.attributes.owner == 'it'", "sync": "'x'" },
        { "name": "rest", "when": "true", "then": "skip" },
    ]}));
    let decision = policy.group(&Group::named("x"));
    assert_eq!((decision.verdict(), decision.rule()), (&GroupVerdict::Hold, "owned"));
    assert_eq!(
        decision.message(),
        "`when` failed: there is no value for `owner`; guard an attribute that may be absent with `has(…)`, a table with `in`"
    );
    assert_eq!(policy.group(&Group::named("x").with("owner", "it")).names(), ["x"]);
}

#[test]
fn a_condition_that_is_no_truth_holds() {
    let policy =
        rules(json!({ "groups": [{ "name": "odd", "when": "group.attributes.odd", "then": "skip" }] }));
    let decision = policy.group(&Group::named("x").with("odd", "yes"));
    assert_eq!(decision.message(), "`when` gives a text, not true or false");
}

#[test]
fn every_field_of_a_group_can_be_read() {
    let policy = rules(json!({ "groups": [{
        "name": "all",
        "when": "group.id == '00g-x' && group.origin == 'app' && has(group.description) && group.attributes['cost center'] == 7 && now > 0",
        "sync": "group.description",
    }]}));
    let group = Group::named("x").made_by(Origin::App).described("words").with("cost center", 7_i64);
    assert_eq!(policy.group(&group).names(), ["words"]);
    assert_eq!(policy.needs().group_attributes.iter().collect::<Vec<_>>(), ["cost center"]);
}

#[test]
fn a_message_of_its_own_may_name_values_and_cannot_change_the_verdict() {
    let policy = rules(json!({ "groups": [
        { "name": "told", "when": "group.name == 'a'", "then": "skip", "message": "'not ' + group.name" },
        { "name": "broken", "when": "true", "then": "skip", "message": "group.description" },
    ]}));
    assert_eq!(policy.group(&Group::named("a")).message(), "not a");
    let decision = policy.group(&Group::named("b"));
    assert_eq!(decision.verdict(), &GroupVerdict::Skip);
    assert!(decision.message().starts_with("(its `message` failed: there is no value for `description`"));
}
