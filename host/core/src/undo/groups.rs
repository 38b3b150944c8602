//! Groups: those that were created stay or are deleted, those that were renamed get their names back, those that were deleted are made
//! again. Their members are compared in `members`.

use std::collections::{BTreeMap, BTreeSet};

use super::story::{Fate, GroupStory, Stories};
use super::users::{another, bore_a_temporary_name, made_other};
use super::{
    AS_IT_IS, Allowed, Findings, Found, Identity, MADE_AGAIN, NOT_DELETED, Now, RULE, WENT, group_ref,
};
use crate::actual::ActualGroup;
use crate::decision::Reason;
use crate::desired::Left;
use crate::id::{GroupKey, OktaUserId, ScimGroupId};
use crate::plan::{Change, GroupRef, UserRef};
use crate::quote::quoted;
use crate::reconcile::moves::{DISPLAY_NAME, group_mover, group_names_held, step_group_aside};
use crate::reconcile::names::{contested, is_temporary, order};
use crate::reconcile::stages::Phase;

/// The groups whose members are to be compared.
pub(super) type Groups = BTreeMap<GroupKey, GroupRef>;

/// A group that is to have another name.
struct Return<'a> {
    group: GroupRef,
    /// The group as it stands; none when it is to be made again.
    standing: Option<&'a ActualGroup>,
    name: String,
}

pub(super) fn undo(stories: &Stories, now: &Now<'_>, allowed: &Allowed, findings: &mut Findings) -> Groups {
    let mut groups = Groups::new();
    let mut returns: BTreeMap<GroupKey, Return<'_>> = BTreeMap::new();
    let mut deleted: BTreeSet<ScimGroupId> = BTreeSet::new();
    for (key, story) in &stories.groups {
        let standing = match now.group(&story.group) {
            Found::There(standing) => standing,
            Found::Relinked(standing) => {
                relinked(&story.group, standing, findings);
                continue;
            }
            // What the run deleted was made again; any other group of the run's is gone.
            Found::MadeSince(standing) if story.fate == Fate::Deleted => standing,
            Found::MadeSince(standing) => {
                made_since(&story.group, standing, findings);
                continue;
            }
            Found::Gone => {
                returns.extend(gone(story, findings).map(|back| (key.clone(), back)));
                continue;
            }
        };
        let Some(members) = now.members(standing) else {
            findings.unread_groups.insert(standing.display_name.clone());
            continue;
        };
        if story.fate == Fate::Created && allowed.delete_created {
            // Whoever went by hand is no later change: what stands must be what the run put there.
            let mut later: Vec<String> = Vec::new();
            if standing.display_name != story.group.display_name {
                let (written, found) = (&story.group.display_name, &standing.display_name);
                later.push(another(DISPLAY_NAME, Some(written), Some(found)));
            }
            let ours = story.moved().filter_map(|(_, it)| match now.user(&it.user) {
                Found::There(user) => Some(&user.id),
                Found::Relinked(_) | Found::MadeSince(_) | Found::Gone => None,
            });
            let ours: BTreeSet<_> = ours.collect();
            let others = members.iter().filter(|id| !ours.contains(id));
            later.extend(others.map(|id| {
                let name = now.actual.users.get(id).map_or(id.as_str(), |user| &user.account.user_name);
                format!("{name} is a member since")
            }));
            match delete(key, standing, later, stories, now, allowed, findings) {
                Deletion::Goes => {
                    deleted.insert(standing.id.clone());
                }
                Deletion::StaysWithout => {
                    groups.insert(key.clone(), group_ref(key, standing));
                }
                Deletion::Stays => {}
            }
            continue;
        }
        groups.insert(key.clone(), group_ref(key, standing));
        match story.fate {
            Fate::Deleted if standing.display_name == story.group.display_name => findings.as_before += 1,
            Fate::Deleted => {
                let (before, found) = (&story.group.display_name, &standing.display_name);
                let other = made_other(DISPLAY_NAME, Some(before), Some(found));
                findings.conflict(format!("the group {}", quoted(found)), vec![other], MADE_AGAIN);
            }
            Fate::Created => {
                let name = &standing.display_name;
                findings.notes.push(format!(
                    "the group {}, which the run created, stays without the members that the run gave it (--delete-created deletes it)",
                    quoted(name)
                ));
            }
            Fate::Stayed => {
                returns.extend(renamed(key, story, standing, findings).map(|back| (key.clone(), back)))
            }
        }
    }
    write(returns, now, &deleted, &mut groups, findings);
    groups
}

/// A group that is not there.
fn gone<'a>(story: &GroupStory, findings: &mut Findings) -> Option<Return<'a>> {
    let name = story.group.display_name.clone();
    match story.fate {
        Fate::Created => findings.as_before += 1,
        Fate::Stayed => {
            let parties = vec!["is not in AWS any more".to_owned()];
            findings.conflict(format!("the group {}", quoted(&name)), parties, WENT);
        }
        Fate::Deleted if is_temporary(&name) => {
            let why = bore_a_temporary_name(&findings.run);
            findings.kept_groups.push(Left { label: name, why });
        }
        Fate::Deleted => {
            let group = GroupRef { scim_id: None, ..story.group.clone() };
            return Some(Return { group, standing: None, name });
        }
    }
    None
}

/// What becomes of a group that the run created.
enum Deletion {
    Goes,
    /// It stays without the members that the run gave it.
    StaysWithout,
    Stays,
}

