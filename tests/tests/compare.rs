//! What another policy, or other rules, would change: told over a snapshot, person by person, before anybody lets it decide.

use serde_json::{Value, json};
use usher_tests::{Org, Outcome, Sim};

/// What the company has today.
const RULES: &str = r#"
[[policy.config.groups]]
name = "aws"
when = 'group.name.startsWith("aws-")'
sync = 'group.name.substring(4)'

[[policy.config.users]]
name = "staff"
when = 'user.userType == "employee"'
then = "keep"
message = '"is staff"'

[policy.config.otherwise]
users = "keep"
"#;

fn org() -> Org {
    Org::new()
        .people(["ann", "bob", "eve"])
        .person_with("cem", json!({ "userType": "contractor", "title": "Dr" }))
        .person_with("dan", json!({ "userType": "contractor" }))
        .person_with("fay", json!({ "title": "Cook" }))
        .group("aws-admins", ["ann", "cem"])
        .group("aws-readers", ["ann", "bob", "cem", "dan", "eve", "fay"])
        .group("choir", ["bob"])
}

/// A place with a snapshot of everything, `s.json`, and these rules.
fn sim_with(rules: &str, arguments: &[&str]) -> Sim {
    let mut sim = Sim::start(org().profile("ann", json!({ "userType": "employee" })));
    sim.rest = rules.replace("user.userType ==", "has(user.userType) && user.userType ==");
    sim.usher("snapshot", &[&["save", "s.json", "--all-groups"], arguments].concat()).exits(0);
    sim.forget_requests();
    sim
}

fn sim() -> Sim {
    sim_with(RULES, &[])
}

/// The rules of the file `usher.toml`, changed, in a file of the policy's own.
fn other_rules(sim: &Sim, from: &str, to: &str) {
    assert!(sim.rest.contains(from), "{from}");
    sim.file("new.toml", sim.rest.replace(from, to).replace("policy.config.", "").as_bytes());
}

/// Compares the rules of `usher.toml` with those of `new.toml`.
fn compare(sim: &Sim, arguments: &[&str]) -> Outcome {
    let compare = ["--snapshot", "s.json", "--compare", "builtin:rules", "builtin:rules"];
    let outcome = sim.usher("plan", &[&compare[..], &["--compare-config", "new.toml"], arguments].concat());
    let requests = sim.requests();
    assert_eq!((requests.reads(), requests.writes()), (0, 0), "nobody is asked");
    outcome
}

fn names(list: &Value, name: &str) -> Vec<String> {
    let items = list.as_array().expect("a list of those that differ");
    items.iter().map(|item| item[name].as_str().expect("each has a name").to_owned()).collect()
}

#[test]
fn a_policy_differs_in_nothing_from_itself() {
    let sim = sim();
    let same = ["--snapshot", "s.json", "--compare", "builtin:rules", "builtin:rules", "--exit-code"];
    sim.usher("plan", &same).exits(0).prints("Nothing differs: 6 people and 3 groups are decided the same");
    let report = sim.usher("plan", &[&same[..], &["--json"]].concat()).exits(0).json();
    assert_eq!((&report["same"], &report["exitStatus"]), (&json!(true), &json!(0)));
    assert_eq!(report["sides"]["a"]["plan"]["hash"], report["sides"]["b"]["plan"]["hash"]);
}

