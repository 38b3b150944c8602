//! The source and the policy: from groups to the desired directory.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use usher_core::decision::{GroupDecision, UserDecision};
use usher_core::desired::{Desired, Scope, UserToDecide};
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::selection::Selection;
use usher_core::source::{SourceGroup, SourceReading, SourceUser};
use usher_okta::ListedGroup;
use usher_policy::PolicyChain;

use crate::error::EngineError;
use crate::progress::{Activity, Progress};
use crate::services::{Pages, Source};
use crate::session::Candidates;
use crate::state::recall::{Since, falls_far};
use crate::state::{Mark, Recall, State, Why};

/// How many people go to the policy between two signs of progress.
const PEOPLE_PER_STEP: usize = 2048;

/// Group reads under way at once; the client has its own, tighter bound on requests.
const GROUPS_AT_ONCE: usize = 32;

/// How often a list of members that falls far short of what it was is read until it is twice the same.
const SHORT_READS: usize = 4;

/// What the source side of a run came to.
pub(crate) struct SourceSide<'a> {
    pub(crate) desired: Desired,
    pub(crate) policy: PolicyChain,
    pub(crate) groups: Vec<SourceGroup>,
    pub(crate) reading: SourceReading,
    pub(crate) decisions: Decisions,
    /// The freshness of the groups that were read, as far as Okta says.
    pub(crate) marks: BTreeMap<OktaGroupId, Mark>,
    /// What an earlier run left and this one used, or why it read everything.
    pub(crate) since: Result<Since<'a>, Why>,
    /// Groups whose members were read in this run.
    pub(crate) read: usize,
}

/// What the policy said, before the host made a directory of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// One for each group that was put to it.
    pub groups: Vec<GroupDecision>,
    /// One for each person in a group that it selected.
    pub users: Vec<UserDecision>,
}

/// Reads the groups, lets the policy select, reads the members of what it selected, lets it judge the people. Where an earlier run
/// left something usable, only what has changed is read. `sizes` says how large the groups were, whatever else it is good for.
pub(crate) async fn read<'a>(
    source: &Source,
    policy: PolicyChain,
    candidates: &Candidates,
    scope: Scope,
    recall: Option<&'a Recall>,
    sizes: Option<&Recall>,
    progress: &dyn Progress,
) -> Result<SourceSide<'a>, EngineError> {
    let without = if scope == Scope::Narrowed { Why::Narrowed } else { Why::NoState };
    let usable = recall.map_or(Err(without), Recall::usable);
    progress.begin(Activity::FindGroups, None);
    let pages = if usable.is_ok() { Pages::Large } else { Pages::Usual };
    let listed = find_groups(source, &policy, candidates, pages).await?;
    let began = source.live().and_then(usher_okta::Okta::began);
    let timely = usable.and_then(|state| recall.map_or(Err(without), |recall| recall.timely(state, began)));
    let since = match timely {
        Ok(state) => Ok(changes(source, state).await?),
        Err(why) => Err(why),
    };
    progress.end(Activity::FindGroups);

    let times: BTreeMap<OktaGroupId, Timestamp> =
        listed.iter().filter_map(|it| Some((it.group.id.clone(), it.members_changed?))).collect();
    let mut marks = BTreeMap::new();
    let mut known = SourceReading::default();
    if let Ok(since) = &since {
        for it in &listed {
            if let (Some(mark), Some(members)) = (since.unchanged(it), since.members(&it.group.id)) {
                marks.insert(it.group.id.clone(), mark);
                known.insert(it.group.clone(), members);
            }
        }
    }
    let groups = listed.into_iter().map(|it| it.group).collect();
    let (policy, groups, group_decisions) = decide_groups(policy, groups).await?;
    let selection = Selection::new(&groups, &group_decisions);
    let to_read = selection.to_read();
    if to_read.is_empty() {
        return Err(EngineError::NothingSelected { candidates: groups.len(), skipped: selection.skipped() });
    }
    marks.retain(|id, _| to_read.contains(id));
    let (unknown, recalled): (Vec<OktaGroupId>, Vec<OktaGroupId>) =
        to_read.into_iter().partition(|id| !known.groups.contains_key(id));
    let fresh = read_members(source, &groups, &unknown, sizes, progress).await?;
    if let Some(began) = began {
        marks.extend(
            unknown.iter().filter_map(|id| {
                Some((id.clone(), Mark { members_changed: *times.get(id)?, read_at: began }))
            }),
        );
    }
    let reading = joined(known, &recalled, fresh);

    let asked = selection.users_to_decide(&reading);
    let (policy, asked, user_decisions) = decide_users(policy, asked, progress).await?;
    let desired = selection.desired(&reading, &asked, &user_decisions, scope);
    let decisions = Decisions { groups: group_decisions, users: user_decisions };
    Ok(SourceSide { desired, policy, groups, reading, decisions, marks, since, read: unknown.len() })
}

