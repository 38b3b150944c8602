//! Whom and what a name may mean: on both sides, by every name that an object has.

use std::collections::{BTreeMap, BTreeSet};

use usher_core::account::Account;
use usher_core::actual::{ActualGroup, ActualUser};
use usher_core::id::{GroupKey, OktaGroupId, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::name::same;
use usher_core::near;
use usher_core::plan::{Change, GroupRef, UserRef};
use usher_core::source::SourceUser;

use super::error::ExplainError;
use super::step::{Becomes, becomes};
use crate::error::EngineError;
use crate::prepare::Prepared;

/// Similar names told when nobody is found.
const MOST_NEAR: usize = 3;

/// Somebody who is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Somebody {
    /// Of this Okta id, whether or not Okta still has it.
    InOkta(OktaUserId),
    /// Somebody with an account that carries no Okta id.
    OnlyInAws(ScimUserId),
}

/// Everybody who is meant, with the profiles of those whom the run did not meet in a group, if Okta has them.
pub(super) async fn people(
    prepared: &Prepared,
    wanted: &str,
) -> Result<(BTreeSet<Somebody>, BTreeMap<OktaUserId, SourceUser>), ExplainError> {
    let Prepared { read, desired, source, .. } = prepared;
    let met = read.reading.users.values().filter(|user| is_user(user, wanted));
    let mut found: BTreeSet<Somebody> = met.map(|user| Somebody::InOkta(user.id.clone())).collect();
    let meant = desired.users.iter().filter(|(_, user)| is_account(&user.account, wanted));
    found.extend(meant.map(|(id, _)| Somebody::InOkta(id.clone())));
    for user in read.actual.users.values() {
        let is_meant = user.id.as_str() == wanted || user.external_id.as_deref() == Some(wanted);
        if is_meant || is_account(&user.account, wanted) {
            found.insert(match owner(prepared, user) {
                Some(id) => Somebody::InOkta(id),
                None => Somebody::OnlyInAws(user.id.clone()),
            });
        }
    }
    let mut profiles = BTreeMap::new();
    if let Some(okta) = source.live() {
        // Though somebody was met: an address may have been another's before, who is in no group by now.
        profiles.extend(by_id(okta.find_people(wanted).await.map_err(EngineError::from)?));
        found.extend(profiles.keys().cloned().map(Somebody::InOkta));
        for somebody in &found {
            let Somebody::InOkta(id) = somebody else { continue };
            if !read.reading.users.contains_key(id) && !profiles.contains_key(id) {
                let of_id = okta.find_people(id.as_str()).await.map_err(EngineError::from)?;
                profiles.extend(by_id(of_id).filter(|(other, _)| other == id));
            }
        }
    }
    if !found.is_empty() {
        return Ok((found, profiles));
    }
    let logins = read.reading.users.values().map(SourceUser::label);
    let names: BTreeSet<&str> =
        logins.chain(read.actual.users.values().map(|user| user.account.user_name.as_str())).collect();
    let groups = read.groups.iter().map(|group| &group.name);
    let is_group = groups
        .chain(read.actual.groups.values().map(|group| &group.display_name))
        .any(|name| same(name, wanted));
    Err(ExplainError::Nobody {
        wanted: wanted.to_owned(),
        is_group,
        near: similar(wanted, names),
        from_snapshot: source.live().is_none(),
    })
}

/// The account that stands for a person: the one that carries the id, else the one that the plan adopts.
pub(super) fn account<'a>(prepared: &'a Prepared, id: &OktaUserId) -> Option<&'a ActualUser> {
    let users = &prepared.read.actual.users;
    let linked = users.values().find(|user| user.external_id.as_deref() == Some(id.as_str()));
    linked.or_else(|| {
        let adopted = adoptions(prepared).find(|user| user.okta_id.as_ref() == Some(id))?;
        users.get(adopted.scim_id.as_ref()?)
    })
}

fn owner(prepared: &Prepared, user: &ActualUser) -> Option<OktaUserId> {
    let id = user.external_id.as_deref().map(OktaUserId::new);
    let is_ours =
        |id: &OktaUserId| OktaUserId::is_okta_shaped(id.as_str()) || prepared.desired.users.contains_key(id);
    id.filter(is_ours).or_else(|| {
        let adopted = adoptions(prepared).find(|adopted| adopted.scim_id.as_ref() == Some(&user.id))?;
        adopted.okta_id.clone()
    })
}

fn adoptions(prepared: &Prepared) -> impl Iterator<Item = &UserRef> {
    prepared.plan.operations.iter().filter_map(|operation| match &operation.change {
        Change::AdoptUser { user, .. } => Some(user),
        _ => None,
    })
}

