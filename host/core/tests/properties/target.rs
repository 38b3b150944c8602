//! A strict Identity Center in memory: it refuses whatever could be refused, and whatever would be a wasted request.

use std::collections::{BTreeMap, BTreeSet};

use usher_core::account::{Account, Field};
use usher_core::actual::{Actual, ActualGroup, ActualUser, Completeness};
use usher_core::id::{ScimGroupId, ScimUserId};
use usher_core::name;
use usher_core::plan::{AttributeChange, Change, GroupRef, MEMBERS_PER_REQUEST, Operation, UserRef};
use usher_core::problems::group_name_problem;

#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) actual: Actual,
    /// Whether an inactive account may be created: only where one that was deleted so is made again.
    pub(crate) takes_inactive: bool,
    made: usize,
}

/// What a directory comes to, whatever ids its new objects got: users and groups by externalId, or by their own id when they
/// carry none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) users: BTreeMap<String, Account>,
    pub(crate) groups: BTreeMap<String, (String, BTreeSet<String>)>,
}

impl Target {
    pub(crate) fn new(actual: Actual) -> Self {
        Self { actual, takes_inactive: false, made: 0 }
    }

    pub(crate) fn apply_all<'a>(&mut self, operations: impl IntoIterator<Item = &'a Operation>) {
        for operation in operations {
            if let Err(refusal) = self.apply(&operation.change) {
                panic!("refused: {refusal}\n{operation:#?}");
            }
        }
    }

    pub(crate) fn contents(&self) -> Contents {
        let named = |id: &ScimUserId| {
            let user = &self.actual.users[id];
            user.external_id.clone().unwrap_or_else(|| id.as_str().to_owned())
        };
        let groups = self.actual.groups.values().map(|group| {
            let members = self.actual.members.get(&group.id).into_iter().flatten().map(named).collect();
            let known_as = group.external_id.clone().unwrap_or_else(|| group.id.as_str().to_owned());
            (known_as, (group.display_name.clone(), members))
        });
        Contents {
            users: self.actual.users.values().map(|user| (named(&user.id), user.account.clone())).collect(),
            groups: groups.collect(),
        }
    }

    fn apply(&mut self, change: &Change) -> Result<(), String> {
        match change {
            Change::CreateUser { user, account } => self.create_user(user, account),
            Change::AdoptUser { user, account, changes } => {
                let external_id = user.okta_id.as_ref().map(|id| id.as_str().to_owned());
                self.write_user(user, external_id, account, changes)
            }
            Change::UpdateUser { user, account, changes }
            | Change::DeactivateUser { user, account, changes }
            | Change::ReactivateUser { user, account, changes } => {
                let id = self.user(user)?;
                let (was, becomes) = (self.actual.users[&id].account.active, account.active);
                let expected = match change.kind() {
                    "deactivate-user" => (true, false),
                    "reactivate-user" => (false, true),
                    _ => (was, was),
                };
                ensure((was, becomes) == expected, "another kind of change")?;
                self.write_user(user, None, account, changes)
            }
            Change::CreateGroup { group, members } => self.create_group(group, members),
            Change::AdoptGroup { group, changes } => {
                let name = changes.iter().find(|change| change.attribute == "displayName");
                let (id, key) = (self.group(group)?, group.key.as_str().to_owned());
                ensure(changes[0].attribute == "externalId", "externalId first")?;
                ensure(changes[0].before == self.actual.groups[&id].external_id, "externalId before")?;
                ensure(
                    self.actual.groups.values().all(|it| it.external_id.as_ref() != Some(&key)),
                    "taken key",
                )?;
                if let Some(change) = name {
                    let (before, after) = (change.before.clone(), change.after.clone());
                    self.rename(&id, &before.ok_or("no name before")?, &after.ok_or("no name after")?)?;
                }
                self.actual.groups.get_mut(&id).ok_or("gone")?.external_id = Some(key);
                ensure(self.actual.groups[&id].display_name == group.display_name, "another name than told")
            }
            Change::RenameGroup { group, before, after } => {
                let id = self.group(group)?;
                self.rename(&id, before, after)
            }
            Change::AddMembers { group, members } => {
                let id = self.group(group)?;
                self.change_members(&id, members, |set, user| set.insert(user))
            }
            Change::RemoveMembers { group, members } => {
                let id = self.group(group)?;
                self.change_members(&id, members, |set, user| set.remove(&user))
            }
            Change::DeleteUser { user, account } => {
                let id = self.user(user)?;
                ensure(self.actual.users[&id].account == **account, "another account than told")?;
                self.actual.users.remove(&id);
                self.actual.members.values_mut().for_each(|members| {
                    members.remove(&id);
                });
                Ok(())
            }
            Change::DeleteGroup { group, members } => {
                let id = self.group(group)?;
                let told: BTreeSet<_> = members.iter().filter_map(|user| user.scim_id.clone()).collect();
                let is_told = self.actual.members.get(&id).is_some_and(|members| members.is_subset(&told));
                // Accounts may go in the same stage.
                ensure(is_told, "other members than told")?;
                self.actual.groups.remove(&id);
                self.actual.members.remove(&id);
                Ok(())
            }
        }
    }

    fn create_user(&mut self, user: &UserRef, account: &Account) -> Result<(), String> {
        ensure(user.scim_id.is_none(), "it exists")?;
        ensure(account.active || self.takes_inactive, "an inactive account is never created")?;
        let external_id = user.okta_id.as_ref().map(|id| id.as_str().to_owned()).ok_or("no id")?;
        ensure(self.linked(&external_id).is_none(), "duplicate externalId")?;
        self.made += 1;
        let id = ScimUserId::new(format!("made-{}", self.made));
        self.check_unique(&id, account)?;
        let account = Account { profile_url: None, ..account.clone() };
        self.actual.users.insert(id.clone(), ActualUser { id, external_id: Some(external_id), account });
        Ok(())
    }

    fn write_user(
        &mut self,
        user: &UserRef,
        external_id: Option<String>,
        account: &Account,
        changes: &[AttributeChange],
    ) -> Result<(), String> {
        let id = self.user(user)?;
        let before = &self.actual.users[&id];
        let mut expected = Vec::new();
        if external_id.is_some() {
            expected.push(("externalId", before.external_id.clone(), external_id.clone()));
        }
        let text = |text: Option<&str>| text.map(str::to_owned);
        for field in Field::ALL.iter().filter(|field| **field != Field::ProfileUrl) {
            let (before, after) = (before.account.get(*field), account.get(*field));
            if before != after {
                expected.push((field.name(), text(before), text(after)));
            }
        }
        let told: Vec<_> =
            changes.iter().map(|it| (it.attribute.as_str(), it.before.clone(), it.after.clone())).collect();
        ensure(told == expected, "other changes than the plan tells")?;
        ensure(!told.is_empty(), "nothing to write")?;
        if let Some(external_id) = &external_id {
            ensure(self.linked(external_id).is_none(), "duplicate externalId")?;
        }
        self.check_unique(&id, account)?;
        let user = self.actual.users.get_mut(&id).ok_or("gone")?;
        user.account = Account { profile_url: None, ..account.clone() };
        user.external_id = external_id.or(user.external_id.take());
        Ok(())
    }

    fn create_group(&mut self, group: &GroupRef, members: &[UserRef]) -> Result<(), String> {
        ensure(group.scim_id.is_none(), "it exists")?;
        let key = group.key.as_str();
        ensure(
            self.actual.groups.values().all(|it| it.external_id.as_deref() != Some(key)),
            "duplicate key",
        )?;
        self.made += 1;
        let id = ScimGroupId::new(format!("made-{}", self.made));
        let display_name = group.display_name.clone();
        self.check_name(&id, &display_name)?;
        let external_id = Some(key.to_owned());
        self.actual.groups.insert(id.clone(), ActualGroup { id: id.clone(), external_id, display_name });
        self.actual.members.insert(id.clone(), BTreeSet::new());
        if members.is_empty() {
            Ok(())
        } else {
            self.change_members(&id, members, |set, user| set.insert(user))
        }
    }

    fn rename(&mut self, id: &ScimGroupId, before: &str, after: &str) -> Result<(), String> {
        ensure(self.actual.groups[id].display_name == before, "it bears another name")?;
        ensure(before != after, "nothing to write")?;
        self.check_name(id, after)?;
        self.actual.groups.get_mut(id).ok_or("gone")?.display_name = after.to_owned();
        Ok(())
    }

    fn change_members(
        &mut self,
        group: &ScimGroupId,
        members: &[UserRef],
        change: impl Fn(&mut BTreeSet<ScimUserId>, ScimUserId) -> bool,
    ) -> Result<(), String> {
        ensure((1..=MEMBERS_PER_REQUEST).contains(&members.len()), "1 to 100 members")?;
        for member in members {
            let user = self.user(member)?;
            let set = self.actual.members.get_mut(group).ok_or("a group that was not read")?;
            ensure(change(set, user), "a membership that is so already")?;
        }
        Ok(())
    }

    fn user(&self, user: &UserRef) -> Result<ScimUserId, String> {
        let by_okta_id = || self.linked(user.okta_id.as_ref()?.as_str());
        let id = user.scim_id.clone().or_else(by_okta_id).ok_or("a user without an account")?;
        if self.actual.users.contains_key(&id) { Ok(id) } else { Err("an unknown user".to_owned()) }
    }

    fn linked(&self, external_id: &str) -> Option<ScimUserId> {
        let mut users = self.actual.users.values();
        users.find(|it| it.external_id.as_deref() == Some(external_id)).map(|it| it.id.clone())
    }

    fn group(&self, group: &GroupRef) -> Result<ScimGroupId, String> {
        let by_key = || {
            let mut groups = self.actual.groups.values();
            groups.find(|it| it.external_id.as_deref() == Some(group.key.as_str())).map(|it| it.id.clone())
        };
        let id = group.scim_id.clone().or_else(by_key).ok_or("a group that is not there")?;
        if self.actual.groups.contains_key(&id) { Ok(id) } else { Err("an unknown group".to_owned()) }
    }

    fn check_unique(&self, id: &ScimUserId, account: &Account) -> Result<(), String> {
        ensure(account.problems().is_empty(), "an account that AWS refuses")?;
        for other in self.actual.users.values().filter(|other| other.id != *id) {
            ensure(!name::same(&other.account.user_name, &account.user_name), "duplicate userName")?;
            if let (Some(one), Some(two)) = (&other.account.email, &account.email) {
                ensure(!name::same(one, two), "duplicate email")?;
            }
        }
        Ok(())
    }

    fn check_name(&self, id: &ScimGroupId, display_name: &str) -> Result<(), String> {
        let mut others = self.actual.groups.values().filter(|other| other.id != *id);
        ensure(others.all(|other| !name::same(&other.display_name, display_name)), "duplicate displayName")?;
        ensure(group_name_problem(display_name).is_none(), "a name that AWS refuses")
    }
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}

/// Keeps the reading's completeness out of a test's sight.
pub(crate) fn empty() -> Actual {
    Actual {
        users: BTreeMap::new(),
        groups: BTreeMap::new(),
        members: BTreeMap::new(),
        completeness: Completeness::Complete,
    }
}
