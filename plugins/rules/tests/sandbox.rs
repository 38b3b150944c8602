//! The rules as a component, in the real sandbox: what a configuration does to them there.

use serde_json::{Value, json};
use usher_policy::{ConfiguredPolicy, Limits, PolicyEngine, PolicyError};

fn policy(config: Value) -> Result<ConfiguredPolicy, PolicyError> {
    let component = usher_plugin_build::workspace_policy("usher-plugin-rules").expect("the rules are built");
    PolicyEngine::new(Limits::default())?.load("builtin:rules", &component)?.configure(&config, 0)
}

#[test]
fn a_configuration_says_what_is_decided_and_read() {
    let policy = policy(json!({
        "groups": [{ "name": "aws", "when": "group.name.startsWith('aws-')", "sync": "group.name.substring(4)" }],
        "account": { "title": "has(user.title) ? user.title : user.department" },
    }));
    let policy = policy.unwrap();
    assert!(policy.needs().groups && policy.needs().users);
    assert_eq!(policy.needs().user_attributes, ["department", "title"]);
}

#[test]
fn without_a_configuration_nothing_is_decided_or_read() {
    assert_eq!(*policy(json!({})).unwrap().needs(), usher_policy::Needs::default());
}

#[test]
fn every_mistake_reaches_the_user_with_its_place() {
    let error = policy(json!({
        "groups": [{ "name": "aws", "when": "group.nam == 'x'", "sync": "'x' +" }],
        "users": [{ "name": "contractors", "when": "usr.login == 'x'", "then": "skip" }],
    }));
    let text = error.map(drop).unwrap_err().to_string();
    for line in [
        "/groups/0/when:1:6: rule `aws`, `when`: there is no `group.nam`; did you mean `group.name`?",
        "/groups/0/sync:1:6: rule `aws`, `sync`: mismatched input the end",
        "/users/0/when:1:1: rule `contractors`, `when`: there is no variable `usr`; did you mean `user`?",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn brackets_too_deep_are_told_in_plain_words() {
    let when = format!("{}true{}", "(".repeat(200), ")".repeat(200));
    let error = policy(json!({ "users": [{ "name": "r", "when": when, "then": "skip" }] }));
    let text = error.map(drop).unwrap_err().to_string();
    assert!(
        text.contains("rule `r`, `when`: the expression is nested too deep; make it several rules"),
        "{text}"
    );
}

#[test]
fn no_expression_is_so_deep_that_the_sandbox_traps() {
    let expressions = [
        format!("{}true{}", "(".repeat(900), ")".repeat(900)),
        format!("{}true", "!".repeat(1_990)),
        format!("{}1 == 1", "1+".repeat(990)),
        format!("group{}", ".a".repeat(990)),
        format!("{}{}", "[".repeat(900), "]".repeat(900)),
        format!("{}1{}", "{1:".repeat(490), "}".repeat(490)),
        format!("{}true", "true ? true : ".repeat(140)),
        format!("{}true", "true && ".repeat(240)),
        format!("{}true{}", "[1].all(x, ".repeat(90), ")".repeat(90)),
        "&".repeat(1_990),
    ];
    for expression in expressions {
        let config = json!({ "groups": [{ "name": "deep", "when": expression, "then": "skip" }] });
        if let Err(error) = policy(config) {
            assert!(error.to_string().contains("/groups/0/when:1:"), "{expression}: {error}");
        }
    }
}
