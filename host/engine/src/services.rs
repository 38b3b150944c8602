//! The two services of a run: the live ones, or a snapshot that answers in their place. Whoever reads through here cannot tell
//! which it is, so that a plan from a snapshot takes the same way as a live one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use usher_core::actual::{Actual, ActualGroup, ActualUser, Completeness};
use usher_core::id::{GroupKey, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::name;
use usher_core::quote::quoted;
use usher_core::source::{SourceGroup, SourceUser, Whereabouts};
use usher_identity_center::IdentityCenter;
use usher_okta::{ListedGroup, Okta};

use crate::error::EngineError;
use crate::session::Candidates;
use crate::snapshot::{Snapshot, SnapshotError};

/// Where people and groups come from.
#[derive(Debug)]
pub enum Source {
    /// Okta itself.
    Live(Box<Okta>),
    /// What Okta said at another time.
    Snapshot(Arc<Snapshot>),
}

/// Where they go to.
#[derive(Debug)]
pub enum Target {
    /// Identity Center itself.
    Live(Box<IdentityCenter>),
    /// What stood there at another time. Nothing can be written to it.
    Snapshot(Arc<Snapshot>),
}

/// How a list of all groups is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pages {
    /// As Okta advises.
    Usual,
    /// In as few requests as it lets.
    Large,
}

impl Source {
    /// What was asked of Okta so far; nothing for a snapshot.
    pub fn requests(&self) -> usher_okta::RequestCounts {
        match self {
            Self::Live(okta) => okta.requests(),
            Self::Snapshot(_) => usher_okta::RequestCounts::default(),
        }
    }

    /// The client that can be asked more; none for a snapshot.
    pub(crate) fn live(&self) -> Option<&Okta> {
        match self {
            Self::Live(okta) => Some(okta),
            Self::Snapshot(_) => None,
        }
    }

    pub(crate) fn is_redacted(&self) -> bool {
        matches!(self, Self::Snapshot(snapshot) if snapshot.redacted)
    }

    pub(crate) async fn groups_named(&self, names: &[String]) -> Result<Vec<ListedGroup>, EngineError> {
        match self {
            Self::Live(okta) => Ok(okta.list_groups_named(names).await?),
            Self::Snapshot(snapshot) => Ok(timeless(groups_named(snapshot, names)?)),
        }
    }

    pub(crate) async fn all_groups(&self, pages: Pages) -> Result<Vec<ListedGroup>, EngineError> {
        match (self, pages) {
            (Self::Live(okta), Pages::Usual) => Ok(okta.list_groups().await?),
            (Self::Live(okta), Pages::Large) => Ok(okta.list_groups_in_large_pages().await?),
            (Self::Snapshot(snapshot), _) => match snapshot.candidates {
                Candidates::All => Ok(timeless(snapshot.groups.clone())),
                Candidates::Named(_) => {
                    Err(SnapshotError::NotAllGroups { held: snapshot.groups.len() }.into())
                }
            },
        }
    }

    pub(crate) async fn members(&self, group: &SourceGroup) -> Result<Vec<SourceUser>, EngineError> {
        match self {
            Self::Live(okta) => okta.members(&group.id).await.map_err(|source| {
                let (name, id) = (group.name.clone(), group.id.to_string());
                EngineError::Members { name, id, source: Box::new(source) }
            }),
            Self::Snapshot(snapshot) => Ok(members(snapshot, group)?),
        }
    }

    pub(crate) async fn whereabouts(&self, id: &OktaUserId) -> Result<Whereabouts, EngineError> {
        match self {
            Self::Live(okta) => Ok(okta.whereabouts(id).await?),
            Self::Snapshot(snapshot) => Ok(whereabouts(snapshot, id)?),
        }
    }
}

/// A snapshot does not say when members changed: what it holds is all that there is.
fn timeless(groups: Vec<SourceGroup>) -> Vec<ListedGroup> {
    groups.into_iter().map(|group| ListedGroup { group, members_changed: None }).collect()
}

/// As the live client: each name once, in the order of the names.
fn groups_named(snapshot: &Snapshot, names: &[String]) -> Result<Vec<SourceGroup>, SnapshotError> {
    let by_name: BTreeMap<&str, &SourceGroup> =
        snapshot.groups.iter().map(|group| (group.name.as_str(), group)).collect();
    let mut met = BTreeSet::new();
    let names = names.iter().filter(|name| met.insert(name.as_str()));
    names
        .map(|name| {
            let group = by_name.get(name.as_str()).copied().cloned();
            group.ok_or_else(|| SnapshotError::NoGroup { name: name.clone(), redacted: snapshot.redacted })
        })
        .collect()
}

fn members(snapshot: &Snapshot, group: &SourceGroup) -> Result<Vec<SourceUser>, SnapshotError> {
    let reading = &snapshot.reading;
    let members = reading
        .members
        .get(&group.id)
        .ok_or_else(|| SnapshotError::NoMembers { name: group.name.clone(), id: group.id.to_string() })?;
    Ok(members.iter().filter_map(|id| reading.users.get(id).cloned()).collect())
}

