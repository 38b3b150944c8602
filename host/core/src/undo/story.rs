//! What a run came to for each account and each group: several operations on one, summed up.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deed, Identity, Past};
use crate::account::Field;
use crate::id::{GroupKey, OktaUserId};
use crate::plan::{AttributeChange, GroupRef, UserRef};

/// What became of an object in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was not there before.
    Created,
    /// It was there before and after.
    Stayed,
    /// It was not there after.
    Deleted,
}

/// Attributes by name, each as it was before the run and after it.
pub(super) type Attributes = BTreeMap<String, (Option<String>, Option<String>)>;

/// One account's part in the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserStory {
    pub(super) user: UserRef,
    pub(super) fate: Fate,
    pub(super) attributes: Attributes,
}

/// Somebody's membership in one group, before the run and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    pub(super) user: UserRef,
    pub(super) before: bool,
    pub(super) after: bool,
}

/// One group's part in the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GroupStory {
    pub(super) group: GroupRef,
    pub(super) fate: Fate,
    pub(super) attributes: Attributes,
    pub(super) members: BTreeMap<Identity, Membership>,
}

/// The whole run.
#[derive(Debug, Default)]
pub(super) struct Stories {
    pub(super) users: BTreeMap<Identity, UserStory>,
    pub(super) groups: BTreeMap<GroupKey, GroupStory>,
    /// Whose accounts the run deleted, also where that is not taken back.
    deleted: BTreeSet<OktaUserId>,
}

impl Stories {
    pub(super) fn of(past: &Past) -> Self {
        let mut stories = Self { deleted: past.deleted.clone(), ..Self::default() };
        for deed in &past.done {
            match deed {
                Deed::CreatedUser(user, changes) => stories.user(user, Fate::Created, changes),
                Deed::ChangedUser(user, changes) => stories.user(user, Fate::Stayed, changes),
                Deed::DeletedUser(user, changes) => stories.user(user, Fate::Deleted, changes),
                Deed::CreatedGroup(group, members) => {
                    stories.group(group, Fate::Created, &[]).change_members(members, true);
                }
                Deed::ChangedGroup(group, changes) => {
                    stories.group(group, Fate::Stayed, changes);
                }
                Deed::DeletedGroup(group, members) => {
                    stories.group(group, Fate::Deleted, &[]).change_members(members, false);
                }
                Deed::AddedMembers(group, members) => {
                    stories.group(group, Fate::Stayed, &[]).change_members(members, true);
                }
                Deed::RemovedMembers(group, members) => {
                    stories.group(group, Fate::Stayed, &[]).change_members(members, false);
                }
            }
        }
        stories
    }

    fn user(&mut self, user: &UserRef, fate: Fate, changes: &[AttributeChange]) {
        let Some(identity) = Identity::of(user) else { return };
        let story = self.users.entry(identity).or_insert_with(|| UserStory {
            user: user.clone(),
            fate,
            attributes: Attributes::new(),
        });
        story.user.user_name.clone_from(&user.user_name);
        if fate != Fate::Stayed {
            story.fate = fate;
        }
        merge(&mut story.attributes, changes);
    }

    fn group(&mut self, group: &GroupRef, fate: Fate, changes: &[AttributeChange]) -> &mut GroupStory {
        let story = self.groups.entry(group.key.clone()).or_insert_with(|| GroupStory {
            group: group.clone(),
            fate,
            attributes: Attributes::new(),
            members: BTreeMap::new(),
        });
        if fate != Fate::Stayed {
            story.fate = fate;
        }
        merge(&mut story.attributes, changes);
        story
    }
}

impl Stories {
    /// Whether the run deleted somebody's account.
    pub(super) fn is_deleted(&self, identity: &Identity) -> bool {
        let is_told =
            matches!(identity, Identity::Okta(id) if self.deleted.contains(&OktaUserId::new(id.as_str())));
        is_told || self.users.get(identity).is_some_and(|story| story.fate == Fate::Deleted)
    }

    /// The userName that somebody had before the run, where the run gave another.
    pub(super) fn name_before(&self, identity: &Identity) -> Option<&String> {
        self.users.get(identity)?.attributes.get(Field::UserName.name())?.0.as_ref()
    }
}

impl GroupStory {
    fn change_members(&mut self, members: &[UserRef], is_member: bool) {
        for member in members {
            let Some(identity) = Identity::of(member) else { continue };
            let membership = self.members.entry(identity).or_insert_with(|| Membership {
                user: member.clone(),
                before: !is_member,
                after: is_member,
            });
            membership.after = is_member;
        }
    }

    /// Whom the run put into the group, or took out of it.
    pub(super) fn moved(&self) -> impl Iterator<Item = (&Identity, &Membership)> {
        self.members.iter().filter(|(_, membership)| membership.before != membership.after)
    }
}

/// The first operation says what was before, the last what was after.
fn merge(into: &mut Attributes, changes: &[AttributeChange]) {
    for change in changes {
        let sides = into.entry(change.attribute.clone()).or_insert_with(|| (change.before.clone(), None));
        sides.1.clone_from(&change.after);
    }
}
