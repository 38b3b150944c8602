//! Whoever and whatever is missing from the lists that were read is asked for by itself before anything is taken away for it: a list
//! changes while its pages are read, and may lag behind.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::actual::Actual;
use usher_core::desired::Desired;
use usher_core::id::{GroupKey, OktaGroupId, OktaUserId, ScimUserId};
use usher_core::plan::{Change, ORPHANED_GROUP, Plan};
use usher_core::quote::quoted;
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
                && place.may_sign_in()
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

/// Whether somebody was not met in a group that was read, and should have been, or was met in another status: what was decided rests on
/// something else than Okta says now. Whom Okta itself keeps out leaves in any case.
async fn is_unlisted(
    source: &Source,
    id: &OktaUserId,
    status: UserStatus,
    listed: Listed<'_>,
) -> Result<bool, EngineError> {
    let Some(okta) = source.live() else { return Ok(false) };
    if listed.reading.users.get(id).is_some_and(|met| met.status != status) {
        return Ok(true);
    }
    for group in okta.groups_of(id).await? {
        let is_missed = match listed.reading.members.get(&group.id) {
            Some(members) => !members.contains(id),
            // Some tokens are never shown `Everyone` in a list (okta.md §1.2), in which everybody is. Of what a token may not see
            // at all it has no list either: whether that is a group of ours is seen by the plan ([`of_groups`]).
            None if group.origin != GroupOrigin::BuiltIn && listed.lacks(&group.id) => {
                match okta.group(&group.id).await {
                    Err(OktaError::Forbidden { .. }) => false,
                    answer => answer?.is_some(),
                }
            }
            None => false,
        };
        if is_missed {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A group of ours that no list of Okta shows, and that Okta may have all the same.
pub(crate) struct Unseen {
    /// Its name in Identity Center.
    name: String,
    id: OktaGroupId,
    /// Whether Okta does not say.
    is_forbidden: bool,
    /// Whether it is known who is in it in Identity Center.
    is_read: bool,
    /// People in it, or perhaps in it, who would lose the account.
    pub(crate) people: BTreeSet<OktaUserId>,
}

impl Unseen {
    /// For whoever reads the plan.
    pub(crate) fn note(&self) -> String {
        let what = if self.is_forbidden {
            "and whether Okta still has it this token may not see"
        } else {
            "although Okta has it"
        };
        let (who, way) = if self.is_read {
            (
                "nobody who is in it and may sign in to Okta",
                "take them out of it in Identity Center or delete it there",
            )
        } else {
            (
                "its members could not be read, so nobody who may sign in to Okta",
                "delete it in Identity Center",
            )
        };
        format!(
            "no list of Okta shows the group {} ({}), {what}: {who} loses the account. Give the token its right to see the group; or, where \
             they should leave, {way}",
            quoted(&self.name),
            self.id
        )
    }
}

/// Makes sure that Okta has none of the groups that no list shows, and that the plan takes for gone: it empties or deletes them. Returns
/// those of the others in which somebody stands who may sign in to Okta and would lose the account, and would perhaps not if the group
/// were listed. Of a group whose key a policy chose it is not known which it was in Okta.
///
/// # Errors
/// [`EngineError::UnlistedGroup`] and [`EngineError::UnaskedGroup`] of a group that the plan takes for gone, and any failed request.
pub(crate) async fn of_groups(
    source: &Source,
    listed: Listed<'_>,
    actual: &Actual,
    whereabouts: &BTreeMap<OktaUserId, Whereabouts>,
    plan: &Plan,
) -> Result<Vec<Unseen>, EngineError> {
    let Some(okta) = source.live() else { return Ok(Vec::new()) };
    let (orphaned, leaving) = (orphaned(plan), leaving(plan, whereabouts));
    let concerned = actual.groups.values().filter_map(|standing| {
        let key = standing.external_id.as_deref().filter(|id| GroupKey::is_ours(id)).map(GroupKey::new)?;
        let id = OktaGroupId::new(key.as_str());
        let is_gone = !key.is_chosen() && !listed.desired.groups.contains_key(&key) && listed.lacks(&id);
        // Who is in a group that could not be read is not known.
        let members = actual.members.get(&standing.id);
        let people =
            leaving.iter().filter(|(account, _)| members.is_none_or(|members| members.contains(*account)));
        let people: BTreeSet<OktaUserId> = people.map(|(_, person)| (*person).clone()).collect();
        let is_orphaned = orphaned.contains(&key);
        (is_gone && (is_orphaned || !people.is_empty())).then_some((
            id,
            &standing.display_name,
            is_orphaned,
            members.is_some(),
            people,
        ))
    });
    let answers = stream::iter(concerned.collect::<Vec<_>>()).map(
        |(id, name, is_orphaned, is_read, people)| async move {
            let (is_there, is_forbidden) = match okta.group(&id).await {
                Err(source @ OktaError::Forbidden { .. }) if is_orphaned => {
                    let (name, id) = (name.clone(), id.to_string());
                    return Err(EngineError::UnaskedGroup { name, id, source: Box::new(source) });
                }
                Err(OktaError::Forbidden { .. }) => (true, true),
                answer => match answer? {
                    None => (false, false),
                    Some(_) if is_orphaned => {
                        return Err(EngineError::UnlistedGroup { name: name.clone(), id: id.to_string() });
                    }
                    // Everybody is in it, and some tokens never see it listed.
                    Some(group) => (group.origin != GroupOrigin::BuiltIn, false),
                },
            };
            Ok(is_there.then(|| Unseen { name: name.clone(), id, is_forbidden, is_read, people }))
        },
    );
    let answers: Vec<Option<Unseen>> = answers.buffered(QUESTIONS_AT_ONCE).try_collect().await?;
    Ok(answers.into_iter().flatten().collect())
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
fn leaving<'a>(
    plan: &'a Plan,
    whereabouts: &BTreeMap<OktaUserId, Whereabouts>,
) -> BTreeMap<&'a ScimUserId, &'a OktaUserId> {
    let users = plan.operations.iter().filter_map(|operation| match &operation.change {
        Change::DeactivateUser { user, .. } | Change::DeleteUser { user, .. } => {
            Some((user.scim_id.as_ref()?, user.okta_id.as_ref()?))
        }
        _ => None,
    });
    // Who is held already is in none of them: the plan is made again with more people held each time, and so comes to an end.
    let may_be_held = |person: &OktaUserId| {
        whereabouts
            .get(person)
            .is_some_and(|place| matches!(place, Whereabouts::Known(_)) && place.may_sign_in())
    };
    users.filter(|(_, person)| may_be_held(person)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_what_is_known_and_what_can_be_done() {
        let unseen = |is_forbidden, is_read| Unseen {
            name: "devs".into(),
            id: OktaGroupId::new("00g1"),
            is_forbidden,
            is_read,
            people: BTreeSet::new(),
        };
        let end = "Give the token its right to see the group; or, where they should leave,";
        assert_eq!(
            unseen(true, true).note(),
            format!(
                "no list of Okta shows the group \"devs\" (00g1), and whether Okta still has it this token may not see: nobody who is in it and \
                 may sign in to Okta loses the account. {end} take them out of it in Identity Center or delete it there"
            )
        );
        assert_eq!(
            unseen(false, false).note(),
            format!(
                "no list of Okta shows the group \"devs\" (00g1), although Okta has it: its members could not be read, so nobody who may sign \
                 in to Okta loses the account. {end} delete it in Identity Center"
            )
        );
    }
}
