//! What stands in the tenant: users, groups and who is in which.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::attributes::{ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA};
use super::clock;
use super::group::GroupAttributes;
use super::refusal::Refusal;
use super::user::UserAttributes;

/// A user's place in the order of creation, which is the order of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UserNumber(pub(crate) u64);

/// A group's place in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupNumber(pub(crate) u64);

/// The service's own description of a resource.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) created: String,
    pub(crate) last_modified: String,
}

impl Record {
    /// A new resource with an id of its own.
    pub(crate) fn new() -> Self {
        let now = clock::meta_stamp(Timestamp::now());
        Self { id: new_id(), created: now.clone(), last_modified: now }
    }

    fn touch(&mut self) {
        self.last_modified = clock::meta_stamp(Timestamp::now());
    }

    fn meta(&self, resource_type: &str) -> Value {
        json!({"resourceType": resource_type, "created": self.created, "lastModified": self.last_modified})
    }
}

/// A user and the groups that it is in.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) record: Record,
    pub(crate) attributes: UserAttributes,
    pub(crate) groups: BTreeSet<GroupNumber>,
}

impl User {
    /// The resource as the service returns it; `groups` is never among it.
    pub(crate) fn to_json(&self) -> Value {
        let attributes = self.attributes.as_map();
        let mut schemas = vec![USER_SCHEMA];
        if attributes.contains_key(ENTERPRISE_SCHEMA) {
            schemas.push(ENTERPRISE_SCHEMA);
        }
        let mut resource = Map::new();
        resource.insert("id".to_owned(), json!(self.record.id));
        if let Some(external_id) = self.attributes.external_id() {
            resource.insert("externalId".to_owned(), json!(external_id));
        }
        resource.insert("meta".to_owned(), self.record.meta("User"));
        resource.insert("schemas".to_owned(), json!(schemas));
        for (name, value) in attributes.iter().filter(|(name, _)| *name != "externalId") {
            resource.insert(name.clone(), value.clone());
        }
        Value::Object(resource)
    }
}

/// A group and its members.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) record: Record,
    pub(crate) attributes: GroupAttributes,
    pub(crate) members: BTreeSet<UserNumber>,
}

impl Group {
    /// The resource as create and get return it: without members.
    pub(crate) fn to_json(&self) -> Value {
        let mut resource = Map::new();
        resource.insert("id".to_owned(), json!(self.record.id));
        if let Some(external_id) = &self.attributes.external_id {
            resource.insert("externalId".to_owned(), json!(external_id));
        }
        resource.insert("meta".to_owned(), self.record.meta("Group"));
        resource.insert("schemas".to_owned(), json!([GROUP_SCHEMA]));
        resource.insert("displayName".to_owned(), json!(self.attributes.display_name));
        Value::Object(resource)
    }

    /// The resource as lists return it: with an empty `members`, whoever is in it.
    pub(crate) fn to_list_json(&self) -> Value {
        let mut resource = self.to_json();
        resource["members"] = json!([]);
        resource
    }
}

/// Users, groups and memberships, with an index for everything that must be unique.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    last: u64,
    users: BTreeMap<UserNumber, User>,
    groups: BTreeMap<GroupNumber, Group>,
    user_ids: HashMap<String, UserNumber>,
    /// In lower case: AWS compares user names without case.
    user_names: HashMap<String, UserNumber>,
    user_external_ids: HashMap<String, UserNumber>,
    emails: HashMap<String, UserNumber>,
    group_ids: HashMap<String, GroupNumber>,
    group_names: HashMap<String, GroupNumber>,
    group_external_ids: HashMap<String, GroupNumber>,
}

impl Store {
    /// All users in the order of their creation.
    pub(crate) fn users(&self) -> &BTreeMap<UserNumber, User> {
        &self.users
    }

    /// All groups in the order of their creation.
    pub(crate) fn groups(&self) -> &BTreeMap<GroupNumber, Group> {
        &self.groups
    }

