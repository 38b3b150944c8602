//! A group as Okta has it.

use crate::attributes::{Attributes, Value};

/// Where a group was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// In Okta.
    #[default]
    Okta,
    /// In an application it was imported from: a directory, a personnel system.
    App,
    /// By Okta for its own use, such as `Everyone`.
    BuiltIn,
}

impl Origin {
    /// The word that the contract has for it: `okta`, `app` or `built-in`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::App => "app",
            Self::BuiltIn => "built-in",
        }
    }
}

/// A group as Okta has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Okta's id.
    pub id: String,
    /// Its name; not unique, an imported group may share it.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// Where it was made.
    pub origin: Origin,
    /// The attributes that the policy asked for and the group has.
    pub attributes: Attributes,
}

impl Group {
    /// A group of that name, for tests; its id is made from the name.
    pub fn named(name: &str) -> Self {
        Self { id: format!("00g-{name}"), name: name.to_owned(), ..Self::default() }
    }

    /// The same group, made elsewhere; for tests.
    #[must_use]
    pub fn made_by(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The same group with a description; for tests.
    #[must_use]
    pub fn described(mut self, description: &str) -> Self {
        self.description = Some(description.to_owned());
        self
    }

    /// The same group with an attribute; for tests.
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
