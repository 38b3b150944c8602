//! `--update` rewrites what is expected, and nothing else.

use serde_json::{Value as Json, json};
use usher_cases::{CaseFile, ConfigProblem, Outcome, updated};

const HEAD: &str = "# Our cases.\nversion = 1 # the format\n\n[[case]]\nname = \"one\"\n\n";

fn group(verdict: &str, groups: Json) -> Json {
    json!({ "id": "00g-x", "verdict": verdict, "groups": groups, "rule": "r", "message": "m" })
}

fn rewritten(text: &str, outcomes: &[Outcome]) -> String {
    updated(text, outcomes).expect("it is a case file")
}

fn passes(text: &str, outcome: &Outcome) -> bool {
    CaseFile::parse(text).expect("it is a case file").cases[0].check(outcome).passes()
}

/// The part of the file after its head, before and after an update by one group.
fn assert_group(before: &str, decision: Json, after: &str) {
    let before = format!("{HEAD}[[case.group]]\nname = \"x\"\n{before}");
    let outcome = [Outcome::Decided { groups: vec![decision], users: vec![] }];
    let text = rewritten(&before, &outcome);
    assert_eq!(text, format!("{HEAD}[[case.group]]\nname = \"x\"\n{after}"));
    assert_eq!(rewritten(&text, &outcome), text, "a second update changes nothing");
    assert!(passes(&text, &outcome[0]));
}

/// The same by one person, whose draft has the title "Head".
fn assert_user(before: &str, decision: Json, after: &str) {
    let head = format!("{HEAD}[[case.user]]\nlogin = \"ann\"\nattributes = {{ title = \"Head\" }}\n");
    let outcome = [Outcome::Decided { groups: vec![], users: vec![decision] }];
    let text = rewritten(&format!("{head}{before}"), &outcome);
    assert_eq!(text, format!("{head}{after}"));
    assert_eq!(rewritten(&text, &outcome), text, "a second update changes nothing");
    assert!(passes(&text, &outcome[0]));
}

fn user(verdict: &str, changes: Json) -> Json {
    let mut account = json!({
        "user-name": "ann", "active": true, "display-name": "ann", "title": "Head", "email": null, "address": null, "work": null,
        "name": { "given": "", "family": "", "formatted": null, "middle": null, "prefix": null, "suffix": null },
    });
    for (field, value) in changes.as_object().expect("some fields") {
        account[field] = value.clone();
    }
    let account = if verdict == "sync" { account } else { Json::Null };
    json!({ "id": "00u-ann", "verdict": verdict, "account": account, "groups": null, "rule": "r", "message": "m" })
}

#[test]
fn what_passes_is_not_touched() {
    let written = "expect   =   \"skip\"# no spaces\n\n# the end\n";
    assert_group(written, group("skip", json!([])), written);
}

#[test]
fn comments_around_a_value_stay() {
    assert_group(
        "# not ours\nexpect = \"sync\" # really\n",
        group("skip", json!([])),
        "# not ours\nexpect = \"skip\" # really\n",
    );
    assert_group(
        "expect.verdict = \"skip\" # a\n# b\nexpect.rule = \"other\" # c\n",
        group("sync", json!([])),
        "expect.verdict = \"sync\" # a\n# b\nexpect.rule = \"r\" # c\n",
    );
}

#[test]
fn only_what_was_named_is_corrected() {
    assert_group("expect.rule = \"q\"\n", group("skip", json!([])), "expect.rule = \"r\"\n");
    assert_group(
        "expect = { groups = [\"a\"], rule = \"r\" }\n",
        group("sync", json!([{ "key": "k", "name": "b" }])),
        "expect = { groups = [\"b\"], rule = \"r\" }\n",
    );
    assert_group(
        "expect.groups = [{ key = \"k\", name = \"a\" }]\n",
        group("sync", json!([{ "key": "k", "name": "b" }, { "key": null, "name": "c" }])),
        "expect.groups = [{ key = \"k\", name = \"b\" }, { key = \"\", name = \"c\" }]\n",
    );
}

#[test]
fn an_item_without_an_expectation_gets_one() {
    assert_group(
        "",
        group("sync", json!([{ "key": null, "name": "a" }])),
        "expect.verdict = \"sync\"\nexpect.rule = \"r\"\nexpect.groups = [\"a\"]\n",
    );
    assert_user("", user("keep", json!({})), "expect.verdict = \"keep\"\nexpect.rule = \"r\"\n");
    let changes = json!({ "title": null, "work": { "cost-center": "4711", "manager": null } });
    assert_user(
        "",
        user("sync", changes),
        "expect.verdict = \"sync\"\nexpect.rule = \"r\"\nexpect.account.title = \"\"\nexpect.account.work.cost-center = \"4711\"\n",
    );
}

#[test]
fn the_fields_of_an_account_are_corrected_where_they_stand() {
    let changes = json!({ "title": "Boss", "work": { "cost-center": "4711", "manager": null } });
    assert_user(
        "expect = { verdict = \"sync\", account = { work = { cost-center = \"1\", manager = \"x\" }, title = \"Boss\" } }\n",
        user("sync", changes.clone()),
        "expect = { verdict = \"sync\", account = { work = { cost-center = \"4711\", manager = \"\" }, title = \"Boss\" } }\n",
    );
    assert_user(
        "[case.user.expect]\nverdict = \"keep\" # v\n[case.user.expect.account.work]\ncost-center = \"1\" # c\n",
        user("sync", changes),
        "[case.user.expect]\nverdict = \"sync\" # v\n[case.user.expect.account.work]\ncost-center = \"4711\" # c\n",
    );
}

#[test]
fn an_account_goes_when_the_person_is_not_synced() {
    assert_user("expect.account.title = \"Boss\"\n", user("skip", json!({})), "expect.verdict = \"skip\"\n");
}

#[test]
fn found_problems_become_the_expected_ones() {
    let problem = ConfigProblem { pointer: "/a".to_owned(), message: "is \"b\"".to_owned() };
    let refused = [Outcome::Refused(vec![problem])];
    let text = updated(&format!("{HEAD}expect-problems = [] # p\n"), &refused).unwrap();
    assert_eq!(text, format!("{HEAD}expect-problems = [{{ pointer = \"/a\", message = 'is \"b\"' }}] # p\n"));
    assert!(CaseFile::parse(&text).unwrap().cases[0].check(&refused[0]).passes());
}

#[test]
fn what_failed_stays_as_it_is() {
    let text = format!("{HEAD}[[case.group]]\nname = \"x\"\nexpect = \"skip\"\n");
    for outcome in [Outcome::Failed("a trap".to_owned()), Outcome::Refused(vec![ConfigProblem::default()])] {
        assert_eq!(updated(&text, &[outcome]).unwrap(), text);
    }
}

#[test]
fn line_ends_and_quotes_in_values_survive() {
    assert_group(
        "expect.message = \"x\"\n",
        json!({ "id": "00g-x", "verdict": "skip", "groups": [], "rule": "r", "message": "a \"b\"\nc \\ d" }),
        "expect.message = '''\na \"b\"\nc \\ d'''\n",
    );
}
