//! Putting together people and groups from their few facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Group, GroupType, Organisation, User, okta_id, okta_time};

/// Where a person stands in Okta's life cycle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserStatus {
    /// Created, never activated.
    Staged,
    /// Activated by an administrator, not yet set up by the person.
    Provisioned,
    /// Can sign in.
    Active,
    /// Resets the password.
    Recovery,
    /// The password is too old.
    PasswordExpired,
    /// Too many wrong passwords.
    LockedOut,
    /// Cannot sign in; keeps everything else.
    Suspended,
    /// Deactivated; stays in the groups all the same.
    Deprovisioned,
}

impl UserStatus {
    /// Okta's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "STAGED",
            Self::Provisioned => "PROVISIONED",
            Self::Active => "ACTIVE",
            Self::Recovery => "RECOVERY",
            Self::PasswordExpired => "PASSWORD_EXPIRED",
            Self::LockedOut => "LOCKED_OUT",
            Self::Suspended => "SUSPENDED",
            Self::Deprovisioned => "DEPROVISIONED",
        }
    }
}

impl User {
    /// A person with this profile. The id is made from the profile's login.
    pub fn new(profile: Map<String, Value>, status: UserStatus, now: Timestamp) -> Self {
        let login = profile.get("login").and_then(Value::as_str).unwrap_or_default();
        let id = okta_id("00u", login);
        let mut fields = Map::new();
        fields.insert("id".to_owned(), json!(id));
        fields.insert("status".to_owned(), json!(status.as_str()));
        fields.insert("profile".to_owned(), Value::Object(profile));
        let mut user = Self { id, fields };
        user.fill_in(now);
        user
    }

    /// Gives every field that Okta always sends and that is missing its usual value; the order is Okta's.
    pub(super) fn fill_in(&mut self, now: Timestamp) {
        let now = okta_time(now);
        let status = if self.status().is_empty() { "ACTIVE" } else { self.status() }.to_owned();
        let set_up = !matches!(status.as_str(), "STAGED");
        let time_or_null = |known: bool| if known { json!(now) } else { Value::Null };
        let usual = [
            ("id", json!(self.id)),
            ("status", json!(status)),
            ("created", json!(now)),
            ("activated", time_or_null(set_up)),
            ("statusChanged", time_or_null(set_up)),
            ("lastLogin", Value::Null),
            ("lastUpdated", json!(now)),
            ("passwordChanged", time_or_null(set_up && status != "PROVISIONED")),
            ("type", json!({ "id": "oty1usher2simulator3" })),
            ("profile", json!({})),
            ("credentials", json!({ "provider": { "type": "OKTA", "name": "OKTA" } })),
        ];
        fill_in(&mut self.fields, usual);
    }
}

impl Group {
    /// A group of this name without members. The id is made from type and name.
    pub fn new(name: &str, kind: GroupType, now: Timestamp) -> Self {
        let id = okta_id("00g", &format!("{} {name}", kind.as_str()));
        let mut fields = Map::new();
        fields.insert("id".to_owned(), json!(id));
        fields.insert("type".to_owned(), json!(kind.as_str()));
        fields.insert("profile".to_owned(), json!({ "name": name }));
        let mut group = Self { id, fields, members: BTreeSet::new() };
        group.fill_in(now);
        group
    }

    /// The same, with a description.
    pub(super) fn described(mut self, description: &str) -> Self {
        self.fields["profile"]["description"] = json!(description);
        self
    }

    /// Gives every field that Okta always sends and that is missing its usual value; the order is Okta's.
    pub(super) fn fill_in(&mut self, now: Timestamp) {
        let now = okta_time(now);
        let usual = [
            ("id", json!(self.id)),
            ("created", json!(now)),
            ("lastUpdated", json!(now)),
            ("lastMembershipUpdated", json!(now)),
            ("objectClass", json!(["okta:user_group"])),
            ("type", json!(GroupType::Okta.as_str())),
            ("profile", json!({})),
        ];
        fill_in(&mut self.fields, usual);
    }
}

impl Organisation {
    pub(super) fn insert_user(&mut self, user: User) {
        self.users.insert(user.id.clone(), Arc::new(user));
    }

    pub(super) fn insert_group(&mut self, group: Group) {
        self.groups.insert(group.id.clone(), Arc::new(group));
    }

    /// Okta's own group, which everyone is in.
    pub(super) fn add_everyone(&mut self, now: Timestamp) {
        let mut everyone =
            Group::new("Everyone", GroupType::BuiltIn, now).described("All users in your organization");
        everyone.members = self.users.keys().cloned().collect();
        self.insert_group(everyone);
    }
}

fn fill_in<const N: usize>(fields: &mut Map<String, Value>, usual: [(&str, Value); N]) {
    let mut given = std::mem::take(fields);
    for (name, value) in usual {
        let value = given.shift_remove(name).unwrap_or(value);
        fields.insert(name.to_owned(), value);
    }
    fields.append(&mut given);
}
