//! What a policy says of its configuration.

use serde_json::json;
use usher_policy::{Limits, PolicyError};

use crate::fixture::{configured, configured_with, engine};

#[test]
fn all_problems_are_told_at_once_with_their_places() {
    let error = configured(&engine(Limits::default()), "refuse").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) refuses its configuration:\n  \
           /groups/0/when:1:5: unknown name `grup`\n  \
           /mode: \\u{1b}[2J\\u{1b}[31mred; next line\\u{9b}1m\\u{202e}desrever\\u{7}\n  \
           the whole: too hostile\n\
         hint: each place is a path within [policy.config]; numbers after it are line and column in that text"
    );
    let PolicyError::Config { problems, .. } = error else { panic!("{error}") };
    assert_eq!(problems.len(), 3);
    assert_eq!(problems[0].position, Some((1, 5)));
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let error = configured(&engine(Limits::default()), "refuse-a-lot").unwrap_err();
    let text = error.to_string();
    assert_eq!(text.lines().count(), 1 + 20 + 1 + 1);
    assert!(text.contains("\n  /mode: no\n  and 980 more\nhint: "), "{text}");
}

#[test]
fn a_refusal_without_a_word_is_one() {
    let error = configured(&engine(Limits::default()), "refuse-without-a-word").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) refuses its configuration and does not say why\n\
         hint: this is a bug in the plugin; tell its author"
    );
}

#[test]
fn a_configuration_reaches_the_plugin_as_it_is() {
    let error = configured_with(&engine(Limits::default()), &json!({ "mode": 5 })).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("\n  the whole: invalid type: integer `5`, expected a string"), "{text}");
}
