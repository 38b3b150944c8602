//! The way back: from what a run did, and what stands now, to the plan that takes it back. Pure, as `reconcile` is.
//!
//! [`Past`] is what a run did, free of how a journal stores it; `story` sums it up for each account and each group, so that what was
//! changed twice is taken back once; `users`, `groups` and `members` compare the sum with what stands. Whatever is no longer as the run left
//! it is a conflict: named, left alone, and the rest goes on.

mod groups;
mod members;
mod story;
#[cfg(test)]
mod tests;
mod users;

use std::collections::{BTreeMap, BTreeSet};

use crate::actual::{Actual, ActualGroup, ActualUser};
use crate::decision::Reason;
use crate::desired::{Conflict, Left};
use crate::id::{GroupKey, OktaUserId, ScimUserId};
use crate::plan::{AttributeChange, GroupRef, Plan, UserRef};
use crate::protected::{Pattern, Protected};
use crate::quote::quoted;
use crate::reconcile::stages::Stages;
use crate::reconcile::{left_aside, standing};
use story::Stories;

/// The rule of every operation that takes something back.
pub const RULE: &str = "undo";

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The run's id.
    pub run: String,
    /// What it did, in the order in which it did it.
    pub done: Vec<Deed>,
    /// What it attempted without its being known what came of it. That is not taken back, and told.
    pub unsure: Vec<Deed>,
    /// Whose accounts the run deleted, also where only another part of it is taken back.
    pub deleted: BTreeSet<OktaUserId>,
}

/// One operation of a run. Users and groups are named as they were after it, with the ids that they had; members whose accounts
/// the run itself made, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A new account, with what was written.
    CreatedUser(UserRef, Vec<AttributeChange>),
    /// An account was updated, deactivated, reactivated or adopted.
    ChangedUser(UserRef, Vec<AttributeChange>),
    /// An account went, with what it had held.
    DeletedUser(UserRef, Vec<AttributeChange>),
    /// A new group with its first members.
    CreatedGroup(GroupRef, Vec<UserRef>),
    /// A group was renamed or adopted.
    ChangedGroup(GroupRef, Vec<AttributeChange>),
    /// A group went, with whom it had held.
    DeletedGroup(GroupRef, Vec<UserRef>),
    /// New members.
    AddedMembers(GroupRef, Vec<UserRef>),
    /// Members who left.
    RemovedMembers(GroupRef, Vec<UserRef>),
}

/// What an undo may take away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Whether accounts and groups that the run created are deleted. Otherwise accounts are deactivated, and groups stay without
    /// the members that the run gave them.
    pub delete_created: bool,
    /// From whom and what nothing is taken.
    pub protected: Protected,
}

impl Allowed {
    /// The pattern that protects an account, by the name that it has or the one that comes back.
    fn protects_user(&self, user: &ActualUser, comes_back: Option<&String>) -> Option<&Pattern> {
        let names = [Some(&user.account.user_name), comes_back];
        names.into_iter().flatten().find_map(|name| self.protected.user(name))
    }
}

/// The plan that takes back what a run did, as far as it still stands as the run left it. To delete what the run created the members of
/// every group must have been read, those of groups that are none of ours too.
pub fn undo(past: &Past, actual: &Actual, allowed: &Allowed) -> Plan {
    let stories = Stories::of(past);
    let mut findings = Findings::new(past);
    let standing_now = Now::new(actual);
    for deed in &past.unsure {
        findings.unsure(deed);
    }
    let people = users::undo(&stories, &standing_now, allowed, &mut findings);
    let groups = groups::undo(&stories, &standing_now, allowed, &mut findings);
    members::undo(&stories, &standing_now, allowed, &people, &groups, &mut findings);
    if findings.as_before > 0 {
        findings.notes.push(format!("already as before the run: {}", findings.as_before));
    }
    let operations = findings.stages.into_operations();
    findings.notes.extend(left_aside(actual, &operations));
    let measured = measured(actual, &stories);
    Plan {
        standing: standing(&measured, &operations),
        operations,
        held_users: findings.held_users,
        held_groups: findings.held_groups,
        unread_groups: findings.unread_groups.into_iter().collect(),
        kept_users: findings.kept_users,
        kept_groups: findings.kept_groups,
        conflicts: findings.conflicts,
        notes: findings.notes,
    }
}