#[test]
fn a_rule_that_is_changed_changes_those_whom_it_decides_and_nobody_else() {
    let sim = sim();
    let contractors = r#"[[policy.config.users]]
name = "no-contractors"
when = 'has(user.userType) && user.userType == "contractor"'
then = "skip"
message = '"contractors have no access"'

[policy.config.account]
title = 'has(user.title) ? "Head " + user.title : null'

[policy.config.otherwise]"#;
    other_rules(&sim, "[policy.config.otherwise]", contractors);
    let differs = compare(&sim, &["--exit-code"]).exits(3);
    let page = include_str!("../../docs/snapshots.md");
    assert!(
        page.contains(&format!("--compare-config new.toml\n{}```", differs.stdout)),
        "the page shows this output"
    );
    insta::assert_snapshot!("one_rule", differs.stdout);
    compare(&sim, &[]).exits(0);
    let report = compare(&sim, &["--exit-code", "--json"]).exits(3).json();
    assert_eq!((&report["same"], &report["status"]), (&json!(false), &json!("compared")));
    let people = &report["people"]["otherwise"];
    assert_eq!(names(people, "login"), ["cem@example.com", "dan@example.com", "fay@example.com"]);
    assert_eq!(people[0]["said"]["a"]["verdict"], "sync");
    let why = json!({ "policy": "rules", "rule": "no-contractors", "message": "contractors have no access" });
    assert_eq!(people[0]["said"]["b"], json!({ "verdict": "skip", "why": why }));
    assert_eq!(names(&people[0]["lost"], "displayName"), ["admins", "readers"]);
    assert_eq!(
        people[2]["account"],
        json!([{ "attribute": "title", "before": "Cook", "after": "Head Cook" }])
    );
    assert_eq!(report["people"]["otherReason"], json!([]));
    assert_eq!((&report["people"]["compared"], &report["groups"]["compared"]), (&json!(6), &json!(3)));
    assert_eq!(report["operations"].as_array().map(Vec::len), Some(3));
    let [a, b] = ["a", "b"].map(|side| report["sides"][side]["policies"][0].clone());
    assert_eq!(a["digest"], b["digest"]);
    assert_ne!(a["configDigest"], b["configDigest"]);
}

#[test]
fn two_policies_are_compared_group_by_group() {
    let sim = sim();
    sim.file("prefix.toml", b"prefix = \"aws-\"\nreplace_with = \"AWS \"\n");
    let arguments = ["--snapshot", "s.json", "--compare", "builtin:rules", "builtin:prefix"];
    // The rules are no configuration of the other.
    sim.usher("plan", &arguments)
        .fails_clearly(2)
        .says("B (builtin:prefix) comes to no plan")
        .says("usher.toml:");
    let arguments = [&arguments[..], &["--compare-config", "prefix.toml"]].concat();
    insta::assert_snapshot!("rules_and_prefix", sim.usher("plan", &arguments).exits(0).stdout);
    // The other way round, A has the configuration of the file.
    let [a, b] = ["builtin:prefix", "builtin:rules"];
    sim.usher("plan", &["--snapshot", "s.json", "--compare", a, b])
        .fails_clearly(2)
        .says("A (builtin:prefix) comes to no plan");
}

#[test]
fn who_is_decided_the_same_for_another_reason_is_told_apart() {
    let sim = sim();
    other_rules(&sim, "is staff", "works here");
    let differs = compare(&sim, &["--exit-code"]).exits(3);
    insta::assert_snapshot!("another_reason", differs.stdout);
    let report = compare(&sim, &["--json"]).exits(0).json();
    assert_eq!(report["people"]["otherwise"], json!([]));
    assert_eq!(names(&report["people"]["otherReason"], "login"), ["ann@example.com"]);
}

#[test]
fn of_policies_in_a_row_the_one_that_is_replaced_is_told_or_asked_for() {
    let local = "[[policy]]\nname = \"company\"\ncomponent = \"builtin:prefix\"\n[policy.config]\nprefix = \"aws-\"\n\n\
                 [[policy]]\nname = \"local\"\n[[policy.config.users]]\nname = \"no-bob\"\nwhen = 'user.login.startsWith(\"bob\")'\nthen = \"skip\"\n";
    let sim = sim_with(local, &[]);
    sim.file(
        "new.toml",
        b"[[users]]\nname = \"no-eve\"\nwhen = 'user.login.startsWith(\"eve\")'\nthen = \"skip\"\n",
    );
    let outcome = compare(&sim, &[]).exits(0).prints("each in place of the policy local");
    outcome.prints("local/no-bob").prints("local/no-eve");
    let report = compare(&sim, &["--json"]).exits(0).json();
    assert_eq!(names(&report["people"]["otherwise"], "login"), ["bob@example.com", "eve@example.com"]);
    assert_eq!(report["people"]["otherwise"][1]["said"]["b"]["why"]["policy"], "local");
    assert_eq!(report["replaced"], "local");

    sim.file("prefix.toml", b"prefix = \"aws-r\"\n");
    let both = ["--snapshot", "s.json", "--compare", "builtin:prefix", "builtin:rules"];
    sim.usher("plan", &both)
        .fails_clearly(2)
        .says("--compare-policy")
        .says("company (builtin:prefix), local (builtin:rules)");
    sim.usher("plan", &[&both[..], &["--compare-policy", "berlin"]].concat())
        .fails_clearly(2)
        .says("no policy named berlin");
    let prefixes = ["--snapshot", "s.json", "--compare", "builtin:prefix", "builtin:prefix", "--json"];
    let arguments =
        [&prefixes[..], &["--compare-policy", "company", "--compare-config", "prefix.toml"]].concat();
    let report = sim.usher("plan", &arguments).exits(0).json();
    assert_eq!(names(&report["groups"]["otherwise"], "name"), ["aws-admins", "aws-readers"]);
}