/// Who has changed since a state was made. Asked before any members are read: what those say of a person is newer.
async fn changes<'a>(source: &Source, state: &'a State) -> Result<Since<'a>, EngineError> {
    let changed = match source.live() {
        Some(okta) => okta.people_changed_since(Since::asked_from(state)).await?,
        None => Vec::new(),
    };
    Ok(Since::new(state, changed))
}

/// Those groups of which the members are known, and all that were read now, with nobody who is in neither.
fn joined(mut known: SourceReading, recalled: &[OktaGroupId], fresh: SourceReading) -> SourceReading {
    let mut reading = SourceReading::default();
    for id in recalled {
        if let (Some(group), Some(members)) = (known.groups.remove(id), known.members.remove(id)) {
            let people = members.iter().filter_map(|id| known.users.get(id).cloned()).collect();
            reading.insert(group, people);
        }
    }
    reading.groups.extend(fresh.groups);
    reading.users.extend(fresh.users);
    reading.members.extend(fresh.members);
    reading
}

async fn find_groups(
    source: &Source,
    policy: &PolicyChain,
    candidates: &Candidates,
    pages: Pages,
) -> Result<Vec<ListedGroup>, EngineError> {
    match candidates {
        Candidates::Named(names) => source.groups_named(names).await,
        Candidates::All if !policy.needs().groups => {
            Err(EngineError::NothingNarrows { policy: policy.name().to_owned() })
        }
        Candidates::All => {
            let groups = source.all_groups(pages).await?;
            if groups.is_empty() { Err(EngineError::EmptyOrganisation) } else { Ok(groups) }
        }
    }
}

/// The members of these groups, all of them.
pub(crate) async fn read_members(
    source: &Source,
    groups: &[SourceGroup],
    to_read: &[OktaGroupId],
    sizes: Option<&Recall>,
    progress: &dyn Progress,
) -> Result<SourceReading, EngineError> {
    progress.begin(Activity::ReadMembers, Some(to_read.len() as u64));
    let wanted = groups.iter().filter(|group| to_read.contains(&group.id));
    let mut reads = stream::iter(wanted)
        .map(|group| async move {
            let before = sizes.and_then(|recall| recall.size(&group.id));
            Ok::<_, EngineError>((group.clone(), members(source, group, before).await?))
        })
        .buffer_unordered(GROUPS_AT_ONCE);
    let mut reading = SourceReading::default();
    while let Some((group, members)) = reads.try_next().await? {
        reading.insert(group, members);
        progress.advance(Activity::ReadMembers, 1);
    }
    progress.end(Activity::ReadMembers);
    Ok(reading)
}

/// The members of a group. A list that falls far short of what it was is read until it comes out the same twice.
async fn members(
    source: &Source,
    group: &SourceGroup,
    before: Option<usize>,
) -> Result<Vec<SourceUser>, EngineError> {
    let mut members = source.members(group).await?;
    let Some(before) = before.filter(|before| falls_far(*before, members.len())) else { return Ok(members) };
    for _ in 1..SHORT_READS {
        let again = source.members(group).await?;
        let ids = |members: &[SourceUser]| -> BTreeSet<OktaUserId> {
            members.iter().map(|user| user.id.clone()).collect()
        };
        let is_same = ids(&members) == ids(&again);
        members = again;
        if is_same || !falls_far(before, members.len()) {
            return Ok(members);
        }
    }
    Err(EngineError::UnsteadyMembers { group: group.name.clone(), before, reads: SHORT_READS })
}

async fn decide_groups(
    mut policy: PolicyChain,
    groups: Vec<SourceGroup>,
) -> Result<(PolicyChain, Vec<SourceGroup>, Vec<GroupDecision>), EngineError> {
    tokio::task::spawn_blocking(move || {
        let decisions = policy.decide_groups(&groups)?;
        Ok((policy, groups, decisions))
    })
    .await?
}

async fn decide_users(
    mut policy: PolicyChain,
    asked: Vec<UserToDecide>,
    progress: &dyn Progress,
) -> Result<(PolicyChain, Vec<UserToDecide>, Vec<UserDecision>), EngineError> {
    progress.begin(Activity::Decide, Some(asked.len() as u64));
    let asked = std::sync::Arc::new(asked);
    let mut decisions = Vec::with_capacity(asked.len());
    while decisions.len() < asked.len() {
        let from = decisions.len();
        let to = asked.len().min(from + PEOPLE_PER_STEP);
        let people = asked.clone();
        let (back, some) = tokio::task::spawn_blocking(move || {
            let some = policy.decide_users(&people[from..to]);
            (policy, some)
        })
        .await?;
        policy = back;
        decisions.extend(some?);
        progress.advance(Activity::Decide, (to - from) as u64);
    }
    progress.end(Activity::Decide);
    let asked = std::sync::Arc::try_unwrap(asked).unwrap_or_else(|shared| (*shared).clone());
    Ok((policy, asked, decisions))
}
