//! Memberships: who was put into a group leaves it, who was taken out joins it again.

use std::collections::BTreeSet;

use super::groups::Groups;
use super::story::{GroupStory, Membership, Stories};
use super::users::People;
use super::{Allowed, Findings, Found, Identity, Now, RULE, user_ref};
use crate::decision::Reason;
use crate::desired::Left;
use crate::id::ScimUserId;
use crate::plan::{GroupRef, UserRef};
use crate::quote::quoted;

pub(super) fn undo(
    stories: &Stories,
    now: &Now<'_>,
    allowed: &Allowed,
    people: &People,
    groups: &Groups,
    findings: &mut Findings,
) {
    let taking = Taking { stories, now, allowed, people };
    for (key, story) in &stories.groups {
        let Some(group) = groups.get(key) else { continue };
        let none = BTreeSet::new();
        let standing = group.scim_id.as_ref().and_then(|id| now.actual.members.get(id)).unwrap_or(&none);
        taking.back(group, story, standing, findings);
    }
}

/// What the memberships of all groups are taken back by.
struct Taking<'a> {
    stories: &'a Stories,
    now: &'a Now<'a>,
    allowed: &'a Allowed,
    people: &'a People,
}

impl Taking<'_> {
    fn back(
        &self,
        group: &GroupRef,
        story: &GroupStory,
        standing: &BTreeSet<ScimUserId>,
        findings: &mut Findings,
    ) {
        let (mut leaving, mut joining, mut protected) = (Vec::new(), Vec::new(), Vec::new());
        for (identity, membership) in story.moved() {
            let user = match self.now.user(&membership.user) {
                Found::There(user) => user,
                Found::Relinked(user) => {
                    // Of a group that lost its last trace of the person nothing is left to take back.
                    if membership.after && standing.contains(&user.id) {
                        held(membership, group, "belongs to another by now", findings);
                    }
                    continue;
                }
                // Where the run deleted the account, the new one is in its place. Any other has its memberships from whoever made it.
                Found::MadeSince(user) if self.stories.is_deleted(identity) => user,
                Found::MadeSince(user) => {
                    if standing.contains(&user.id) == membership.after {
                        held(membership, group, "has another account since", findings);
                    }
                    continue;
                }
                Found::Gone => {
                    gone(identity, membership, group, self.people, &mut joining, findings);
                    continue;
                }
            };
            let user_ref = user_ref(user, &membership.user);
            match (membership.after, standing.contains(&user.id)) {
                (true, false) | (false, true) => findings.as_before += 1,
                (false, false) => joining.push(user_ref),
                // By the name that stands and by the one that comes back.
                (true, true) => match self.allowed.protects_user(user, self.stories.name_before(identity)) {
                    Some(pattern) => protected.push((&user.account.user_name, pattern)),
                    None => leaving.push(user_ref),
                },
            }
        }
        // That somebody of them is protected too takes nothing from the group's own protection.
        let going = leaving.len() + protected.len();
        let is_left_by_all = going > 0 && going == standing.len();
        let name =
            group.scim_id.as_ref().and_then(|id| self.now.actual.groups.get(id)).map(|it| &it.display_name);
        let names = [Some(&group.display_name), name];
        let pattern = names.into_iter().flatten().find_map(|name| self.allowed.protected.group(name));
        match pattern.filter(|_| is_left_by_all) {
            Some(pattern) if joining.is_empty() => {
                let name = name.unwrap_or(&group.display_name);
                findings.protected_group(name, &pattern.to_string(), "gave it all its members");
            }
            pattern => {
                let is_replaced = pattern.is_some() && protected.is_empty();
                for (name, pattern) in protected {
                    let what = format!("put it into the group {}", quoted(&group.display_name));
                    findings.protected_user(name, &pattern.to_string(), &what);
                }
                let why = findings.why("put them into the group");
                if is_replaced {
                    findings.stages.replace_members(group, leaving, &why);
                } else {
                    findings.stages.remove_members(group, leaving, &why);
                }
            }
        }
        let (why_new, why) = (findings.why("deleted the group"), findings.why("took them out of the group"));
        findings.stages.add_members(group, joining, &why_new, &why);
    }
}

/// Somebody who has no account now.
fn gone(
    identity: &Identity,
    membership: &Membership,
    group: &GroupRef,
    people: &People,
    joining: &mut Vec<UserRef>,
    findings: &mut Findings,
) {
    match (people.made_again.get(identity), membership.before) {
        (Some(user), true) => joining.push(user.clone()),
        // With the account the membership went that the run had given.
        (_, false) => findings.as_before += 1,
        (None, true) => held(membership, group, "has no account any more", findings),
    }
}

fn held(membership: &Membership, group: &GroupRef, why: &str, findings: &mut Findings) {
    let did = if membership.after { "put into" } else { "took out of" };
    let message = format!("whom run {} {did} the group {}, {why}", findings.run, quoted(&group.display_name));
    let why = Reason::by_usher(RULE, message);
    findings.held_users.push(Left { label: membership.user.user_name.clone(), why });
}
