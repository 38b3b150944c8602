//! `usher plan --record`: what the policies were asked, as cases that pass as they are.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;
use usher_tests::{Org, Sim};

/// A base policy and a local one that works on what it left.
const ROW: &str = r#"
[[policy]]
name = "company"
component = "builtin:rules"

[[policy.config.groups]]
name = "aws"
when = 'group.name.startsWith("aws-")'
sync = 'group.name.substring(4)'

[[policy.config.users]]
name = "no-cost-centre"
when = '!has(user.costCenter)'
then = "hold"
message = '"no cost centre: " + user.login'

[[policy.config.users]]
name = "department"
when = 'has(user.department)'
add_groups = '{"name": "dept " + user.department, "key": "dept-" + user.department.lowerAscii()}'

[policy.config.account]
displayName = 'user.lastName + ", " + user.firstName'
"work.costCenter" = 'user.costCenter'

[[policy]]
name = "Company"
component = "builtin:rules"

[[policy.config.users]]
name = "contractors"
when = 'has(user.userType) && user.userType == "contractor"'
then = "skip"

[policy.config.account]
displayName = 'draft.displayName + " (Berlin)"'

[policy.config.otherwise]
groups = "sync"
"#;

fn sim() -> Sim {
    let org = Org::new()
        .person_with("ann", json!({ "costCenter": "1", "department": "Sales", "mobilePhone": "+49 secret" }))
        .person_with("bob", json!({ "costCenter": "2", "title": "Zoë \"D\"\n'''\t\\ \u{1b}[2J \u{202e}x" }))
        .person_with("cem", json!({ "costCenter": "3", "userType": "contractor" }))
        .person_with("dan", json!({ "lastName": null }))
        .group("aws-admins", ["ann", "bob", "cem", "dan"])
        .group("choir \u{9b}1m \"it's\"", ["ann"]);
    let mut sim = Sim::start(org);
    sim.rest = ROW.to_owned();
    sim
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn read(sim: &Sim, name: &str) -> String {
    fs::read_to_string(sim.folder().join(name)).expect("it was recorded")
}

/// Both files of the row pass as they are.
#[track_caller]
fn pass(sim: &Sim, cases: [(&str, &str); 2]) {
    for (file, passed) in cases {
        let tested = sim.run("plugin", &["test", "builtin:rules", "--cases", file]);
        tested.exits(0).prints(passed);
    }
}

const FILES: [(&str, &str); 2] =
    [("cases/company.toml", "5 passed, 0 failed"), ("cases/Company+2.toml", "3 passed, 0 failed")];

#[test]
fn what_a_row_was_asked_passes_as_cases_of_each_policy() {
    let sim = sim();
    let plan = sim.plan(["--record", "cases"]).exits(5);
    plan.says("recorded what company was asked in cases/company.toml: groups 2, people 4; to try it: usher plugin test builtin:rules --cases cases/company.toml")
        .says("recorded what Company was asked in cases/Company+2.toml: groups 1, people 3; to try it")
        .says("they hold personal data, and only you may read them");
    assert_eq!(mode(&sim.folder().join("cases")), 0o700);
    assert_eq!(mode(&sim.folder().join("cases/company.toml")), 0o600);
    pass(&sim, FILES);

    let company = read(&sim, "cases/company.toml");
    for part in [
        "name = \"people: sync by department\"",
        "expect.message = \"no cost centre: dan@example.com\"",
        "key = \"dept-sales\"",
    ] {
        assert!(company.contains(part), "no {part} in {company}");
    }
    assert!(!company.contains("+49 secret"), "no policy read it: {company}");
    assert!(!company.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{company}");
    let local = read(&sim, "cases/Company+2.toml");
    assert!(
        local.contains("draft.display-name = \"Example, Ann\"")
            && local.contains("groups = [\"00g00000000000000001\", \"dept-sales\"]"),
        "{local}"
    );
    // It does not read the cost centre itself, but saw it in the account.
    assert!(local.contains("draft.work.cost-center = \"1\"") && !local.contains("costCenter"), "{local}");
}

#[test]
fn a_case_that_was_recorded_fails_when_the_policy_decides_otherwise() {
    let sim = sim();
    sim.plan(["--record", "cases"]).exits(5);
    let changed = read(&sim, "cases/company.toml").replace("group.name.substring(4)", "group.name");
    sim.file("changed.toml", changed.as_bytes());
    sim.run("plugin", &["test", "builtin:rules", "--cases", "changed.toml"])
        .exits(1)
        .prints("groups[0].name")
        .prints("4 passed, 1 failed");
}

#[test]
fn a_snapshot_gives_the_same_cases_and_a_redacted_one_gives_cases_of_nobody() {
    let sim = sim();
    sim.plan(["--record", "cases", "--now", "1700000000"]).exits(5);
    sim.usher("snapshot", &["save", "s.json"]).exits(0);
    sim.forget_requests();
    let report = sim.plan(["--snapshot", "s.json", "--record", "again", "--json"]).exits(5).json();
    assert_eq!(report["recorded"][1]["file"], "again/Company+2.toml");
    assert_eq!(report["recorded"][0]["users"], json!({ "recorded": 4, "asked": 4 }));
    assert_eq!(sim.requests().total, 0);
    let cases = |file: &str| {
        let text = read(&sim, file);
        let (_, cases) = text.split_once("[config]").expect("it has a configuration");
        cases.to_owned()
    };
    assert_eq!(cases("again/company.toml"), cases("cases/company.toml"));

    sim.usher("snapshot", &["save", "s.json", "--redact", "--keep-group-names"]).exits(0);
    sim.plan(["--snapshot", "s.json", "--record", "nobody"]).exits(5).says("they may be committed");
    let nobody = read(&sim, "nobody/company.toml");
    assert!(!nobody.contains("ann@example.com") && !nobody.contains("Sales"), "{nobody}");
    sim.run("plugin", &["test", "builtin:rules", "--cases", "nobody/company.toml"]).exits(0);
}

#[test]
fn recording_again_replaces_its_own_files_and_nobody_elses() {
    let mut sim = sim();
    sim.plan(["--record", "cases"]).exits(5);
    sim.happens(|org| org.person_with("eve", json!({ "costCenter": "9" })).joins("eve", "aws-admins"));
    sim.plan(["--record", "cases"]).exits(5).says("people 5; to try it");
    pass(&sim, FILES);
    assert!(read(&sim, "cases/company.toml").contains("eve@example.com"));

    // Somebody corrects an expectation: now the file is theirs.
    let mine = read(&sim, "cases/company.toml").replace("no cost centre: ", "costs nothing: ");
    fs::write(sim.folder().join("cases/company.toml"), &mine).expect("it can be written");
    sim.forget_requests();
    let refused = sim.plan(["--record", "cases"]).exits(2);
    refused
        .says("cases/company.toml was not written by `usher plan --record`, or was changed since")
        .says("hint: record into another folder");
    assert_eq!(sim.requests().total, 0, "it was refused before anything was read");
    assert_eq!(read(&sim, "cases/company.toml"), mine);
    sim.plan(["--record", "usher.toml"]).exits(2).says("usher.toml is no folder");
}

#[test]
fn of_a_crowd_every_rule_is_recorded_and_not_everybody() {
    let org = Org::new()
        .crowd("p", 40)
        .person_with("ann", json!({ "userType": "contractor" }))
        .group_of_crowd("team", "p", 40)
        .joins("ann", "team");
    let mut sim = Sim::start(org);
    sim.rest = "[[policy.config.groups]]\nname = \"all\"\nwhen = 'group.origin != \"built-in\"'\nsync = 'group.name'\n\
                [[policy.config.users]]\nname = \"contractors\"\nwhen = 'has(user.userType)'\nthen = \"skip\"\n\
                [policy.limits]\nfuel_per_item = 20_000_000\n"
        .to_owned();
    let plan = sim.plan(["--record", "cases", "--record-each", "3"]).exits(0);
    plan.says("people 4 of 41 (--record-each sets how many of each rule)");
    let rules = read(&sim, "cases/rules.toml");
    assert_eq!(rules.matches("[[case.user]]").count(), 4, "{rules}");
    // What was allowed in the run is allowed in the test.
    assert!(rules.contains("[limits]\nfuel-per-item = 20000000\n"), "{rules}");
    sim.run("plugin", &["test", "builtin:rules", "--cases", "cases"]).exits(0).prints("3 passed, 0 failed");
}

#[test]
fn values_at_their_limits_and_empty_ones_come_back_as_the_policy_saw_them() {
    let mut sim = Sim::start(
        Org::new()
            .person_with("ann", json!({ "big": i64::MAX, "small": i64::MIN, "huge": 1e300, "ratio": -0.5, "none": [], "blank": "", "levels": [1, 2], "shares": [0.5, 1] }))
            .person("bob")
            .group("team", ["ann", "bob"]),
    );
    // Each value is told in a message; an expectation of it would fail on any other.
    sim.rest = "[[policy.config.groups]]\nname = \"all\"\nwhen = 'group.name == \"team\"'\nsync = 'group.name'\n\
                [[policy.config.users]]\nname = \"values\"\nwhen = 'has(user.big)'\nthen = \"keep\"\n\
                message = 'string(user.big) + \" \" + string(user.small) + \" \" + string(user.huge) + \" \" + string(user.ratio) + \" \" + \
                string(size(user.none)) + \" \" + string(has(user.blank)) + \" \" + string(user.levels[1]) + \" \" + string(user.shares[1])'\n"
        .to_owned();
    sim.plan(["--record", "cases"]).exits(0);
    let rules = read(&sim, "cases/rules.toml");
    assert!(rules.contains("9223372036854775807") && rules.contains("none = []"), "{rules}");
    sim.run("plugin", &["test", "builtin:rules", "--cases", "cases"]).exits(0).prints("0 failed");
}
