//! What a configured policy decides and reads.

use std::collections::BTreeSet;

use crate::limits::MESSAGE_BYTES;
use crate::text;

/// What a configured policy decides and reads. Only the attributes named here enter the sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Whether it decides groups; if not, each syncs under its own name.
    pub groups: bool,
    /// Whether it decides users; if not, each keeps its draft.
    pub users: bool,
    /// Okta's names of the group attributes it reads, sorted, each once.
    pub group_attributes: Vec<String>,
    /// Okta's names of the user attributes it reads, sorted, each once.
    pub user_attributes: Vec<String>,
}

impl Needs {
    /// Puts in order what a plugin named.
    pub(crate) fn tidied(self) -> Self {
        Self {
            group_attributes: tidied(self.group_attributes),
            user_attributes: tidied(self.user_attributes),
            ..self
        }
    }

    /// What several decide and read together.
    pub(crate) fn of_all<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let mut together = Self::default();
        for needs in all {
            together.groups |= needs.groups;
            together.users |= needs.users;
            together.group_attributes.extend_from_slice(&needs.group_attributes);
            together.user_attributes.extend_from_slice(&needs.user_attributes);
        }
        together.tidied()
    }
}

/// No attribute of Okta's has a name that must be escaped or is too long to show, so what is lost here could not have matched.
fn tidied(names: Vec<String>) -> Vec<String> {
    let names: BTreeSet<_> = names.iter().map(|name| text::shown_name(name, MESSAGE_BYTES)).collect();
    names.into_iter().filter(|name| !name.is_empty()).collect()
}
