//! What a program records reads as what it recorded.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use usher_cases::{CaseFile, CaseUser, CaseValue, Expectation, Outcome};

const ALL: &str = r#"
version = 1
now = 2026-03-01T01:00:00+01:00

[config]
roles = ["developer"]
since = 2020-01-01
nested = { number = 1.5, list = [{ a = true }] }

[limits]
fuel-per-item = 200_000

[[case]]
name = "everything"

[[case.group]]
name = "aws-admins"
id = "00g1"
description = "The admins"
origin = "app"
attributes = { tier = 1, ratio = 0.5, on = true, tags = ["a", "b"], ports = [1, 2], shares = [0.5], none = [] }
expect.verdict = "sync"
expect.groups = ["admins", "auditors"]

[[case.user]]
login = "ann@acme.example"
status = "suspended"
groups = ["00g2", "00g1"]
attributes.department = "Sales"
draft.title = "Head"
expect = { verdict = "sync", account = { active = false, work = { cost-center = "4711", manager = "" } }, groups = [{ key = "k", name = "n" }] }

[[case]]
name = "wrong"
config = {}
now = 5
expect-problems = [{ pointer = "/roles", message = "at least one" }, {}]
"#;

/// Lines are where the text has them.
fn without_lines(mut file: CaseFile) -> CaseFile {
    for case in &mut file.cases {
        case.line = 0;
        case.groups.iter_mut().for_each(|group| group.line = 0);
        case.users.iter_mut().for_each(|user| user.line = 0);
    }
    file
}

#[test]
fn what_is_written_reads_as_it_was() {
    let file = CaseFile::parse(ALL).unwrap();
    let text = file.to_toml();
    assert_eq!(without_lines(CaseFile::parse(&text).unwrap()), without_lines(file), "{text}");
}

#[test]
fn a_recorded_file_looks_as_if_somebody_wrote_it() {
    let text = r#"version = 1

[config]
prefix = "aws-"

[[case]]
name = "all"

[[case.group]]
name = "x"
expect.verdict = "sync"
expect.groups = ["y"]
expect.rule = "r"
"#;
    assert_eq!(CaseFile::parse(text).unwrap().to_toml(), text);
}

#[test]
fn a_recorded_person_begins_with_the_account_that_was_seen_and_ends_as_decided() {
    let seen = json!({
        "user-name": "ann@acme.example", "active": true, "display-name": "Ann Ash", "title": null,
        "name": { "given": "Ann", "family": "Ash", "formatted": null, "middle": null, "prefix": null, "suffix": null },
        "email": "ann@acme.example", "phone": null, "nick-name": null, "user-type": null, "profile-url": null,
        "preferred-language": null, "locale": null, "timezone": null, "address": null,
        "work": {
            "employee-number": null, "cost-center": "1", "organization": null, "division": null, "department": null, "manager": null
        },
    });
    let mut decided = seen.clone();
    decided["work"]["cost-center"] = "2".into();
    let decision = json!({
        "id": "00u1", "verdict": "sync", "account": decided, "groups": [{ "key": null, "name": "g" }], "rule": "r", "message": "m",
    });
    let mut file =
        CaseFile::parse("version = 1\n[[case]]\nname = \"a\"\n[[case.user]]\nlogin = \"ann@acme.example\"\n")
            .unwrap();
    let user: &mut CaseUser = &mut file.cases[0].users[0];
    user.id = "00u1".to_owned();
    // The policy read nothing but this.
    user.attributes = BTreeMap::from([("userType".to_owned(), CaseValue::Text("employee".to_owned()))]);
    user.begin_with(&seen);
    user.expect = Some(Expectation::recorded(&decision, &seen));
    let read = CaseFile::parse(&file.to_toml()).unwrap();
    let user = &read.cases[0].users[0];
    assert_eq!(user.draft(), seen);
    let expected: Json = json!({
        "verdict": "sync", "rule": "r", "groups": [{ "name": "g" }], "account": { "work": { "cost-center": "2" } },
    });
    assert_eq!(json!(user.expect.as_ref().unwrap().fields()), expected);
    assert!(read.cases[0].check(&Outcome::Decided { groups: vec![], users: vec![decision] }).passes());
}
