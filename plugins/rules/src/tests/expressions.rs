//! Named expressions.

use serde_json::{Value, json};
use usher_guest::{Group, User, UserVerdict};

use super::{problem, problems, rules};

fn with(expressions: Value, when: &str) -> Value {
    json!({ "expressions": expressions, "users": [{ "name": "r", "when": when, "then": "skip" }] })
}

fn contractor() -> Value {
    json!({
        "contractor": "has(user.userType) && user.userType == expressions.word",
        "word": "'contractor'",
        "unused": "user.secret",
    })
}

#[test]
fn an_expression_is_put_in_wherever_it_is_named() {
    let policy = rules(with(contractor(), "expressions.contractor && !has(user.sponsor)"));
    let ann = User::named("ann@acme.example").with("userType", "contractor");
    assert_eq!(policy.user(&ann).verdict(), &UserVerdict::Skip);
    assert_eq!(policy.user(&ann.clone().with("sponsor", "bob")).verdict(), &UserVerdict::Keep);
    assert_eq!(policy.user(&ann.with("userType", "employee")).verdict(), &UserVerdict::Keep);
}

#[test]
fn only_what_used_expressions_read_is_asked_for() {
    let policy = rules(with(contractor(), "expressions['contractor']"));
    assert_eq!(policy.needs().user_attributes.iter().collect::<Vec<_>>(), ["userType"]);
}

#[test]
fn an_expression_serves_groups_and_people_when_it_reads_neither() {
    let policy = rules(json!({
        "expressions": { "prefix": "'aws-'", "name": "group.name.substring(size(expressions.prefix))" },
        "groups": [{ "name": "g", "when": "group.name.startsWith(expressions.prefix)", "sync": "expressions.name" }],
        "users": [{ "name": "u", "when": "user.login.startsWith(expressions.prefix)", "then": "skip" }],
    }));
    assert_eq!(policy.group(&Group::named("aws-x")).names(), ["x"]);
    assert_eq!(policy.user(&User::named("aws-robot")).verdict(), &UserVerdict::Skip);
}

#[test]
fn an_expression_keeps_its_own_variables() {
    let policy = rules(with(
        json!({ "any": "user.groups.exists(key, key == 'a')" }),
        "['b'].exists(key, expressions.any && key == 'b')",
    ));
    assert_eq!(policy.user(&User::named("ann").in_groups(&["a"])).verdict(), &UserVerdict::Skip);
    assert_eq!(policy.user(&User::named("ann").in_groups(&["b"])).verdict(), &UserVerdict::Keep);
}

#[test]
fn a_circle_is_named_with_the_way_round() {
    let config = with(
        json!({ "a": "expressions.b", "b": "!expressions.c", "c": "expressions.a", "d": "expressions.a" }),
        "true",
    );
    let problem = problem(config);
    assert_eq!(problem.pointer, "/expressions/a");
    assert_eq!(problem.message, "expression `a`: goes round in a circle: `a` needs `b` needs `c` needs `a`");
}

#[test]
fn an_expression_that_needs_itself_is_a_circle() {
    let problem = problem(with(json!({ "a": "expressions.a" }), "expressions.a"));
    assert_eq!(problem.message, "expression `a`: goes round in a circle: `a` needs `a`");
}

#[test]
fn a_mistake_in_an_expression_is_told_once_at_its_own_place() {
    let problem = problem(with(json!({ "odd": "true &&\n  usr.x" }), "expressions.odd || expressions.odd"));
    assert_eq!(problem.pointer, "/expressions/odd");
    assert_eq!(problem.position, Some((2, 3)));
    assert_eq!(problem.message, "expression `odd`: there is no variable `usr`; did you mean `user`?");
}

#[test]
fn an_unknown_expression_and_one_about_something_else_are_found() {
    let found = problems(json!({
        "expressions": { "named": "group.name", "person": "user.login", "both": "user.login == group.name" },
        "groups": [{ "name": "g", "when": "expressions.person == ''", "then": "skip" }],
        "users": [
            { "name": "u", "when": "expressions.named == 'x' && expressions.persn == 'x'", "then": "skip" },
            { "name": "v", "when": "has(expressions.person)", "then": "skip" },
            { "name": "w", "when": "'person' in expressions", "then": "skip" },
        ],
    }));
    let told: Vec<_> = found.iter().map(|it| (it.pointer.as_str(), it.message.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "/expressions/both",
                "expression `both`: reads a group and a person, but every rule is about one of them"
            ),
            (
                "/groups/0/when",
                "rule `g`, `when`: the expression `person` is about a person, this rule about a group"
            ),
            (
                "/users/0/when",
                "rule `u`, `when`: the expression `named` is about a group, this rule about a person"
            ),
            ("/users/0/when", "rule `u`, `when`: there is no expression `persn`; did you mean `person`?"),
            (
                "/users/1/when",
                "rule `v`, `when`: an expression always has a value; only attributes can be asked for"
            ),
            (
                "/users/2/when",
                "rule `w`, `when`: an expression always has a value; only attributes can be asked for"
            ),
        ]
    );
}

#[test]
fn expressions_that_double_one_another_are_refused() {
    let mut expressions = serde_json::Map::new();
    expressions.insert("e0".into(), "user.login == 'x'".into());
    for level in 1..40 {
        let before = level - 1;
        expressions
            .insert(format!("e{level}"), format!("expressions.e{before} && expressions.e{before}").into());
    }
    let found = problems(json!({ "expressions": expressions }));
    assert!(
        found.iter().any(|it| it.message.contains("it has more than 2000 parts; make it several rules")),
        "{found:?}"
    );
}

#[test]
fn a_chain_of_expressions_is_bounded_in_depth_and_number() {
    let chain = |length: usize| {
        let link = |at: usize| match at {
            0 => ("e0".to_owned(), Value::from("true")),
            at => (format!("e{at}"), format!("!expressions.e{}", at - 1).into()),
        };
        json!({ "expressions": (0..length).map(link).collect::<serde_json::Map<_, _>>() })
    };
    rules(chain(100));
    assert!(problems(chain(120)).iter().any(|it| it.message.contains("nested more than 100 deep")));
    assert_eq!(problem(chain(201)).message, "at most 200 expressions can be named, here are 201");
}
