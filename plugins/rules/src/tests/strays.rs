//! What is said of a key that no group can have: a slip in an exception leaves people in the group.

use serde_json::{Value, json};

use super::rules;
use super::warnings::warnings;
use usher_guest::{TargetGroup, User};

const NONE: [String; 0] = [];

/// What is said of one rule for people, where Okta's group is given by `sync`.
fn of(sync: &str, rule: Value) -> Vec<String> {
    let mut rule = rule;
    rule["name"] = "u".into();
    if rule.get("when").is_none() {
        rule["when"] = "true".into();
    }
    warnings(json!({
        "tables": { "names": { "a": "Alpha", "b": ["Beta", "Gamma"] }, "keys": { "a": "alpha", "b": "beta" } },
        "expressions": { "admin": "\"adminz\" in user.groups" },
        "groups": [{ "name": "g", "when": "true", "sync": sync }],
        "users": [rule],
    }))
}

const ADMINS: &str = r#"{"name": "Administrators", "key": "admins"}"#;

#[test]
fn a_slip_in_a_removed_key_is_pointed_out_with_the_near_one() {
    assert_eq!(
        of(ADMINS, json!({ "remove_groups": "\"adminz\"" })),
        [
            "/users/0/remove_groups:1:1: rule `u`, `remove_groups`: no rule gives a group the key `adminz`, so nobody is taken out of it; \
             did you mean `admins`? Right only if a policy before this one gives it"
        ]
    );
    assert_eq!(of(ADMINS, json!({ "remove_groups": "\"admins\"" })), NONE);
}

#[test]
fn a_slip_in_a_condition_is_pointed_out_too() {
    let message = "no rule gives a group the key `adminz`, so it is in nobody's `user.groups`; did you mean `admins`? \
                   Right only if a policy before this one gives it";
    for (when, column) in [
        ("user.login == 'x' || 'adminz' in user.groups", 22),
        ("user.groups.exists(key, key == 'adminz')", 32),
        ("user.groups.all(key, 'adminz' != key)", 22),
        ("user.groups.exists(key, key in ['admins', 'adminz'])", 43),
    ] {
        let told = of(ADMINS, json!({ "when": when, "then": "skip" }));
        assert_eq!(told, [format!("/users/0/when:1:{column}: rule `u`, `when`: {message}")], "{when}");
        assert_eq!(
            of(ADMINS, json!({ "when": when.replace("adminz", "admins"), "then": "skip" })),
            NONE,
            "{when}"
        );
    }
    let filter = "user.groups.filter(key, key != 'adminz')";
    assert_eq!(of(ADMINS, json!({ "groups": filter })).len(), 1);
    // An expression has no place in the text that uses it.
    let told = of(ADMINS, json!({ "when": "expressions.admin", "then": "skip" }));
    assert_eq!(told, [format!("/users/0/when: rule `u`, `when`: {message}")]);
}

