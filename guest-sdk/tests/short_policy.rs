//! A policy that has one wish is short: the whole of it, from the first line to the export.

#[path = "short_policy/robots.rs"]
mod robots;

use usher_guest::test::Run;
use usher_guest::{User, UserVerdict};

/// As `cargo fmt` writes it, without blank lines.
const LINES: usize = 15;

#[test]
fn a_policy_that_overrides_one_decision_takes_fifteen_lines_at_most() {
    let source = include_str!("short_policy/robots.rs");
    let lines = source.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= LINES, "{lines} lines:\n{source}");
}

#[test]
fn and_it_decides() {
    let policy = Run::of::<robots::NoRobots>("").unwrap();
    let robot = User::named("backup@acme.example").with("userType", "robot");
    assert_eq!((policy.user(&robot).verdict(), policy.user(&robot).rule()), (&UserVerdict::Skip, "robot"));
    assert_eq!(policy.user(&User::named("ann@acme.example")).verdict(), &UserVerdict::Keep);
    assert!(!policy.needs().groups);
}