/// Deletes a group unless something speaks against it.
fn delete(
    key: &GroupKey,
    standing: &ActualGroup,
    later: Vec<String>,
    stories: &Stories,
    now: &Now<'_>,
    allowed: &Allowed,
    findings: &mut Findings,
) -> Deletion {
    let (what, name) = ("created the group", &standing.display_name);
    if !later.is_empty() {
        findings.conflict(format!("the group {}", quoted(name)), later, NOT_DELETED);
        return Deletion::StaysWithout;
    }
    if let Some(pattern) = allowed.protected.group(name) {
        findings.protected_group(name, &pattern.to_string(), what);
        return Deletion::Stays;
    }
    let users = now.members(standing).into_iter().flatten().filter_map(|id| now.actual.users.get(id));
    let mut members: Vec<UserRef> = Vec::new();
    for user in users {
        let okta_id = user.external_id.as_deref().filter(|id| OktaUserId::is_okta_shaped(id));
        let member = UserRef {
            okta_id: okta_id.map(OktaUserId::new),
            scim_id: Some(user.id.clone()),
            user_name: user.account.user_name.clone(),
        };
        let comes_back = Identity::of(&member).and_then(|identity| stories.name_before(&identity));
        // That somebody stays is told with the memberships.
        if allowed.protects_user(user, comes_back).is_some() {
            return Deletion::StaysWithout;
        }
        members.push(member);
    }
    members.sort_by(|one, other| (&one.user_name, &one.scim_id).cmp(&(&other.user_name, &other.scim_id)));
    let why = findings.why(what);
    findings.stages.add(
        Phase::Delete,
        Change::DeleteGroup { group: group_ref(key, standing), members },
        &why,
    );
    Deletion::Goes
}

fn renamed<'a>(
    key: &GroupKey,
    story: &GroupStory,
    standing: &'a ActualGroup,
    findings: &mut Findings,
) -> Option<Return<'a>> {
    let found = &standing.display_name;
    if story.attributes.get("externalId").is_some_and(|(before, after)| before != after) {
        let message = format!(
            "stays linked to the key that run {} gave it: to AWS that is no attribute that goes; its name goes back",
            findings.run
        );
        findings.kept_groups.push(Left { label: found.clone(), why: Reason::by_usher(RULE, message) });
    }
    let (before, after) = story.attributes.get(DISPLAY_NAME)?;
    let name = before.clone().filter(|_| before != after)?;
    if name == *found {
        findings.as_before += 1;
        return None;
    }
    if is_temporary(&name) {
        findings.kept_groups.push(Left { label: found.clone(), why: bore_a_temporary_name(&findings.run) });
        return None;
    }
    // One that bears a temporary name gave up its own in a run that broke off, such as an earlier try to take this one back.
    if after.as_ref() != Some(found) && !is_temporary(found) {
        let later = another(DISPLAY_NAME, after.as_deref(), Some(found));
        findings.conflict(format!("the group {}", quoted(found)), vec![later], AS_IT_IS);
        return None;
    }
    let group = GroupRef { display_name: name.clone(), ..group_ref(key, standing) };
    Some(Return { group, standing: Some(standing), name })
}

/// Writes the names, in an order in which no step meets one that is still held, and says which groups are there afterwards.
fn write(
    mut returns: BTreeMap<GroupKey, Return<'_>>,
    now: &Now<'_>,
    deleted: &BTreeSet<ScimGroupId>,
    groups: &mut Groups,
    findings: &mut Findings,
) {
    let mover = |key, back: &Return<'_>| {
        group_mover(key, back.standing.map(|group| &*group.display_name), &back.name)
    };
    let mut movers: BTreeMap<_, _> =
        returns.iter().map(|(key, back)| (key.clone(), mover(key, back))).collect();
    let moving = returns.values().filter_map(|back| Some(&back.standing?.id)).collect();
    for (key, (claim, holder)) in contested(&movers, group_names_held(now.actual, &moving, deleted)) {
        returns.remove(&key);
        let contested = format!("{} {}", claim.attribute, quoted(&claim.value));
        let advice = "the name that it had belongs to another by now: take it from there by hand, or leave both as they are";
        findings.conflict(contested, vec![movers[&key].label.clone(), holder], advice);
        movers.remove(&key);
    }
    movers.retain(|key, _| returns.get(key).is_some_and(|back| back.standing.is_some()));
    let order = order(&movers);
    for (key, back) in returns {
        let Return { group, standing, name } = back;
        if let Some(standing) = standing {
            let why = findings.why("renamed the group");
            let mut before = standing.display_name.clone();
            if order.aside.contains_key(&key) {
                before = step_group_aside(&group, before, &why, &mut findings.stages);
            }
            let round = order.rounds.get(&key).copied().unwrap_or_default();
            let change = Change::RenameGroup { group: group.clone(), before, after: name };
            findings.stages.add(Phase::Update(round), change, &why);
        } else {
            findings.notes.push(format!(
                "the group {}: made again under a new id of Identity Center; its assignments of permission sets are lost",
                quoted(&name)
            ));
        }
        groups.insert(key, group);
    }
}

fn made_since(group: &GroupRef, standing: &ActualGroup, findings: &mut Findings) {
    let went = group.scim_id.as_ref().map_or("no id", |id| id.as_str());
    let parties = vec![format!("{went} went since"), format!("{} was made in its place", standing.id)];
    findings.conflict(format!("the group {}", quoted(&standing.display_name)), parties, AS_IT_IS);
}

fn relinked(group: &GroupRef, standing: &ActualGroup, findings: &mut Findings) {
    let owner = standing.external_id.as_deref().unwrap_or("nobody");
    let parties = vec![
        format!("{} ({})", quoted(&group.display_name), group.key),
        format!("{} ({owner})", quoted(&standing.display_name)),
    ];
    findings.conflict(
        format!("the group {}", standing.id),
        parties,
        "it belongs to another by now and is left as it is",
    );
}
