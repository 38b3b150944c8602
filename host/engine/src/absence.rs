//! Whoever and whatever is missing from the lists that were read is asked for by itself before anything is taken away for it: a list
//! changes while its pages are read, and may lag behind.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::actual::Actual;
use usher_core::desired::Desired;
use usher_core::id::{GroupKey, OktaGroupId, OktaUserId, ScimUserId};
use usher_core::plan::{Change, ORPHANED_GROUP, Plan};
use usher_core::quote::quoted;
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

/// What Okta says of people when asked for them by themselves.
#[derive(Default)]
pub(crate) struct Places {
    pub(crate) whereabouts: BTreeMap<OktaUserId, Whereabouts>,
    /// Those of them whom Okta has in a group that no list shows, and that may not be asked for.
    hidden: BTreeSet<OktaUserId>,
}

impl Places {
    /// Notes that what was read is not all there is to know of these people.
    pub(crate) fn unlist(&mut self, people: impl IntoIterator<Item = OktaUserId>) {
        for id in people {
            self.whereabouts.entry(id).and_modify(|place| *place = place.unlisted());
        }
    }
}

/// Where Okta says these people are. Nobody is called a leaver before Okta was asked for that very id.
pub(crate) async fn whereabouts(
    source: &Source,
    ids: Vec<OktaUserId>,
    progress: &dyn Progress,
) -> Result<BTreeMap<OktaUserId, Whereabouts>, EngineError> {
    Ok(ask(source, ids, None, progress).await?.whereabouts)
}

/// The same of people who would lose the account: who may still sign in to Okta is asked for groups as well.
pub(crate) async fn of_people(
    source: &Source,
    ids: Vec<OktaUserId>,
    listed: Listed<'_>,
    progress: &dyn Progress,
) -> Result<Places, EngineError> {
    ask(source, ids, Some(listed), progress).await
}

async fn ask(
    source: &Source,
    ids: Vec<OktaUserId>,
    listed: Option<Listed<'_>>,
    progress: &dyn Progress,
) -> Result<Places, EngineError> {
    if ids.is_empty() {
        return Ok(Places::default());
    }
    progress.begin(Activity::AskLeavers, Some(ids.len() as u64));
    let answers: Vec<_> = stream::iter(ids)
        .map(|id| async move {
            let mut place = source.whereabouts(&id).await?;
            let mut groups = Groups::Listed;
            if let Some(listed) = listed.filter(|_| place.may_sign_in()) {
                groups = groups_of(source, &id, listed).await?;
                if groups == Groups::Unlisted {
                    place = place.unlisted();
                }
            }
            progress.advance(Activity::AskLeavers, 1);
            Ok::<_, EngineError>((id, place, groups))
        })
        .buffer_unordered(QUESTIONS_AT_ONCE)
        .try_collect()
        .await?;
    progress.end(Activity::AskLeavers);
    let hidden = answers.iter().filter(|(_, _, groups)| *groups == Groups::Hidden);
    Ok(Places {
        hidden: hidden.map(|(id, ..)| id.clone()).collect(),
        whereabouts: answers.into_iter().map(|(id, place, _)| (id, place)).collect(),
    })
}

/// How what Okta says of somebody agrees with its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Groups {
    /// As far as can be seen.
    Listed,
    /// But for a group that the token may not see.
    Hidden,
    /// It does not: what was decided rests on something else than Okta says now.
    Unlisted,
}

/// Whether somebody was not met in a group that was read, and should have been, or was kept out of Okta when met and is let in by now. Whom
/// Okta itself keeps out leaves in any case. Other statuses decide nothing by themselves, and lists may show an old one for long (okta.md
/// §3.2).
async fn groups_of(source: &Source, id: &OktaUserId, listed: Listed<'_>) -> Result<Groups, EngineError> {
    let Some(okta) = source.live() else { return Ok(Groups::Listed) };
    let met = listed.reading.users.get(id);
    if met.is_some_and(|met| !Whereabouts::Known(met.status).may_sign_in()) {
        return Ok(Groups::Unlisted);
    }
    let mut groups = Groups::Listed;
    for group in okta.groups_of(id).await? {
        let is_missed = match listed.reading.members.get(&group.id) {
            Some(members) => !members.contains(id),
            // Some tokens are never shown `Everyone` in a list (okta.md §1.2), in which everybody is. Of what a token may not see
            // at all it has no list either: whether that is a group of ours is seen by the plan ([`of_groups`]).
            None if group.origin != GroupOrigin::BuiltIn && listed.lacks(&group.id) => {
                match okta.group(&group.id).await {
                    Err(OktaError::Forbidden { .. }) => {
                        groups = Groups::Hidden;
                        false
                    }
                    answer => answer?.is_some(),
                }
            }
            None => false,
        };
        if is_missed {
            return Ok(Groups::Unlisted);
        }
    }
    Ok(groups)
}

/// A group of ours that no list of Okta shows, and that Okta may have all the same.
pub(crate) struct Unseen {
    /// Its name in Identity Center.
    name: String,
    key: GroupKey,
    found: Found,
    /// Whether it is known who is in it in Identity Center.
    is_read: bool,
    /// People in it, or perhaps in it, who would lose the account.
    pub(crate) people: BTreeSet<OktaUserId>,
}

/// What Okta says of a group that no list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// It has it.
    There,
    /// The token may not know.
    Forbidden,
    /// It cannot be asked for, since a policy chose the key; but who is in it is also in a group that the token may not see.
    Perhaps,
}

