//! A person as Okta has them.

use crate::account::Account;
use crate::attributes::{Attributes, Value};

/// A user's status in Okta.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Made, never activated.
    Staged,
    /// Activated, the person has not finished.
    Provisioned,
    /// In use.
    #[default]
    Active,
    /// Resetting the password.
    Recovery,
    /// The password has expired.
    PasswordExpired,
    /// Locked after failed sign-ins.
    LockedOut,
    /// Suspended by an administrator.
    Suspended,
    /// Deactivated.
    Deprovisioned,
    /// One that this version of the contract does not know.
    Other,
}

impl Status {
    /// The word that the contract has for it: `active`, `locked-out`, …
    pub fn word(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Provisioned => "provisioned",
            Self::Active => "active",
            Self::Recovery => "recovery",
            Self::PasswordExpired => "password-expired",
            Self::LockedOut => "locked-out",
            Self::Suspended => "suspended",
            Self::Deprovisioned => "deprovisioned",
            Self::Other => "other",
        }
    }
}

/// A person as Okta has them, with the account that the host would write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// Okta's id.
    pub id: String,
    /// The status in Okta.
    pub status: Status,
    /// Keys of the AWS groups that the group decisions give this person, sorted.
    pub groups: Vec<String>,
    /// The attributes that the policy asked for and the person has.
    pub attributes: Attributes,
    /// The account that is written if the policy says [`keep`](crate::decision::keep).
    pub draft: Account,
}

impl User {
    /// A person with that login, for tests: in use, in no group, with a complete draft made from the login.
    pub fn named(login: &str) -> Self {
        let given = login.split('@').next().unwrap_or(login);
        let draft = Account {
            user_name: login.to_owned(),
            active: true,
            display_name: format!("{given} Example"),
            email: Some(login.to_owned()),
            ..Account::default()
        };
        let mut user = Self { id: format!("00u-{login}"), draft, ..Self::default() };
        user.draft.name.given = given.to_owned();
        user.draft.name.family = "Example".to_owned();
        user.with("login", login)
    }

    /// The same person in another status; for tests.
    #[must_use]
    pub fn in_status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// The same person in these AWS groups; for tests.
    #[must_use]
    pub fn in_groups(mut self, keys: &[&str]) -> Self {
        self.groups = keys.iter().map(|key| (*key).to_owned()).collect();
        self.groups.sort_unstable();
        self
    }

    /// The same person with an attribute; for tests.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.set(name, value);
        self
    }

    /// A text attribute that is there and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attributes.text(name)
    }

    /// A list of texts; empty when it is absent.
    pub fn texts(&self, name: &str) -> &[String] {
        self.attributes.texts(name)
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.attributes.integer(name)
    }

    /// A number, whole or not.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.attributes.number(name)
    }

    /// True or false.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.attributes.boolean(name)
    }

    /// Whether the attribute has a value.
    pub fn has(&self, name: &str) -> bool {
        self.attributes.has(name)
    }
}