#[test]
fn two_whole_configurations_are_compared_with_all_that_is_in_them() {
    let mut sim = sim();
    sim.sync([]).exits(0);
    sim.happens(|org| org.leaves("dan", "aws-readers"));
    sim.usher("snapshot", &["save", "s.json", "--all-groups"]).exits(0);
    let configuration = std::fs::read_to_string(sim.folder().join("usher.toml")).expect("it was written");
    sim.file("new.toml", format!("{configuration}[sync]\nleavers = \"keep\"\n").as_bytes());
    let arguments = ["--snapshot", "s.json", "--compare-with", "new.toml", "--exit-code"];
    sim.usher("plan", &arguments)
        .exits(3)
        .prints("A  usher.toml\nB  new.toml\n")
        .prints("5 people and 3 groups are decided the same. The plans differ for 1 person.")
        .prints("only in A  deactivate");
    // What is wrong with the other file is told with the place in that file.
    sim.file("new.toml", configuration.replace("group.name.startsWith", "group.nmae.startsWith").as_bytes());
    sim.usher("plan", &arguments).fails_clearly(2).says("B (new.toml) comes to no plan").says("new.toml:11:");
    sim.file("new.toml", b"[okta]\n");
    sim.usher("plan", &arguments).exits(2).says("new.toml");
}

#[test]
fn a_plan_that_the_guards_would_refuse_is_told_so() {
    let sim = sim();
    sim.sync([]).exits(0);
    sim.usher("snapshot", &["save", "s.json", "--all-groups"]).exits(0);
    sim.forget_requests();
    other_rules(&sim, "users = \"keep\"", "users = \"skip\"");
    compare(&sim, &[]).exits(0).prints("! the guards would refuse it: ");
    let report = compare(&sim, &["--json"]).exits(0).json();
    assert_eq!(report["sides"]["a"]["refusedByGuards"], json!([]));
    assert!(report["sides"]["b"]["refusedByGuards"][0].is_string(), "{report}");
}

#[test]
fn a_group_whose_members_were_not_kept_is_an_error_of_that_side() {
    let sim = sim();
    sim.usher("snapshot", &["save", "s.json"]).exits(0);
    sim.forget_requests();
    other_rules(&sim, "group.name.startsWith(\"aws-\")", "group.name == \"choir\"");
    compare(&sim, &[])
        .fails_clearly(1)
        .says("B (builtin:rules with new.toml) comes to no plan")
        .says("choir")
        .says("--all-groups");
}

#[test]
fn a_policy_that_fails_is_named_with_its_side() {
    let sim = sim();
    let hostile = usher_plugin_build::workspace_policy("usher-hostile").expect("the policy can be built");
    sim.file("hostile.wasm", &hostile);
    sim.file("new.toml", b"mode = \"panic\"\n");
    let arguments = ["--snapshot", "s.json", "--compare", "builtin:rules", "hostile.wasm"];
    sim.usher("plan", &[&arguments[..], &["--compare-config", "new.toml"]].concat())
        .exits(1)
        .prints_no("Nothing differs")
        .says("B (hostile.wasm with new.toml) comes to no plan")
        .says("hostile.wasm");
    sim.usher("plan", &["--snapshot", "s.json", "--compare", "gone.wasm", "builtin:rules"])
        .fails_clearly(2)
        .says("A (gone.wasm) comes to no plan");
}