impl Unseen {
    /// For whoever reads the plan.
    pub(crate) fn note(&self) -> String {
        let (what, mend) = match self.found {
            Found::There => {
                ("although Okta has it", "If it stays so, give the token a role that is shown the group")
            }
            Found::Forbidden => (
                "and whether Okta still has it this token may not see",
                "Give the token its right to see the group",
            ),
            Found::Perhaps => (
                "and people in it are in a group of Okta that this token may not see",
                "Give the token its right to see their groups",
            ),
        };
        let who = match (self.is_read, self.found) {
            (true, Found::Perhaps) => "none of them who may sign in to Okta",
            (true, _) => "nobody who is in it and may sign in to Okta",
            (false, _) => "its members could not be read, so nobody who may sign in to Okta and may be in it",
        };
        let way = match self.is_read {
            true => {
                "take them out of it or delete it in Identity Center (aws identitystore delete-group-membership, \
                 delete-group)"
            }
            false => "delete it in Identity Center (aws identitystore delete-group)",
        };
        format!(
            "no list of Okta shows the group {} ({}), {what}: {who} loses the account. {mend}; or, where they should \
             leave, {way}",
            quoted(&self.name),
            self.key
        )
    }
}

/// Makes sure that Okta has none of the groups that no list shows, and that the plan takes for gone: it empties or deletes them. Returns
/// those of the others in which somebody stands who may sign in to Okta and would lose the account, and would perhaps not if the group
/// were listed. Of a group whose key a policy chose it is not known which it was in Okta: it may be any that the token may not see.
///
/// # Errors
/// [`EngineError::UnlistedGroup`] and [`EngineError::UnaskedGroup`] of a group that the plan takes for gone, and any failed request.
pub(crate) async fn of_groups(
    source: &Source,
    listed: Listed<'_>,
    actual: &Actual,
    places: &Places,
    plan: &Plan,
) -> Result<Vec<Unseen>, EngineError> {
    let Some(okta) = source.live() else { return Ok(Vec::new()) };
    let (orphaned, leaving) = (orphaned(plan), leaving(plan, &places.whereabouts));
    let concerned = actual.groups.values().filter_map(|standing| {
        let key = standing.external_id.as_deref().filter(|id| GroupKey::is_ours(id)).map(GroupKey::new)?;
        let is_lacking =
            !listed.desired.groups.contains_key(&key) && listed.lacks(&OktaGroupId::new(key.as_str()));
        // Who is in a group that could not be read is not known.
        let members = actual.members.get(&standing.id);
        let people =
            leaving.iter().filter(|(account, _)| members.is_none_or(|members| members.contains(*account)));
        let people = people.map(|(_, person)| *person);
        let people: BTreeSet<OktaUserId> =
            people.filter(|person| !key.is_chosen() || places.hidden.contains(*person)).cloned().collect();
        let is_orphaned = !key.is_chosen() && orphaned.contains(&key);
        let unseen = Unseen {
            name: standing.display_name.clone(),
            key,
            found: Found::Perhaps,
            is_read: members.is_some(),
            people,
        };
        (is_lacking && (is_orphaned || !unseen.people.is_empty())).then_some((unseen, is_orphaned))
    });
    let answers = stream::iter(concerned.collect::<Vec<_>>()).map(|(unseen, is_orphaned)| async move {
        if unseen.key.is_chosen() {
            return Ok(Some(unseen));
        }
        let id = OktaGroupId::new(unseen.key.as_str());
        let found = match okta.group(&id).await {
            Err(source @ OktaError::Forbidden { .. }) if is_orphaned => {
                let (name, id) = (unseen.name, id.to_string());
                return Err(EngineError::UnaskedGroup { name, id, source: Box::new(source) });
            }
            Err(OktaError::Forbidden { .. }) => Found::Forbidden,
            answer => match answer? {
                None => return Ok(None),
                Some(_) if is_orphaned => {
                    return Err(EngineError::UnlistedGroup { name: unseen.name, id: id.to_string() });
                }
                // Everyone too: it stands here because it was once listed and selected.
                Some(_) => Found::There,
            },
        };
        Ok(Some(Unseen { found, ..unseen }))
    });
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
        Change::DeactivateUser { user, .. } | Change::DeleteUser { user, .. } => Some(user),
        Change::AdoptUser { user, account, .. } if !account.active => Some(user),
        _ => None,
    });
    let users = users.filter_map(|user| Some((user.scim_id.as_ref()?, user.okta_id.as_ref()?)));
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
        let unseen = |found, is_read| Unseen {
            name: "devs".into(),
            key: GroupKey::new("00g1"),
            found,
            is_read,
            people: BTreeSet::new(),
        };
        let notes = [
            (
                Found::There,
                true,
                ["although Okta has it: nobody who is in it", "a role that is shown the group"],
            ),
            (Found::Forbidden, true, ["whether Okta still has it", "delete-group-membership"]),
            (Found::Forbidden, false, ["could not be read, so nobody", "(aws identitystore delete-group)"]),
            (Found::Perhaps, true, ["none of them who may sign in", "right to see their groups"]),
        ];
        for (found, is_read, says) in notes {
            let note = unseen(found, is_read).note();
            assert!(note.starts_with("no list of Okta shows the group \"devs\" (00g1), "), "{note}");
            says.iter().for_each(|part| assert!(note.contains(part), "{part}: {note}"));
        }
    }
}
