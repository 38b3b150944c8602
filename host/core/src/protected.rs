//! Names from which nothing is taken, whatever Okta and the policy say.

use std::fmt;
use std::str::FromStr;

use crate::name::folded;

/// A name with `*` for any text and `?` for any one character. Case does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    written: String,
    folded: Vec<char>,
}

/// A text that is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pattern must not be empty")]
pub struct NoPattern;

impl FromStr for Pattern {
    type Err = NoPattern;

    fn from_str(text: &str) -> Result<Self, NoPattern> {
        let written = text.trim();
        if written.is_empty() {
            return Err(NoPattern);
        }
        Ok(Self { written: written.to_owned(), folded: folded(written).chars().collect() })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Pattern {
    /// Whether the whole name is as the pattern says.
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = folded(name).chars().collect();
        let (mut at, mut in_name) = (0, 0);
        // Where to go on when what was tried after the last star does not fit.
        let mut star: Option<(usize, usize)> = None;
        while in_name < name.len() {
            match self.folded.get(at) {
                Some('*') => {
                    star = Some((at + 1, in_name));
                    at += 1;
                }
                Some(c) if *c == '?' || *c == name[in_name] => {
                    at += 1;
                    in_name += 1;
                }
                _ => match &mut star {
                    Some((after, taken)) => {
                        *taken += 1;
                        (at, in_name) = (*after, *taken);
                    }
                    None => return false,
                },
            }
        }
        self.folded[at..].iter().all(|c| *c == '*')
    }
}

/// Patterns of users who are never deactivated, deleted or taken out of a group, and of groups that are never emptied or deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protected {
    /// Of userNames.
    pub users: Vec<Pattern>,
    /// Of the groups' names in AWS.
    pub groups: Vec<Pattern>,
}

impl Protected {
    /// The pattern that protects a user of this name.
    pub fn user(&self, user_name: &str) -> Option<&Pattern> {
        self.users.iter().find(|pattern| pattern.matches(user_name))
    }

    /// The pattern that protects a group of this name.
    pub fn group(&self, display_name: &str) -> Option<&Pattern> {
        self.groups.iter().find(|pattern| pattern.matches(display_name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().matches(name)
    }

    #[test]
    fn a_pattern_without_signs_is_that_very_name_in_any_case() {
        assert!(matches("Root@acme.example", "root@ACME.example"));
        assert!(!matches("root@acme.example", "groot@acme.example"));
        assert!(!matches("root@acme.example", "root@acme.example.org"));
    }

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        for (pattern, name) in [
            ("*", ""),
            ("root@*", "root@"),
            ("root@*", "root@acme.example"),
            ("*-admins", "aws-admins"),
            ("*a*b*", "xxaxabxb"),
            ("break?glass", "break-glass"),
            ("?", "é"),
            ("**", "x"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("?", ""), ("root@*", "groot@x"), ("*-admins", "aws-admins2"), ("*a*b*", "ba"), ("a?c", "abbc")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn an_empty_pattern_is_none() {
        assert_eq!(" ".parse::<Pattern>(), Err(NoPattern));
    }
}
