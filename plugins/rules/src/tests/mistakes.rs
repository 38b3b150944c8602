//! What is told about a configuration that is wrong.

use serde_json::{Value, json};
use usher_guest::Problem;
use usher_guest::test::Run;

use super::{problem, problems};
use crate::rules::Rules;

/// The problem of one condition of a rule `r` for people.
fn of_condition(when: &str) -> Problem {
    problem(json!({ "users": [{ "name": "r", "when": when, "then": "skip" }] }))
}

#[test]
fn a_syntax_error_has_rule_line_and_column() {
    let problem = of_condition("user.department ==\n  'Sales' &&& true");
    assert_eq!(problem.pointer, "/users/0/when");
    assert_eq!(problem.position, Some((2, 13)));
    assert!(problem.message.starts_with("rule `r`, `when`: "), "{}", problem.message);
}

#[test]
fn an_expression_that_stops_says_so() {
    let problem = of_condition("user.department ==");
    assert_eq!(problem.message, "rule `r`, `when`: it ends too early");
    assert_eq!(problem.position, Some((1, 19)));
}

#[test]
fn the_column_counts_characters_not_bytes() {
    let problem = of_condition("'Zoë 日本' == usr.lastName");
    assert_eq!(problem.message, "rule `r`, `when`: there is no variable `usr`; did you mean `user`?");
    assert_eq!(problem.position, Some((1, 13)));
    assert_eq!(of_condition("'Zoë 日本' &&& true").position, Some((1, 12)));
}

#[test]
fn an_unknown_function_is_found_before_anybody_is_read() {
    let problem = of_condition("user.login.endWith('x')");
    assert_eq!(problem.message, "rule `r`, `when`: there is no function `endWith`; did you mean `endsWith`?");
}

#[test]
fn a_macro_written_wrongly_says_how_it_is_written() {
    assert_eq!(
        of_condition("user.groups.exists(true)").message,
        "rule `r`, `when`: `exists` is written `list.exists(item, condition)`"
    );
}

#[test]
fn a_broken_pattern_is_found_before_anybody_is_read() {
    assert_eq!(
        of_condition("user.login.matches('a(')").message,
        "rule `r`, `when`: `a(` is no regular expression: unclosed group"
    );
    assert_eq!(
        of_condition("user.login.matches('(a{1000}){1000}')").message,
        "rule `r`, `when`: the regular expression is too large"
    );
}

#[test]
fn the_person_as_a_whole_cannot_be_read() {
    for when in ["user == user2", "user[user.login] == 1", "user.exists(key, key == 'a')", "size(user) > 1"] {
        let config = json!({ "users": [{ "name": "r", "when": when, "then": "skip" }] });
        let found = problems(config);
        assert!(
            found.iter().any(|problem| problem.message.contains("one attribute at a time")),
            "{when}: {found:?}"
        );
    }
}

#[test]
fn what_belongs_to_people_is_not_known_to_groups() {
    let config = json!({ "groups": [{ "name": "r", "when": "user.login == 'x'", "then": "skip" }] });
    assert_eq!(
        problem(config).message,
        "rule `r`, `when`: `user` is not known in a rule for groups; there are: group, now, tables, expressions"
    );
    assert!(
        of_condition("group.name == 'x'").message.contains("`user.groups` has the keys of the AWS groups")
    );
}

#[test]
fn a_variable_of_a_macro_is_known_inside_it_alone() {
    let found = problems(json!({ "users": [
        { "name": "right", "when": "user.groups.exists(key, key.startsWith('a'))", "then": "skip" },
        { "name": "outside", "when": "user.groups.exists(key, true) && key == 'a'", "then": "skip" },
        { "name": "hides", "when": "user.groups.exists(user, user == 'a')", "then": "skip" },
    ]}));
    let messages: Vec<_> = found.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "rule `outside`, `when`: there is no variable `key`; there are: user, draft, now, tables, expressions",
            "rule `hides`, `when`: `user` is a variable already; give the items another name",
        ]
    );
}

