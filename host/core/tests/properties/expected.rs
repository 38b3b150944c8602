//! What a directory should come to, said without a plan.

use std::collections::{BTreeMap, BTreeSet};

use usher_core::account::Account;
use usher_core::actual::{ActualGroup, ActualUser};
use usher_core::id::{GroupKey, OktaUserId, ScimGroupId};
use usher_core::name;
use usher_core::settings::{Leavers, Memberships, OrphanedGroups};
use usher_core::source::{UserStatus, Whereabouts};

use crate::target::{Contents, Target};
use crate::world::World;

/// The end of a whole, complete run over a world in which nothing is contested.
pub(crate) fn contents(world: &World) -> Contents {
    let before = Target::new(world.actual.clone()).contents();
    let links = links(world);
    let users = users(world, &before, &links);
    let name = |known_as: &String| links.get(known_as).unwrap_or(known_as).clone();
    let is_there = |known_as: &String| users.contains_key(&name(known_as));
    let is_mirrored = world.settings.memberships == Memberships::Mirror;

    let mut groups = BTreeMap::new();
    for (key, group) in &world.desired.groups {
        let wanted = group.members.iter().filter(|id| is_wanted(world, id)).map(|id| id.as_str().to_owned());
        let mut members: BTreeSet<String> = wanted.filter(|id| users.contains_key(id)).collect();
        let (mut old_name, mut standing_members) = (None, BTreeSet::new());
        if let Some((name, members)) = standing(world, key, &group.display_name).map(|it| &before.groups[&it])
        {
            (old_name, standing_members) = (Some(name), members.clone());
        }
        let stay = |id: &&String| !is_mirrored || stays(world, key, id);
        members.extend(standing_members.iter().filter(stay).map(name));
        let names = [Some(&group.display_name), old_name];
        let is_kept = names.into_iter().flatten().any(|it| world.settings.protected.group(it).is_some());
        // That somebody in it is protected as well makes no difference to the group's own protection.
        let all_stay = members.is_empty() && is_kept;
        let stay = |id: &&String| all_stay || is_protected(world, id);
        members.extend(standing_members.iter().filter(stay).map(name));
        members.retain(|id| users.contains_key(id));
        groups.insert(key.as_str().to_owned(), (group.display_name.clone(), members));
    }
    let adopted: BTreeSet<String> =
        world.desired.groups.iter().filter_map(|(key, it)| standing(world, key, &it.display_name)).collect();
    for (known_as, (display_name, members)) in before.groups {
        let key = GroupKey::new(known_as.clone());
        if adopted.contains(&known_as) || world.desired.groups.contains_key(&key) {
            continue;
        }
        let on_hold = key.is_chosen() && !world.desired.held_groups.is_empty();
        let is_left =
            !GroupKey::is_ours(&known_as) || world.desired.untouched_groups.contains(&key) || on_hold;
        let stay: BTreeSet<&String> =
            members.iter().filter(|id| stays(world, &key, id) || is_protected(world, id)).collect();
        let orphaned = world.settings.orphaned_groups;
        let all_stay = is_left
            || orphaned == OrphanedGroups::Keep
            || (world.settings.protected.group(&display_name).is_some()
                && !members.iter().any(|id| stays(world, &key, id)));
        if !all_stay && stay.is_empty() && orphaned == OrphanedGroups::Delete {
            continue;
        }
        let stay = if all_stay || !is_mirrored { members.iter().collect() } else { stay };
        let members = stay.into_iter().filter(|id| is_there(id)).map(name).collect();
        groups.insert(known_as, (display_name, members));
    }
    Contents { users, groups }
}

