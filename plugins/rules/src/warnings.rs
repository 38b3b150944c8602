//! What is odd about a configuration and may still be right: said in the log, once, when the policy is configured.

use std::collections::BTreeSet;

use cel::IdedExpr;

use crate::check::Reads;
use crate::given_groups::Stray;
use crate::guards::{self, Facts};
use crate::names::Scope;
use crate::okta_attributes;
use crate::place::{Place, Purpose};

/// Lines for the log, each with its place as problems have it.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Vec<String>);

/// Line and column of a node, if it stands in the text at hand.
pub(crate) type PlaceOf<'a> = &'a dyn Fn(u64) -> Option<(u32, u32)>;

impl Warnings {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    fn push(&mut self, place: &Place, position: Option<(u32, u32)>, message: &str) {
        let Place { label, pointer, .. } = place;
        let position = position.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
        let line = format!("{pointer}{position}: {label}: {message}");
        if !self.0.contains(&line) {
            self.0.push(line);
        }
    }

    /// Optional attributes that are read without a guard.
    pub(crate) fn unguarded(
        &mut self,
        place: &Place,
        tree: &IdedExpr,
        known: &Facts,
        scope: Scope,
        place_of: PlaceOf,
    ) {
        let consequence = match (place.purpose, scope) {
            (Purpose::Explanation, _) => "without it there is no message",
            (_, Scope::Group) => "a group without it is held",
            _ => "a person without it is held",
        };
        for (node, path) in guards::unguarded(tree, known) {
            let (read, guard) = written(&path);
            let message = format!("`{read}` may be absent, and {consequence}; ask first with `{guard}`");
            self.push(place, place_of(node), &message);
        }
    }

    /// Keys of groups that no rule gives.
    pub(crate) fn strays(&mut self, place: &Place, strays: &[Stray], place_of: PlaceOf) {
        for Stray { node, message } in strays {
            self.push(place, place_of(*node), message);
        }
    }

    /// Attributes of people that are nearly one of Okta's own.
    pub(crate) fn near_names(&mut self, place: &Place, reads: &Reads, place_of: PlaceOf) {
        let mut said = BTreeSet::new();
        for (node, name) in &reads.user_attributes {
            if said.insert(name)
                && let Some(meant) = okta_attributes::meant(name)
            {
                let message = format!(
                    "`{name}` is none of Okta's own attributes; `{meant}` is. Right only if your organisation has added it"
                );
                self.push(place, place_of(*node), &message);
            }
        }
    }
}

/// How a path is read, and how one asks whether it is there: a name that is no word is written in brackets.
fn written(path: &str) -> (String, String) {
    let (root, name) = match path.strip_prefix("group.attributes.") {
        Some(name) => ("group.attributes", name),
        None => path.split_once('.').unwrap_or((path, "")),
    };
    let is_word = name.split('.').all(|part| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    if is_word {
        (path.to_owned(), format!("has({path})"))
    } else {
        (format!("{root}[\"{name}\"]"), format!("\"{name}\" in {root}"))
    }
}