    /// The user with this id.
    pub(crate) fn user_by_id(&self, id: &str) -> Option<UserNumber> {
        self.user_ids.get(id).copied()
    }

    /// The user with this name, in whatever case.
    pub(crate) fn user_by_name(&self, user_name: &str) -> Option<UserNumber> {
        self.user_names.get(&user_name.to_lowercase()).copied()
    }

    /// The user whom the identity provider knows by this id.
    pub(crate) fn user_by_external_id(&self, external_id: &str) -> Option<UserNumber> {
        self.user_external_ids.get(external_id).copied()
    }

    /// The group with this id.
    pub(crate) fn group_by_id(&self, id: &str) -> Option<GroupNumber> {
        self.group_ids.get(id).copied()
    }

    /// The group with exactly this name.
    pub(crate) fn group_by_name(&self, display_name: &str) -> Option<GroupNumber> {
        self.group_names.get(display_name).copied()
    }

    /// The group that the identity provider knows by this id.
    pub(crate) fn group_by_external_id(&self, external_id: &str) -> Option<GroupNumber> {
        self.group_external_ids.get(external_id).copied()
    }

    /// Adds a user; refused when its id, name, address or external id is taken.
    pub(crate) fn insert_user(
        &mut self,
        record: Record,
        attributes: UserAttributes,
    ) -> Result<&User, Refusal> {
        let number = UserNumber(self.last + 1);
        if self.user_ids.contains_key(&record.id) || self.user_is_taken(&attributes, number) {
            return Err(Refusal::Duplicate);
        }
        self.last = number.0;
        self.user_ids.insert(record.id.clone(), number);
        self.index_user(number, &attributes);
        Ok(self.users.entry(number).or_insert(User { record, attributes, groups: BTreeSet::new() }))
    }

    /// Gives a user other attributes; it keeps its id and its groups.
    pub(crate) fn replace_user(
        &mut self,
        number: UserNumber,
        attributes: UserAttributes,
    ) -> Result<&User, Refusal> {
        if self.user_is_taken(&attributes, number) {
            return Err(Refusal::Duplicate);
        }
        self.forget_user_keys(number);
        self.index_user(number, &attributes);
        let user = self.users.get_mut(&number).ok_or(Refusal::NoSuchUser)?;
        user.attributes = attributes;
        user.record.touch();
        Ok(user)
    }

    /// Removes a user and all its memberships.
    pub(crate) fn delete_user(&mut self, number: UserNumber) {
        self.forget_user_keys(number);
        let Some(user) = self.users.remove(&number) else { return };
        self.user_ids.remove(&user.record.id);
        for group in user.groups {
            if let Some(group) = self.groups.get_mut(&group) {
                group.members.remove(&number);
            }
        }
    }

    /// Adds a group with its members; refused when its id, name or external id is taken.
    pub(crate) fn insert_group(
        &mut self,
        record: Record,
        attributes: GroupAttributes,
        members: &[UserNumber],
    ) -> Result<&Group, Refusal> {
        let number = GroupNumber(self.last + 1);
        if self.group_ids.contains_key(&record.id) || self.group_is_taken(&attributes, number) {
            return Err(Refusal::Duplicate);
        }
        self.last = number.0;
        self.group_ids.insert(record.id.clone(), number);
        self.index_group(number, &attributes);
        self.groups.insert(number, Group { record, attributes, members: BTreeSet::new() });
        self.change_members(number, members, &[]);
        Ok(&self.groups[&number])
    }

    /// Gives a group another name or external id, and adds and removes members: all of it or, refused, nothing.
    pub(crate) fn change_group(
        &mut self,
        number: GroupNumber,
        attributes: GroupAttributes,
        add: &[UserNumber],
        remove: &[UserNumber],
    ) -> Result<(), Refusal> {
        if self.group_is_taken(&attributes, number) {
            return Err(Refusal::Duplicate);
        }
        self.forget_group_keys(number);
        self.index_group(number, &attributes);
        let group = self.groups.get_mut(&number).ok_or(Refusal::NoSuchGroup)?;
        group.attributes = attributes;
        group.record.touch();
        self.change_members(number, add, remove);
        Ok(())
    }

