//! The policy, natively.

use usher_guest::GroupVerdict;
use usher_guest::test::Run;

use super::*;

fn policy() -> Run<Prefix> {
    Run::of::<Prefix>(r#"{"prefix": "aws-"}"#).unwrap()
}

#[test]
fn a_group_with_the_prefix_loses_it() {
    let decision = policy().group(&Group::named("aws-admins"));
    assert_eq!((decision.names(), decision.rule()), (vec!["admins"], "prefix"));
}

#[test]
fn a_prefix_stands_at_the_beginning_and_as_it_is_written() {
    for name in ["sales", "my-aws-admins", "AWS-admins", "aws"] {
        let decision = policy().group(&Group::named(name));
        assert_eq!((decision.verdict(), decision.rule()), (&GroupVerdict::Skip, "no-prefix"), "{name}");
    }
}

#[test]
fn only_the_first_prefix_is_taken_away() {
    assert_eq!(policy().group(&Group::named("aws-aws-x")).names(), ["aws-x"]);
}

#[test]
fn a_group_that_would_have_no_name_changes_nothing() {
    assert_eq!(policy().group(&Group::named("aws-")).verdict(), &GroupVerdict::Hold);
}

#[test]
fn another_prefix_can_take_its_place() {
    let policy = Run::of::<Prefix>(r#"{"prefix": "aws-", "replace_with": "okta-"}"#).unwrap();
    assert_eq!(policy.group(&Group::named("aws-admins")).names(), ["okta-admins"]);
}

#[test]
fn people_are_left_to_the_host() {
    assert!(!policy().needs().users);
}

#[test]
fn an_empty_prefix_and_an_unknown_key_are_refused() {
    let problem = |config| Run::of::<Prefix>(config).unwrap_err().into_iter().next().unwrap();
    assert_eq!(problem(r#"{"prefix": ""}"#).pointer, "/prefix");
    assert!(
        problem(r#"{"prefix": "a", "replace": "b"}"#).message.contains("expected `prefix` or `replace_with`")
    );
}
