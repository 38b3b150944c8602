//! The organisation as JSON: the form of `--org FILE` and of `/_sim/source`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Group, Organisation, User, long_ago, okta_id, okta_time};

/// Why something is no organisation.
#[derive(Debug, thiserror::Error)]
pub enum OrganisationError {
    /// Not JSON at all.
    #[error("the organisation is not JSON: {0}\nhint: the form is {FORM}")]
    NotJson(#[source] serde_json::Error),
    /// JSON of another form.
    #[error("the organisation's {place} {problem}\nhint: the form is {FORM}")]
    Form {
        /// Where, such as `users[3]`.
        place: String,
        /// What is wrong there.
        problem: String,
    },
    /// Numbers that cannot be met.
    #[error("cannot generate an organisation: {0}")]
    Numbers(String),
}

const FORM: &str = r#"{"users": [Okta users, each with "profile"], "groups": [Okta groups, each with "profile" and "members": [user ids]]}"#;

impl Organisation {
    /// Reads `{"users":[Okta users],"groups":[Okta groups, each with "members":[user ids]]}`. What is missing (ids,
    /// times, status, types) is filled in; what Okta would not know is kept. A member may also be named by login.
    ///
    /// # Errors
    /// Text that is not JSON, an object of another form, an id or a login that two bear, a member that nobody is.
    pub fn from_json(text: &str) -> Result<Self, OrganisationError> {
        let value = serde_json::from_str(text).map_err(OrganisationError::NotJson)?;
        Self::from_value(value, long_ago())
    }

    /// The same from a parsed document; what has no time gets `now`.
    pub(crate) fn from_value(value: Value, now: Timestamp) -> Result<Self, OrganisationError> {
        let Value::Object(mut document) = value else { return Err(wrong("document", "is not an object")) };
        let mut organisation = Self::default();
        let mut logins = BTreeSet::new();
        for (index, value) in list(&mut document, "users")?.into_iter().enumerate() {
            let place = format!("users[{index}]");
            let fields = object(value, &place)?;
            let login = text_of_profile(&fields, "login", &place)?;
            let id = id_of(&fields, "00u", &login, &place)?;
            if !logins.insert(login.to_lowercase()) {
                return Err(wrong(&place, &format!("has the login {login:?}, which another user has")));
            }
            if organisation.users.contains_key(&id) {
                return Err(wrong(&place, &format!("has the id {id:?}, which another user has")));
            }
            let mut user = User { id, fields };
            user.fields.shift_remove("_links");
            user.fill_in(now);
            organisation.insert_user(user);
        }
        for (index, value) in list(&mut document, "groups")?.into_iter().enumerate() {
            let place = format!("groups[{index}]");
            let mut fields = object(value, &place)?;
            let name = text_of_profile(&fields, "name", &place)?;
            let kind = fields.get("type").and_then(Value::as_str).unwrap_or("OKTA_GROUP");
            let id = id_of(&fields, "00g", &format!("{kind} {name}"), &place)?;
            if organisation.groups.contains_key(&id) {
                return Err(wrong(&place, &format!("has the id {id:?}, which another group has")));
            }
            let members = organisation.members(list(&mut fields, "members")?, &place)?;
            fields.shift_remove("_links");
            let mut group = Group { id, fields, members };
            group.fill_in(now);
            organisation.insert_group(group);
        }
        if let Some(key) = document.keys().next() {
            return Err(wrong(key, "is neither \"users\" nor \"groups\""));
        }
        Ok(organisation)
    }

    fn members(&self, values: Vec<Value>, place: &str) -> Result<BTreeSet<String>, OrganisationError> {
        let mut members = BTreeSet::new();
        for (index, value) in values.into_iter().enumerate() {
            let place = format!("{place}.members[{index}]");
            let Value::String(named) = value else { return Err(wrong(&place, "is not a text")) };
            let user = self.user(&named).or_else(|| self.user_by_login(&named));
            let Some(user) = user else {
                return Err(wrong(&place, &format!("is {named:?}, which is no user's id or login")));
            };
            members.insert(user.id.clone());
        }
        Ok(members)
    }

