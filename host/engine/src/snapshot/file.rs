//! The stored form of a snapshot, version 1: JSON, described in docs/snapshots.md. What is stored is spelled out here and not
//! taken from the model, so that the model can change and files stay readable.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use usher_core::account::Account;
use usher_core::actual::{Actual, ActualGroup, ActualUser, Completeness};
use usher_core::id::{GroupKey, OktaGroupId, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::quote::quoted;
use usher_core::source::{GroupOrigin, SourceGroup, SourceReading, SourceUser, UserStatus, Whereabouts};

use super::{LookedUp, Snapshot, SnapshotError, value};
use crate::session::Candidates;

/// What stands under `format`.
const FORMAT: &str = "usher-snapshot";

/// The version that is written, and the only one there is so far.
pub(super) const VERSION: u64 = 1;

/// The first look at a file: enough to say what it is.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Head {
    format: Option<String>,
    version: Option<u64>,
    written_by: Option<String>,
}

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct File {
    format: String,
    version: u64,
    written_by: String,
    now: u64,
    redacted: bool,
    source: Source,
    target: Target,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Source {
    /// None: all groups were asked for.
    named: Option<Vec<String>>,
    groups: Vec<Group>,
    users: Vec<User>,
    members: BTreeMap<OktaGroupId, BTreeSet<OktaUserId>>,
    whereabouts: BTreeMap<OktaUserId, Place>,
    /// Those of them whom Okta has in a group that does not show them here.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    unlisted: BTreeSet<OktaUserId>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Group {
    id: OktaGroupId,
    name: String,
    description: Option<String>,
    origin: GroupOrigin,
    attributes: Map<String, Json>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct User {
    id: OktaUserId,
    status: UserStatus,
    profile: Map<String, Json>,
}

/// A status, or nothing for who is gone.
type Place = Option<UserStatus>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Target {
    completeness: Completeness,
    users: Vec<AccountOf>,
    groups: Vec<ActualGroup>,
    members: BTreeMap<ScimGroupId, BTreeSet<ScimUserId>>,
    unread: BTreeSet<ScimGroupId>,
    looked_up_users: BTreeSet<OktaUserId>,
    looked_up_groups: BTreeSet<GroupKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AccountOf {
    id: ScimUserId,
    external_id: Option<String>,
    /// The attributes that are there.
    account: Json,
}

/// What is wrong with a file, before it is said of which.
#[derive(Debug)]
pub(crate) enum Problem {
    Content(String),
    Version { found: u64, written_by: String },
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Content(problem) => f.write_str(problem),
            Self::Version { found, .. } => write!(f, "it is of version {found}"),
        }
    }
}

impl Problem {
    pub(super) fn in_file(self, path: String) -> SnapshotError {
        match self {
            Self::Content(problem) => SnapshotError::NotASnapshot { path, problem },
            Self::Version { found, written_by } => SnapshotError::OtherVersion { path, found, written_by },
        }
    }
}

/// The snapshot in a file's bytes.
pub(super) fn parse(bytes: &[u8]) -> Result<Snapshot, Problem> {
    let json = |error: serde_json::Error| Problem::Content(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(json)?;
    if head.format.as_deref() != Some(FORMAT) {
        return Err(Problem::Content(format!("it does not begin with \"format\": {FORMAT:?}")));
    }
    match head.version {
        Some(VERSION) => serde_json::from_slice::<File>(bytes).map_err(json)?.into_snapshot(),
        Some(found) => {
            let written_by = head.written_by.unwrap_or_else(|| "the file does not say which".to_owned());
            Err(Problem::Version { found, written_by })
        }
        None => Err(Problem::Content("it has no \"version\"".to_owned())),
    }
}

impl File {
    /// Whether it is of the form that this version knows.
    pub(crate) fn is_known(&self) -> bool {
        self.format == FORMAT && self.version == VERSION
    }

    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let Snapshot { now, candidates, groups, reading, whereabouts, actual, unread, looked_up, redacted } =
            snapshot;
        let named = match candidates {
            Candidates::All => None,
            Candidates::Named(names) => Some(names.clone()),
        };
        let place = |place: &Whereabouts| match place {
            Whereabouts::Gone => None,
            Whereabouts::Known(status) | Whereabouts::Unlisted(status) => Some(*status),
        };
        let is_unlisted = |place: &Whereabouts| matches!(place, Whereabouts::Unlisted(_));
        let unlisted = whereabouts.iter().filter(|(_, place)| is_unlisted(place));
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            written_by: concat!("usher ", env!("CARGO_PKG_VERSION")).to_owned(),
            now: *now,
            redacted: *redacted,
            source: Source {
                named,
                groups: groups.iter().map(Group::of).collect(),
                users: reading.users.values().map(User::of).collect(),
                members: reading.members.clone(),
                whereabouts: whereabouts.iter().map(|(id, where_)| (id.clone(), place(where_))).collect(),
                unlisted: unlisted.map(|(id, _)| id.clone()).collect(),
            },
            target: Target {
                completeness: actual.completeness,
                users: actual.users.values().map(AccountOf::of).collect(),
                groups: actual.groups.values().cloned().collect(),
                members: actual.members.clone(),
                unread: unread.clone(),
                looked_up_users: looked_up.users.clone(),
                looked_up_groups: looked_up.groups.clone(),
            },
        }
    }

    pub(crate) fn into_snapshot(self) -> Result<Snapshot, Problem> {
        let Self { now, redacted, source, target, .. } = self;
        let groups: Vec<SourceGroup> =
            source.groups.into_iter().map(Group::into_group).collect::<Result<_, _>>()?;
        let users = source.users.into_iter().map(User::into_user).collect::<Result<Vec<_>, _>>()?;
        let users = users.into_iter().map(|user| (user.id.clone(), user)).collect();
        let reading = reading(&groups, users, source.members)?;
        let unlisted = source.unlisted;
        let place = |id: &OktaUserId, place: Place| match place {
            None => Whereabouts::Gone,
            Some(status) if unlisted.contains(id) => Whereabouts::Unlisted(status),
            Some(status) => Whereabouts::Known(status),
        };
        let accounts = target.users.into_iter().map(AccountOf::into_user).collect::<Result<Vec<_>, _>>()?;
        Ok(Snapshot {
            now,
            candidates: source.named.map_or(Candidates::All, Candidates::Named),
            groups,
            reading,
            whereabouts: source
                .whereabouts
                .into_iter()
                .map(|(id, where_)| (id.clone(), place(&id, where_)))
                .collect(),
            actual: Actual {
                users: accounts.into_iter().map(|user| (user.id.clone(), user)).collect(),
                groups: target.groups.into_iter().map(|group| (group.id.clone(), group)).collect(),
                members: target.members,
                completeness: target.completeness,
            },
            unread: target.unread,
            looked_up: LookedUp { users: target.looked_up_users, groups: target.looked_up_groups },
            redacted,
        })
    }
}

