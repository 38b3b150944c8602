//! The policy, natively.

use usher_guest::GroupVerdict;
use usher_guest::test::Run;

use super::*;

const CONFIG: &str = r#"{"rename": [
    {"pattern": "team-(?<team>.+)-(admin|developer)", "name": "${team} ${2}s"},
    {"pattern": "team-.*", "name": "all teams"}
]}"#;

fn policy() -> Run<RegexRename> {
    Run::of::<RegexRename>(CONFIG).unwrap()
}

#[test]
fn the_parts_of_the_name_make_the_new_one() {
    let decision = policy().group(&Group::named("team-web-shop-developer"));
    assert_eq!((decision.names(), decision.rule()), (vec!["web-shop developers"], "rename"));
}

#[test]
fn the_first_pattern_that_matches_decides() {
    assert_eq!(policy().group(&Group::named("team-web-wizard")).names(), ["all teams"]);
}

#[test]
fn a_pattern_is_for_the_whole_name() {
    for name in ["my-team-web-admin", "choir"] {
        let decision = policy().group(&Group::named(name));
        assert_eq!((decision.verdict(), decision.rule()), (&GroupVerdict::Skip, "no-match"), "{name}");
    }
}

#[test]
fn every_broken_pattern_is_named_with_its_place() {
    let config = r#"{"rename": [{"pattern": "a(", "name": ""}, {"pattern": "b", "name": ""}, {"pattern": "a)|(b", "name": ""}]}"#;
    let problems = Run::of::<RegexRename>(config).unwrap_err();
    let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(pointers, ["/rename/0/pattern", "/rename/2/pattern"]);
}

/// What is wrong with a name for the groups of a pattern.
fn wrong(pattern: &str, name: &str) -> Vec<String> {
    let config = serde_json::json!({ "rename": [{ "pattern": "a", "name": "a" }, { "pattern": pattern, "name": name }] });
    let Err(problems) = Run::of::<RegexRename>(&config.to_string()) else { return Vec::new() };
    let at_name = |problem: &Problem| (problem.pointer == "/rename/1/name").then(|| problem.message.clone());
    problems.iter().map(|problem| at_name(problem).expect("the name is wrong")).collect()
}

const TEAM: &str = "team-(?<team>.+)-(admin|developer)";

#[test]
fn a_part_that_the_pattern_lacks_is_told_with_the_one_that_is_meant() {
    for (name, told) in [
        ("${taem} developers", "the pattern has no part `taem`; did you mean `${team}`?"),
        ("${Team}", "the pattern has no part `Team`; did you mean `${team}`?"),
        ("$3", "the pattern has no part `3`; there are `${team}`, `${1}`, `${2}`. A dollar is written `$$`"),
        (
            "costs $US",
            "the pattern has no part `US`; there are `${team}`, `${1}`, `${2}`. A dollar is written `$$`",
        ),
        ("${}", "the pattern has no part ``; there are `${team}`, `${1}`, `${2}`. A dollar is written `$$`"),
    ] {
        assert_eq!(wrong(TEAM, name), [told], "{name}");
    }
    let nothing = "the pattern has no part `1`; it has no brackets. A dollar is written `$$`";
    assert_eq!(wrong("team-(?:.+)", "${1}"), [nothing]);
}

#[test]
fn letters_that_follow_a_part_without_braces_are_told_as_such() {
    for (name, told) in [
        ("$team $2s", "the pattern has no part `2s`; write `${2}s`"),
        ("$team_admins", "the pattern has no part `team_admins`; write `${team}_admins`"),
        ("$10", "the pattern has no part `10`; write `${1}0`"),
    ] {
        assert_eq!(wrong(TEAM, name), [told], "{name}");
    }
    // With braces it is not meant.
    assert_eq!(wrong(TEAM, "${teams}"), ["the pattern has no part `teams`; did you mean `${team}`?"]);
}

#[test]
fn every_part_that_is_missing_is_told_once() {
    let told = wrong(TEAM, "${taem} ${taem} ${4}");
    assert!(told.len() == 2 && told[0].contains("`taem`") && told[1].contains("`4`"), "{told:?}");
}

#[test]
fn what_the_pattern_has_and_what_is_no_part_at_all_is_right() {
    let names =
        ["${team} ${2}s", "$team-$1 $0", "${0}", "100 $$US", "$$1s $${taem}", "$ 5", "US$", "${team", "$-"];
    for name in names {
        assert_eq!(wrong(TEAM, name), [""; 0], "{name}");
    }
    let config = r#"{"rename": [{"pattern": "aws-(.*)", "name": "$$1s of $1"}]}"#;
    let policy = Run::of::<RegexRename>(config).unwrap();
    assert_eq!(policy.group(&Group::named("aws-ops")).names(), ["$1s of ops"]);
}