#[test]
fn a_redacted_snapshot_serves_as_well() {
    let sim = sim_with(RULES, &["--redact", "--keep-group-names"]);
    other_rules(&sim, "users = \"keep\"", "users = \"skip\"");
    let outcome = compare(&sim, &["--exit-code"]).exits(3).prints("names in s.json are not the real ones");
    outcome.prints("6 of 6 people and 0 of 3 groups are decided otherwise").prints_no("ann@example.com");
    compare(&sim, &["--format", "markdown"]).exits(0).prints("names in `s.json` are not the real ones");
}

#[test]
fn a_comparison_without_a_snapshot_says_how_to_get_one() {
    let sim = sim();
    sim.usher("plan", &["--compare", "builtin:rules", "builtin:rules"])
        .fails_clearly(2)
        .says("usher snapshot save FILE --all-groups");
    sim.usher("plan", &["--compare-with", "usher.toml"]).fails_clearly(2).says("--snapshot FILE");
    let html = ["--snapshot", "s.json", "--compare-with", "usher.toml", "--format", "html"];
    sim.usher("plan", &html).fails_clearly(2).says("markdown");
    sim.usher("plan", &["--snapshot", "s.json", "--compare-config", "new.toml"]).exits(2);
    sim.usher("plan", &["--snapshot", "s.json", "--compare", "builtin:rules"]).exits(2);
}

#[test]
fn a_comparison_as_markdown_keeps_names_in_code_spans() {
    let sim = sim();
    let rules = "[[policy.config.users]]\nname = \"no-title\"\nwhen = '!has(user.title)'\nthen = \"skip\"\n\
                 message = '\"**no** <title> \\u001b[2J @team\"'\n[policy.config.otherwise]";
    other_rules(&sim, "[policy.config.otherwise]", rules);
    let comment = compare(&sim, &["--format", "markdown"]).exits(0).prints_no("\u{1b}");
    insta::assert_snapshot!("comparison_markdown", comment.stdout);
    compare(&sim, &[]).exits(0).prints("\\u{1b}[2J").prints_no("\u{1b}");
}

#[test]
fn many_who_gain_are_counted_and_all_who_lose_are_named() {
    let mut sim = Sim::start(Org::new().crowd("p", 30).group_of_crowd("aws-all", "p", 30));
    sim.rest = RULES.replace("user.userType ==", "has(user.userType) && user.userType ==");
    sim.usher("snapshot", &["save", "s.json", "--all-groups"]).exits(0);
    sim.forget_requests();
    other_rules(&sim, "users = \"keep\"", "users = \"skip\"");
    compare(&sim, &[]).exits(0).prints("sync → skip  30 people: ").prints("p029@example.com");
    sim.rest = sim.rest.replace("users = \"keep\"", "users = \"skip\"");
    other_rules(&sim, "users = \"skip\"", "users = \"keep\"");
    compare(&sim, &[]).exits(0).prints("… and 18 more (--all").prints_no("p029@example.com");
    compare(&sim, &["--all"]).exits(0).prints("p029@example.com");
}

#[test]
fn what_a_policy_remarks_is_told_with_the_place_in_its_own_file() {
    let sim = sim();
    let slip = "message = '\"is staff\"'\nremove_groups = '\"adminz\"'";
    let keyed = sim
        .rest
        .replace("sync = 'group.name.substring(4)'", "sync = '{\"name\": \"A\", \"key\": \"admins\"}'");
    let new =
        format!("# Ours.\n{}", keyed.replace("message = '\"is staff\"'", slip)).replace("policy.config.", "");
    let line = new.lines().position(|line| line.starts_with("remove_groups")).expect("the slip") + 1;
    sim.file("new.toml", new.as_bytes());
    compare(&sim, &[]).exits(0).says(&format!("new.toml:{line}:")).says("did you mean `admins`?");
}
