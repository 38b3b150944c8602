//! The organisation of a history: who there is in Okta, and what happens there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::event::{Event, Kind};

/// Somebody in Okta.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) login: String,
    pub(crate) email: Option<String>,
    pub(crate) given: String,
    pub(crate) family: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) status: &'static str,
}

/// A group in Okta.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Of an application: those may share a name, Okta's own may not.
    pub(crate) is_of_app: bool,
    pub(crate) members: BTreeSet<String>,
}

/// Everybody and everything in Okta.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Company {
    pub(crate) people: Vec<Person>,
    pub(crate) groups: Vec<Group>,
    /// Okta never gives an id twice.
    last_id: usize,
}

/// The address of a name.
pub(crate) fn address(name: &str) -> String {
    format!("{name}@acme.example")
}

impl Company {
    /// The form that the simulator takes.
    pub(crate) fn to_json(&self) -> Value {
        let users: Vec<Value> = self.people.iter().map(Person::to_json).collect();
        let mut groups: Vec<Value> = self.groups.iter().map(Group::to_json).collect();
        let everyone: Vec<&str> = self.people.iter().map(|person| person.id.as_str()).collect();
        groups.push(json!({
            "id": "00gEveryone000000000", "type": "BUILT_IN", "profile": { "name": "Everyone" }, "members": everyone,
        }));
        json!({ "users": users, "groups": groups })
    }

    /// Lets something happen, if it can. People and groups are picked by number, whatever their number is by then.
    pub(crate) fn happens(&mut self, event: &Event) {
        match *event {
            Event::Joins { name, groups } => self.joins(name, groups),
            Event::Leaves(who) => self.leaves(who),
            Event::Gets(who, status) => self.with(who, |person| person.status = status),
            Event::Is(who, kind) => self.with(who, |person| person.kind = kind),
            Event::TakesName(who, name) => {
                if self.is_login_free(&address(name)) {
                    self.with(who, |person| {
                        person.login = address(name);
                        person.email = Some(address(name));
                    });
                }
            }
            Event::TakesLogin(who, name) => {
                if self.is_login_free(&address(name)) {
                    self.with(who, |person| person.login = address(name));
                }
            }
            Event::TakesMail(who, name) => self.with(who, |person| person.email = name.map(address)),
            Event::Shouts(who) => self.with(who, |person| person.login = person.login.to_uppercase()),
            Event::Marries(who, family) => self.with(who, |person| person.family = family.map(str::to_owned)),
            Event::Rises(who, title) => self.with(who, |person| person.title = title.map(str::to_owned)),
            Event::Swaps(one, other) => self.ring(&[one, other]),
            Event::Ring(one, two, three) => self.ring(&[one, two, three]),
            Event::Moves { who, group } => self.moves(who, group),
            Event::GroupIsMade { name, is_of_app } => {
                if is_of_app || self.is_name_free(name) {
                    self.make_group(name, is_of_app);
                }
            }
            Event::GroupGoes(group) => {
                if let Some(at) = pick(group, self.groups.len()) {
                    self.groups.remove(at);
                }
            }
            Event::GroupIsRenamed(group, name) => {
                let Some(at) = pick(group, self.groups.len()) else { return };
                if self.groups[at].is_of_app || self.is_name_free(name) {
                    name.clone_into(&mut self.groups[at].name);
                }
            }
            Event::GroupsSwap(one, other) => self.group_ring(&[one, other]),
            Event::GroupRing(one, two, three) => self.group_ring(&[one, two, three]),
            Event::ByHand(_) => {}
        }
    }

    fn joins(&mut self, name: &str, groups: u8) {
        if !self.is_login_free(&address(name)) {
            return;
        }
        let id = self.next_id("00u");
        for (at, group) in self.groups.iter_mut().enumerate() {
            if groups >> (at % 8) & 1 == 1 {
                group.members.insert(id.clone());
            }
        }
        self.people.push(Person {
            id,
            login: address(name),
            email: Some(address(name)),
            given: name.to_owned(),
            family: Some("Lee".to_owned()),
            title: None,
            kind: Kind::Employee,
            status: "ACTIVE",
        });
    }