/// Puts the members to their groups. Every group and every member must be there: somebody missing would read as a leaver.
fn reading(
    groups: &[SourceGroup],
    users: BTreeMap<OktaUserId, SourceUser>,
    members: BTreeMap<OktaGroupId, BTreeSet<OktaUserId>>,
) -> Result<SourceReading, Problem> {
    let known: BTreeMap<&OktaGroupId, &SourceGroup> = groups.iter().map(|group| (&group.id, group)).collect();
    let mut read = BTreeMap::new();
    for (id, people) in &members {
        let group = known.get(id);
        let group = group.ok_or_else(|| {
            Problem::Content(format!("it has members of the group {id} and not that group"))
        })?;
        read.insert(id.clone(), (*group).clone());
        if let Some(missing) = people.iter().find(|person| !users.contains_key(person)) {
            return Err(Problem::Content(format!(
                "it has {missing} as a member of {id} and not that person"
            )));
        }
    }
    Ok(SourceReading { groups: read, users, members })
}

impl Group {
    fn of(group: &SourceGroup) -> Self {
        let SourceGroup { id, name, description, origin, attributes } = group;
        Self {
            id: id.clone(),
            name: name.clone(),
            description: description.clone(),
            origin: *origin,
            attributes: value::stored(attributes),
        }
    }

    fn into_group(self) -> Result<SourceGroup, Problem> {
        let Self { id, name, description, origin, attributes } = self;
        let attributes = value::attributes(attributes).map_err(|name| unknown_value(&id, &name))?;
        Ok(SourceGroup { id, name, description, origin, attributes })
    }
}

impl User {
    fn of(user: &SourceUser) -> Self {
        let SourceUser { id, status, profile } = user;
        Self { id: id.clone(), status: *status, profile: value::stored(profile) }
    }

    fn into_user(self) -> Result<SourceUser, Problem> {
        let Self { id, status, profile } = self;
        let profile = value::attributes(profile).map_err(|name| unknown_value(&id, &name))?;
        Ok(SourceUser { id, status, profile })
    }
}

impl AccountOf {
    fn of(user: &ActualUser) -> Self {
        let ActualUser { id, external_id, account } = user;
        Self { id: id.clone(), external_id: external_id.clone(), account: without_nulls(json!(account)) }
    }

    fn into_user(self) -> Result<ActualUser, Problem> {
        let Self { id, external_id, account } = self;
        let account: Account = serde_json::from_value(account)
            .map_err(|error| Problem::Content(format!("the account {id} cannot be read: {error}")))?;
        Ok(ActualUser { id, external_id, account })
    }
}

fn unknown_value(id: &impl std::fmt::Display, attribute: &str) -> Problem {
    Problem::Content(format!("the attribute {} of {id} has a value of no known kind", quoted(attribute)))
}

/// Most attributes of most accounts are absent, and need not be written.
fn without_nulls(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let there = map.into_iter().filter(|(_, value)| !value.is_null());
            Json::Object(there.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        other => other,
    }
}
