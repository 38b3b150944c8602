//! Memberships: desired groups are mirrored, groups of ours that nobody desires any more are emptied.

use std::collections::BTreeSet;

use super::groups::Groups;
use super::leavers::{PROTECTED_RULE, is_unlisted, protected};
use super::moves::by_name;
use super::stages::Phase;
use super::users::People;
use super::{Findings, is_absence_meaningful};
use crate::actual::{Actual, ActualGroup};
use crate::decision::Reason;
use crate::desired::{Desired, DesiredGroup, Left, Scope};
use crate::id::{GroupKey, OktaGroupId, ScimUserId};
use crate::name::folded;
use crate::plan::{Change, GroupRef, ORPHANED_GROUP, UserRef};
use crate::protected::Pattern;
use crate::quote::quoted;
use crate::settings::{Memberships, OrphanedGroups, Settings};

/// Why somebody is taken out of a group that stays.
const NOT_A_MEMBER: &str = "neither Okta nor the policy has them in it any more";

/// Plans the memberships of all groups, and with them the new groups.
pub(super) fn reconcile(
    desired: &Desired,
    actual: &Actual,
    settings: &Settings,
    people: &People,
    groups: &Groups,
    findings: &mut Findings,
) {
    let mut members = Members { desired, actual, settings, people, left: Untaken::default() };
    for (key, group) in &groups.there {
        let Some(wanted) = desired.groups.get(key) else { continue };
        members.mirror(group, wanted, findings);
    }
    if is_absence_meaningful(desired, actual) {
        for group in actual.groups.values() {
            members.orphaned(group, groups, findings);
        }
    }
    let Untaken { additive, orphaned } = members.left;
    findings
        .count("memberships that nobody wants any more and that stay (memberships = \"additive\")", additive);
    findings.count("groups that nobody wants any more and that stay (orphaned_groups = \"keep\")", orphaned);
}

struct Members<'a> {
    desired: &'a Desired,
    actual: &'a Actual,
    settings: &'a Settings,
    people: &'a People,
    left: Untaken,
}

/// What the settings leave where it is.
#[derive(Default)]
struct Untaken {
    /// Memberships.
    additive: usize,
    /// Groups with members.
    orphaned: usize,
}

