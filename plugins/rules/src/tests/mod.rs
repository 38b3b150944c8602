//! The policy as a whole: a configuration in, decisions or problems out.

mod expressions;
mod groups;
mod memberships;
mod mistakes;
mod recipes;
mod schema;
mod strays;
mod tables;
mod users;
mod warnings;

use usher_guest::test::Run;
use usher_guest::{Problem, Problems};

use crate::rules::Rules;

/// The policy with a configuration that must be right.
fn rules(config: serde_json::Value) -> Run<Rules> {
    Run::of::<Rules>(&config.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// What is wrong with a configuration.
fn problems(config: serde_json::Value) -> Problems {
    Run::of::<Rules>(&config.to_string()).unwrap_err()
}

/// The one thing that is wrong with a configuration.
fn problem(config: serde_json::Value) -> Problem {
    let problems = problems(config);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.into_iter().next().unwrap()
}
