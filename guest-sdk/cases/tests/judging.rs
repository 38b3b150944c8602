//! What is compared, and what is said of a difference.

use serde_json::{Value as Json, json};
use usher_cases::{Case, CaseFile, ConfigProblem, Outcome};

/// A case of one person, with this expectation.
fn case(expect: &str) -> Case {
    let text =
        format!("version = 1\n[[case]]\nname = \"one\"\n[[case.user]]\nlogin = \"ann\"\nexpect = {expect}\n");
    CaseFile::parse(&text).expect("it is a case file").cases.remove(0)
}

fn decision() -> Json {
    json!({
        "id": "00u-ann",
        "verdict": "sync",
        "account": { "user-name": "ann", "active": true, "title": null, "work": { "cost-center": "4711" } },
        "groups": [{ "key": null, "name": "a" }, { "key": "k", "name": "b" }],
        "rule": "r",
        "message": "m",
    })
}

fn differences(expect: &str, decision: &Json) -> Vec<String> {
    let case = case(expect);
    let differences = case.users[0].expect.as_ref().expect("there is one").compare(decision);
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_not_named_is_not_compared() {
    for expect in [
        "\"sync\"",
        "{}",
        "{ rule = \"r\" }",
        "{ account = {} }",
        "{ account = { work = { cost-center = \"4711\" }, active = true } }",
        "{ groups = [\"a\", \"b\"] }",
        "{ groups = [{ key = \"\" }, { key = \"k\" }] }",
    ] {
        assert_eq!(differences(expect, &decision()), Vec::<String>::new(), "{expect}");
    }
}

#[test]
fn a_difference_is_named_by_its_path() {
    for (expect, difference) in [
        ("\"keep\"", "verdict: expected \"keep\", got \"sync\""),
        ("{ account = { active = false } }", "account.active: expected false, got true"),
        (
            "{ account = { work = { cost-center = \"1\" } } }",
            "account.work.cost-center: expected \"1\", got \"4711\"",
        ),
        ("{ groups = [\"a\", \"c\"] }", "groups[1].name: expected \"c\", got \"b\""),
        ("{ groups = [{ key = \"k\" }, {}] }", "groups[0].key: expected \"k\", got nothing"),
    ] {
        assert_eq!(differences(expect, &decision()), [difference]);
    }
}

#[test]
fn an_empty_text_expects_that_nothing_is_there() {
    assert_eq!(
        differences(
            "{ account = { title = \"\", address = { city = \"\" } } }".replace("city", "region").as_str(),
            &decision()
        ),
        Vec::<String>::new()
    );
    let expected = "account.work.cost-center: expected nothing, got \"4711\"";
    assert_eq!(differences("{ account = { work = { cost-center = \"\" } } }", &decision()), [expected]);
    let mut without_groups = decision();
    without_groups["groups"] = Json::Null;
    assert_eq!(differences("{ groups = \"\" }", &without_groups), Vec::<String>::new());
    assert_eq!(differences("{ groups = [] }", &without_groups), ["groups: expected [], got nothing"]);
}

#[test]
fn a_list_must_be_as_long_as_the_expected_one() {
    assert_eq!(
        differences("{ groups = [\"a\"] }", &decision()),
        [
            "groups: expected [{\"name\":\"a\"}], got [{\"key\":null,\"name\":\"a\"},{\"key\":\"k\",\"name\":\"b\"}]"
        ]
    );
}

#[test]
fn an_account_that_was_not_changed_differs_in_each_field_that_is_expected() {
    let kept = json!({ "id": "00u-ann", "verdict": "keep", "account": null, "groups": null, "rule": "r", "message": "m" });
    assert_eq!(
        differences("{ verdict = \"keep\", account = { title = \"Head\", nick-name = \"\" } }", &kept),
        ["account.title: expected \"Head\", got nothing"]
    );
}

#[test]
fn a_failing_case_says_who_and_by_which_rule() {
    let case = case("\"skip\"");
    let mut decision = decision();
    decision["message"] = "red \u{1b}[31m alert".into();
    let report = case.check(&Outcome::Decided { groups: vec![], users: vec![decision] });
    let expected = "\
case `one` fails (line 2)
  user `ann` (line 4)
    verdict
      expected  \"skip\"
      got       \"sync\"
    it was decided by the rule `r`: red \\u{1b}[31m alert";
    assert_eq!(report.to_string(), expected);
}

#[test]
fn who_is_not_decided_fails_even_without_an_expectation() {
    let text = "version = 1\n[[case]]\nname = \"one\"\n[[case.user]]\nlogin = \"ann\"\n";
    let case = &CaseFile::parse(text).unwrap().cases[0];
    let report = case.check(&Outcome::Decided { groups: vec![], users: vec![] });
    assert_eq!(
        report.to_string(),
        "case `one` fails (line 2)\n  user `ann` (line 4)\n    the policy gave no decision"
    );
    let report = case.check(&Outcome::Decided { groups: vec![], users: vec![decision()] });
    assert_eq!((report.passes(), report.to_string().as_str()), (true, "case `one` passes (line 2)"));
}

#[test]
fn problems_are_matched_in_any_order_and_none_may_be_left() {
    let text = "version = 1\n[[case]]\nname = \"one\"\nexpect-problems = [{ pointer = \"/a\" }, { message = \"bad\" }]\n";
    let case = &CaseFile::parse(text).unwrap().cases[0];
    let problem = |pointer: &str, message: &str| ConfigProblem {
        pointer: pointer.to_owned(),
        message: message.to_owned(),
    };
    let findings = |problems: Vec<ConfigProblem>| case.check(&Outcome::Refused(problems)).findings.len();
    assert_eq!(findings(vec![problem("/b", "a bad one"), problem("/a", "x")]), 0);
    assert_eq!(findings(vec![problem("/a", "x")]), 1);
    assert_eq!(findings(vec![problem("/a", "x"), problem("/b", "bad"), problem("/c", "x")]), 1);
    assert_eq!(case.check(&Outcome::Decided { groups: vec![], users: vec![] }).findings.len(), 1);
    assert_eq!(case.check(&Outcome::Failed("a trap".to_owned())).findings.len(), 1);
}

#[test]
fn a_second_run_that_decides_otherwise_is_found_by_id() {
    let case = case("\"sync\"");
    let of = |decision: &Json| Outcome::Decided { groups: vec![], users: vec![decision.clone()] };
    let first = decision();
    assert_eq!(case.compare_runs(&of(&first), &of(&first), "twice").len(), 0);
    let mut other = decision();
    other["account"]["email"] = "ann@acme.example".into();
    for (one, other) in [(&first, &other), (&other, &first)] {
        let findings = case.compare_runs(&of(one), &of(other), "the second time");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].differences[0].path, "account.email");
        assert_eq!(findings[0].remark.as_deref(), Some("decided otherwise the second time"));
    }
    let failed = Outcome::Failed("a trap".to_owned());
    assert_eq!(case.compare_runs(&of(&first), &failed, "twice").len(), 1);
    assert_eq!(case.compare_runs(&failed, &of(&first), "twice").len(), 0);
}
