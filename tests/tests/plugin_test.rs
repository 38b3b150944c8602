//! `usher plugin test`: case files in the sandbox.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use usher_tests::{Org, Place, Sim};

/// Somewhere without any service: policies are tested without one.
fn nowhere() -> Place {
    Place::new("", "", "")
}

fn in_workspace(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned);
    let path: PathBuf = folder.expect("the tests are a folder of the workspace").join(path);
    path.to_str().expect("the workspace has a plain name").to_owned()
}

/// Lets the program find the compiler that built it.
fn compiler(place: &mut Place) {
    for name in ["CARGO", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        if let Ok(value) = std::env::var(name) {
            place.set(name, &value);
        }
    }
}

const ADMINS: &str = r#"version = 1

[[config.groups]]
name = "aws-prefix"
when = 'group.name.startsWith("aws-")'
sync = 'group.name.substring(4)'
message = '"the prefix of " + group.name'

[[case]]
name = "admins"
# Comments stay.
[[case.group]]
name = "aws-admins"
expect.verdict = "sync"
expect.groups = ["admin"]

[[case]]
name = "choir"
[[case.group]]
name = "choir"
expect = "skip"
"#;

#[test]
fn the_cases_of_the_rules_pass() {
    let cases = in_workspace("plugins/rules/cases");
    let tested = nowhere().run("plugin", &["test", "builtin:rules", "--cases", &cases]).exits(0);
    tested
        .prints("groups.toml")
        .prints("ok    two groups of one key become one")
        .prints("10 cases, 10 passed, 0 failed");
}

#[test]
fn a_case_that_fails_is_shown_with_what_was_expected_and_what_came() {
    let place = nowhere();
    place.file("admins.toml", ADMINS.as_bytes());
    let tested = place.run("plugin", &["test", "builtin:rules", "--cases", "admins.toml"]).exits(1);
    let wanted = "\
admins.toml
  FAIL  admins admins.toml:9
        group `aws-admins` (line 12)
          groups[0].name
            expected  \"admin\"
            got       \"admins\"
          it was decided by the rule `aws-prefix`: the prefix of aws-admins
  ok    choir
2 cases, 1 passed, 1 failed
";
    assert_eq!(tested.stdout, wanted);
    assert_eq!(tested.stderr, "");

    let report =
        place.run("plugin", &["test", "builtin:rules", "--cases", "*.toml", "--json"]).exits(1).json();
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &1.into()));
    let difference = &report["cases"][0]["findings"][0]["differences"][0];
    assert_eq!((&difference["expected"], &difference["actual"]), (&"admin".into(), &"admins".into()));
    assert!(report["cases"][1]["mostFuel"]["group"].as_u64().is_some_and(|fuel| fuel > 1_000), "{report}");
}

