//! From the actual directory to the desired one. Pure: the same input gives the same plan.
//!
//! `leavers` judges who goes; `users` and `groups` find for each desired object the one that stands for it, and what differs; `names` judges who may
//! have which unique name and in which order names are freed and taken; `members` compares memberships; `difference` compares
//! accounts; `stages` puts the operations in order.

pub(crate) mod difference;
mod groups;
mod leavers;
mod members;
pub(crate) mod moves;
pub(crate) mod names;
pub(crate) mod stages;
#[cfg(test)]
mod tests;
pub(crate) mod users;

use std::collections::{BTreeMap, BTreeSet};

use crate::actual::{Actual, ActualGroup, ActualUser, Completeness};
use crate::desired::{Conflict, Desired, Left, Scope};
use crate::id::{GroupKey, OktaUserId, ScimGroupId};
use crate::plan::{Change, Operation, Plan, Standing};
use crate::quote::quoted;
use crate::settings::Settings;
use crate::source::Whereabouts;
use stages::Stages;

/// Why somebody is left as they stand whom Okta's lists left out, for a person.
pub const UNLISTED: &str = leavers::UNLISTED;

/// People who have an account of ours and are no longer desired, by id, as far as the settings let them go: those who are active
/// and, where leavers are deleted, those who have waited long enough. With them people who have an active account and whom only
/// the policy makes inactive: what it went by may have been read too early. Okta is to be asked where each of them is; only a
/// leaver who has an answer in [`reconcile`] is touched. Empty unless the whole organisation was looked at and the target's
/// reading is complete: otherwise absence means nothing.
pub fn people_to_ask_for(desired: &Desired, actual: &Actual, settings: &Settings) -> Vec<OktaUserId> {
    let desired = leavers::within(desired, actual, settings);
    let mut ids: BTreeSet<OktaUserId> =
        leavers::standing(&desired, actual, settings).map(|(id, _)| id).collect();
    if is_absence_meaningful(&desired, actual) {
        ids.extend(leavers::closed_by_policy(&desired, actual).map(|(id, _)| id.clone()));
    }
    ids.into_iter().collect()
}

/// Who waits to be deleted once the plan is applied, and since when: the record that [`Deferral::since`] takes in the next run. Empty
/// where nobody has to wait.
///
/// [`Deferral::since`]: crate::deferral::Deferral::since
pub fn waiting_after(
    desired: &Desired,
    actual: &Actual,
    settings: &Settings,
    plan: &Plan,
) -> BTreeMap<OktaUserId, u64> {
    leavers::waiting_after(desired, actual, settings, plan)
}

/// The way from what stands to what is desired, as far as the settings allow. `whereabouts` is what Okta answered for the
/// [`people_to_ask_for`].
///
/// What is contested, on hold, protected or not ours is left alone and told; the rest goes on.
pub fn reconcile(
    desired: &Desired,
    actual: &Actual,
    whereabouts: &BTreeMap<OktaUserId, Whereabouts>,
    settings: &Settings,
) -> Plan {
    let mut findings =
        Findings { kept_users: leavers::kept_active(desired, actual, settings), ..Findings::default() };
    let desired = &*leavers::within(desired, actual, settings);
    let desired = &*leavers::holding(desired, actual, whereabouts);
    let deleted = leavers::reconcile(desired, actual, whereabouts, settings, &mut findings);
    let people = users::reconcile(desired, actual, &deleted, &mut findings);
    users::deactivate_closed(desired, actual, settings, &mut findings);
    let groups = groups::reconcile(desired, actual, &mut findings);
    members::reconcile(desired, actual, settings, &people, &groups, &mut findings);
    let mut conflicts = desired.conflicts.clone();
    conflicts.extend(findings.conflicts);
    let operations = findings.stages.into_operations();
    let standing = standing(actual, &operations);
    findings.notes.extend(left_aside(actual, &operations));
    Plan {
        operations,
        held_users: desired.held_users.values().cloned().collect(),
        held_groups: desired.held_groups.values().cloned().collect(),
        unread_groups: findings.unread_groups,
        kept_users: findings.kept_users,
        kept_groups: findings.kept_groups,
        conflicts,
        notes: findings.notes,
        standing,
    }
}

/// What the parts of a reconciliation find.
#[derive(Default)]
struct Findings {
    stages: Stages,
    conflicts: Vec<Conflict>,
    unread_groups: Vec<String>,
    kept_users: Vec<Left>,
    kept_groups: Vec<Left>,
    notes: Vec<String>,
}

