//! `[[policy.config.users]]`: what a rule does to a person.

use serde_json::{Map, Value};

use super::{Reader, Text, USER_OUTCOMES, UserOutcome};

/// What a rule does to a person when it applies.
#[derive(Debug)]
pub(crate) struct PersonOutcome {
    /// None leaves it to the rules after this one: the rule is about groups only.
    pub(crate) verdict: Option<UserOutcome>,
    pub(crate) memberships: Memberships<Text>,
}

/// How a rule changes the groups that a person is in.
#[derive(Debug)]
pub(crate) struct Memberships<E> {
    /// In place of all of them.
    pub(crate) groups: Option<E>,
    pub(crate) add: Option<E>,
    pub(crate) remove: Option<E>,
}

/// The keys of [`Memberships`], in the order in which they take effect.
pub(crate) const MEMBERSHIPS: [&str; 3] = ["groups", "add_groups", "remove_groups"];

impl<E> Memberships<E> {
    /// Each with its key, in the order in which they take effect.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static str, &E)> {
        let each = [&self.groups, &self.add, &self.remove];
        MEMBERSHIPS.into_iter().zip(each).filter_map(|(key, it)| Some((key, it.as_ref()?)))
    }
}

impl Reader {
    pub(super) fn person_outcome(
        &mut self,
        rule: &Map<String, Value>,
        pointer: &str,
        name: &str,
    ) -> Option<PersonOutcome> {
        let known = ["name", "when", "then", "groups", "add_groups", "remove_groups", "message"];
        self.known_in_rule(rule, pointer, name, &known);
        let changes_groups = MEMBERSHIPS.iter().any(|key| rule.contains_key(*key));
        let mut text = |key| self.text(rule, pointer, key);
        let memberships =
            Memberships { groups: text("groups"), add: text("add_groups"), remove: text("remove_groups") };
        if !rule.contains_key("then") {
            if !changes_groups {
                let message = format!(
                    "rule `{name}` has no `then`: \"keep\", \"skip\" or \"hold\"; only one that changes groups can go without"
                );
                self.wrong(pointer, message);
                return None;
            }
            return Some(PersonOutcome { verdict: None, memberships });
        }
        let verdict = self.word(rule, pointer, "then", &USER_OUTCOMES)?;
        if changes_groups && verdict != UserOutcome::Keep {
            let message = format!(
                "rule `{name}` changes groups of people who do not come along; give it `then = \"keep\"`, or no `then`"
            );
            self.wrong(pointer, message);
        }
        Some(PersonOutcome { verdict: Some(verdict), memberships })
    }
}
