//! Regular expressions: bounded in size, compiled once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

/// Bytes that one compiled pattern may take. Matching is linear in the text whatever the pattern.
const SIZE_LIMIT: usize = 256 << 10;

/// Patterns kept. One that a rule makes from a person's attributes must not fill the memory over a run.
const KEPT: usize = 64;

/// Whether the text matches the pattern somewhere; `^` and `$` bind it.
pub(crate) fn matches(text: &str, pattern: &str) -> Result<bool, String> {
    thread_local! {
        static COMPILED: RefCell<BTreeMap<String, Regex>> = const { RefCell::new(BTreeMap::new()) };
    }
    COMPILED.with_borrow_mut(|compiled| {
        if let Some(regex) = compiled.get(pattern) {
            return Ok(regex.is_match(text));
        }
        let regex = compile(pattern)?;
        let is_match = regex.is_match(text);
        if compiled.len() < KEPT {
            compiled.insert(pattern.to_owned(), regex);
        }
        Ok(is_match)
    })
}

/// Whether the pattern is one; what is wrong with it if not.
pub(crate) fn check(pattern: &str) -> Result<(), String> {
    compile(pattern).map(drop)
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