#[test]
fn the_name_of_a_group_is_not_its_key() {
    for (sync, told) in [
        (ADMINS, "the group of that name has the key `admins`."),
        (
            "'Administrators'",
            "a group that has no `key` is known by its Okta group's id; give it one in `sync`.",
        ),
        ("group.name", "a group that has no `key` is known by its Okta group's id; give it one in `sync`."),
        (
            "tables.names[group.name]",
            "a group that has no `key` is known by its Okta group's id; give it one in `sync`.",
        ),
        (r#"{"name": "x", "key": "other"}"#, "there are: other."),
    ] {
        let warnings = of(sync, json!({ "remove_groups": "'Administrators'" }));
        assert!(warnings.len() == 1 && warnings[0].contains(told), "{sync}: {warnings:?}");
    }
}

#[test]
fn what_a_rule_may_give_is_no_slip() {
    for (sync, key) in [
        (r#"{"name": "x", "key": "k-" + group.name}"#, "k-anything"),
        (r#"{"name": "x", "key": group.name + "-x"}"#, "anything-x"),
        (r#"{"name": "x", "key": group.name.lowerAscii()}"#, "anything"),
        (r#"{"name": "x", "key": tables.keys[group.name]}"#, "beta"),
        (r#"{"name": "x", "key": group.name == "a" ? "one" : "two"}"#, "two"),
        (r#"["y"] + [{"name": "x", "key": "one"}]"#, "one"),
        (r#"["one", "two"].map(it, {"name": it, "key": it})"#, "two"),
        // An id of Okta's.
        ("group.name", "00g1a2b3c4D5e6F7g8h9"),
    ] {
        assert_eq!(of(sync, json!({ "remove_groups": format!("'{key}'") })), NONE, "{sync}");
    }
    // What is certain to be none of them is one.
    for (sync, key) in [
        (r#"{"name": "x", "key": "k-" + group.name}"#, "anything"),
        (r#"{"name": "x", "key": tables.keys[group.name]}"#, "gamma"),
        (ADMINS, "00g1a2b3c4D5e6F7g8h9"),
    ] {
        assert_eq!(of(sync, json!({ "remove_groups": format!("'{key}'") })).len(), 1, "{sync}");
    }
}

#[test]
fn a_group_of_a_rule_for_people_can_be_removed_and_not_looked_for() {
    let users = |last: Value| {
        warnings(json!({
            "groups": [{ "name": "g", "when": "true", "sync": ADMINS }],
            "users": [
                { "name": "one", "when": "true", "add_groups": "['dept-' + user.login, {'name': 'R&D', 'key': 'rd'}, 'All']" },
                last,
            ],
        }))
    };
    for key in ["dept-sales", "rd", "All", "admins"] {
        let remove = json!({ "name": "u", "when": "true", "remove_groups": format!("['{key}']") });
        assert_eq!(users(remove), NONE, "{key}");
    }
    let all = users(json!({ "name": "u", "when": "true", "remove_groups": "['Al', 'R&D']" }));
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].contains("did you mean `All`?"), "{all:?}");
    assert_eq!(users(json!({ "name": "u", "when": "'rd' in user.groups", "then": "skip" })).len(), 1);
}

#[test]
fn of_groups_that_others_decide_about_nothing_is_known() {
    let users = json!([{ "name": "u", "when": "'a' in user.groups", "remove_groups": "'b'" }]);
    assert_eq!(warnings(json!({ "users": users })), NONE);
    let otherwise = json!({ "users": users, "otherwise": { "groups": "sync" } });
    assert_eq!(warnings(otherwise).len(), 2);
}

#[test]
fn a_list_of_what_may_be_kept_fails_safe() {
    let policy = rules(json!({
        "groups": [{ "name": "g", "when": "true", "sync": ADMINS }],
        "users": [{ "name": "u", "when": "true", "groups": "user.groups.filter(key, key in ['devz', 'read-only'])" }],
    }));
    let decision = policy.user(&User::named("cy").in_groups(&["admins", "devs", "read-only"]));
    assert_eq!(decision.own_groups(), Some([TargetGroup::new("").key("read-only")].as_slice()));
}

/// Were each key paired with each name, this would take gigabytes.
#[test]
fn two_tables_of_thousands_cost_no_more_than_their_rows() {
    let table = |of: &str| -> Value {
        (0..20_000).map(|row| (format!("g{row}"), json!(format!("{of}{row}")))).collect()
    };
    let told = warnings(json!({
        "tables": { "names": table("Name "), "keys": table("key-") },
        "groups": [{ "name": "g", "when": "true",
            "sync": "{'name': tables.names[group.name], 'key': tables.keys[group.name]}" }],
        "users": [
            { "name": "u", "when": "true", "remove_groups": "'key-19999'" },
            { "name": "v", "when": "true", "remove_groups": "'kei-19999'" },
        ],
    }));
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.contains("`kei-19999`") && told.contains("did you mean `key-19999`?"), "{told}");
}