#[test]
fn expectations_are_rewritten_to_what_came_and_nothing_else_is() {
    let place = nowhere();
    place.file("admins.toml", ADMINS.as_bytes());
    let update = ["test", "builtin:rules", "--cases", "admins.toml", "--update"];
    place
        .run("plugin", &update)
        .exits(0)
        .prints("admins.toml (expectations rewritten)")
        .prints("2 passed, 0 failed");
    let written = std::fs::read_to_string(place.folder().join("admins.toml")).expect("the cases can be read");
    assert_eq!(written, ADMINS.replace(r#"["admin"]"#, r#"["admins"]"#));
    place.run("plugin", &update).exits(0).prints_no("rewritten");
}

#[test]
fn an_item_that_takes_too_much_fuel_is_named() {
    let place = nowhere();
    let cases = ADMINS
        .replace("[[config", "[limits]\nfuel-per-item = 1_000\n\n[[config")
        .replace("\"admin\"", "\"admins\"");
    place.file("admins.toml", cases.as_bytes());
    let tested = place.run("plugin", &["test", "builtin:rules", "--cases", "admins.toml"]).exits(1);
    tested
        .prints("group `aws-admins`")
        .prints("more than `fuel-per-item` = 1,000 allows")
        .prints("0 passed, 2 failed");
}

#[test]
fn an_answer_that_hangs_on_the_order_of_the_questions_is_a_failure() {
    let place = nowhere();
    let hostile = usher_plugin_build::workspace_policy("usher-hostile").expect("the policy can be built");
    place.file("hostile.wasm", &hostile);
    let cases = r#"
version = 1
config.mode = "remembers"
[[case]]
name = "two people"
[[case.user]]
login = "ann@acme.example"
expect = "keep"
[[case.user]]
login = "bob@acme.example"
expect = "keep"
[[case]]
name = "a well-behaved one"
config.mode = ""
[[case.user]]
login = "ann@acme.example"
expect.rule = "well-behaved"
[[case]]
name = "one that crashes"
config.mode = "panic"
[[case.user]]
login = "ann@acme.example"
"#;
    place.file("cases.toml", cases.as_bytes());
    let tested = place.run("plugin", &["test", "hostile.wasm", "--cases", "cases.toml"]).exits(1);
    let wanted = "\
        user `ann@acme.example`
          rule
            expected  \"number-1\"
            got       \"number-2\"
          decided otherwise when asked in reverse order
";
    tested
        .prints(wanted)
        .prints("ok    a well-behaved one")
        .prints("crashed in decide-users")
        .prints("1 passed, 2 failed");
}

#[test]
fn the_policy_in_a_folder_is_built_first_and_has_cases_of_its_own() {
    let mut place = nowhere();
    compiler(&mut place);
    let cases = r#"
version = 1
config = { roles = ["developer"], cost_centers = {} }
[[case]]
name = "a team"
[[case.group]]
name = "team-web-developer"
expect.groups = ["web developers"]
"#;
    place.file("teams.toml", cases.as_bytes());
    let folder = in_workspace("plugins/acme-teams");
    place
        .run("plugin", &["test", &folder, "--cases", "teams.toml"])
        .exits(0)
        .prints("1 case, 1 passed, 0 failed");
    // A folder without cases has not passed.
    let empty = place.folder().join("empty");
    std::fs::create_dir(&empty).expect("a folder can be made");
    place.run("plugin", &["test", "empty"]).fails_clearly(2).says("there is no package in empty");
    place.file("empty/Cargo.toml", b"");
    place.run("plugin", &["test", "empty"]).fails_clearly(2).says("there are no case files at");
    place.run("plugin", &["test", "emty"]).fails_clearly(2).says("there is no folder and no file emty");
}

#[test]
fn cases_that_cannot_be_read_are_told_all_at_once_with_their_lines() {
    let place = nowhere();
    place.file("a.toml", b"version = 1\n[[case]]\nname = \"a\"\n[[case.grup]]\nname = \"x\"\n");
    place.file("b.toml", b"version = 7\n");
    let tested = place.run("plugin", &["test", "builtin:rules", "--cases", "a.toml", "b.toml", "c.toml"]);
    tested.fails_clearly(2).says("a.toml:4: ").says("b.toml:1: ").says("c.toml: ");
    place.file("our.wasm", b"\0asm\xff");
    place.run("plugin", &["test", "--cases", "our.wasm"]).exits(2);
    let swallowed = place.run("plugin", &["test", "builtin:rules", "--cases", "our.wasm"]);
    swallowed.fails_clearly(2).says("a policy is named before --cases");
    place.run("plugin", &["test", "builtin:rules"]).fails_clearly(2).says("no cases are named");
}

/// A snapshot of a team of three, of whom one has no last name.
fn team() -> Sim {
    let org = Org::new()
        .people(["ann", "bob"])
        .person_with("fay", json!({ "lastName": null }))
        .group("team", ["ann", "bob", "fay"]);
    let sim = Sim::start(org);
    sim.usher("snapshot", &["save", "s.json"]).exits(0);
    let hostile = usher_plugin_build::workspace_policy("usher-hostile").expect("the policy can be built");
    sim.file("hostile.wasm", &hostile);
    sim
}

fn over_the_team(sim: &Sim, mode: &str) -> usher_tests::Outcome {
    sim.file("mode.json", json!({ "mode": mode, "id": "" }).to_string().as_bytes());
    sim.run("plugin", &["test", "hostile.wasm", "--snapshot", "s.json", "--config", "mode.json"])
}

#[test]
fn a_policy_that_hangs_on_the_order_of_a_snapshot_is_found_out() {
    let sim = team();
    let tested = over_the_team(&sim, "remembers").exits(1);
    tested
        .prints("hostile.wasm over s.json")
        .prints("FAIL    user `ann@example.com`")
        .prints("decided otherwise when asked in reverse order");
    over_the_team(&sim, "panic").exits(1).prints("crashed in decide-groups");
    over_the_team(&sim, "refuse").exits(2).says("too hostile");
}

#[test]
fn an_answer_that_the_host_would_not_take_is_found_over_a_snapshot() {
    let sim = team();
    let tested = over_the_team(&sim, "").exits(1);
    // Kept as she is, an account of hers would be one without a last name.
    tested
        .prints("user `fay@example.com`")
        .prints("the answer would be refused, and what stands be left as it is: `name.familyName` is empty")
        .prints_no("ann@example.com`\n")
        .prints_no("decided otherwise");
    over_the_team(&sim, "one-user-name").exits(1).prints("`name.familyName` is empty");
    over_the_team(&sim, "escapes-in-names").exits(1).prints("group `team`").prints_no("\u{1b}[2J");
}

#[test]
fn over_a_snapshot_every_item_is_told_with_its_fuel() {
    let sim = team();
    let skip = "[[groups]]\nname = \"all\"\nwhen = 'true'\nsync = 'group.name'\n\
                [[users]]\nname = \"no-name\"\nwhen = '!has(user.lastName)'\nthen = \"skip\"\n";
    sim.file("rules.toml", skip.as_bytes());
    let test = ["test", "builtin:rules", "--snapshot", "s.json", "--config", "rules.toml"];
    let tested = sim.run("plugin", &test).exits(0);
    tested.prints("people  3; each took").prints("decided equally each time");
    let report = sim.run("plugin", &[&test[..], &["--json"]].concat()).exits(0).json();
    let people = report["people"]["items"].as_array().expect("a list");
    let fuel: Vec<u64> = people.iter().filter_map(|person| person["fuel"].as_u64()).collect();
    assert_eq!((fuel.len(), report["people"]["mostFuel"].as_u64()), (3, fuel.iter().max().copied()));
    assert_eq!((&report["status"], &report["findings"]), (&json!("passed"), &json!([])));
    // Cases and snapshots are two questions.
    sim.run("plugin", &[&test[..], &["--cases", "x.toml"]].concat()).exits(2);
    sim.run("plugin", &["test", "builtin:rules", "--config", "rules.toml"]).exits(2);
}

#[test]
fn a_policy_is_measured_over_the_people_of_a_snapshot() {
    let sim = team();
    let bench = ["bench", "builtin:rules", "--snapshot", "s.json", "--config", "usher.toml"];
    sim.run("plugin", &bench).exits(0).prints("3 people and 1 groups of s.json").prints("each person");
    let report = sim.run("plugin", &[&bench[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(
        (&report["users"], &report["groups"], &report["snapshot"]),
        (&json!(3), &json!(1), &json!("s.json"))
    );
    // These rules decide groups alone.
    let fuel = |of: &str| -> Value { report[of]["group"]["fuel"].clone() };
    assert!(fuel("measured").as_u64() > fuel("noOp").as_u64(), "{report}");
    sim.run("plugin", &[&bench[..], &["--items", "5"]].concat()).exits(2);
}
