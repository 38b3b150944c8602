//! `usher plugin inspect`, `check`, `schema` and `bench`: what there is to know about a policy before it is used.

use usher_tests::Place;

fn nowhere() -> Place {
    Place::new("", "", "")
}

const TWO_MISTAKES: &str = r#"[okta]
domain = "acme.okta.com"

[[policy.config.groups]]
name = "teams"
when = "grup.name == 'a'"
sync = "group.name"

[[policy.config.groups]]
name = "teams"
when = "true"
sync = "group.name"
"#;

#[test]
fn a_policy_is_known_by_what_it_imports_and_by_the_digest_of_its_bytes() {
    let place = nowhere();
    let told = place.run("plugin", &["inspect", "builtin:prefix", "--json"]).exits(0).json();
    assert_eq!(told["contract"], "0.1.0");
    assert_eq!(told["imports"].as_array().map(Vec::len), Some(2), "{told}");
    let digest = told["digest"].as_str().unwrap_or_default().to_owned();
    assert_eq!((&digest[..7], digest.len()), ("sha256:", 71), "{told}");
    let text = place.run("plugin", &["inspect", "builtin:prefix"]).exits(0);
    let text = text.prints(&digest).prints("usher:policy/log@0.1.0");
    // It needs a configuration to know what it reads.
    text.prints("name one with --config");
}

#[test]
fn with_a_configuration_a_policy_says_what_it_reads() {
    let place = nowhere();
    let config = r#"
[[groups]]
name = "all"
when = "true"
sync = "group.name"

[[users]]
name = "with-a-cost-centre"
when = "has(user.costCenter)"
then = "keep"
"#;
    let file = place.file("rules.toml", config.as_bytes());
    let told =
        place.run("plugin", &["inspect", "builtin:rules", "--config", &file, "--json"]).exits(0).json();
    assert_eq!(told["needs"]["hooks"], serde_json::json!(["groups", "users"]));
    assert_eq!(told["needs"]["userAttributes"], serde_json::json!(["costCenter"]));
}

#[test]
fn every_problem_of_a_configuration_is_told_with_its_line() {
    let place = nowhere();
    let file = place.file("wrong.toml", TWO_MISTAKES.as_bytes());
    let refused = place.run("plugin", &["check", "builtin:rules", "--config", &file]).fails_clearly(2);
    let refused = refused.says("2 problems");
    refused.says("wrong.toml:6:9: /groups/0/when: ").says("wrong.toml:10: /groups/1/name: ");

    let refused =
        place.run("plugin", &["check", "builtin:rules", "--config", &file, "--json"]).exits(2).json();
    let problems = refused["problems"].as_array().cloned().unwrap_or_default();
    assert_eq!(problems.len(), 2, "{refused}");
    let when =
        problems.iter().find(|problem| problem["pointer"] == "/groups/0/when").expect("a misspelt name");
    assert_eq!((&when["fileLine"], &when["line"], &when["column"]), (&6.into(), &1.into(), &1.into()));
}

#[test]
fn a_configuration_without_a_problem_is_taken() {
    let place = nowhere();
    let file = place.file("right.toml", b"prefix = \"aws-\"\n");
    let taken = place.run("plugin", &["check", "builtin:prefix", "--config", &file]).exits(0);
    taken.prints("takes right.toml").prints("decides   ");
}

#[test]
fn a_schema_is_printed_as_it_is() {
    let place = nowhere();
    let schema = place.run("plugin", &["schema", "builtin:rules"]).exits(0).json();
    assert_eq!(schema["type"], "object", "{schema}");
}

#[test]
fn what_is_no_policy_is_refused_in_plain_words() {
    let place = nowhere();
    let file = place.file("notes.wasm", b"remember the milk");
    place.run("plugin", &["inspect", &file]).fails_clearly(2).says("is not a WebAssembly component");
    place.run("plugin", &["inspect", "builtin:ruels"]).fails_clearly(2).says("builtin:rules");
}

#[test]
fn a_policy_is_measured_beside_one_that_decides_nothing() {
    let place = nowhere();
    let file = place.file("config.toml", b"prefix = \"aws-\"\n");
    let arguments = ["bench", "builtin:prefix", "--config", &file, "--items", "300", "--json"];
    let [first, second] = [0, 1].map(|_| place.run("plugin", &arguments).exits(0).json());
    assert_eq!((&first["users"], &first["groups"]), (&300.into(), &30.into()));
    for policy in ["measured", "noOp"] {
        let fuel = first[policy]["group"]["fuel"].as_u64();
        assert!(fuel.is_some_and(|fuel| fuel > 0), "{first}");
        // Time is the machine's affair; work is not.
        assert_eq!(fuel, second[policy]["group"]["fuel"].as_u64());
    }
}
