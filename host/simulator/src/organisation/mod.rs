//! What stands in Okta: people, groups and who is in which.

mod change;
mod demo;
mod generated;
mod human;
mod json;
mod names;
mod person;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use change::{Change, ChangeError};
pub use demo::Event;
pub use json::OrganisationError;
pub use person::UserStatus;

/// People and groups as Okta keeps them, ordered by id. A copy is cheap: the objects are shared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Organisation {
    users: BTreeMap<String, Arc<User>>,
    groups: BTreeMap<String, Arc<Group>>,
}

/// A person in Okta.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// `00u` and 17 letters or digits, unless a file said otherwise.
    pub id: String,
    /// The User object as Okta answers it, `id` included and `_links` left out.
    pub fields: Map<String, Value>,
}

/// What makes a group: see reference "Object shapes".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GroupType {
    /// Made in Okta.
    Okta,
    /// Imported by an app; several of them may share one name.
    App,
    /// Okta's own, such as `Everyone`.
    BuiltIn,
}

/// A group in Okta.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// `00g` and 17 letters or digits, unless a file said otherwise.
    pub id: String,
    /// The Group object as Okta answers it, `id` included and `_links` left out.
    pub fields: Map<String, Value>,
    /// The ids of its members, ordered as Okta lists them.
    pub members: BTreeSet<String>,
}

impl Organisation {
    /// The people, by id.
    pub fn users(&self) -> impl ExactSizeIterator<Item = &User> {
        self.users.values().map(AsRef::as_ref)
    }

    /// The groups, by id.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &Group> {
        self.groups.values().map(AsRef::as_ref)
    }

    /// The person with this id.
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.get(id).map(AsRef::as_ref)
    }

    /// The person with this login; case does not matter to Okta.
    pub fn user_by_login(&self, login: &str) -> Option<&User> {
        let login = login.to_lowercase();
        self.users().find(|user| user.login().to_lowercase() == login)
    }

    /// The group with this id.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.get(id).map(AsRef::as_ref)
    }

    /// The first group, by id, of exactly this name.
    pub fn group_by_name(&self, name: &str) -> Option<&Group> {
        self.groups().find(|group| group.name() == name)
    }

    /// The groups that the person with this id is in, by id.
    pub fn groups_of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups().filter(move |group| group.members.contains(user))
    }
}

impl User {
    /// A profile attribute that is a text.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.fields.get("profile")?.get(name)?.as_str()
    }

    /// The login, empty when there is none.
    pub fn login(&self) -> &str {
        self.attribute("login").unwrap_or_default()
    }

    /// The status in Okta's spelling, such as `ACTIVE`.
    pub fn status(&self) -> &str {
        self.fields.get("status").and_then(Value::as_str).unwrap_or_default()
    }
}

impl Group {
    /// The name, empty when there is none.
    pub fn name(&self) -> &str {
        self.fields
            .get("profile")
            .and_then(|profile| profile.get("name"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The type in Okta's spelling, such as `OKTA_GROUP`.
    pub fn group_type(&self) -> &str {
        self.fields.get("type").and_then(Value::as_str).unwrap_or_default()
    }
}

impl GroupType {
    /// Okta's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Okta => "OKTA_GROUP",
            Self::App => "APP_GROUP",
            Self::BuiltIn => "BUILT_IN",
        }
    }
}

/// An id of Okta's shape made from a text, always the same for the same text: 20 characters, `prefix` included.
fn okta_id(prefix: &str, text: &str) -> String {
    // FNV-1a: spreads well enough, and the standard library's hasher is not the same in every release.
    let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut random = fastrand::Rng::with_seed(seed);
    let mut id = String::from(prefix);
    while id.len() < 20 {
        id.push(random.alphanumeric());
    }
    id
}

/// As Okta writes a time of an object: whole seconds, with milliseconds that are always 0.
fn okta_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// When organisations that name no times were made.
fn long_ago() -> Timestamp {
    // 2025-01-14T09:00:00Z
    Timestamp::from_second(1_736_845_200).expect("a time of 2025 is a time")
}
