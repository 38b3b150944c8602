//! What is wrong with a case file is said all at once, each with its line.

use usher_cases::CaseFile;

/// The problems of a text, one on each line.
fn problems(text: &str) -> String {
    CaseFile::parse(text).expect_err("something is wrong with it").to_string()
}

#[test]
fn all_mistakes_are_found_at_once_in_the_order_of_their_lines() {
    let text = r#"version = 1
nwo = 3
[limits]
fuel-per-item = "many"
[[case]]
name = "one"
[[case.group]]
nam = "aws-admins"
origin = "built_in"
[[case.user]]
login = "ann@acme.example"
status = "locked"
attributes.teams = [1, "b"]
draft.work.cost_center = "4711"
expect.verdict = "kep"
expect.account.titel = "Head"
[[case]]
name = "one"
"#;
    let expected = [
        "line 2: unknown key `nwo`; did you mean `now`?",
        "line 4: `limits.fuel-per-item` must be a whole number",
        "line 7: `case.group.name` is missing",
        "line 8: unknown key `case.group.nam`; did you mean `name`?",
        "line 9: `case.group.origin` is \"built_in\"; did you mean `built-in`?",
        "line 12: `case.user.status` is \"locked\"; did you mean `locked-out`?",
        "line 13: `case.user.attributes.teams` must be a text in quotes, a number, true or false, or a list of texts or of numbers, as Okta's attributes are",
        "line 14: unknown key `case.user.draft.work.cost_center`; did you mean `cost-center`?",
        "line 15: `case.user.expect.verdict` is \"kep\"; did you mean `keep`?",
        "line 16: unknown key `case.user.expect.account.titel`; did you mean `title`?",
        "line 17: case `one` is there twice, first in line 5",
    ];
    assert_eq!(problems(text), expected.join("\n"));
}

#[test]
fn another_version_is_refused_and_nothing_else_is_said() {
    assert_eq!(
        problems("version = 2\nfuture = 1\n"),
        "line 1: `version` is 2, and this Usher reads version 1 only"
    );
    assert_eq!(
        problems("[[case]]\nname = \"a\"\n"),
        "line 1: `version` is missing: write `version = 1` on top"
    );
}

#[test]
fn a_file_without_a_case_is_a_mistake() {
    assert_eq!(problems("version = 1\n"), "line 1: there is no case: begin one with `[[case]]`");
}

#[test]
fn what_is_not_toml_is_named_by_its_line() {
    let problems = problems("version = 1\n[[case]\n");
    assert!(problems.starts_with("line 2: "), "{problems}");
}

#[test]
fn two_of_one_id_are_a_mistake() {
    let text =
        "version = 1\n[[case]]\nname = \"a\"\n[[case.group]]\nname = \"x\"\n[[case.group]]\nname = \"x\"\n";
    assert_eq!(problems(text), "line 6: the group with the id `00g-x` is there twice, first in line 4");
    let text = text.replace("name = \"x\"\n[[", "name = \"x\"\nid = \"00g1\"\n[[");
    assert_eq!(CaseFile::parse(&text).unwrap().cases[0].groups.len(), 2);
}

#[test]
fn a_group_cannot_be_kept() {
    let text = "version = 1\n[[case]]\nname = \"a\"\n[[case.group]]\nname = \"x\"\nexpect = \"keep\"\n[[case.user]]\nlogin = \"l\"\nexpect = \"keep\"\n";
    assert_eq!(problems(text), "line 6: `case.group.expect` is \"keep\"; known here: sync, skip, hold");
}

#[test]
fn who_expects_problems_asks_about_nobody() {
    let text = "version = 1\n[[case]]\nname = \"a\"\nexpect-problems = [{ pointer = \"/x\" }]\n[[case.group]]\nname = \"x\"\n";
    assert_eq!(
        problems(text),
        "line 4: `case.expect-problems` names problems of the configuration: then the policy is asked about nobody, so the case may have no group and no user"
    );
}

#[test]
fn a_time_needs_its_offset() {
    for wrong in ["2026-01-31", "2026-01-31T12:00:00", "1969-12-31T00:00:00Z", "\"now\"", "-1"] {
        let problems = problems(&format!("version = 1\nnow = {wrong}\n[[case]]\nname = \"a\"\n"));
        assert!(problems.starts_with("line 2: `now` must be a "), "{wrong}: {problems}");
    }
}
