//! The source and the policy: from groups to the desired directory.

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::decision::{GroupDecision, UserDecision};
use usher_core::desired::{Desired, Scope, UserToDecide};
use usher_core::id::OktaGroupId;
use usher_core::selection::Selection;
use usher_core::source::{SourceGroup, SourceReading};
use usher_policy::PolicyChain;

use crate::error::EngineError;
use crate::progress::{Activity, Progress};
use crate::services::Source;
use crate::session::Candidates;

/// How many people go to the policy between two signs of progress.
const PEOPLE_PER_STEP: usize = 2048;

/// Group reads under way at once; the client has its own, tighter bound on requests.
const GROUPS_AT_ONCE: usize = 32;

/// What the source side of a run came to.
pub(crate) struct SourceSide {
    pub(crate) desired: Desired,
    pub(crate) policy: PolicyChain,
    pub(crate) groups: Vec<SourceGroup>,
    pub(crate) reading: SourceReading,
    pub(crate) decisions: Decisions,
}

/// What the policy said, before the host made a directory of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// One for each group that was put to it.
    pub groups: Vec<GroupDecision>,
    /// One for each person in a group that it selected.
    pub users: Vec<UserDecision>,
}

/// Reads the groups, lets the policy select, reads the members of what it selected, lets it judge the people.
pub(crate) async fn read(
    source: &Source,
    policy: PolicyChain,
    candidates: &Candidates,
    scope: Scope,
    progress: &dyn Progress,
) -> Result<SourceSide, EngineError> {
    progress.begin(Activity::FindGroups, None);
    let groups = find_groups(source, &policy, candidates).await?;
    progress.end(Activity::FindGroups);

    let (policy, groups, group_decisions) = decide_groups(policy, groups).await?;
    let selection = Selection::new(&groups, &group_decisions);
    let to_read = selection.to_read();
    if to_read.is_empty() {
        return Err(EngineError::NothingSelected { candidates: groups.len(), skipped: selection.skipped() });
    }
    let reading = read_members(source, &groups, &to_read, progress).await?;

    let asked = selection.users_to_decide(&reading);
    let (policy, asked, user_decisions) = decide_users(policy, asked, progress).await?;
    let desired = selection.desired(&reading, &asked, &user_decisions, scope);
    let decisions = Decisions { groups: group_decisions, users: user_decisions };
    Ok(SourceSide { desired, policy, groups, reading, decisions })
}

async fn find_groups(
    source: &Source,
    policy: &PolicyChain,
    candidates: &Candidates,
) -> Result<Vec<SourceGroup>, EngineError> {
    match candidates {
        Candidates::Named(names) => source.groups_named(names).await,
        Candidates::All if !policy.needs().groups => {
            Err(EngineError::NothingNarrows { policy: policy.name().to_owned() })
        }
        Candidates::All => {
            let groups = source.all_groups().await?;
            if groups.is_empty() { Err(EngineError::EmptyOrganisation) } else { Ok(groups) }
        }
    }
}

/// The members of these groups, all of them.
pub(crate) async fn read_members(
    source: &Source,
    groups: &[SourceGroup],
    to_read: &[OktaGroupId],
    progress: &dyn Progress,
) -> Result<SourceReading, EngineError> {
    progress.begin(Activity::ReadMembers, Some(to_read.len() as u64));
    let wanted = groups.iter().filter(|group| to_read.contains(&group.id));
    let mut reads = stream::iter(wanted)
        .map(|group| async move { Ok::<_, EngineError>((group.clone(), source.members(group).await?)) })
        .buffer_unordered(GROUPS_AT_ONCE);
    let mut reading = SourceReading::default();
    while let Some((group, members)) = reads.try_next().await? {
        reading.insert(group, members);
        progress.advance(Activity::ReadMembers, 1);
    }
    progress.end(Activity::ReadMembers);
    Ok(reading)
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