fn users(world: &World, before: &Contents, links: &BTreeMap<String, String>) -> BTreeMap<String, Account> {
    let mut users = BTreeMap::new();
    for (known_as, account) in before.users.iter().filter(|(known_as, _)| !links.contains_key(*known_as)) {
        let id = OktaUserId::new(known_as.clone());
        let is_closed = world.desired.closed_users.contains_key(&id) && !is_protected(world, known_as);
        let fate = if is_wanted(world, &id) { Fate::Stays } else { fate(world, &id) };
        if fate != Fate::Gone {
            let active = account.active && fate == Fate::Stays && !is_closed;
            users.insert(known_as.clone(), Account { active, ..account.clone() });
        }
    }
    for (id, user) in world.desired.users.iter().filter(|(id, _)| is_wanted(world, id)) {
        let known_as = links.iter().find(|(_, it)| *it == id.as_str()).map_or(id.as_str(), |(it, _)| it);
        let standing = before.users.get(known_as);
        let was_active = standing.is_some_and(|account| account.active);
        let active = user.account.active || (was_active && is_protected(world, known_as));
        if user.keeps_attributes {
            if let Some(account) = users.get_mut(id.as_str()) {
                account.active &= active;
            }
        } else if standing.is_some() || user.account.active {
            let account = Account { profile_url: None, active, ..user.account.clone() };
            users.insert(id.as_str().to_owned(), account);
        }
    }
    users
}

/// What becomes of the account of somebody who is not desired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Stays,
    Closed,
    Gone,
}

/// Nobody goes of whom Okta was not asked, who is protected, or who is an active member of a group that is left as it is.
pub(crate) fn fate(world: &World, id: &OktaUserId) -> Fate {
    let Some(place) = world.whereabouts.get(id) else { return Fate::Stays };
    let is_closed = match place {
        Whereabouts::Unlisted(_) => return Fate::Stays,
        Whereabouts::Gone => true,
        Whereabouts::Known(status) => matches!(status, UserStatus::Suspended | UserStatus::Deprovisioned),
    };
    let is_on_hold = is_on_hold(world, id);
    let is_let_go = is_closed || world.desired.skipped_users.contains_key(id) || !is_on_hold;
    let leavers = world.settings.leavers;
    if leavers == Leavers::Keep || is_protected(world, id.as_str()) || !is_let_go {
        return Fate::Stays;
    }
    let is_suspended = *place == Whereabouts::Known(UserStatus::Suspended);
    if leavers == Leavers::Delete
        && !is_suspended
        && !is_on_hold
        && !world.desired.people_on_hold.contains(id)
    {
        Fate::Gone
    } else {
        Fate::Closed
    }
}

/// Whether somebody is a member of a group that is left as it is.
fn is_on_hold(world: &World, id: &OktaUserId) -> bool {
    let groups = Target::new(world.actual.clone()).contents().groups;
    groups.iter().filter(|(_, (_, members))| members.contains(id.as_str())).any(|(key, _)| {
        let key = GroupKey::new(key.clone());
        let nobody_knows = key.is_chosen() && !world.desired.groups.contains_key(&key);
        world.desired.untouched_groups.contains(&key)
            || (nobody_knows && !world.desired.held_groups.is_empty())
    })
}

/// Whether somebody is desired: where leavers are deleted, nobody is whom Okta has deactivated for good, unless there is doubt.
pub(crate) fn is_wanted(world: &World, id: &OktaUserId) -> bool {
    let Some(user) = world.desired.users.get(id) else { return false };
    let is_in_doubt = world.desired.held_users.contains_key(id) || world.desired.people_on_hold.contains(id);
    let deletes = world.settings.leavers == Leavers::Delete && user.is_deprovisioned;
    let mut accounts = world.actual.users.values();
    let own = accounts.find(|it| it.external_id.as_deref() == Some(id.as_str()));
    let mut names = own.map(|own| &own.account.user_name).into_iter().chain([&user.account.user_name]);
    let is_protected = names.any(|name| world.settings.protected.user(name).is_some());
    !deletes || is_in_doubt || is_on_hold(world, id) || is_protected
}

/// Whether a pattern protects somebody known so before, by the name that stands or the one that is wanted.
pub(crate) fn is_protected(world: &World, known_as: &str) -> bool {
    let standing = world.actual.users.values().find(|user| {
        user.external_id.as_deref() == Some(known_as)
            || (user.external_id.is_none() && user.id.as_str() == known_as)
    });
    let linked = links(world).get(known_as).map_or(OktaUserId::new(known_as), OktaUserId::new);
    let wanted = world.desired.users.get(&linked).map(|user| &user.account.user_name);
    let mut names = standing.map(|user| &user.account.user_name).into_iter().chain(wanted);
    names.any(|name| world.settings.protected.user(name).is_some())
}