/// Somebody who was met in a group is in the status that was read there, as Okta would have answered.
fn whereabouts(snapshot: &Snapshot, id: &OktaUserId) -> Result<Whereabouts, SnapshotError> {
    let asked = snapshot.whereabouts.get(id).copied();
    let met = || snapshot.reading.users.get(id).map(|user| Whereabouts::Known(user.status));
    asked.or_else(met).ok_or_else(|| SnapshotError::NoWhereabouts { id: id.to_string() })
}

impl Target {
    /// The client that can write; none for a snapshot.
    pub fn live(&self) -> Option<&IdentityCenter> {
        match self {
            Self::Live(identity_center) => Some(identity_center),
            Self::Snapshot(_) => None,
        }
    }

    /// What was asked of Identity Center so far; nothing for a snapshot.
    pub fn requests(&self) -> usher_identity_center::RequestCounts {
        self.live().map(IdentityCenter::requests).unwrap_or_default()
    }

    /// What a person should know of this store, each once.
    pub fn notices(&self) -> Vec<String> {
        self.live().map(IdentityCenter::notices).unwrap_or_default()
    }

    /// Users and groups as far as they can be listed, without members.
    pub(crate) async fn directory(&self) -> Result<Actual, EngineError> {
        let identity_center = match self {
            Self::Live(identity_center) => identity_center,
            Self::Snapshot(snapshot) => {
                return Ok(Actual { members: BTreeMap::new(), ..snapshot.actual.clone() });
            }
        };
        let (users, groups) = futures::try_join!(identity_center.users(), identity_center.groups())?;
        let complete =
            users.completeness == Completeness::Complete && groups.completeness == Completeness::Complete;
        Ok(Actual {
            users: users.items.into_iter().map(|user| (user.id.clone(), user)).collect(),
            groups: groups.items.into_iter().map(|group| (group.id.clone(), group)).collect(),
            members: BTreeMap::new(),
            completeness: if complete { Completeness::Complete } else { Completeness::Partial },
        })
    }

    /// The members of these groups, of which `users` are all whom the caller knows. A group that is missing in the answer
    /// could not be read and must not be changed.
    pub(crate) async fn members(
        &self,
        groups: &[ScimGroupId],
        users: &[ScimUserId],
    ) -> Result<BTreeMap<ScimGroupId, BTreeSet<ScimUserId>>, EngineError> {
        match self {
            Self::Live(identity_center) => Ok(identity_center.members(groups, users).await?),
            Self::Snapshot(snapshot) => Ok(target_members(snapshot, groups)?),
        }
    }

    /// The user of this Okta id or else of this userName, for a target that cannot list everybody.
    pub(crate) async fn find_user(
        &self,
        id: &OktaUserId,
        user_name: &str,
    ) -> Result<Option<ActualUser>, EngineError> {
        match self {
            Self::Live(identity_center) => match identity_center.find_user_by_external_id(id.as_str()).await?
            {
                Some(found) => Ok(Some(found)),
                None => Ok(identity_center.find_user_by_user_name(user_name).await?),
            },
            Self::Snapshot(snapshot) => Ok(find_user(snapshot, id, user_name)?),
        }
    }

    /// The group of this key or else of this name, for a target that cannot list everything.
    pub(crate) async fn find_group(
        &self,
        key: &GroupKey,
        display_name: &str,
    ) -> Result<Option<ActualGroup>, EngineError> {
        match self {
            Self::Live(identity_center) => {
                match identity_center.find_group_by_external_id(key.as_str()).await? {
                    Some(found) => Ok(Some(found)),
                    None => Ok(identity_center.find_group_by_display_name(display_name).await?),
                }
            }
            Self::Snapshot(snapshot) => Ok(find_group(snapshot, key, display_name)?),
        }
    }
}

fn target_members(
    snapshot: &Snapshot,
    groups: &[ScimGroupId],
) -> Result<BTreeMap<ScimGroupId, BTreeSet<ScimUserId>>, SnapshotError> {
    let mut read = BTreeMap::new();
    for id in groups.iter().filter(|id| !snapshot.unread.contains(id)) {
        let Some(members) = snapshot.actual.members.get(id) else {
            let group = snapshot.actual.groups.get(id);
            let name = group.map_or_else(|| id.to_string(), |group| group.display_name.clone());
            return Err(SnapshotError::NoTargetMembers { name });
        };
        read.insert(id.clone(), members.clone());
    }
    Ok(read)
}

/// Those of the right externalId stand in the reading and were found there before anybody asks here.
fn find_user(
    snapshot: &Snapshot,
    id: &OktaUserId,
    user_name: &str,
) -> Result<Option<ActualUser>, SnapshotError> {
    if !snapshot.looked_up.users.contains(id) {
        return Err(SnapshotError::NotLookedUp { what: format!("the user {} ({id})", quoted(user_name)) });
    }
    let mut users = snapshot.actual.users.values();
    Ok(users.find(|user| name::same(&user.account.user_name, user_name)).cloned())
}

fn find_group(
    snapshot: &Snapshot,
    key: &GroupKey,
    display_name: &str,
) -> Result<Option<ActualGroup>, SnapshotError> {
    if !snapshot.looked_up.groups.contains(key) {
        return Err(SnapshotError::NotLookedUp {
            what: format!("the group {} ({key})", quoted(display_name)),
        });
    }
    let mut groups = snapshot.actual.groups.values();
    Ok(groups.find(|group| name::same(&group.display_name, display_name)).cloned())
}