fn is_user(user: &SourceUser, wanted: &str) -> bool {
    let names = ["login", "email"].map(|name| user.text(name));
    user.id.as_str() == wanted || names.into_iter().flatten().any(|name| same(name, wanted))
}

fn is_account(account: &Account, wanted: &str) -> bool {
    same(&account.user_name, wanted) || account.email.as_deref().is_some_and(|email| same(email, wanted))
}

fn by_id(users: Vec<SourceUser>) -> impl Iterator<Item = (OktaUserId, SourceUser)> {
    users.into_iter().map(|user| (user.id.clone(), user))
}

fn similar(wanted: &str, names: BTreeSet<&str>) -> Vec<String> {
    near::names(wanted, names.into_iter(), MOST_NEAR).into_iter().map(str::to_owned).collect()
}

/// A group that is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SomeGroup {
    /// A group in AWS that decisions name, or that carries a key of ours.
    OfKey(GroupKey),
    /// A source group that becomes none.
    OnlyInOkta(OktaGroupId),
    /// A group in AWS that carries no key of ours.
    OnlyInAws(ScimGroupId),
}

/// Every group that is meant.
pub(super) fn groups(prepared: &Prepared, wanted: &str) -> Result<BTreeSet<SomeGroup>, ExplainError> {
    let Prepared { read, desired, .. } = prepared;
    let mut found = BTreeSet::new();
    for group in &read.groups {
        if group.id.as_str() != wanted && !same(&group.name, wanted) {
            continue;
        }
        match becomes(prepared, &group.id) {
            Becomes::Synced { groups, .. } if !groups.is_empty() => {
                found.extend(groups.into_iter().map(|group| SomeGroup::OfKey(group.key)));
            }
            _ => {
                found.insert(SomeGroup::OnlyInOkta(group.id.clone()));
            }
        }
    }
    let is_key = |key: &GroupKey| key.as_str() == wanted || *key == GroupKey::chosen(wanted);
    let meant = desired.groups.iter().filter(|(key, group)| is_key(key) || same(&group.display_name, wanted));
    found.extend(meant.map(|(key, _)| SomeGroup::OfKey(key.clone())));
    for group in read.actual.groups.values() {
        let key = group_key(prepared, group);
        let is_meant = group.id.as_str() == wanted || same(&group.display_name, wanted);
        if is_meant || key.as_ref().is_some_and(is_key) {
            found.insert(match key {
                // One of a source group that is told of already, which becomes nothing.
                Some(key) if found.contains(&SomeGroup::OnlyInOkta(OktaGroupId::new(key.as_str()))) => {
                    continue;
                }
                Some(key) => SomeGroup::OfKey(key),
                None => SomeGroup::OnlyInAws(group.id.clone()),
            });
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let names = read.groups.iter().map(|group| group.name.as_str());
    let names: BTreeSet<&str> =
        names.chain(read.actual.groups.values().map(|group| group.display_name.as_str())).collect();
    Err(ExplainError::NoGroup { wanted: wanted.to_owned(), near: similar(wanted, names) })
}

/// The group that stands for a key: the one that carries it, else the one that the plan adopts.
pub(super) fn standing<'a>(prepared: &'a Prepared, key: &GroupKey) -> Option<&'a ActualGroup> {
    let groups = &prepared.read.actual.groups;
    let linked = groups.values().find(|group| group.external_id.as_deref() == Some(key.as_str()));
    linked.or_else(|| {
        let adopted = adopted_groups(prepared).find(|group| group.key == *key)?;
        groups.get(adopted.scim_id.as_ref()?)
    })
}

fn group_key(prepared: &Prepared, group: &ActualGroup) -> Option<GroupKey> {
    let key = group.external_id.as_deref().map(GroupKey::new);
    let is_ours =
        |key: &GroupKey| GroupKey::is_ours(key.as_str()) || prepared.desired.groups.contains_key(key);
    key.filter(is_ours).or_else(|| {
        let adopted = adopted_groups(prepared).find(|adopted| adopted.scim_id.as_ref() == Some(&group.id))?;
        Some(adopted.key.clone())
    })
}

fn adopted_groups(prepared: &Prepared) -> impl Iterator<Item = &GroupRef> {
    prepared.plan.operations.iter().filter_map(|operation| match &operation.change {
        Change::AdoptGroup { group, .. } => Some(group),
        _ => None,
    })
}

/// What a group in AWS is known by: the key it carries or gets, else whatever it carries, else its id.
pub(super) fn key_of(prepared: &Prepared, group: &ActualGroup) -> GroupKey {
    let carried = || GroupKey::new(group.external_id.as_deref().unwrap_or(group.id.as_str()));
    group_key(prepared, group).unwrap_or_else(carried)
}
