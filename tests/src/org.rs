//! An organisation in Okta, in a few words.

use serde_json::{Map, Value, json};

/// People and groups. Names are short: `ann` signs in as `ann@example.com`.
#[derive(Clone, Debug, Default)]
pub struct Org {
    users: Vec<Value>,
    groups: Vec<Value>,
}

impl Org {
    /// Nobody, no group.
    pub fn new() -> Self {
        Self::default()
    }

    /// An active person: login and mail address `NAME@example.com`, first name `Name`, last name `Example`.
    pub fn person(self, name: &str) -> Self {
        self.person_with(name, json!({}))
    }

    /// A person with other profile attributes; null takes one away.
    pub fn person_with(mut self, name: &str, profile: Value) -> Self {
        self.users.push(json!({
            "id": user_id(name),
            "status": "ACTIVE",
            "profile": {
                "login": login(name),
                "email": login(name),
                "firstName": capitalised(name),
                "lastName": "Example",
            },
        }));
        self.profile(name, profile)
    }

    /// Several people.
    pub fn people<const N: usize>(self, names: [&str; N]) -> Self {
        names.into_iter().fold(self, Org::person)
    }

    /// `number` people: `prefix000`, `prefix001` …
    pub fn crowd(self, prefix: &str, number: usize) -> Self {
        crowd_names(prefix, number).iter().fold(self, |org, name| org.person(name))
    }

    /// A group with its members, who must be there.
    pub fn group<'a>(mut self, name: &str, members: impl IntoIterator<Item = &'a str>) -> Self {
        // A new id even when a group of this name was there before: Okta never gives an id twice.
        let id = format!("00g{:017}", self.groups.len() + 1);
        self.groups.push(json!({
            "id": id,
            "type": "OKTA_GROUP",
            "profile": { "name": name, "description": null },
            "members": [],
        }));
        members.into_iter().fold(self, |org, member| org.joins(member, name))
    }

    /// A group of everybody in a crowd.
    pub fn group_of_crowd(self, name: &str, prefix: &str, number: usize) -> Self {
        let names = crowd_names(prefix, number);
        self.group(name, names.iter().map(String::as_str))
    }

    /// Another group of a name that is taken: Okta allows it for groups of applications.
    pub fn app_group(self, name: &str) -> Self {
        let mut org = self.group(name, []);
        let last = org.groups.last_mut().expect("a group was just added");
        last["type"] = "APP_GROUP".into();
        last["source"] = json!({ "id": "0oa1gjh63g214q0Hq0g4" });
        org
    }

    /// Somebody becomes a member.
    pub fn joins(mut self, name: &str, group: &str) -> Self {
        let id = self.existing(name)["id"].clone();
        let members = self.existing_group(group)["members"].as_array_mut().expect("members are a list");
        members.push(id);
        self
    }

    /// Somebody is no member any more.
    pub fn leaves(mut self, name: &str, group: &str) -> Self {
        let id = self.existing(name)["id"].clone();
        let members = self.existing_group(group)["members"].as_array_mut().expect("members are a list");
        let before = members.len();
        members.retain(|member| *member != id);
        assert!(members.len() < before, "{name} was no member of {group}");
        self
    }

    /// Changes profile attributes; null takes one away. The person keeps its name in the tests, whatever its login.
    pub fn profile(mut self, name: &str, changes: Value) -> Self {
        let profile = self.existing(name)["profile"].as_object_mut().expect("a profile is an object");
        merge(profile, changes);
        self
    }

    /// Gives a person another status: `SUSPENDED`, `DEPROVISIONED` …
    pub fn status(mut self, name: &str, status: &str) -> Self {
        self.existing(name)["status"] = status.into();
        self
    }

    /// Okta forgets a person altogether.
    pub fn vanishes(mut self, name: &str) -> Self {
        let id = self.existing(name)["id"].clone();
        self.users.retain(|user| user["id"] != id);
        for group in &mut self.groups {
            group["members"].as_array_mut().expect("members are a list").retain(|member| *member != id);
        }
        self
    }

    /// A group gets another name and keeps its id.
    pub fn rename_group(mut self, name: &str, new: &str) -> Self {
        self.existing_group(name)["profile"]["name"] = new.into();
        self
    }

    /// Changes profile attributes of a group; null takes one away.
    pub fn group_profile(mut self, name: &str, changes: Value) -> Self {
        let profile = self.existing_group(name)["profile"].as_object_mut().expect("a profile is an object");
        merge(profile, changes);
        self
    }

    /// The id that Okta gave a group.
    pub fn group_id(&self, name: &str) -> String {
        let found = self.groups.iter().find(|group| group["profile"]["name"] == name);
        found.and_then(|group| group["id"].as_str()).unwrap_or_else(|| panic!("no group {name}")).to_owned()
    }

    /// In the form that `usher simulate --org` and `PUT /_sim/source` take.
    pub fn to_json(&self) -> Value {
        json!({ "users": self.users, "groups": self.groups })
    }

    fn existing(&mut self, name: &str) -> &mut Value {
        let id = user_id(name);
        self.users
            .iter_mut()
            .find(|user| user["id"] == id.as_str())
            .unwrap_or_else(|| panic!("no person {name}"))
    }

    fn existing_group(&mut self, name: &str) -> &mut Value {
        let found = self.groups.iter_mut().find(|group| group["profile"]["name"] == name);
        found.unwrap_or_else(|| panic!("no group {name}"))
    }
}

/// The Okta id of a person: `00u`, the name, and zeros up to Okta's 20 characters.
pub fn user_id(name: &str) -> String {
    assert!(
        name.len() <= 16 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "no short name: {name}"
    );
    // The x keeps `a` and `a0` apart.
    format!("00u{:0<17}", format!("{name}x"))
}

/// How a person signs in, unless the test says otherwise.
pub fn login(name: &str) -> String {
    format!("{name}@example.com")
}

fn crowd_names(prefix: &str, number: usize) -> Vec<String> {
    (0..number).map(|index| format!("{prefix}{index:03}")).collect()
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn merge(profile: &mut Map<String, Value>, changes: Value) {
    let Value::Object(changes) = changes else { panic!("changes of a profile are an object: {changes}") };
    for (name, value) in changes {
        if value.is_null() {
            profile.remove(&name);
        } else {
            profile.insert(name, value);
        }
    }
}
