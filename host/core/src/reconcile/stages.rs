//! The order of a plan's operations.

use std::collections::{BTreeMap, BTreeSet};

use super::moves::by_name;
use crate::decision::Reason;
use crate::id::ScimUserId;
use crate::plan::{Change, GroupRef, MEMBERS_PER_REQUEST, Operation, UserRef};

/// What kind of step an operation is; each begins when the one before has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Takes something away: nobody keeps access longer than need be.
    Revoke,
    /// Takes accounts and groups away altogether, after their memberships.
    Delete,
    /// Frees a name that is part of a ring.
    MakeRoom,
    /// Changes what stands; a name is taken in a later round than the one that frees it.
    Update(usize),
    /// New accounts.
    CreateUsers,
    /// New groups with their first members, and members of groups that stand.
    Join,
    /// Further members of new groups.
    JoinNew,
    /// Takes everybody of before out of a protected group that others join: it is never empty in between.
    Replace,
}

/// Operations by phase.
#[derive(Default)]
pub(crate) struct Stages(BTreeMap<Phase, Vec<(Change, Reason)>>);

impl Stages {
    pub(crate) fn add(&mut self, phase: Phase, change: Change, why: &Reason) {
        self.0.entry(phase).or_default().push((change, why.clone()));
    }

    /// Takes members out of a group, in their names' order, as many at once as one request may name.
    pub(crate) fn remove_members(&mut self, group: &GroupRef, leaving: Vec<UserRef>, why: &Reason) {
        self.remove_members_in(Phase::Revoke, group, leaving, why);
    }

    /// The same for a protected group that all of its members leave while others join: those whose accounts stay leave when the
    /// others are in. Accounts that go altogether are known by then.
    pub(crate) fn replace_members(&mut self, group: &GroupRef, leaving: Vec<UserRef>, why: &Reason) {
        let deletions = self.0.get(&Phase::Delete).into_iter().flatten();
        let deleted: BTreeSet<ScimUserId> = deletions
            .filter_map(|(change, _)| match change {
                Change::DeleteUser { user, .. } => user.scim_id.clone(),
                _ => None,
            })
            .collect();
        let goes = |user: &UserRef| user.scim_id.as_ref().is_some_and(|id| deleted.contains(id));
        let (gone, leaving) = leaving.into_iter().partition(goes);
        self.remove_members(group, gone, why);
        let message = format!("{}; the group is protected, so they leave when others are in", why.message);
        self.remove_members_in(Phase::Replace, group, leaving, &Reason { message, ..why.clone() });
    }

    fn remove_members_in(&mut self, phase: Phase, group: &GroupRef, leaving: Vec<UserRef>, why: &Reason) {
        for members in by_name(leaving).chunks(MEMBERS_PER_REQUEST) {
            let change = Change::RemoveMembers { group: group.clone(), members: members.to_vec() };
            self.add(phase, change, why);
        }
    }

    /// Puts members into a group in the same way. A group that is not there yet is made with the first of them, for `why_new`.
    pub(crate) fn add_members(
        &mut self,
        group: &GroupRef,
        joining: Vec<UserRef>,
        why_new: &Reason,
        why: &Reason,
    ) {
        let joining = by_name(joining);
        let mut chunks = joining.chunks(MEMBERS_PER_REQUEST);
        let mut phase = Phase::Join;
        if group.scim_id.is_none() {
            let members = chunks.next().unwrap_or_default().to_vec();
            self.add(Phase::Join, Change::CreateGroup { group: group.clone(), members }, why_new);
            phase = Phase::JoinNew;
        }
        for members in chunks {
            let change = Change::AddMembers { group: group.clone(), members: members.to_vec() };
            self.add(phase, change, why);
        }
    }

    /// All operations in order, the stages counted from 0 without a gap.
    pub(crate) fn into_operations(self) -> Vec<Operation> {
        let stages = (0..).zip(self.0.into_values());
        stages
            .flat_map(|(stage, changes)| {
                changes.into_iter().map(move |(change, why)| Operation { stage, change, why })
            })
            .collect()
    }
}