/// What the guards measure against: the memberships of our groups and of those that the run changed, as after any run.
fn measured(actual: &Actual, stories: &Stories) -> Actual {
    let of_run: BTreeSet<&str> = stories.groups.keys().map(GroupKey::as_str).collect();
    let ids: BTreeSet<_> = stories.groups.values().filter_map(|story| story.group.scim_id.as_ref()).collect();
    let mut measured = actual.clone();
    measured.members.retain(|id, _| {
        let key = actual.groups.get(id).and_then(|group| group.external_id.as_deref());
        ids.contains(id) || key.is_some_and(|key| GroupKey::is_ours(key) || of_run.contains(key))
    });
    measured
}

/// Advice where somebody else changed what the run had changed.
const AS_IT_IS: &str =
    "it was changed since and is left as it is: change it by hand, or take the later change back first";

/// Advice where that is so of something that was to be deleted.
const NOT_DELETED: &str =
    "it was changed since and is not deleted; what is taken back without --delete-created is taken back";

/// Advice where something that the run deleted is there again.
const MADE_AGAIN: &str =
    "it was made again since, and is left as it is: change it by hand if it should be as before";

/// Advice where something is gone that the run changed.
const WENT: &str = "where this run deleted it, take the run back without --person; otherwise it could only be made again under another \
                    id, and what the run changed is to be done by hand";

/// By what a user of a run is found again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    /// Okta's id.
    Okta(String),
    /// Identity Center's id, of an account that carries none of Okta's.
    Scim(String),
}

impl Identity {
    /// None for somebody who is known by name alone.
    fn of(user: &UserRef) -> Option<Self> {
        let okta = user.okta_id.as_ref().map(|id| Self::Okta(id.as_str().to_owned()));
        okta.or_else(|| Some(Self::Scim(user.scim_id.as_ref()?.as_str().to_owned())))
    }
}

/// What stands, by what it is found again.
struct Now<'a> {
    actual: &'a Actual,
    by_external_id: BTreeMap<&'a str, &'a ActualUser>,
    groups_by_key: BTreeMap<&'a str, &'a ActualGroup>,
}

/// Whether somebody or something is still there.
enum Found<T> {
    /// It is.
    There(T),
    /// The object of this id belongs to another now.
    Relinked(T),
    /// It went, and another was made for the same person or in place of the same group: the run never touched that one.
    MadeSince(T),
    /// It is not.
    Gone,
}

impl<'a> Now<'a> {
    fn new(actual: &'a Actual) -> Self {
        let users = actual.users.values().filter_map(|user| Some((user.external_id.as_deref()?, user)));
        let groups = actual.groups.values().filter_map(|group| Some((group.external_id.as_deref()?, group)));
        Self { actual, by_external_id: users.collect(), groups_by_key: groups.collect() }
    }

    /// The account of somebody: the one that carries the Okta id if it is the one that the run knew, and otherwise the one of Identity Center's id unless it is another's.
    fn user(&self, user: &UserRef) -> Found<&'a ActualUser> {
        let by_id = user.scim_id.as_ref().and_then(|id| self.actual.users.get(id));
        let linked = |user: &UserRef| self.by_external_id.get(user.okta_id.as_ref()?.as_str()).copied();
        match (by_id, linked(user)) {
            (_, Some(found)) if user.scim_id.as_ref().is_some_and(|id| *id != found.id) => {
                Found::MadeSince(found)
            }
            (_, Some(found)) => Found::There(found),
            (Some(found), None) if user.okta_id.is_none() || is_nobodys(found.external_id.as_deref()) => {
                Found::There(found)
            }
            (Some(found), None) => Found::Relinked(found),
            (None, None) => Found::Gone,
        }
    }

    /// The group of this key, and otherwise the one of Identity Center's id unless it is another's.
    fn group(&self, group: &GroupRef) -> Found<&'a ActualGroup> {
        let by_id = group.scim_id.as_ref().and_then(|id| self.actual.groups.get(id));
        match (self.groups_by_key.get(group.key.as_str()), by_id) {
            (Some(found), _) if group.scim_id.as_ref().is_some_and(|id| *id != found.id) => {
                Found::MadeSince(found)
            }
            (Some(found), _) => Found::There(found),
            (None, Some(found)) if is_nobodys(found.external_id.as_deref()) => Found::There(found),
            (None, Some(found)) => Found::Relinked(found),
            (None, None) => Found::Gone,
        }
    }

    fn members(&self, group: &ActualGroup) -> Option<&'a BTreeSet<ScimUserId>> {
        self.actual.members.get(&group.id)
    }
}

