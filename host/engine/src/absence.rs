//! Whoever and whatever is missing from the lists that were read is asked for by itself before anything is taken away for it: a list
//! changes while its pages are read, and may lag behind.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::desired::Desired;
use usher_core::id::{GroupKey, OktaGroupId, OktaUserId};
use usher_core::plan::{Change, GroupRef, ORPHANED_GROUP, Plan};
use usher_core::source::{GroupOrigin, SourceGroup, SourceReading, UserStatus, Whereabouts};
use usher_okta::OktaError;

use crate::error::EngineError;
use crate::progress::{Activity, Progress};
use crate::services::Source;
use crate::session::Candidates;

/// Questions under way at once; the client has its own, tighter bound on requests.
const QUESTIONS_AT_ONCE: usize = 16;

/// What Okta listed.
#[derive(Clone, Copy)]
pub(crate) struct Listed<'a> {
    pub(crate) candidates: &'a Candidates,
    /// The groups of the organisation, or those of them that were asked for.
    pub(crate) groups: &'a [SourceGroup],
    /// The members of those that were read.
    pub(crate) reading: &'a SourceReading,
    pub(crate) desired: &'a Desired,
}

impl Listed<'_> {
    /// Whether all groups were listed, and this one was not.
    fn lacks(&self, group: &OktaGroupId) -> bool {
        *self.candidates == Candidates::All && !self.groups.iter().any(|listed| listed.id == *group)
    }
}

/// Where Okta says these people are. Nobody is called a leaver before Okta was asked for that very id.
pub(crate) async fn whereabouts(
    source: &Source,
    ids: Vec<OktaUserId>,
    progress: &dyn Progress,
) -> Result<BTreeMap<OktaUserId, Whereabouts>, EngineError> {
    ask(source, ids, None, progress).await
}

/// The same of leavers: who may still sign in to Okta is asked for groups as well.
pub(crate) async fn of_leavers(
    source: &Source,
    leavers: Vec<OktaUserId>,
    listed: Listed<'_>,
    progress: &dyn Progress,
) -> Result<BTreeMap<OktaUserId, Whereabouts>, EngineError> {
    ask(source, leavers, Some(listed), progress).await
}

async fn ask(
    source: &Source,
    ids: Vec<OktaUserId>,
    listed: Option<Listed<'_>>,
    progress: &dyn Progress,
) -> Result<BTreeMap<OktaUserId, Whereabouts>, EngineError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    progress.begin(Activity::AskLeavers, Some(ids.len() as u64));
    let answers = stream::iter(ids)
        .map(|id| async move {
            let mut place = source.whereabouts(&id).await?;
            if let (Whereabouts::Known(status), Some(listed)) = (place, listed)
                && is_unlisted(source, &id, status, listed).await?
            {
                place = Whereabouts::Unlisted(status);
            }
            progress.advance(Activity::AskLeavers, 1);
            Ok::<_, EngineError>((id, place))
        })
        .buffer_unordered(QUESTIONS_AT_ONCE)
        .try_collect()
        .await?;
    progress.end(Activity::AskLeavers);
    Ok(answers)
}

/// Whether somebody was met in no group that was read, and should have been. Whom Okta itself keeps out leaves in any case.
async fn is_unlisted(
    source: &Source,
    id: &OktaUserId,
    status: UserStatus,
    listed: Listed<'_>,
) -> Result<bool, EngineError> {
    let Some(okta) = source.live() else { return Ok(false) };
    let is_out = matches!(status, UserStatus::Deprovisioned | UserStatus::Suspended);
    if is_out || listed.reading.users.contains_key(id) || listed.desired.skipped_users.contains_key(id) {
        return Ok(false);
    }
    for group in okta.groups_of(id).await? {
        let is_missed = match listed.reading.groups.contains_key(&group.id) {
            true => true,
            // Some tokens are never shown `Everyone` in a list (okta.md §1.2), in which everybody is. Of what a token may not see
            // at all it has no list either.
            false if group.origin != GroupOrigin::BuiltIn && listed.lacks(&group.id) => {
                match okta.has_group(&group.id).await {
                    Err(OktaError::Forbidden { .. }) => false,
                    answer => answer?,
                }
            }
            false => false,
        };
        if is_missed {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes sure that Okta has none of the groups that the plan empties or deletes because no list shows them.
///
/// # Errors
/// [`EngineError::UnlistedGroup`], and [`EngineError::UnaskedGroup`] for any failed request: a token that may no longer see a group sees
/// nobody in it either.
pub(crate) async fn of_groups(source: &Source, listed: Listed<'_>, plan: &Plan) -> Result<(), EngineError> {
    let Some(okta) = source.live() else { return Ok(()) };
    let gone: BTreeSet<(OktaGroupId, &str)> = orphaned(plan)
        .map(|group| (OktaGroupId::new(group.key.as_str()), group.display_name.as_str()))
        .filter(|(id, _)| listed.lacks(id))
        .collect();
    let mut answers = stream::iter(gone)
        .map(|(id, name)| async move {
            let is_there = okta.has_group(&id).await.map_err(|source| {
                let (name, id) = (name.to_owned(), id.to_string());
                EngineError::UnaskedGroup { name, id, source: Box::new(source) }
            })?;
            Ok::<_, EngineError>((is_there, id, name))
        })
        .buffer_unordered(QUESTIONS_AT_ONCE);
    while let Some((is_there, id, name)) = answers.try_next().await? {
        if is_there {
            return Err(EngineError::UnlistedGroup { name: name.to_owned(), id: id.to_string() });
        }
    }
    Ok(())
}

/// Groups that lose members or go since no group of Okta becomes them. Of one whose key a policy chose it is not known which it was.
fn orphaned(plan: &Plan) -> impl Iterator<Item = &GroupRef> {
    let orphaned = plan.operations.iter().filter(|operation| operation.why.rule == ORPHANED_GROUP);
    let groups = orphaned.filter_map(|operation| match &operation.change {
        Change::RemoveMembers { group, .. } | Change::DeleteGroup { group, .. } => Some(group),
        _ => None,
    });
    groups.filter(|group| GroupKey::is_ours(group.key.as_str()) && !group.key.is_chosen())
}
