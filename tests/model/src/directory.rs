//! What stands in AWS, without what differs from one run to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

/// An account: its attributes by name, those that are not there left out.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) external_id: Option<String>,
    pub(crate) active: bool,
    pub(crate) attributes: BTreeMap<&'static str, String>,
}

/// A group.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) external_id: Option<String>,
    pub(crate) name: String,
    /// By the ids of the accounts.
    pub(crate) members: BTreeSet<String>,
}

/// Accounts and groups by id.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) groups: BTreeMap<String, Group>,
}

/// The id of something that was not there before, which AWS chooses.
pub(crate) fn new_id(external_id: &str) -> String {
    format!("new of {external_id}")
}

impl Directory {
    /// Reads the simulator's document. What did not stand in `before` is known by whom or what it is for.
    pub(crate) fn read(target: &Value, before: Option<&Self>) -> Self {
        let id = |object: &Value, stood: &dyn Fn(&str) -> bool| {
            let id = text(object, "id").unwrap_or_default();
            match text(object, "externalId") {
                Some(external_id) if before.is_some() && !stood(&id) => new_id(&external_id),
                _ => id,
            }
        };
        let mut ids = BTreeMap::new();
        let mut users = BTreeMap::new();
        for user in list(target, "users") {
            let known_as = id(user, &|id| before.is_some_and(|before| before.users.contains_key(id)));
            ids.insert(text(user, "id").unwrap_or_default(), known_as.clone());
            assert!(users.insert(known_as, User::read(user)).is_none(), "twice there: {user}");
        }
        let mut groups = BTreeMap::new();
        for group in list(target, "groups") {
            let known_as = id(group, &|id| before.is_some_and(|before| before.groups.contains_key(id)));
            let members = list(group, "members").iter().filter_map(|id| ids.get(id.as_str()?)).cloned();
            let group = Group {
                external_id: text(group, "externalId"),
                name: text(group, "displayName").unwrap_or_default(),
                members: members.collect(),
            };
            assert!(groups.insert(known_as.clone(), group).is_none(), "twice there: {known_as}");
        }
        Self { users, groups }
    }
}

impl User {
    fn read(user: &Value) -> Self {
        let places = [
            ("userName", "/userName"),
            ("displayName", "/displayName"),
            ("givenName", "/name/givenName"),
            ("familyName", "/name/familyName"),
            ("title", "/title"),
            ("nickName", "/nickName"),
            ("userType", "/userType"),
            ("email", "/emails/0/value"),
        ];
        let attributes = places.into_iter().filter_map(|(name, place)| {
            let value = user.pointer(place)?.as_str()?;
            Some((name, value.to_owned()))
        });
        Self {
            external_id: text(user, "externalId"),
            active: user["active"] == true,
            attributes: attributes.collect(),
        }
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, User { external_id, active, attributes }) in &self.users {
            let active = if *active { "active" } else { "inactive" };
            writeln!(f, "    user {id} of {external_id:?}, {active}: {attributes:?}")?;
        }
        for (id, Group { external_id, name, members }) in &self.groups {
            writeln!(f, "    group {id} of {external_id:?}: {name:?} {members:?}")?;
        }
        Ok(())
    }
}

fn list<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(object: &Value, name: &str) -> Option<String> {
    object[name].as_str().map(str::to_owned)
}