impl Members<'_> {
    fn mirror(&mut self, group: &GroupRef, wanted: &DesiredGroup, findings: &mut Findings) {
        let none = BTreeSet::new();
        let standing = group.scim_id.as_ref().and_then(|id| self.actual.members.get(id)).unwrap_or(&none);
        let wanted_users: Vec<&UserRef> =
            wanted.members.iter().filter_map(|id| self.people.with_account.get(id)).collect();

        let stay: BTreeSet<&ScimUserId> =
            wanted_users.iter().filter_map(|user| user.scim_id.as_ref()).collect();
        let not_adopted = wanted.members.iter().filter_map(|id| self.people.not_adopted.get(id)).flatten();
        let stay: BTreeSet<&ScimUserId> = stay.into_iter().chain(not_adopted).collect();
        let is_new = |user: &&UserRef| user.scim_id.as_ref().is_none_or(|id| !standing.contains(id));
        let joining: Vec<UserRef> = wanted_users.into_iter().filter(is_new).cloned().collect();
        let leaving: Vec<&ScimUserId> =
            standing.iter().filter(|id| !stay.contains(id) && !self.is_kept(id, &group.key)).collect();
        let why = Reason::by_usher("not-a-member", NOT_A_MEMBER);
        if self.settings.memberships == Memberships::Additive {
            self.left.additive += leaving.len();
        } else {
            // That somebody of them is protected too takes nothing from the group's own protection.
            if !(joining.is_empty()
                && self.is_left_by_all(&leaving, standing)
                && self.protects(group, &why, findings))
            {
                let leaving = self.unprotected(group, leaving, findings);
                let goes_empty = !leaving.is_empty() && leaving.len() == standing.len();
                let leaving = self.refs(leaving);
                if goes_empty && self.pattern_of(group).is_some() {
                    findings.stages.replace_members(group, leaving, &why);
                } else {
                    findings.stages.remove_members(group, leaving, &why);
                }
            }
        }
        findings.stages.add_members(group, joining, &wanted.why, &wanted.why);
    }

    /// Empties a group of ours that nobody desires, or deletes it, as the settings say. A group whose name a desired one cannot
    /// take keeps its members: they would lose it and get nothing in its place.
    fn orphaned(&mut self, group: &ActualGroup, groups: &Groups, findings: &mut Findings) {
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
        let name = folded(&group.display_name);
        if groups.missed_names.contains(&name) {
            findings.notes.push(format!(
                "the group {} ({key}) keeps its members: another group should have its name and cannot take it",
                quoted(&group.display_name)
            ));
            return;
        }
        if self.settings.orphaned_groups == OrphanedGroups::Keep {
            self.left.orphaned += usize::from(!standing.is_empty());
            return;
        }
        let why = self.why_orphaned(&key);
        let leaving: Vec<&ScimUserId> = standing.iter().filter(|id| !self.is_kept(id, &key)).collect();
        let group = GroupRef {
            key: key.clone(),
            scim_id: Some(group.id.clone()),
            display_name: group.display_name.clone(),
        };
        let deletes = self.settings.orphaned_groups == OrphanedGroups::Delete
            && !groups.contested_names.contains(&name);
        if !deletes && self.settings.memberships == Memberships::Additive {
            self.left.additive += leaving.len();
            return;
        }
        let is_emptied = (deletes && standing.is_empty()) || self.is_left_by_all(&leaving, standing);
        if is_emptied && self.protects(&group, &why, findings) {
            return;
        }
        let leaving = self.unprotected(&group, leaving, findings);
        if leaving.len() == standing.len() && deletes {
            let members = self.refs(leaving);
            findings.stages.add(Phase::Delete, Change::DeleteGroup { group, members }, &why);
        } else if self.settings.memberships == Memberships::Additive {
            self.left.additive += leaving.len();
        } else {
            findings.stages.remove_members(&group, self.refs(leaving), &why);
        }
    }

    /// Whether somebody leaves, and everybody, but for those who stay only since what was read is not what Okta says by now: they may be the
    /// next to leave.
    fn is_left_by_all(&self, leaving: &[&ScimUserId], standing: &BTreeSet<ScimUserId>) -> bool {
        let is_unlisted = |id: &ScimUserId| {
            self.people.owners.get(id).is_some_and(|owner| is_unlisted(self.desired, owner))
        };
        !leaving.is_empty()
            && leaving.len() + standing.iter().filter(|id| is_unlisted(id)).count() == standing.len()
    }

    /// Whether a group is protected from being emptied or deleted; told when it is.
    fn protects(&self, group: &GroupRef, why: &Reason, findings: &mut Findings) -> bool {
        let Some(pattern) = self.pattern_of(group) else { return false };
        let label = self.standing(group).map_or(&group.display_name, |group| &group.display_name);
        findings.kept_groups.push(protected(label, &pattern.to_string(), &why.message));
        true
    }

    /// The pattern that protects a group, by the name that it has or the one that it gets.
    fn pattern_of(&self, group: &GroupRef) -> Option<&Pattern> {
        let names = [Some(&group.display_name), self.standing(group).map(|group| &group.display_name)];
        names.into_iter().flatten().find_map(|name| self.settings.protected.group(name))
    }

    fn standing(&self, group: &GroupRef) -> Option<&ActualGroup> {
        self.actual.groups.get(group.scim_id.as_ref()?)
    }

    /// The pattern that protects a member.
    fn protected_by(&self, id: &ScimUserId) -> Option<String> {
        let user = self.actual.users.get(id)?;
        let wanted = self.people.owners.get(id).and_then(|owner| self.desired.users.get(owner));
        let names = [Some(&user.account.user_name), wanted.map(|user| &user.account.user_name)];
        let mut names = names.into_iter().flatten();
        names.find_map(|name| self.settings.protected.user(name)).map(ToString::to_string)
    }

    fn why_orphaned(&self, key: &GroupKey) -> Reason {
        let message = match self.desired.skipped_groups.get(&OktaGroupId::new(key.as_str())) {
            Some(left) => format!("the group is skipped by rule `{}`: {}", left.why.rule, left.why.message),
            None => "no selected group of Okta becomes this group any more".to_owned(),
        };
        Reason::by_usher(ORPHANED_GROUP, message)
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

    /// Those of them who are not protected; of the others it is told that they stay.
    fn unprotected<'b>(
        &self,
        group: &GroupRef,
        mut leaving: Vec<&'b ScimUserId>,
        findings: &mut Findings,
    ) -> Vec<&'b ScimUserId> {
        leaving.retain(|id| {
            let pattern = self.protected_by(id);
            if let Some(pattern) = &pattern {
                let user_name = self.actual.users.get(*id).map_or("", |user| &user.account.user_name);
                let message = format!(
                    "stays in the group {}: protected by {}",
                    quoted(&group.display_name),
                    quoted(pattern)
                );
                let why = Reason::by_usher(PROTECTED_RULE, message);
                findings.kept_users.push(Left { label: user_name.to_owned(), why });
            }
            pattern.is_none()
        });
        leaving
    }

    fn refs(&self, ids: Vec<&ScimUserId>) -> Vec<UserRef> {
        let users = ids.into_iter().filter_map(|id| self.actual.users.get(id)).map(|user| UserRef {
            okta_id: self.people.owners.get(&user.id).cloned(),
            scim_id: Some(user.id.clone()),
            user_name: user.account.user_name.clone(),
        });
        by_name(users.collect())
    }
}