    fn leaves(&mut self, who: u8) {
        let Some(at) = pick(who, self.people.len()) else { return };
        let gone = self.people.remove(at);
        for group in &mut self.groups {
            group.members.remove(&gone.id);
        }
    }

    fn moves(&mut self, who: u8, group: u8) {
        let (Some(who), Some(group)) = (pick(who, self.people.len()), pick(group, self.groups.len())) else {
            return;
        };
        let (id, members) = (&self.people[who].id, &mut self.groups[group].members);
        if !members.remove(id) {
            members.insert(id.clone());
        }
    }

    /// Each takes login and mail address of the next.
    fn ring(&mut self, who: &[u8]) {
        let Some(places) = distinct(who, self.people.len()) else { return };
        for pair in places.windows(2) {
            let [one, other] = [pair[0], pair[1]];
            let (low, high) = (one.min(other), one.max(other));
            let (left, right) = self.people.split_at_mut(high);
            std::mem::swap(&mut left[low].login, &mut right[0].login);
            std::mem::swap(&mut left[low].email, &mut right[0].email);
        }
    }

    /// Each takes the name of the next.
    fn group_ring(&mut self, groups: &[u8]) {
        let Some(places) = distinct(groups, self.groups.len()) else { return };
        for pair in places.windows(2) {
            let (low, high) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
            let (left, right) = self.groups.split_at_mut(high);
            // Two names of Okta's own would be one for a moment, but not in the end.
            if left[low].is_of_app == right[0].is_of_app {
                std::mem::swap(&mut left[low].name, &mut right[0].name);
            }
        }
    }

    fn make_group(&mut self, name: &str, is_of_app: bool) {
        let id = self.next_id("00g");
        self.groups.push(Group { id, name: name.to_owned(), is_of_app, members: BTreeSet::new() });
    }

    fn next_id(&mut self, prefix: &str) -> String {
        self.last_id += 1;
        format!("{prefix}{:017}", self.last_id)
    }

    fn with(&mut self, who: u8, change: impl FnOnce(&mut Person)) {
        if let Some(at) = pick(who, self.people.len()) {
            change(&mut self.people[at]);
        }
    }

    fn is_login_free(&self, login: &str) -> bool {
        !self.people.iter().any(|person| person.login.eq_ignore_ascii_case(login))
    }

    fn is_name_free(&self, name: &str) -> bool {
        !self.groups.iter().any(|group| !group.is_of_app && group.name == name)
    }
}

impl Person {
    fn to_json(&self) -> Value {
        let mut profile = json!({ "login": self.login, "firstName": self.given });
        let optional = [
            ("email", self.email.as_deref()),
            ("lastName", self.family.as_deref()),
            ("title", self.title.as_deref()),
            ("userType", self.kind.user_type()),
        ];
        for (name, value) in optional {
            profile[name] = value.into();
        }
        json!({ "id": self.id, "status": self.status, "profile": profile })
    }
}

impl Group {
    fn to_json(&self) -> Value {
        let kind = if self.is_of_app { "APP_GROUP" } else { "OKTA_GROUP" };
        json!({ "id": self.id, "type": kind, "profile": { "name": self.name }, "members": self.members })
    }
}

/// A number as a place in a list of that length.
pub(crate) fn pick(number: u8, length: usize) -> Option<usize> {
    usize::from(number).checked_rem(length)
}

fn distinct(numbers: &[u8], length: usize) -> Option<Vec<usize>> {
    let places: Vec<usize> = numbers.iter().filter_map(|number| pick(*number, length)).collect();
    let distinct: BTreeSet<&usize> = places.iter().collect();
    (distinct.len() == numbers.len()).then_some(places)
}
