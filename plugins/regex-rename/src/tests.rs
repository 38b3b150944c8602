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
