//! Groups that rules for people add, replace and take away.

use serde_json::json;
use usher_guest::{TargetGroup, User, UserDecision, UserVerdict};

use super::{problem, problems, rules};

fn ann() -> User {
    User::named("ann@acme.example").with("department", "Sales").in_groups(&["00g-devs", "read-only"])
}

/// A group under the name it has already.
fn given(key: &str) -> TargetGroup {
    TargetGroup::new("").key(key)
}

fn groups(rule: serde_json::Value, user: &User) -> Option<Vec<TargetGroup>> {
    rules(json!({ "users": [rule] })).user(user).own_groups().map(<[_]>::to_vec)
}

fn decide(users: serde_json::Value, user: &User) -> UserDecision {
    rules(json!({ "users": users })).user(user)
}

#[test]
fn a_list_replaces_the_given_groups() {
    let rule = json!({ "name": "r", "when": "true", "groups": "['dept-' + user.department, {'name': 'R&D', 'key': 'rd'}]" });
    let wanted = vec![TargetGroup::new("dept-Sales"), TargetGroup::new("R&D").key("rd")];
    assert_eq!(groups(rule, &ann()), Some(wanted));
    let none = json!({ "name": "r", "when": "true", "then": "keep", "groups": "[]" });
    assert_eq!(groups(none, &ann()), Some(vec![]));
}

#[test]
fn a_group_is_added_to_the_given_ones() {
    let rule =
        json!({ "name": "r", "when": "true", "then": "keep", "add_groups": "'dept-' + user.department" });
    let wanted = vec![given("00g-devs"), given("read-only"), TargetGroup::new("dept-Sales")];
    assert_eq!(groups(rule, &ann()), Some(wanted));
}

#[test]
fn a_key_of_the_persons_own_is_that_group_under_the_name_it_has() {
    let rule =
        json!({ "name": "r", "when": "true", "groups": "user.groups.filter(key, key != 'read-only')" });
    assert_eq!(groups(rule, &ann()), Some(vec![given("00g-devs")]));
}

#[test]
fn a_single_membership_is_taken_away() {
    for remove in ["'read-only'", "['read-only', 'never-had']"] {
        let rule = json!({ "name": "r", "when": "true", "remove_groups": remove });
        assert_eq!(groups(rule, &ann()), Some(vec![given("00g-devs")]));
    }
}

#[test]
fn what_changes_nothing_leaves_the_groups_to_the_host() {
    for rule in [
        json!({ "name": "r", "when": "true", "remove_groups": "'never-had'" }),
        json!({ "name": "r", "when": "true", "add_groups": "['read-only']" }),
        json!({ "name": "r", "when": "true", "groups": "user.groups" }),
        json!({ "name": "r", "when": "false", "groups": "[]" }),
    ] {
        let decision = decide(json!([rule]), &ann());
        assert_eq!((decision.own_groups(), decision.rule()), (None, "default"), "{rule}");
    }
}

#[test]
fn rules_that_only_change_groups_add_up_and_the_next_are_asked() {
    let users = json!([
        { "name": "department", "when": "true", "add_groups": "'dept-' + user.department" },
        { "name": "twice", "when": "true", "add_groups": "['dept-Sales', 'all']" },
        { "name": "not-for-ann", "when": "user.login.startsWith('ann')", "remove_groups": "'all'", "message": "'no ' + user.login" },
        { "name": "sales", "when": "user.department == 'Sales'", "then": "keep", "message": "'sells'" },
        { "name": "never", "when": "true", "then": "skip" },
    ]);
    let decision = decide(users.clone(), &ann());
    let wanted = [given("00g-devs"), given("read-only"), TargetGroup::new("dept-Sales")];
    assert_eq!(decision.own_groups(), Some(wanted.as_slice()));
    assert_eq!(
        (decision.rule(), decision.message()),
        ("sales", "sells; groups changed by `department`, `twice`, `not-for-ann`")
    );
    assert_eq!(decide(users, &ann().with("department", "Legal")).verdict(), &UserVerdict::Skip);
}

#[test]
fn without_a_deciding_rule_the_last_that_changed_groups_gives_the_reason() {
    let users = json!([
        { "name": "first", "when": "true", "add_groups": "'a'" },
        { "name": "second", "when": "true", "add_groups": "'b'", "message": "'is b'" },
        { "name": "idle", "when": "true", "remove_groups": "'c'" },
    ]);
    let decision = decide(users, &ann());
    assert_eq!((decision.rule(), decision.message()), ("second", "is b; groups changed by `first`"));
}

#[test]
fn groups_and_account_fields_go_together() {
    let policy = rules(json!({
        "users": [{ "name": "r", "when": "true", "add_groups": "'a'" }],
        "account": { "title": "'x'" },
    }));
    let decision = policy.user(&ann());
    assert_eq!(decision.account().unwrap().title.as_deref(), Some("x"));
    assert_eq!(decision.own_groups().unwrap().len(), 3);
}

#[test]
fn an_answer_that_is_no_group_holds_the_person() {
    for (key, expression, cause) in [
        ("groups", "user.number", "`groups` gives a number, not a name"),
        ("add_groups", "[user.login.substring(16)]", "`add_groups` gives an empty name"),
        (
            "add_groups",
            "[{user.login: 'rd'}]",
            "`add_groups` gives a map with `ann@acme.example`; a group has `name` and, if it wants, `key`",
        ),
        ("remove_groups", "[user.number]", "`remove_groups` gives a number, not the key of a group"),
        (
            "groups",
            "user.absent",
            "`groups` failed: there is no value for `absent`; guard an attribute that may be absent with `has(…)`, a table with `in`",
        ),
    ] {
        let ann = ann().with("number", 1_i64);
        let decision = decide(json!([{ "name": "bad", "when": "true", key: expression }]), &ann);
        assert_eq!(
            (decision.verdict(), decision.rule(), decision.message()),
            (&UserVerdict::Hold, "bad", cause),
            "{expression}"
        );
    }
}

#[test]
fn who_is_skipped_has_no_groups_to_change() {
    let problem =
        problem(json!({ "users": [{ "name": "r", "when": "true", "then": "skip", "groups": "[]" }] }));
    assert_eq!(problem.pointer, "/users/0");
    assert_eq!(
        problem.message,
        "rule `r` changes groups of people who do not come along; give it `then = \"keep\"`, or no `then`"
    );
}

#[test]
fn every_expression_about_groups_is_checked_at_once() {
    let found = problems(json!({ "users": [{
        "name": "r", "when": "true", "groups": "usr.x", "add_groups": "'a' +", "remove_groups": "user.login.foo()",
    }]}));
    let places: Vec<_> = found.iter().map(|it| (it.pointer.as_str(), it.position)).collect();
    assert_eq!(
        places,
        [
            ("/users/0/groups", Some((1, 1))),
            ("/users/0/add_groups", Some((1, 6))),
            ("/users/0/remove_groups", Some((1, 15))),
        ]
    );
}
