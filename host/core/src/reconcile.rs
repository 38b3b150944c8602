//! From the actual directory to the desired one. Pure: the same input gives the same plan.
//!
//! `users` and `groups` find for each desired object the one that stands for it, and what differs; `names` judges who may
//! have which unique name and in which order names are freed and taken; `members` compares memberships; `difference` compares
//! accounts; `stages` puts the operations in order.

mod difference;
mod groups;
mod members;
mod names;
mod stages;
#[cfg(test)]
mod tests;
mod users;

use std::collections::{BTreeMap, BTreeSet};

use crate::actual::{Actual, ActualUser, Completeness};
use crate::desired::{Conflict, Desired, Left, Scope};
use crate::id::OktaUserId;
use crate::plan::{Plan, Standing};
use crate::source::Whereabouts;
use stages::Stages;

/// People who have an active account of ours and are no longer desired, by id. Okta is to be asked where each of them is; only
/// who has an answer in [`reconcile`] is deactivated. Empty unless the whole organisation was looked at and the target's reading
/// is complete: otherwise absence means nothing.
pub fn leavers(desired: &Desired, actual: &Actual) -> Vec<OktaUserId> {
    let ids: BTreeSet<OktaUserId> = standing_leavers(desired, actual).map(|(id, _)| id).collect();
    ids.into_iter().collect()
}

/// The way from what stands to what is desired. `whereabouts` is what Okta answered for the [`leavers`].
///
/// What is contested, on hold or not ours is left alone and told; the rest goes on.
pub fn reconcile(
    desired: &Desired,
    actual: &Actual,
    whereabouts: &BTreeMap<OktaUserId, Whereabouts>,
) -> Plan {
    let mut findings = Findings::default();
    let people = users::reconcile(desired, actual, &mut findings);
    users::deactivate_closed(desired, actual, &mut findings);
    users::deactivate_leavers(desired, actual, whereabouts, &mut findings);
    let groups = groups::reconcile(desired, actual, &mut findings);
    members::reconcile(desired, actual, &people, &groups, &mut findings);
    let mut conflicts = desired.conflicts.clone();
    conflicts.extend(findings.conflicts);
    Plan {
        operations: findings.stages.into_operations(),
        held_users: desired.held_users.values().cloned().collect(),
        held_groups: desired.held_groups.values().cloned().collect(),
        unread_groups: findings.unread_groups,
        kept_users: findings.kept_users,
        conflicts,
        notes: findings.notes,
        standing: standing(actual),
    }
}

/// What the parts of a reconciliation find.
#[derive(Default)]
struct Findings {
    stages: Stages,
    conflicts: Vec<Conflict>,
    unread_groups: Vec<String>,
    kept_users: Vec<Left>,
    notes: Vec<String>,
}

impl Findings {
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

fn standing_leavers<'a>(
    desired: &'a Desired,
    actual: &'a Actual,
) -> impl Iterator<Item = (OktaUserId, &'a ActualUser)> {
    let meaningful = is_absence_meaningful(desired, actual);
    let ours = actual.users.values().filter(move |user| meaningful && user.account.active);
    ours.filter_map(|user| Some((okta_id(user)?, user)))
        .filter(|(id, _)| !desired.users.contains_key(id) && !desired.held_users.contains_key(id))
}

/// Whether it follows from not being desired that somebody or something is no longer wanted.
fn is_absence_meaningful(desired: &Desired, actual: &Actual) -> bool {
    desired.scope == Scope::Whole && actual.completeness == Completeness::Complete
}

/// The Okta id that an account carries, if it carries one.
fn okta_id(user: &ActualUser) -> Option<OktaUserId> {
    user.external_id.as_deref().filter(|id| OktaUserId::is_okta_shaped(id)).map(OktaUserId::new)
}

fn standing(actual: &Actual) -> Standing {
    Standing {
        active_users: actual
            .users
            .values()
            .filter(|user| user.account.active && okta_id(user).is_some())
            .count(),
        memberships: actual.members.values().map(BTreeSet::len).sum(),
    }
}
