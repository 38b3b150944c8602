//! Regular expressions: bounded in size, compiled once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

/// Bytes that one compiled pattern may take. Matching is linear in the text whatever the pattern.
const SIZE_LIMIT: usize = 256 << 10;

/// Patterns kept of those that a rule makes from a person's attributes: they must not fill the memory over a run.
const KEPT: usize = 64;

type Compiled = RefCell<BTreeMap<String, Regex>>;

thread_local! {
    /// Those that are written in rules. To compile one costs as much as to ask several rules, so none is compiled while people are asked about.
    static WRITTEN: Compiled = const { RefCell::new(BTreeMap::new()) };
    static MADE: Compiled = const { RefCell::new(BTreeMap::new()) };
}

/// Whether the text matches the pattern somewhere; `^` and `$` bind it.
pub(crate) fn matches(text: &str, pattern: &str) -> Result<bool, String> {
    let written = WRITTEN.with_borrow(|written| Some(written.get(pattern)?.is_match(text)));
    if let Some(is_match) = written {
        return Ok(is_match);
    }
    MADE.with_borrow_mut(|made| {
        if let Some(regex) = made.get(pattern) {
            return Ok(regex.is_match(text));
        }
        let regex = compile(pattern)?;
        let is_match = regex.is_match(text);
        if made.len() < KEPT {
            made.insert(pattern.to_owned(), regex);
        }
        Ok(is_match)
    })
}

/// Whether a pattern that is written in a rule is one; what is wrong with it if not. It is compiled from now on.
pub(crate) fn check(pattern: &str) -> Result<(), String> {
    WRITTEN.with_borrow_mut(|written| {
        if !written.contains_key(pattern) {
            written.insert(pattern.to_owned(), compile(pattern)?);
        }
        Ok(())
    })
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
        // Its text draws the pattern over several lines; the last says what is wrong.
        error => {
            let text = error.to_string();
            let cause = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("`{pattern}` is no regular expression: {cause}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_anywhere_unless_it_is_bound() {
        assert_eq!(matches("team-web-admin", "web"), Ok(true));
        assert_eq!(matches("team-web-admin", "^web"), Ok(false));
    }

    #[test]
    fn a_huge_pattern_is_refused() {
        assert_eq!(check("(a{1000}){1000}"), Err("the regular expression is too large".into()));
    }

    #[test]
    fn a_broken_pattern_says_what_is_wrong() {
        assert_eq!(check("a("), Err("`a(` is no regular expression: unclosed group".into()));
    }
}