    /// Removes a group and all memberships in it.
    pub(crate) fn delete_group(&mut self, number: GroupNumber) {
        self.forget_group_keys(number);
        let Some(group) = self.groups.remove(&number) else { return };
        self.group_ids.remove(&group.record.id);
        for member in group.members {
            if let Some(user) = self.users.get_mut(&member) {
                user.groups.remove(&number);
            }
        }
    }

    fn change_members(&mut self, number: GroupNumber, add: &[UserNumber], remove: &[UserNumber]) {
        let Some(group) = self.groups.get_mut(&number) else { return };
        for member in add {
            if let Some(user) = self.users.get_mut(member) {
                user.groups.insert(number);
                group.members.insert(*member);
            }
        }
        for member in remove {
            if let Some(user) = self.users.get_mut(member) {
                user.groups.remove(&number);
            }
            group.members.remove(member);
        }
    }

    fn user_is_taken(&self, attributes: &UserAttributes, number: UserNumber) -> bool {
        let by_others = |holder: Option<&UserNumber>| holder.is_some_and(|holder| *holder != number);
        by_others(self.user_names.get(&attributes.user_name().to_lowercase()))
            || attributes.email().is_some_and(|email| by_others(self.emails.get(email)))
            || attributes.external_id().is_some_and(|id| by_others(self.user_external_ids.get(id)))
    }

    fn index_user(&mut self, number: UserNumber, attributes: &UserAttributes) {
        self.user_names.insert(attributes.user_name().to_lowercase(), number);
        if let Some(email) = attributes.email() {
            self.emails.insert(email.to_owned(), number);
        }
        if let Some(external_id) = attributes.external_id() {
            self.user_external_ids.insert(external_id.to_owned(), number);
        }
    }

    fn forget_user_keys(&mut self, number: UserNumber) {
        let Some(user) = self.users.get(&number) else { return };
        self.user_names.remove(&user.attributes.user_name().to_lowercase());
        if let Some(email) = user.attributes.email() {
            self.emails.remove(email);
        }
        if let Some(external_id) = user.attributes.external_id() {
            self.user_external_ids.remove(external_id);
        }
    }

    fn group_is_taken(&self, attributes: &GroupAttributes, number: GroupNumber) -> bool {
        let by_others = |holder: Option<&GroupNumber>| holder.is_some_and(|holder| *holder != number);
        by_others(self.group_names.get(&attributes.display_name))
            || attributes.external_id.as_ref().is_some_and(|id| by_others(self.group_external_ids.get(id)))
    }

    fn index_group(&mut self, number: GroupNumber, attributes: &GroupAttributes) {
        self.group_names.insert(attributes.display_name.clone(), number);
        if let Some(external_id) = &attributes.external_id {
            self.group_external_ids.insert(external_id.clone(), number);
        }
    }

    fn forget_group_keys(&mut self, number: GroupNumber) {
        let Some(group) = self.groups.get(&number) else { return };
        self.group_names.remove(&group.attributes.display_name);
        if let Some(external_id) = &group.attributes.external_id {
            self.group_external_ids.remove(external_id);
        }
    }
}

/// A new id of the bare form: shaped like a UUID, whose version and variant digits are not those of RFC 4122.
pub(crate) fn new_id() -> String {
    let bits = fastrand::u128(..);
    format!(
        "{:08x}-{:04x}-70{:02x}-{:04x}-{:012x}",
        bits >> 96,
        (bits >> 80) & 0xffff,
        (bits >> 64) & 0xff,
        (bits >> 48) & 0xffff,
        bits & 0xffff_ffff_ffff
    )
}