/// Whether an object belongs to nobody: a run that broke off may have changed it before it came to linking it.
fn is_nobodys(external_id: Option<&str>) -> bool {
    external_id.is_none_or(str::is_empty)
}

/// Somebody as a plan names them.
fn user_ref(user: &ActualUser, okta_id: &UserRef) -> UserRef {
    UserRef {
        okta_id: okta_id.okta_id.clone(),
        scim_id: Some(user.id.clone()),
        user_name: user.account.user_name.clone(),
    }
}

/// A group as a plan names it.
fn group_ref(key: &GroupKey, group: &ActualGroup) -> GroupRef {
    GroupRef { key: key.clone(), scim_id: Some(group.id.clone()), display_name: group.display_name.clone() }
}

/// What the parts of an undo find.
#[derive(Default)]
struct Findings {
    run: String,
    stages: Stages,
    conflicts: Vec<Conflict>,
    held_users: Vec<Left>,
    held_groups: Vec<Left>,
    unread_groups: BTreeSet<String>,
    kept_users: Vec<Left>,
    kept_groups: Vec<Left>,
    notes: Vec<String>,
    /// What somebody took back already.
    as_before: usize,
}

impl Findings {
    fn new(past: &Past) -> Self {
        Self { run: past.run.clone(), ..Self::default() }
    }

    /// Why something is taken back: `run … created the account`.
    fn why(&self, what: &str) -> Reason {
        Reason::by_usher(RULE, format!("run {} {what}", self.run))
    }

    fn unsure(&mut self, deed: &Deed) {
        let why = |what: &str| {
            let message = format!(
                "run {} was to {what}, and its journal does not say whether AWS did: look at it by hand",
                self.run
            );
            Reason::by_usher(RULE, message)
        };
        let names = |members: &[UserRef]| {
            let names: Vec<String> = members.iter().map(|member| member.user_name.clone()).collect();
            crate::guard::first(&names)
        };
        let (user, what) = match deed {
            Deed::CreatedUser(user, _) => (Ok(user), "create the account".to_owned()),
            Deed::ChangedUser(user, _) => (Ok(user), "change the account".to_owned()),
            Deed::DeletedUser(user, _) => (Ok(user), "delete the account".to_owned()),
            Deed::CreatedGroup(group, members) if members.is_empty() => {
                (Err(group), "create the group".to_owned())
            }
            Deed::CreatedGroup(group, members) => {
                (Err(group), format!("create the group with {}", names(members)))
            }
            Deed::ChangedGroup(group, _) => (Err(group), "change the group".to_owned()),
            Deed::DeletedGroup(group, _) => (Err(group), "delete the group".to_owned()),
            Deed::AddedMembers(group, members) => (Err(group), format!("add {}", names(members))),
            Deed::RemovedMembers(group, members) => (Err(group), format!("remove {}", names(members))),
        };
        let why = why(&what);
        match user {
            Ok(user) => self.held_users.push(Left { label: user.user_name.clone(), why }),
            Err(group) => self.held_groups.push(Left { label: group.display_name.clone(), why }),
        }
    }

    fn conflict(&mut self, contested: String, parties: Vec<String>, advice: &str) {
        self.conflicts.push(Conflict { contested, parties, advice: advice.to_owned() });
    }

    fn protected_user(&mut self, name: &str, pattern: &str, what: &str) {
        let message =
            format!("is protected by {} and stays, although run {} {what}", quoted(pattern), self.run);
        self.kept_users.push(Left { label: name.to_owned(), why: Reason::by_usher("protected", message) });
    }

    fn protected_group(&mut self, name: &str, pattern: &str, what: &str) {
        let message =
            format!("is protected by {} and stays, although run {} {what}", quoted(pattern), self.run);
        self.kept_groups.push(Left { label: name.to_owned(), why: Reason::by_usher("protected", message) });
    }
}
