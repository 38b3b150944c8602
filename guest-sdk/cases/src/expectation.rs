//! How an answer is compared with what is expected of it.

use std::fmt;

use serde_json::{Map, Value as Json};

/// What is expected of a decision: some of its fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation(pub(crate) Map<String, Json>);

impl Expectation {
    pub(crate) fn new(fields: Map<String, Json>) -> Self {
        Self(fields)
    }

    /// The fields that are named, in the form of a decision (docs/cases.md).
    pub fn fields(&self) -> &Map<String, Json> {
        &self.0
    }

    /// Where the decision is not as expected. What is not named is not compared; a list must be as long as the expected one, its items are
    /// compared in order; an empty text stands for no value at all.
    pub fn compare(&self, actual: &Json) -> Vec<Difference> {
        let mut differences = Vec::new();
        compare_fields("", &self.0, actual, &mut differences);
        differences
    }
}

/// One field that is not as expected. Displayed as `account.title: expected "Head", got nothing`.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The field: `verdict`, `account.work.cost-center`, `groups[0].name`.
    pub path: String,
    /// What was expected.
    pub expected: Json,
    /// What came; null is nothing.
    pub actual: Json,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.path, shown(&self.expected), shown(&self.actual))
    }
}

fn compare_fields(path: &str, expected: &Map<String, Json>, actual: &Json, into: &mut Vec<Difference>) {
    for (name, expected) in expected {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        compare(&path, expected, actual.get(name).unwrap_or(&Json::Null), into);
    }
}

fn compare(path: &str, expected: &Json, actual: &Json, into: &mut Vec<Difference>) {
    match (expected, actual) {
        (Json::Object(expected), Json::Object(_) | Json::Null) => {
            compare_fields(path, expected, actual, into)
        }
        (Json::Array(expected), Json::Array(items)) if expected.len() == items.len() => {
            for (index, (expected, actual)) in expected.iter().zip(items).enumerate() {
                compare(&format!("{path}[{index}]"), expected, actual, into);
            }
        }
        _ if expected == actual || is_nothing(expected) && is_nothing(actual) => {}
        _ => into.push(Difference {
            path: path.to_owned(),
            expected: expected.clone(),
            actual: actual.clone(),
        }),
    }
}

/// No value: the contract has no empty texts, and TOML has no null.
fn is_nothing(value: &Json) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// A value for a person: on one line, and harmless to a terminal.
pub(crate) fn shown(value: &Json) -> String {
    if is_nothing(value) { "nothing".to_owned() } else { harmless(&value.to_string()) }
}

/// The text without characters that move a cursor or turn the direction of writing; line breaks stay.
pub(crate) fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => harmless.push(character),
            '\u{2028}' | '\u{2029}' | '\u{061c}' | '\u{200e}' | '\u{200f}' => {
                harmless.extend(character.escape_unicode())
            }
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => harmless.extend(character.escape_unicode()),
            _ if character.is_control() => harmless.extend(character.escape_unicode()),
            _ => harmless.push(character),
        }
    }
    harmless
}
