//! Why there is nothing to explain.

use thiserror::Error;
use usher_core::quote::quoted;

use crate::error::EngineError;

/// Nobody and nothing is meant, or the source could not be asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// Neither side knows such a person.
    #[error(
        "neither Okta nor Identity Center has anybody of the id, login, mail address or userName {}{}\nhint: {}",
        quoted(.wanted), similar(.near), nobody_hint(*.is_group, *.from_snapshot)
    )]
    Nobody {
        /// What was asked for.
        wanted: String,
        /// Names that may have been meant.
        near: Vec<String>,
        /// Whether there is a group of this name.
        is_group: bool,
        /// Whether only a snapshot was asked.
        from_snapshot: bool,
    },
    /// Neither side knows such a group.
    #[error(
        "neither Okta nor Identity Center has a group of the name, id or key {}{}\nhint: a group is named as Okta or AWS \
         spells it, by its id, or by the key that a policy chose", quoted(.wanted), similar(.near)
    )]
    NoGroup {
        /// What was asked for.
        wanted: String,
        /// Names that may have been meant.
        near: Vec<String>,
    },
    /// The source could not be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

fn similar(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let names: Vec<String> = near.iter().map(|name| quoted(name).to_string()).collect();
    format!(" (similar: {})", names.join(", "))
}

fn nobody_hint(is_group: bool, from_snapshot: bool) -> &'static str {
    if is_group {
        "there is a group of this name, which `usher explain --group` explains"
    } else if from_snapshot {
        "a snapshot holds only the members of the groups that were read; ask without --snapshot, or take one with --all-groups"
    } else {
        "a person is named by login, mail address, Okta id, or by userName or id in Identity Center"
    }
}
