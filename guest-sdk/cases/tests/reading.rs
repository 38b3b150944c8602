//! What a case file says is what is asked.

use serde_json::json;
use usher_cases::{CaseFile, CaseOrigin, CaseStatus, CaseValue, ExpectedProblem, Limits, NOW};

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

#[test]
fn every_key_is_read() {
    let file = CaseFile::parse(ALL).unwrap();
    assert_eq!(file.limits, Limits { fuel_per_item: Some(200_000) });
    assert_eq!(
        file.config,
        json!({ "roles": ["developer"], "since": "2020-01-01", "nested": { "number": 1.5, "list": [{ "a": true }] } })
    );
    let [everything, wrong] = &file.cases[..] else { panic!("{file:?}") };
    assert_eq!((everything.name.as_str(), everything.line), ("everything", 13));

    let group = &everything.groups[0];
    assert_eq!((group.id.as_str(), group.name.as_str(), group.line), ("00g1", "aws-admins", 16));
    assert_eq!((group.description.as_deref(), group.origin), (Some("The admins"), CaseOrigin::App));
    let attributes: Vec<_> =
        group.attributes.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    assert_eq!(
        attributes,
        [
            ("none", CaseValue::Texts(vec![])),
            ("on", CaseValue::Boolean(true)),
            ("ports", CaseValue::Integers(vec![1, 2])),
            ("ratio", CaseValue::Number(0.5)),
            ("shares", CaseValue::Numbers(vec![0.5])),
            ("tags", CaseValue::Texts(vec!["a".to_owned(), "b".to_owned()])),
            ("tier", CaseValue::Integer(1)),
        ]
    );
    let expected = group.expect.as_ref().unwrap().fields();
    assert_eq!(
        json!(expected),
        json!({ "verdict": "sync", "groups": [{ "name": "admins" }, { "name": "auditors" }] })
    );

    let user = &everything.users[0];
    assert_eq!((user.id.as_str(), user.status), ("00u-ann@acme.example", CaseStatus::Suspended));
    assert_eq!(user.groups, ["00g1", "00g2"]);
    assert_eq!(user.attributes["login"], CaseValue::Text("ann@acme.example".to_owned()));
    let draft = user.draft();
    assert_eq!((&draft["title"], &draft["active"]), (&json!("Head"), &json!(false)));
    assert_eq!(draft["work"]["department"], "Sales");
    let expected = user.expect.as_ref().unwrap().fields();
    assert_eq!(
        json!(expected),
        json!({
            "verdict": "sync",
            "account": { "active": false, "work": { "cost-center": "4711", "manager": "" } },
            "groups": [{ "key": "k", "name": "n" }],
        })
    );

    let roles =
        ExpectedProblem { pointer: Some("/roles".to_owned()), message: Some("at least one".to_owned()) };
    assert_eq!(wrong.expect_problems, [roles, ExpectedProblem::default()]);
    assert_eq!((file.config_of(everything), file.config_of(wrong)), (&file.config, &json!({})));
    assert_eq!((file.now_of(everything), file.now_of(wrong)), (1_772_323_200, 5));
}

#[test]
fn lists_of_tables_may_be_written_inline() {
    let text = "version = 1\ncase = [{ name = \"a\", group = [{ name = \"x\", expect = \"skip\" }] }]\n";
    let file = CaseFile::parse(text).unwrap();
    assert_eq!(
        json!(file.cases[0].groups[0].expect.as_ref().unwrap().fields()),
        json!({ "verdict": "skip" })
    );
    assert_eq!(file.now_of(&file.cases[0]), NOW);
}

#[test]
fn a_time_is_the_seconds_since_1970() {
    let times = [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-01T00:00:00Z", NOW),
        ("2000-02-29T23:59:59Z", 951_868_799),
        ("2100-03-01T00:00:00-05:30", 4_107_562_200),
        ("12", 12),
    ];
    for (time, seconds) in times {
        let file = CaseFile::parse(&format!("version = 1\nnow = {time}\n[[case]]\nname = \"a\"\n")).unwrap();
        assert_eq!(file.now, Some(seconds), "{time}");
    }
}

#[test]
fn an_empty_text_takes_a_field_of_the_draft_away() {
    let text = r#"
version = 1
[[case]]
name = "a"
[[case.user]]
login = "ann"
attributes = { title = "Head", department = "Sales", lastName = "Ash" }
draft = { title = "", work.department = "", name.family = "", address.country = "PT" }
"#;
    let draft = CaseFile::parse(text).unwrap().cases[0].users[0].draft();
    assert_eq!(
        (&draft["title"], &draft["work"], &draft["name"]["family"]),
        (&json!(null), &json!(null), &json!(""))
    );
    assert_eq!((&draft["address"]["country"], &draft["address"]["street"]), (&json!("PT"), &json!(null)));
}
