//! What a configured policy decides and reads.

use std::collections::BTreeSet;

/// What a configured policy decides and reads. Only the attributes named here ever enter the sandbox.
///
/// The default decides groups and users and reads no attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Whether groups are decided; if not, each one that was asked for syncs under its own name.
    pub groups: bool,
    /// Whether users are decided; if not, each keeps its draft.
    pub users: bool,
    /// Okta's names of the group attributes it reads.
    pub group_attributes: BTreeSet<String>,
    /// Okta's names of the user attributes it reads.
    pub user_attributes: BTreeSet<String>,
}

impl Default for Needs {
    fn default() -> Self {
        Self {
            groups: true,
            users: true,
            group_attributes: BTreeSet::new(),
            user_attributes: BTreeSet::new(),
        }
    }
}

impl Needs {
    /// A policy that leaves everything to the host.
    pub fn nothing() -> Self {
        Self { groups: false, users: false, ..Self::default() }
    }

    /// Adds attributes of users.
    #[must_use]
    pub fn user_attributes(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.user_attributes.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds attributes of groups.
    #[must_use]
    pub fn group_attributes(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.group_attributes.extend(names.into_iter().map(Into::into));
        self
    }

    /// Leaves groups to the host: each one that was asked for syncs under its own name.
    #[must_use]
    pub fn users_only(mut self) -> Self {
        self.groups = false;
        self
    }

    /// Leaves users to the host: each keeps its draft.
    #[must_use]
    pub fn groups_only(mut self) -> Self {
        self.users = false;
        self
    }
}
