//! What is said in the log of a configuration that may be right.

use serde_json::{Value, json};
use usher_guest::Problems;

use crate::compile::compile;
use crate::configuration::Configuration;
use crate::warnings::Warnings;

/// What would be said in the log.
pub(super) fn warnings(config: Value) -> Vec<String> {
    let (configuration, mut problems) = Configuration::read(&config);
    let mut warnings = Warnings::default();
    compile(configuration, 0, &mut problems, &mut warnings);
    assert_eq!(problems, Problems::default());
    warnings.iter().map(str::to_owned).collect()
}

const NONE: [String; 0] = [];

#[test]
fn an_attribute_that_may_be_absent_is_pointed_out_with_the_guard() {
    let config = json!({
        "groups": [{ "name": "g", "when": "group.attributes['cost center'] == 'x'", "then": "skip" }],
        "users": [{ "name": "u", "when": "user.login != '' &&\n user.sponsor == ''", "then": "skip", "message": "user.title" }],
        "account": { "title": "draft.work.division" },
    });
    assert_eq!(
        warnings(config),
        [
            "/groups/0/when:1:17: rule `g`, `when`: `group.attributes[\"cost center\"]` may be absent, and a group without it is held; \
             ask first with `\"cost center\" in group.attributes`",
            "/users/0/when:2:6: rule `u`, `when`: `user.sponsor` may be absent, and a person without it is held; ask first with `has(user.sponsor)`",
            "/users/0/message:1:5: rule `u`, `message`: `user.title` may be absent, and without it there is no message; ask first with `has(user.title)`",
            "/account/title:1:11: account field `title`: `draft.work.division` may be absent, and a person without it is held; \
             ask first with `has(draft.work.division)`",
        ]
    );
}

#[test]
fn the_condition_of_a_rule_guards_the_rest_of_it() {
    let config = json!({
        "groups": [{ "name": "g", "when": "has(group.attributes.awsName)", "sync": "group.attributes.awsName" }],
        "users": [{ "name": "u", "when": "has(user.team)", "add_groups": "user.team", "message": "user.team" }],
    });
    assert_eq!(warnings(config), NONE);
}

#[test]
fn a_rule_that_took_out_who_lacks_it_guards_all_that_comes_later() {
    let config = json!({
        "users": [
            { "name": "none", "when": "!has(user.costCenter)", "then": "hold" },
            { "name": "own", "when": "user.costCenter == '1'", "then": "keep" },
        ],
        "account": { "work.costCenter": "user.costCenter" },
    });
    assert_eq!(warnings(config), NONE);
}

#[test]
fn a_rule_that_keeps_who_lacks_it_guards_nothing_of_the_account() {
    let config = json!({
        "users": [{ "name": "none", "when": "!has(user.costCenter)", "then": "keep" }],
        "account": { "work.costCenter": "user.costCenter" },
    });
    assert_eq!(warnings(config).len(), 1);
    // Nor does one that only changes groups: who lacks it goes on.
    let config = json!({
        "users": [{ "name": "none", "when": "!has(user.costCenter)", "add_groups": "'x'" }],
        "account": { "work.costCenter": "user.costCenter" },
    });
    assert_eq!(warnings(config).len(), 1);
}

#[test]
fn a_named_expression_is_guarded_where_it_is_used() {
    let config = |when: &str| {
        json!({
            "expressions": { "external": "user.userType == 'external'" },
            "users": [{ "name": "u", "when": when, "then": "skip" }],
        })
    };
    assert_eq!(warnings(config("has(user.userType) && expressions.external")), NONE);
    assert_eq!(
        warnings(config("expressions.external")),
        [
            "/users/0/when: rule `u`, `when`: `user.userType` may be absent, and a person without it is held; ask first with `has(user.userType)`"
        ]
    );
}

#[test]
fn a_name_that_is_nearly_oktas_is_pointed_out_once() {
    let config = json!({ "users": [{ "name": "u", "when": "has(user.userTyp) && user.userTyp == 'x'", "then": "skip" }] });
    assert_eq!(
        warnings(config),
        [
            "/users/0/when:1:4: rule `u`, `when`: `userTyp` is none of Okta's own attributes; `userType` is. Right only if your organisation has added it"
        ]
    );
}

#[test]
fn what_okta_always_has_needs_no_guard() {
    let when = "user.login + user.email + user.firstName + user.lastName + user.id + user.status != draft.userName + draft.name.given";
    assert_eq!(warnings(json!({ "users": [{ "name": "u", "when": when, "then": "skip" }] })), NONE);
}
