//! Memberships: desired groups are mirrored, groups of ours that nobody desires any more are emptied.

use std::collections::BTreeSet;

use super::groups::Groups;
use super::stages::Phase;
use super::users::People;
use super::{Findings, is_absence_meaningful};
use crate::actual::{Actual, ActualGroup};
use crate::decision::Reason;
use crate::desired::{Desired, DesiredGroup, Scope};
use crate::id::{GroupKey, OktaGroupId, ScimUserId};
use crate::name::folded;
use crate::plan::{Change, GroupRef, MEMBERS_PER_REQUEST, UserRef};

/// Why somebody is taken out of a group that stays.
const NOT_A_MEMBER: &str = "neither Okta nor the policy has them in it any more";

/// Plans the memberships of all groups, and with them the new groups.
pub(super) fn reconcile(
    desired: &Desired,
    actual: &Actual,
    people: &People,
    groups: &Groups,
    findings: &mut Findings,
) {
    let members = Members { desired, actual, people };
    for (key, group) in &groups.there {
        let Some(wanted) = desired.groups.get(key) else { continue };
        members.mirror(group, wanted, findings);
    }
    if is_absence_meaningful(desired, actual) {
        for group in actual.groups.values() {
            members.empty(group, &groups.missed_names, findings);
        }
    }
}

struct Members<'a> {
    desired: &'a Desired,
    actual: &'a Actual,
    people: &'a People,
}

impl Members<'_> {
    fn mirror(&self, group: &GroupRef, wanted: &DesiredGroup, findings: &mut Findings) {
        let none = BTreeSet::new();
        let standing = group.scim_id.as_ref().and_then(|id| self.actual.members.get(id)).unwrap_or(&none);
        let wanted_users: Vec<&UserRef> =
            wanted.members.iter().filter_map(|id| self.people.with_account.get(id)).collect();

        let stay: BTreeSet<&ScimUserId> =
            wanted_users.iter().filter_map(|user| user.scim_id.as_ref()).collect();
        let not_adopted = wanted.members.iter().filter_map(|id| self.people.not_adopted.get(id)).flatten();
        let stay: BTreeSet<&ScimUserId> = stay.into_iter().chain(not_adopted).collect();
        let leaving = standing.iter().filter(|id| !stay.contains(id) && !self.is_kept(id, &group.key));
        self.remove(group, leaving, &Reason::new("not-a-member", NOT_A_MEMBER), findings);

        let is_new = |user: &&UserRef| user.scim_id.as_ref().is_none_or(|id| !standing.contains(id));
        let joining = by_name(wanted_users.into_iter().filter(is_new).cloned().collect());
        self.join(group, joining, &wanted.why, findings);
    }

    fn join(&self, group: &GroupRef, joining: Vec<UserRef>, why: &Reason, findings: &mut Findings) {
        let mut chunks = joining.chunks(MEMBERS_PER_REQUEST);
        let mut phase = Phase::Join;
        if group.scim_id.is_none() {
            let members = chunks.next().unwrap_or_default().to_vec();
            findings.stages.add(Phase::Join, Change::CreateGroup { group: group.clone(), members }, why);
            phase = Phase::JoinNew;
        }
        for members in chunks {
            let members = members.to_vec();
            findings.stages.add(phase, Change::AddMembers { group: group.clone(), members }, why);
        }
    }

    /// Empties a group of ours that nobody desires. It stays, with its id: permission sets hang on it. A group whose name a
    /// desired one cannot take keeps its members: they would lose it and get nothing in its place.
    fn empty(&self, group: &ActualGroup, missed_names: &BTreeSet<String>, findings: &mut Findings) {
        let Some(key) = group.external_id.as_deref().filter(|id| GroupKey::is_ours(id)).map(GroupKey::new)
        else {
            return;
        };
        let may_be_on_hold = key.is_chosen() && !self.desired.held_groups.is_empty();
        let is_known = self.desired.groups.contains_key(&key) || self.desired.untouched_groups.contains(&key);
        if is_known || may_be_on_hold {
            return;
        }
        let Some(standing) = self.actual.members.get(&group.id) else { return };
        if missed_names.contains(&folded(&group.display_name)) {
            findings.notes.push(format!(
                "the group {:?} ({key}) keeps its members: another group should have its name and cannot take it",
                group.display_name
            ));
            return;
        }
        let why = self.orphaned(&key);
        let leaving = standing.iter().filter(|id| !self.is_kept(id, &key));
        let group = GroupRef {
            key: key.clone(),
            scim_id: Some(group.id.clone()),
            display_name: group.display_name.clone(),
        };
        self.remove(&group, leaving, &why, findings);
    }

    fn orphaned(&self, key: &GroupKey) -> Reason {
        match self.desired.skipped_groups.get(&OktaGroupId::new(key.as_str())) {
            Some(left) => {
                let message =
                    format!("the group is skipped by rule `{}`: {}", left.why.rule, left.why.message);
                Reason::new(left.why.rule.clone(), message)
            }
            None => Reason::new("orphaned-group", "no selected group of Okta becomes this group any more"),
        }
    }

    /// Whether a member stays whatever the group should hold: somebody on hold, an account that the reading did not show, or
    /// somebody who may be in the group because of a source group on hold or one that was not read. Only a group whose key a
    /// policy chose can have such a source.
    fn is_kept(&self, id: &ScimUserId, key: &GroupKey) -> bool {
        let owner_is_on_hold =
            || self.people.owners.get(id).is_some_and(|owner| self.desired.people_on_hold.contains(owner));
        self.people.kept.contains(id)
            || !self.actual.users.contains_key(id)
            || match self.desired.scope {
                Scope::Whole => key.is_chosen() && owner_is_on_hold(),
                Scope::Narrowed => key.is_chosen() || self.may_be_regrouped(id),
            }
    }

    /// Whether a policy that was asked with all groups in sight may have put this member where Okta does not. It may also put
    /// people into a group of Okta's own id, and a narrowed run asks only about people of the groups it reads. So where it
    /// replaced anybody's groups, whoever was not asked about stays, and so does whoever was asked and got other groups. Of a
    /// policy that replaced nobody's groups, it is taken that groups hold whom Okta says.
    fn may_be_regrouped(&self, id: &ScimUserId) -> bool {
        let regrouped = &self.desired.regrouped_users;
        let is_settled = |owner| self.desired.users.contains_key(owner) && !regrouped.contains(owner);
        !regrouped.is_empty() && !self.people.owners.get(id).is_some_and(is_settled)
    }

    fn remove<'b>(
        &self,
        group: &GroupRef,
        leaving: impl Iterator<Item = &'b ScimUserId>,
        why: &Reason,
        findings: &mut Findings,
    ) {
        let leaving = leaving.filter_map(|id| self.actual.users.get(id)).map(|user| UserRef {
            okta_id: self.people.owners.get(&user.id).cloned(),
            scim_id: Some(user.id.clone()),
            user_name: user.account.user_name.clone(),
        });
        for members in by_name(leaving.collect()).chunks(MEMBERS_PER_REQUEST) {
            let members = members.to_vec();
            findings.stages.add(Phase::Revoke, Change::RemoveMembers { group: group.clone(), members }, why);
        }
    }
}

/// In the order in which a person looks for a name.
fn by_name(mut users: Vec<UserRef>) -> Vec<UserRef> {
    users.sort_by(|one, other| (&one.user_name, &one.okta_id).cmp(&(&other.user_name, &other.okta_id)));
    users
}
