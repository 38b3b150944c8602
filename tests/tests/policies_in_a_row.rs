//! Several policies in one configuration, and the bytes they are pinned to.

use usher_tests::{Org, Sim};

fn sim() -> Sim {
    Sim::start(Org::new().people(["ann", "bob"]).group("aws-admins", ["ann", "bob"]).group("choir", ["bob"]))
}

const ROW: &str = r#"
[[policy]]
name = "company"
component = "builtin:prefix"
[policy.config]
prefix = "aws-"

[[policy]]
name = "local"
component = "builtin:rules"
[[policy.config.users]]
name = "no-bob"
when = 'user.login.startsWith("bob")'
then = "skip"
"#;

#[test]
fn each_policy_sees_what_the_one_before_let_through() {
    let mut sim = sim();
    sim.rest = ROW.to_owned();
    let report = sim.sync(["--json"]).exits(0).json();
    assert_eq!(sim.target().group_names(), ["admins"]);
    assert_eq!(sim.target().people(), ["ann"]);
    let names: Vec<_> = report["policies"].as_array().into_iter().flatten().map(|it| &it["name"]).collect();
    assert_eq!(names, ["company", "local"]);
    // Reports say which of them decided.
    assert_eq!(report["seen"]["skipped"]["local/no-bob"], 1);
}

#[test]
fn a_policy_is_let_in_with_the_bytes_it_is_pinned_to_and_no_others() {
    let mut sim = sim();
    let rest =
        |digest: &str| ROW.replacen("[policy.config]", &format!("digest = \"{digest}\"\n[policy.config]"), 1);
    sim.rest = ROW.to_owned();
    let report = sim.plan(["--json"]).exits(0).json();
    let digest = report["policies"][0]["digest"].as_str().expect("a policy has a digest").to_owned();
    sim.rest = rest(&digest);
    sim.plan([]).exits(0);
    let other = format!("sha256:{}", "0".repeat(64));
    sim.rest = rest(&other);
    sim.plan([]).fails_clearly(2).says(&digest).says(&other);
}

#[test]
fn the_same_reading_at_the_same_time_gives_the_same_plan_and_costs_the_same_fuel() {
    let mut sim = sim();
    sim.rest = ROW.to_owned();
    let run = || {
        let report = sim.plan(["--json", "--now", "1700000000"]).exits(0).json();
        (report["plan"].to_string(), report["policies"].to_string())
    };
    assert_eq!(run(), run());
}

#[test]
fn everything_that_is_wrong_with_plain_policies_is_told_at_once_in_plain_words() {
    let mut sim = sim();
    sim.rest = r#"
[[policy]]
component = "builtin:prefix"
[policy.config]
prefx = "aws-"
replace_wth = "x"

[[policy]]
component = "builtin:attribute-table"
[policy.config]
attribute = "department"
keep = true
[policy.config.groups]
Sales = "crm"
Legal = ["law", 3]
"#
    .to_owned();
    let refused = sim.plan([]).fails_clearly(2);
    refused
        .says("usher.toml:12: /prefx: unknown field `prefx`; did you mean `prefix`?")
        .says("usher.toml:13: /replace_wth: unknown field `replace_wth`; did you mean `replace_with`?")
        .says("usher.toml:19: /keep: unknown field `keep`, expected `attribute`, `groups` or `keep_okta_groups`")
        .says("usher.toml:21: /groups/Sales: must be a list, for instance [\"crm\"], not a text")
        .says("usher.toml:22: /groups/Legal/1: must be a text, not a number");
}

#[test]
fn all_policies_that_cannot_be_had_are_told_at_once() {
    let mut sim = sim();
    let policy = |name: &str, component: &str| {
        format!(
            "[[policy]]\nname = \"{name}\"\ncomponent = \"{component}\"\n[policy.config]\nprefix = \"aws-\"\n"
        )
    };
    sim.rest = policy("gone", "policies/gone.wasm") + &policy("unknown", "builtin:prefixes") + ROW;
    let told = sim.sync([]).fails_clearly(2);
    told.says("policies/gone.wasm cannot be read")
        .says("no built-in policy `prefixes`")
        .says("Nothing was written");
    // Then all that is there and is no policy.
    let digest = format!("digest = \"sha256:{}\"\n[policy.config]", "0".repeat(64));
    sim.rest = ROW
        .replace("[policy.config]", &digest)
        .replace("[[policy.config.users]]", &format!("{digest}\n[[policy.config.users]]"));
    let told = sim.sync([]).fails_clearly(2);
    told.says("company: builtin:prefix").says("local: builtin:rules").says("Nothing was written");
}