    /// The form that [`Organisation::from_json`] reads, everything filled in.
    pub fn to_json(&self) -> Value {
        let users: Vec<Value> = self.users().map(|user| Value::Object(user.fields.clone())).collect();
        let groups: Vec<Value> = self
            .groups()
            .map(|group| {
                let mut fields = group.fields.clone();
                fields.insert("members".to_owned(), json!(group.members));
                Value::Object(fields)
            })
            .collect();
        json!({ "users": users, "groups": groups })
    }

    /// A document whose users and groups have the times that they have here, where it gives them none: what is put back as it
    /// was has not changed.
    pub(crate) fn with_times(&self, mut document: Value) -> Value {
        for key in ["users", "groups"] {
            let objects = document.get_mut(key).and_then(Value::as_array_mut);
            for object in objects.into_iter().flatten().filter_map(Value::as_object_mut) {
                let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
                let users = self.users.get(id).map(|user| &user.fields);
                let Some(known) = users.or_else(|| self.groups.get(id).map(|group| &group.fields)) else {
                    continue;
                };
                for time in ["created", "activated", "statusChanged", "lastUpdated", "lastMembershipUpdated"]
                {
                    if let (Some(then), None) = (known.get(time), object.get(time)) {
                        object.insert(time.to_owned(), then.clone());
                    }
                }
            }
        }
        document
    }

    /// Moves the times of what is not as it was in `before` and still bears its old times, as Okta does: `lastUpdated`
    /// with the profile, `statusChanged` with the status, `lastMembershipUpdated` with the members alone.
    pub(crate) fn touched(mut self, before: &Self, now: Timestamp) -> Self {
        let now = json!(okta_time(now));
        for user in self.users.values_mut() {
            let Some(old) = before.users.get(&user.id).filter(|old| *old != user) else { continue };
            let user = std::sync::Arc::make_mut(user);
            let is_other_status = user.fields["status"] != old.fields["status"];
            let is_other = is_other_status || user.fields["profile"] != old.fields["profile"];
            touch(&mut user.fields, &old.fields, "statusChanged", is_other_status, &now);
            touch(&mut user.fields, &old.fields, "lastUpdated", is_other, &now);
        }
        for group in self.groups.values_mut() {
            let Some(old) = before.groups.get(&group.id).filter(|old| *old != group) else { continue };
            let group = std::sync::Arc::make_mut(group);
            let is_other_profile = group.fields["profile"] != old.fields["profile"];
            let has_other_members = group.members != old.members;
            touch(&mut group.fields, &old.fields, "lastUpdated", is_other_profile, &now);
            touch(&mut group.fields, &old.fields, "lastMembershipUpdated", has_other_members, &now);
        }
        self
    }
}

fn touch(fields: &mut Map<String, Value>, old: &Map<String, Value>, time: &str, is_other: bool, now: &Value) {
    if is_other && fields.get(time) == old.get(time) {
        fields.insert(time.to_owned(), now.clone());
    }
}

fn wrong(place: &str, problem: &str) -> OrganisationError {
    OrganisationError::Form { place: place.to_owned(), problem: problem.to_owned() }
}

fn list(from: &mut Map<String, Value>, key: &str) -> Result<Vec<Value>, OrganisationError> {
    match from.shift_remove(key) {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(wrong(key, "is not a list")),
    }
}

fn object(value: Value, place: &str) -> Result<Map<String, Value>, OrganisationError> {
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(wrong(place, "is not an object")),
    }
}

fn text_of_profile(fields: &Map<String, Value>, key: &str, place: &str) -> Result<String, OrganisationError> {
    let profile = fields.get("profile").and_then(Value::as_object);
    match profile.and_then(|profile| profile.get(key)).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(wrong(place, &format!("has no \"profile\" with a \"{key}\""))),
    }
}

fn id_of(
    fields: &Map<String, Value>,
    prefix: &str,
    made_from: &str,
    place: &str,
) -> Result<String, OrganisationError> {
    match fields.get("id") {
        None | Some(Value::Null) => Ok(okta_id(prefix, made_from)),
        Some(Value::String(id)) if !id.is_empty() && !id.contains('/') => Ok(id.clone()),
        Some(_) => Err(wrong(place, "has an \"id\" that is not a text without a slash")),
    }
}
