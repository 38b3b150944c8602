//! Tables of the configuration.

use serde_json::{Value, json};
use usher_guest::{Group, GroupVerdict, User, UserVerdict};

use super::{problem, problems, rules};

fn with_table(sync: &str) -> Value {
    json!({
        "tables": { "names": { "okta-admins": "Administrators", "okta-ops": ["Operators", "Readers"] } },
        "groups": [{ "name": "table", "when": "group.name in tables.names", "sync": sync }],
    })
}

#[test]
fn a_table_says_what_a_group_is_called_in_aws() {
    let policy = rules(with_table("tables.names[group.name]"));
    assert_eq!(policy.group(&Group::named("okta-admins")).names(), ["Administrators"]);
    assert_eq!(policy.group(&Group::named("okta-ops")).names(), ["Operators", "Readers"]);
    assert_eq!(policy.group(&Group::named("choir")).verdict(), &GroupVerdict::Skip);
}

#[test]
fn every_kind_of_value_can_stand_in_a_table() {
    let when = "tables.all['text'] == 'a' && tables.all.integer == 3 && tables.all['number'] == 1.5 && tables.all.boolean \
                && 2 in tables.all['list'] && user.login in tables.all && has(tables.all.text) && size(tables.all) == 6";
    let policy = rules(json!({
        "tables": { "all": { "text": "a", "integer": 3, "number": 1.5, "boolean": true, "list": [1, 2], "ann": "" } },
        "users": [{ "name": "all", "when": when, "then": "skip" }],
    }));
    assert_eq!(policy.user(&User::named("ann")).verdict(), &UserVerdict::Skip);
}

#[test]
fn a_row_that_is_missing_holds_that_item_and_says_how_to_ask() {
    let policy = rules(json!({
        "tables": { "centres": { "Sales": "4711" } },
        "account": { "work.costCenter": "tables.centres[user.department]" },
    }));
    let of = |department: &str| policy.user(&User::named("ann").with("department", department));
    assert_eq!(of("Sales").account().unwrap().work.as_ref().unwrap().cost_center.as_deref(), Some("4711"));
    let decision = of("Poetry");
    assert_eq!((decision.verdict(), decision.rule()), (&UserVerdict::Hold, "account.work.costCenter"));
    assert!(decision.message().contains("no value for `Poetry`"), "{}", decision.message());
    assert!(decision.message().ends_with("a table with `in`"), "{}", decision.message());
}

#[test]
fn a_table_or_row_that_does_not_exist_is_found_before_anybody_is_read() {
    for (sync, message) in [
        ("tables.name[group.name]", "there is no table `name`; did you mean `names`?"),
        ("tables.regions[group.name]", "there is no table `regions`; there are: names"),
        ("tables.names['okta-admin']", "the table `names` has no `okta-admin`; did you mean `okta-admins`?"),
        ("tables", "`tables` is read one table at a time, such as `tables.regions[user.region]`"),
    ] {
        assert_eq!(problem(with_table(sync)).message, format!("rule `table`, `sync`: {message}"));
    }
}

#[test]
fn what_cannot_stand_in_a_table_is_named_with_its_place() {
    let found = problems(json!({ "tables": { "a": { "x": null, "y/z": [[1]], "u": { "v": 1 } }, "b": [] } }));
    let told: Vec<_> = found.iter().map(|it| (it.pointer.as_str(), it.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("/tables/a/x", "`x` must be a text, a number, true or false, or a list of those, not null"),
            (
                "/tables/a/y~1z",
                "`y/z` must be a text, a number, true or false, or a list of those, not a list"
            ),
            ("/tables/a/u", "`u` must be a text, a number, true or false, or a list of those, not a table"),
            ("/tables/b", "must be a table, not a list"),
        ]
    );
}
