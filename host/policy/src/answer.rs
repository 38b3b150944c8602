//! Is it an answer at all? One decision for each item, in order, with the right id and keys that can be written.
//!
//! That userNames, names and keys are unique over the whole run is for `usher-core` to judge: it sees the whole run.

use std::collections::HashSet;
use std::fmt;

use usher_core::decision::TargetGroup;
use usher_core::figures::grouped;

use crate::limits::MESSAGE_BYTES;
use crate::question::{Decision, Question};
use crate::text;

/// Longest key of a target group (`wit/usher-policy.wit`, `target-group`).
const KEY_BYTES: usize = 128;

/// What is wrong with an answer. Ids and keys are escaped; `at` is the index in the batch, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerFault {
    /// Not one decision for each item.
    Count {
        /// Items.
        expected: usize,
        /// Decisions.
        found: usize,
    },
    /// The decision of another item of the batch.
    Order {
        /// Where.
        at: usize,
        /// The id that was to be answered.
        expected: String,
        /// The id that was answered.
        found: String,
    },
    /// A decision for something that was not asked.
    Foreign {
        /// Where.
        at: usize,
        /// The id that was to be answered.
        expected: String,
        /// The id that was answered.
        found: String,
    },
    /// A key that is not 1 to 128 letters, digits, `.`, `_` or `-`.
    BadKey {
        /// Where.
        at: usize,
        /// The id of the item.
        id: String,
        /// The key.
        key: String,
    },
    /// One decision names one target group twice.
    DoubledKey {
        /// Where.
        at: usize,
        /// The id of the item.
        id: String,
        /// The key, or the display name of a group without one.
        key: String,
    },
    /// A decision by no rule, which no report could count.
    NoRule {
        /// Where.
        at: usize,
        /// The id of the item.
        id: String,
    },
}

impl AnswerFault {
    /// Index in the batch, from 0, of the item it is about.
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::Count { .. } => None,
            Self::Order { at, .. }
            | Self::Foreign { at, .. }
            | Self::BadKey { at, .. }
            | Self::DoubledKey { at, .. }
            | Self::NoRule { at, .. } => Some(*at),
        }
    }
}

impl fmt::Display for AnswerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { expected, found } => {
                let [expected, found] = [expected, found].map(|number| grouped(*number as u64));
                write!(f, "{found} decisions for {expected} items")
            }
            Self::Order { expected, found, .. } => {
                write!(f, "the decision for `{found}` stands where that for `{expected}` belongs")
            }
            Self::Foreign { expected, found, .. } => {
                write!(f, "the decision for `{expected}` carries the id `{found}`, which was not asked")
            }
            Self::BadKey { id, key, .. } => write!(
                f,
                "the decision for `{id}` names the key `{key}`; a key is 1 to {KEY_BYTES} letters, digits, `.`, `_` or `-`"
            ),
            Self::DoubledKey { id, key, .. } => {
                write!(f, "the decision for `{id}` names the target group `{key}` twice")
            }
            Self::NoRule { id, .. } => write!(f, "the decision for `{id}` names no rule"),
        }
    }
}

/// Checks the shape of an answer and makes its reasons fit to be shown.
pub(crate) fn checked<Q: Question>(
    items: &[Q],
    decisions: Vec<Q::Decision>,
) -> Result<Vec<Q::Decision>, AnswerFault> {
    if decisions.len() != items.len() {
        return Err(AnswerFault::Count { expected: items.len(), found: decisions.len() });
    }
    for (at, (item, decision)) in items.iter().zip(&decisions).enumerate() {
        if decision.id() != item.id() {
            let (expected, found) = (shown(item.id()), shown(decision.id()));
            return Err(if items.iter().any(|other| other.id() == decision.id()) {
                AnswerFault::Order { at, expected, found }
            } else {
                AnswerFault::Foreign { at, expected, found }
            });
        }
        if decision.why().rule.is_empty() {
            return Err(AnswerFault::NoRule { at, id: shown(item.id()) });
        }
        check_keys(at, item.id(), decision.target_groups())?;
    }
    Ok(decisions.into_iter().map(Decision::with_reason_shown).collect())
}

fn check_keys(at: usize, id: &str, groups: &[TargetGroup]) -> Result<(), AnswerFault> {
    let mut seen = HashSet::new();
    for TargetGroup { key, display_name } in groups {
        if let Some(key) = key.as_ref().filter(|key| !is_key(key)) {
            return Err(AnswerFault::BadKey { at, id: shown(id), key: shown(key) });
        }
        // Groups without a key are told apart by name: two of one name would be one group.
        if !seen.insert((key, key.is_none().then_some(display_name))) {
            return Err(AnswerFault::DoubledKey {
                at,
                id: shown(id),
                key: shown(key.as_ref().unwrap_or(display_name)),
            });
        }
    }
    Ok(())
}

fn is_key(key: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=KEY_BYTES).contains(&key.len()) && key.bytes().all(allowed)
}

fn shown(text: &str) -> String {
    text::shown(text, MESSAGE_BYTES / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_letters_digits_and_three_marks() {
        for key in ["a", "Z9._-", &"k".repeat(128)] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "a b", "a:b", "é", "a\n", &"k".repeat(129)] {
            assert!(!is_key(key), "{key}");
        }
    }
}