/// Accounts without an Okta id that a desired person takes over: what they are known as → the Okta id.
fn links(world: &World) -> BTreeMap<String, String> {
    let unclaimed = world.actual.users.values().filter(|user| !is_linked(user));
    unclaimed
        .filter_map(|user| {
            let known_as = user.external_id.clone().unwrap_or_else(|| user.id.as_str().to_owned());
            let (id, _) = world.desired.users.iter().find(|(id, wanted)| {
                if wanted.keeps_attributes || !is_wanted(world, id) {
                    return false;
                }
                let has_own =
                    world.actual.users.values().any(|it| it.external_id.as_deref() == Some(id.as_str()));
                !has_own && name::same(&wanted.account.user_name, &user.account.user_name)
            })?;
            Some((known_as, id.as_str().to_owned()))
        })
        .collect()
}

fn is_linked(user: &ActualUser) -> bool {
    user.external_id.as_deref().is_some_and(OktaUserId::is_okta_shaped)
}

/// What the group that stands for a desired one is known as.
fn standing(world: &World, key: &GroupKey, display_name: &str) -> Option<String> {
    let mut groups = world.actual.groups.values();
    if groups.any(|group| group.external_id.as_deref() == Some(key.as_str())) {
        return Some(key.as_str().to_owned());
    }
    let mut groups = world.actual.groups.values();
    let group = groups.find(|it| it.external_id.is_none() && name::same(&it.display_name, display_name))?;
    Some(group.id.as_str().to_owned())
}

/// Whether a member, known so before, stays in a group of this key though not wanted there.
fn stays(world: &World, key: &GroupKey, known_as: &str) -> bool {
    let id = OktaUserId::new(known_as);
    let user = world.actual.users.values().find(|user| {
        user.external_id.as_deref() == Some(known_as)
            || (user.external_id.is_none() && user.id.as_str() == known_as)
    });
    let has_held_name = user.is_some_and(|user| {
        // Of a group that is wanted: who may be one of its people, and cannot be adopted, stays too.
        let group = world.desired.groups.get(key);
        let held = world.desired.held_users.iter().filter(|(id, _)| match world.desired.users.get(id) {
            Some(_) => group.is_some_and(|group| group.members.contains(*id)),
            None => true,
        });
        !is_linked(user) && held.into_iter().any(|(_, left)| name::same(&left.label, &user.account.user_name))
    });
    let linked = links(world).get(known_as).map_or(id.clone(), OktaUserId::new);
    let is_held = world.desired.held_users.contains_key(&id) && !world.desired.users.contains_key(&id);
    is_held || has_held_name || (key.is_chosen() && world.desired.people_on_hold.contains(&linked))
}

/// The account that carries this id, and the groups it is in.
pub(crate) fn trace(target: &Target, id: &OktaUserId) -> Option<(ActualUser, Vec<ScimGroupId>)> {
    let mut users = target.actual.users.values();
    let user = users.find(|user| user.external_id.as_deref() == Some(id.as_str()))?;
    let groups = target.actual.members.iter().filter(|(_, members)| members.contains(&user.id));
    Some((user.clone(), groups.map(|(group, _)| group.clone()).collect()))
}

/// Whether a run may have to do with this account: it carries an Okta id, or a desired person has its userName.
pub(crate) fn is_named(world: &World, user: &ActualUser) -> bool {
    let mut wanted = world.desired.users.values();
    is_linked(user) || wanted.any(|it| name::same(&it.account.user_name, &user.account.user_name))
}

/// Whether a run may have to do with the name or key of this group.
pub(crate) fn is_group_named(world: &World, group: &ActualGroup) -> bool {
    let key = group.external_id.as_deref().map(GroupKey::new);
    let is_wanted = key.is_some_and(|key| world.desired.groups.contains_key(&key));
    is_wanted || world.desired.groups.values().any(|it| name::same(&it.display_name, &group.display_name))
}
