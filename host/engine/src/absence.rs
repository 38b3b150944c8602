//! Whoever and whatever is missing from the lists that were read is asked for by itself before anything is taken away for it: a list
//! changes while its pages are read, and may lag behind.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::actual::{Actual, ActualGroup};
use usher_core::desired::Desired;
use usher_core::id::{GroupKey, OktaGroupId, OktaUserId, ScimUserId};
use usher_core::plan::{Change, ORPHANED_GROUP, Plan, UserRef};
use usher_core::source::{GroupOrigin, SourceGroup, SourceReading, Whereabouts};
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
    actual: &Actual,
    progress: &dyn Progress,
) -> Result<BTreeMap<OktaUserId, Whereabouts>, EngineError> {
    ask(source, leavers, Some((listed, actual)), progress).await
}

async fn ask(
    source: &Source,
    ids: Vec<OktaUserId>,
    both: Option<(Listed<'_>, &Actual)>,
    progress: &dyn Progress,
) -> Result<BTreeMap<OktaUserId, Whereabouts>, EngineError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    progress.begin(Activity::AskLeavers, Some(ids.len() as u64));
    let answers = stream::iter(ids)
        .map(|id| async move {
            let mut place = source.whereabouts(&id).await?;
            if let (Whereabouts::Known(status), Some((listed, actual))) = (place, both)
                && place.may_sign_in()
                && is_unlisted(source, &id, listed, actual).await?
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
    listed: Listed<'_>,
    actual: &Actual,
) -> Result<bool, EngineError> {
    let Some(okta) = source.live() else { return Ok(false) };
    if listed.reading.users.contains_key(id) || listed.desired.skipped_users.contains_key(id) {
        return Ok(false);
    }
    for group in okta.groups_of(id).await? {
        let is_missed = match listed.reading.groups.contains_key(&group.id) {
            true => true,
            // Some tokens are never shown `Everyone` in a list (okta.md §1.2), in which everybody is. Of what a token may not see
            // at all it has no list either: that says something only of who is in such a group in Identity Center still.
            false if group.origin != GroupOrigin::BuiltIn && listed.lacks(&group.id) => {
                match okta.has_group(&group.id).await {
                    Err(OktaError::Forbidden { .. }) => may_stand_in(&group.id, id, listed, actual),
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

/// Whether somebody stands in a group of ours that this one of Okta became, as far as its key tells: one that a policy chose may be any.
fn may_stand_in(group: &OktaGroupId, person: &OktaUserId, listed: Listed<'_>, actual: &Actual) -> bool {
    let is_person = |id: &ScimUserId| {
        let external_id = actual.users.get(id).and_then(|user| user.external_id.as_deref());
        external_id == Some(person.as_str())
    };
    unwanted(listed, actual).any(|(key, standing)| {
        let may_be = key.is_chosen() || key.as_str() == group.as_str();
        may_be && actual.members.get(&standing.id).is_some_and(|members| members.iter().any(is_person))
    })
}

/// Groups of ours that no group of Okta becomes any more, as far as the lists say.
fn unwanted<'a>(listed: Listed<'a>, actual: &'a Actual) -> impl Iterator<Item = (GroupKey, &'a ActualGroup)> {
    let ours = actual.groups.values().filter_map(|group| {
        let key = group.external_id.as_deref().filter(|id| GroupKey::is_ours(id))?;
        Some((GroupKey::new(key), group))
    });
    ours.filter(move |(key, _)| !listed.desired.groups.contains_key(key))
}

/// Makes sure that Okta has none of the groups that no list shows, and that the plan takes for gone: it empties or deletes them, or
/// closes the account of somebody in them who may sign in to Okta, and would be no leaver if the group were there. Of a group whose key a policy chose it is not
/// known which it was.
///
/// # Errors
/// [`EngineError::UnlistedGroup`], [`EngineError::UnaskedGroup`], and any failed request.
pub(crate) async fn of_groups(
    source: &Source,
    listed: Listed<'_>,
    actual: &Actual,
    whereabouts: &BTreeMap<OktaUserId, Whereabouts>,
    plan: &Plan,
) -> Result<(), EngineError> {
    let Some(okta) = source.live() else { return Ok(()) };
    let (orphaned, leaving) = (orphaned(plan), leaving(plan, whereabouts));
    let is_concerned = |key: &GroupKey, standing: &ActualGroup| {
        let members = actual.members.get(&standing.id);
        orphaned.contains(key) || members.is_some_and(|members| !members.is_disjoint(&leaving))
    };
    let gone: Vec<(OktaGroupId, &str)> = unwanted(listed, actual)
        .filter(|(key, standing)| !key.is_chosen() && is_concerned(key, standing))
        .map(|(key, standing)| (OktaGroupId::new(key.as_str()), standing.display_name.as_str()))
        .filter(|(id, _)| listed.lacks(id))
        .collect();
    let mut answers = stream::iter(gone)
        .map(|(id, name)| async move {
            let is_there = match okta.has_group(&id).await {
                Err(source @ OktaError::Forbidden { .. }) => {
                    let (name, id) = (name.to_owned(), id.to_string());
                    return Err(EngineError::UnaskedGroup { name, id, source: Box::new(source) });
                }
                answer => answer?,
            };
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

/// Groups that lose members or go since no group of Okta becomes them.
fn orphaned(plan: &Plan) -> BTreeSet<&GroupKey> {
    let orphaned = plan.operations.iter().filter(|operation| operation.why.rule == ORPHANED_GROUP);
    let groups = orphaned.filter_map(|operation| match &operation.change {
        Change::RemoveMembers { group, .. } | Change::DeleteGroup { group, .. } => Some(&group.key),
        _ => None,
    });
    groups.collect()
}

/// Accounts that the plan closes or deletes, of people whom Okta does not keep out.
fn leaving(plan: &Plan, whereabouts: &BTreeMap<OktaUserId, Whereabouts>) -> BTreeSet<ScimUserId> {
    let users = plan.operations.iter().filter_map(|operation| match &operation.change {
        Change::DeactivateUser { user, .. } | Change::DeleteUser { user, .. } => Some(user),
        _ => None,
    });
    let may_sign_in = |user: &&UserRef| {
        user.okta_id.as_ref().and_then(|id| whereabouts.get(id)).is_some_and(|place| place.may_sign_in())
    };
    users.filter(may_sign_in).filter_map(|user| user.scim_id.clone()).collect()
}