impl Findings {
    /// So many of something, unless there is none.
    fn count(&mut self, what: &str, number: usize) {
        if number > 0 {
            self.notes.push(format!("{what}: {number}"));
        }
    }

    /// Two that stand in each other's way are told once.
    fn conflict(&mut self, found: Conflict) {
        let is_told = |it: &Conflict| {
            it.contested == found.contested && found.parties.iter().all(|party| it.parties.contains(party))
        };
        if !self.conflicts.iter().any(is_told) {
            self.conflicts.push(found);
        }
    }
}

/// Whether it follows from not being desired that somebody or something is no longer wanted.
fn is_absence_meaningful(desired: &Desired, actual: &Actual) -> bool {
    desired.scope == Scope::Whole && actual.completeness == Completeness::Complete
}

/// The Okta id that an account carries, if it carries one.
fn okta_id(user: &ActualUser) -> Option<OktaUserId> {
    user.external_id.as_deref().filter(|id| OktaUserId::is_okta_shaped(id)).map(OktaUserId::new)
}

/// Who and what bears a temporary name, and keeps it: a run broke off, and now there is something else in the way.
pub(crate) fn left_aside(actual: &Actual, operations: &[Operation]) -> Vec<String> {
    let is_renamed = |name: &str| {
        operations.iter().any(|operation| match &operation.change {
            Change::RenameGroup { before, .. } => before == name,
            Change::UpdateUser { changes, .. }
            | Change::ReactivateUser { changes, .. }
            | Change::DeactivateUser { changes, .. } => {
                changes.iter().any(|it| it.attribute == "userName" && it.before.as_deref() == Some(name))
            }
            Change::DeleteUser { account, .. } => account.user_name == name,
            Change::DeleteGroup { group, .. } => group.display_name == name,
            _ => false,
        })
    };
    let users = actual.users.values().map(|user| ("user", &user.account.user_name));
    let groups = actual.groups.values().map(|group| ("group", &group.display_name));
    let aside = users.chain(groups).filter(|(_, name)| names::is_temporary(name) && !is_renamed(name));
    aside
        .map(|(kind, name)| {
            format!(
                "the {kind} {} bears a temporary name of a run that broke off, and keeps it for now",
                quoted(name)
            )
        })
        .collect()
}

/// How much stands, and how much of it in the groups that these operations take members from.
pub(crate) fn standing(actual: &Actual, operations: &[Operation]) -> Standing {
    let ours = || actual.users.values().filter(|user| okta_id(user).is_some());
    let is_ours = |key: Option<&str>| key.is_some_and(GroupKey::is_ours);
    let losing = operations.iter().filter_map(|operation| match &operation.change {
        Change::RemoveMembers { group, .. } => group.scim_id.clone(),
        _ => None,
    });
    let going = going(actual, operations);
    let members = |id| actual.members.get(&id).map(|members| (id, members.len()));
    Standing {
        active_users: ours().filter(|user| user.account.active).count(),
        users: ours().count(),
        groups: actual.groups.values().filter(|group| is_ours(group.external_id.as_deref())).count(),
        peopled_groups: actual.members.values().filter(|members| !members.is_empty()).count(),
        memberships: actual.members.values().map(BTreeSet::len).sum(),
        members: losing.chain(going.keys().cloned()).filter_map(members).collect(),
        going,
    }
}

/// The memberships of accounts that are deleted, as far as no operation takes them away before.
fn going(actual: &Actual, operations: &[Operation]) -> BTreeMap<ScimGroupId, (String, usize)> {
    let mut deleted = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for operation in operations {
        match &operation.change {
            Change::DeleteUser { user, .. } => deleted.extend(user.scim_id.as_ref()),
            Change::RemoveMembers { group, members } | Change::DeleteGroup { group, members } => {
                let members = members.iter().filter_map(|member| member.scim_id.as_ref());
                taken.extend(members.filter_map(|member| Some((group.scim_id.as_ref()?, member))));
            }
            _ => {}
        }
    }
    if deleted.is_empty() {
        return BTreeMap::new();
    }
    let of_group = |group: &ActualGroup| {
        let members = actual.members.get(&group.id)?.iter();
        let number = members.filter(|id| deleted.contains(id) && !taken.contains(&(&group.id, *id))).count();
        (number > 0).then(|| (group.id.clone(), (group.display_name.clone(), number)))
    };
    actual.groups.values().filter_map(of_group).collect()
}