#[test]
fn depth_and_length_are_bounded() {
    let long = of_condition(&format!("'{}' == ''", "a".repeat(2_000)));
    assert_eq!(
        long.message,
        "rule `r`, `when`: the expression has 2008 characters, 2000 are allowed; make it several rules"
    );
    let sum = format!("{}1 == 1", "1+".repeat(200));
    assert!(
        of_condition(&sum).message.contains("nested more than 100 deep"),
        "{}",
        of_condition(&sum).message
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let found = problems(json!({
        "group": [],
        "otherwise": { "groups": "keep", "people": "skip" },
        "groups": [
            { "name": "a", "when": "true", "sync": "group.nme", "mesage": "x" },
            { "name": "a", "when": "true", "sync": "'x'", "then": "skip" },
            { "when": "true" },
            { "name": "c", "sync": 3 },
            "d",
        ],
        "users": [
            { "name": "a", "when": "true" },
            { "name": "b", "when": true, "then": "sync" },
            { "name": "c", "when": "user.login ==", "then": "keep", "message": "usr.login" },
        ],
        "account": { "costCenter": "'x'", "displayName": "", "name": { "familyName": "'x'", "family": "'y'" }, "title": 1 },
    }));
    let told: Vec<_> =
        found.iter().map(|problem| (problem.pointer.as_str(), problem.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("/group", "unknown key `group`; did you mean `groups`?"),
            ("/otherwise/people", "unknown key `people`; there are: groups, users"),
            ("/otherwise/groups", "`groups` must be \"sync\" or \"skip\" or \"hold\", not \"keep\""),
            ("/groups/0/mesage", "rule `a` has an unknown key `mesage`; did you mean `message`?"),
            ("/groups/1/name", "another rule is called `a` already"),
            ("/groups/1", "rule `a` has both `sync` and `then`; it must have one of them"),
            ("/groups/2", "the rule has no `name`; reports and counts speak of rules by name"),
            (
                "/groups/2",
                "rule `number 3` has neither `sync = 'a name'` nor `then = \"skip\"` or `\"hold\"`"
            ),
            ("/groups/3", "rule `c` has no `when`; one that always applies has `when = 'true'`"),
            ("/groups/3/sync", "`sync` must be a text, not a number"),
            ("/groups/4", "must be a table, not a text"),
            (
                "/users/0",
                "rule `a` has no `then`: \"keep\", \"skip\" or \"hold\"; only one that changes groups can go without"
            ),
            ("/users/1/when", "`when` must be a text, not true or false"),
            ("/users/1/then", "`then` must be \"keep\" or \"skip\" or \"hold\", not \"sync\""),
            ("/account/costCenter", "an account has no field `costCenter`; did you mean `work.costCenter`?"),
            (
                "/account/displayName",
                "`displayName` is empty; `null` takes the field away, `'\"\"'` is an empty text"
            ),
            ("/account/name/family", "the field `name.family` is written twice"),
            ("/account/title", "`title` must be a text that holds an expression, not a number"),
            ("/groups/0/sync", "rule `a`, `sync`: there is no `group.nme`; did you mean `group.name`?"),
            ("/users/2/when", "rule `c`, `when`: it ends too early"),
            ("/users/2/message", "rule `c`, `message`: there is no variable `usr`; did you mean `user`?"),
        ]
    );
}

#[test]
fn a_configuration_that_is_no_table_is_named() {
    assert_eq!(problem(json!([])).message, "must be a table, not a list");
    assert_eq!(problem(json!({ "groups": {} })).pointer, "/groups");
    assert_eq!(
        problem(json!({ "users": 1 })).message,
        "must be a list of rules, each written below a line `[[policy.config.users]]`"
    );
}

#[test]
fn a_name_that_reports_would_cut_is_refused() {
    let config: Value = json!({ "users": [{ "name": "é".repeat(33), "when": "true", "then": "keep" }] });
    assert_eq!(problem(config).message, "the name of a rule has at most 64 bytes, this one has 66");
}

/// Messages of each of some conditions of rules for people.
fn told(when: &str) -> Vec<String> {
    let config = json!({
        "tables": { "patterns": { "broken": "(", "right": "a+" }, "centres": { "Sales": "4711" } },
        "expressions": { "broken": "'[' + 'a'", "number": "1 + 1", "key": "'Salse'" },
        "users": [{ "name": "r", "when": when, "then": "skip" }],
    });
    problems(config).iter().map(|problem| problem.message.clone()).collect()
}

#[test]
fn what_fails_for_everybody_is_found_before_anybody_is_read() {
    for (when, cause) in [
        ("9223372036854775807 + 1 > user.own", "always fails: the result of `+` is too large a number"),
        ("user.own == 1 / 0", "always fails: it divides by zero"),
        ("user.groups.exists(key, key == string(7 % 0))", "always fails: it divides by zero"),
        ("has(user.own) ? [1][3] == user.own : true", "always fails: the list has no item number 3"),
        ("user.login == 'abc'.substring(9)", "always fails: `substring`: index out of range: 9"),
        ("int('x') == user.own", "always fails: `int`: string parse error: invalid digit found in string"),
        (
            "tables.centres[expressions.key] == user.own",
            "always fails: there is no value for `Salse`; guard an attribute that may be absent with `has(…)`, a table with `in`",
        ),
        (
            "['a'].all(x, x.matches('(' + x))",
            "always fails: `matches`: `(a` is no regular expression: unclosed group",
        ),
    ] {
        assert_eq!(told(when), [format!("rule `r`, `when`: {cause}")], "{when}");
    }
}

#[test]
fn a_broken_pattern_is_found_wherever_it_comes_from() {
    for (when, pattern, cause) in [
        ("user.login.matches('a' + '(')", "a(", "unclosed group"),
        ("matches(user.login, tables.patterns.broken)", "(", "unclosed group"),
        ("user.login.matches(expressions.broken)", "[a", "unclosed character class"),
        ("user.groups.exists(key, key.matches(tables.patterns['broken']))", "(", "unclosed group"),
    ] {
        let message = format!("rule `r`, `when`: `{pattern}` is no regular expression: {cause}");
        assert_eq!(told(when), [message], "{when}");
    }
}

#[test]
fn what_is_the_same_for_everybody_and_right_is_no_mistake() {
    let config = json!({
        "tables": { "patterns": { "right": "a+" } },
        "expressions": { "pattern": "tables.patterns.right + '$'", "prefixes": "['a', 'b'].map(x, x + '-')" },
        "users": [{
            "name": "r", "then": "skip",
            "when": "user.login.matches(expressions.pattern) || (false && 1 / 0 == 1) || 'x' in tables.patterns \
                     || expressions.prefixes.exists(x, user.login.startsWith(x)) || now > 1 * 60 * 60",
        }],
    });
    assert!(Run::of::<Rules>(&config.to_string()).is_ok());
}

#[test]
fn what_is_of_no_use_in_its_place_is_found_before_anybody_is_read() {
    let found = problems(json!({
        "expressions": { "text": "'a' + 'b'" },
        "groups": [
            { "name": "g", "when": "group.name", "sync": "group.name == 'a'" },
            { "name": "h", "when": "expressions.text", "sync": "1", "message": "now" },
        ],
        "users": [{ "name": "u", "when": "true", "remove_groups": "{'key': 'a'}", "add_groups": "user.groups.size()" }],
        "account": { "active": "user.status", "title": "user.groups", "name.family": "null", "displayName": "now" },
    }));
    let told: Vec<_> = found.iter().map(|it| (it.pointer.as_str(), it.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("/groups/0/when", "rule `g`, `when`: gives a text, not true or false"),
            ("/groups/0/sync", "rule `g`, `sync`: gives true or false, not a name"),
            ("/groups/1/when", "rule `h`, `when`: gives a text, not true or false"),
            ("/groups/1/sync", "rule `h`, `sync`: gives a number, not a name"),
            ("/groups/1/message", "rule `h`, `message`: gives a number, not a text"),
            ("/users/0/add_groups", "rule `u`, `add_groups`: gives a number, not a name"),
            ("/users/0/remove_groups", "rule `u`, `remove_groups`: gives a map, not the key of a group"),
            ("/account/active", "account field `active`: gives a text, not true or false"),
            ("/account/title", "account field `title`: gives a list, not a text"),
            ("/account/name.family", "account field `name.family`: gives null, but AWS wants this field"),
            (
                "/account/displayName",
                "account field `displayName`: gives a number, not a text; `string(…)` makes one of it"
            ),
        ]
    );
}

#[test]
fn a_group_that_is_written_out_wrongly_is_found_before_anybody_is_read() {
    for (key, text, column, message) in [
        (
            "sync",
            r#"{"name": "Read only", "key": "read only!"}"#,
            30,
            "gives the key `read only!`; a key is 1 to 128 letters, digits, `.`, `_` or `-`",
        ),
        ("sync", r#"{"nam": group.name}"#, 2, "a group has no `nam`; did you mean `name`?"),
        ("sync", r#"{"name": group.name, "id": "x"}"#, 22, "a group has no `id`; there are: name, key"),
        ("sync", r#"["x", {"key": "x"}]"#, 7, "gives a group without `name`"),
        ("sync", r#"group.name == "a" ? "b" : " ""#, 27, "gives an empty name"),
        ("sync", r#"{"name": "", "key": "k"}"#, 10, "gives an empty name"),
        ("sync", r#"{"name": now, "key": "k"}"#, 10, "gives a group whose `name` is a number, not a text"),
        ("sync", r#"["a"] + ["b", 3]"#, 15, "gives a number, not a name"),
        ("sync", r#"["a", ["b"]]"#, 7, "gives a list, not a name"),
        ("sync", r#"["a"].map(it, {"nam": it})"#, 16, "a group has no `nam`; did you mean `name`?"),
        (
            "sync",
            r#"{"name": "x", "key": group.name == "a" ? "a b" : "ab"}"#,
            42,
            "gives the key `a b`; a key is",
        ),
        ("groups", r#"{"nam": "Contractors"}"#, 2, "a group has no `nam`; did you mean `name`?"),
        ("add_groups", r#"[{"name": "R&D", "key": "r&d"}]"#, 25, "gives the key `r&d`; a key is"),
        ("remove_groups", r#"["a", {"key": "b"}]"#, 7, "gives a map, not the key of a group"),
    ] {
        let mut rule = json!({ "name": "r", "when": "true", "message": "'why'" });
        rule[key] = text.into();
        let rules = if key == "sync" { "groups" } else { "users" };
        let problem = problem(json!({ rules: [rule] }));
        assert_eq!(problem.pointer, format!("/{rules}/0/{key}"), "{text}");
        assert_eq!(problem.position, Some((1, column)), "{text}: {}", problem.message);
        let told = format!("rule `r`, `{key}`: {message}");
        assert!(problem.message.starts_with(&told), "{text}: {}", problem.message);
    }
    // In an expression it has the place of the rule that uses it.
    let problem = problem(json!({
        "expressions": { "group": "{'name': 'x', 'key': '?'}" },
        "groups": [{ "name": "r", "when": "true", "sync": "expressions.group" }],
    }));
    assert_eq!((problem.pointer.as_str(), problem.position), ("/groups/0/sync", None));
}

#[test]
fn kinds_that_do_not_go_together_have_a_place() {
    let problem = of_condition("has(user.employeeNumber) &&\n user.employeeNumber == 4711");
    assert_eq!(problem.position, Some((2, 22)));
    assert_eq!(
        problem.message,
        "rule `r`, `when`: a text and a number are never equal; `string(…)` makes a text of a number"
    );
}

#[test]
fn one_mistake_hides_no_other_in_the_same_rule() {
    let messages = told("usr.x == 'a' || user.login == 1 || user.login.matches('(') || user.login.foo()");
    assert_eq!(messages.len(), 4, "{messages:?}");
}
