//! Who is in which group. AWS never shows members with a group (reference aws-identity-center.md §2.4, §4): they are found by asking
//! for the users of each group or for the groups of each user, whichever is fewer questions. Stores that know neither
//! show members with the group, or are asked pair by pair, as AWS's own interface once had to be.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::OnceCell;
use usher_core::actual::Completeness;
use usher_core::id::{ScimGroupId, ScimUserId};

use crate::client::{IdentityCenter, bad_answer};
use crate::error::ScimError;
use crate::operation::Operation;
use crate::query::{self, equals};
use crate::read;
use crate::transport::Call;

/// Questions under way at once; the transport has its own bound.
const QUESTIONS_AT_ONCE: usize = 32;

/// An id that no object has, to find out whether a filter filters.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

const AIM: &str = "read the members of the groups";

/// Who is in which group.
type Members = BTreeMap<ScimGroupId, BTreeSet<ScimUserId>>;

/// What one question found: ids, and whether all of them.
struct Found {
    ids: BTreeSet<String>,
    completeness: Completeness,
}

/// Which side is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `GET /Users?filter=groups.value eq "<group>"`.
    ByGroup,
    /// `GET /Groups?filter=members.value eq "<user>"`.
    ByUser,
}

impl IdentityCenter {
    /// The members of these groups, of which `users` are all whom the caller knows. A group that vanished meanwhile, or
    /// whose members could not be read to the end, is missing in the answer and must not be changed.
    pub async fn members(&self, groups: &[ScimGroupId], users: &[ScimUserId]) -> Result<Members, ScimError> {
        if groups.is_empty() {
            return Ok(Members::new());
        }
        // By user only those are seen whom the caller knows; where the list of users was cut, that is not everybody.
        let by_user_is_cheaper = users.len() < groups.len() && !self.store.users_partial();
        let ways = if by_user_is_cheaper { [Way::ByUser, Way::ByGroup] } else { [Way::ByGroup, Way::ByUser] };
        for way in ways {
            if way == Way::ByUser && users.is_empty() && by_user_is_cheaper {
                return Ok(groups.iter().map(|group| (group.clone(), BTreeSet::new())).collect());
            }
            let mut answered = None;
            if self.knows(way, groups, users, &mut answered).await? {
                return match way {
                    Way::ByGroup => self.by_group(groups, answered).await,
                    Way::ByUser => self.by_user(groups, users, answered).await,
                };
            }
            // Reading the groups themselves costs what asking by group does.
            if way == Way::ByGroup && self.store.shown_member().is_some() {
                self.notice(
                    "this SCIM store does not find members by a filter; they are read from the groups themselves",
                );
                return self.shown(groups).await?.ok_or(ScimError::MembersUnreadable);
            }
        }
        self.without_filters(groups, users).await
    }

    /// Whether the store knows that filter; tried once for a run, on the first question that is to be asked anyway, whose
    /// answer is kept in `answered`.
    async fn knows(
        &self,
        way: Way,
        groups: &[ScimGroupId],
        users: &[ScimUserId],
        answered: &mut Option<(String, Found)>,
    ) -> Result<bool, ScimError> {
        let (cell, first, others): (&OnceCell<bool>, Option<&str>, BTreeSet<&str>) = match way {
            Way::ByGroup => (
                &self.store.filters_by_group,
                groups.first().map(ScimGroupId::as_str),
                users.iter().map(ScimUserId::as_str).collect(),
            ),
            Way::ByUser => (
                &self.store.filters_by_user,
                users.first().map(ScimUserId::as_str),
                groups.iter().map(ScimGroupId::as_str).collect(),
            ),
        };
        let Some(first) = first else { return Ok(false) };
        let shown = self.store.shown_member();
        let (asked, expected) = match (&shown, way) {
            (Some((group, user)), Way::ByGroup) => (group.as_str(), Some(user.as_str())),
            (Some((group, user)), Way::ByUser) => (user.as_str(), Some(group.as_str())),
            (None, _) => (first, None),
        };
        let known = cell
            .get_or_try_init(|| async {
                let Some(found) = self.if_understood(self.ask(way, asked).await)? else { return Ok(false) };
                let finds = expected.is_none_or(|expected| found.ids.contains(expected));
                let finds_all = others.len() > 1 && others.iter().all(|other| found.ids.contains(*other));
                if !finds || (finds_all && !self.filters(way).await?) {
                    return Ok(false);
                }
                *answered = Some((asked.to_owned(), found));
                Ok::<_, ScimError>(true)
            })
            .await?;
        Ok(*known)
    }

    /// Whether the filter keeps anything out: one that is passed over would put everybody into every group.
    async fn filters(&self, way: Way) -> Result<bool, ScimError> {
        let found = self.if_understood(self.ask(way, NOBODY).await)?;
        Ok(found.is_some_and(|found| found.ids.is_empty()))
    }

    /// `None` when the store refuses the question itself.
    fn if_understood(&self, answer: Result<Option<Found>, ScimError>) -> Result<Option<Found>, ScimError> {
        match answer {
            // Gone meanwhile, which shows that the question was understood.
            Ok(None) => Ok(Some(Found { ids: BTreeSet::new(), completeness: Completeness::Complete })),
            Ok(found) => Ok(found),
            Err(ScimError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The users of a group or the groups of a user; `None` when it is not there any more.
    async fn ask(&self, way: Way, id: &str) -> Result<Option<Found>, ScimError> {
        let (operation, filter) = match way {
            Way::ByGroup => (Operation::ListUsers, equals("groups.value", id)),
            Way::ByUser => (Operation::ListGroups, equals("members.value", id)),
        };
        match self.walk(operation, Some(&filter), AIM).await {
            Ok((resources, completeness)) => {
                let ids: Result<BTreeSet<_>, String> = resources.iter().map(read::id).collect();
                let ids = ids.map_err(|reason| bad_answer(&Call::new(operation, AIM), reason))?;
                Ok(Some(Found { ids, completeness }))
            }
            Err(ScimError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn by_group(
        &self,
        groups: &[ScimGroupId],
        answered: Option<(String, Found)>,
    ) -> Result<Members, ScimError> {
        let (asked, found) = answered.unzip();
        let rest = groups.iter().filter(|group| Some(group.as_str()) != asked.as_deref());
        let mut all: Vec<(ScimGroupId, Option<Found>)> = stream::iter(rest)
            .map(|group| async move {
                Ok::<_, ScimError>((group.clone(), self.ask(Way::ByGroup, group.as_str()).await?))
            })
            .buffer_unordered(QUESTIONS_AT_ONCE)
            .try_collect()
            .await?;
        let first = groups.iter().find(|group| Some(group.as_str()) == asked.as_deref());
        all.extend(first.cloned().zip(found).map(|(group, found)| (group, Some(found))));
        let mut members = Members::new();
        for (group, found) in all {
            match found {
                Some(Found { ids, completeness: Completeness::Complete }) => {
                    members.insert(group, ids.into_iter().map(ScimUserId::new).collect());
                }
                Some(Found { completeness: Completeness::Partial, .. }) => self.notice(format!(
                    "this SCIM store does not show all members of the group {group}, so the group is left as it is"
                )),
                None => self.notice(format!("the group {group} was removed while it was read")),
            }
        }
        Ok(members)
    }

    async fn by_user(
        &self,
        groups: &[ScimGroupId],
        users: &[ScimUserId],
        answered: Option<(String, Found)>,
    ) -> Result<Members, ScimError> {
        let (asked, found) = answered.unzip();
        let rest = users.iter().filter(|user| Some(user.as_str()) != asked.as_deref());
        let mut all: Vec<(ScimUserId, Option<Found>)> = stream::iter(rest)
            .map(|user| async move {
                Ok::<_, ScimError>((user.clone(), self.ask(Way::ByUser, user.as_str()).await?))
            })
            .buffer_unordered(QUESTIONS_AT_ONCE)
            .try_collect()
            .await?;
        let first = users.iter().find(|user| Some(user.as_str()) == asked.as_deref());
        all.extend(first.cloned().zip(found).map(|(user, found)| (user, Some(found))));
        let mut members: Members = groups.iter().map(|group| (group.clone(), BTreeSet::new())).collect();
        for (user, found) in all {
            let Some(found) = found else { continue };
            if found.completeness == Completeness::Partial {
                return Err(ScimError::MembersUnreadable);
            }
            for group in found.ids {
                if let Some(members) = members.get_mut(&ScimGroupId::new(group)) {
                    members.insert(user.clone());
                }
            }
        }
        Ok(members)
    }

    /// For stores that know neither filter and showed no members so far.
    async fn without_filters(
        &self,
        groups: &[ScimGroupId],
        users: &[ScimUserId],
    ) -> Result<Members, ScimError> {
        if let (Some(group), Some(user)) = (groups.first(), users.first())
            && self.is_member(group, user).await?.is_some()
        {
            self.notice(format!(
                "this SCIM store tells memberships only one at a time: {} groups and {} users make {} questions",
                groups.len(),
                users.len(),
                groups.len() * users.len()
            ));
            return self.by_pair(groups, users).await;
        }
        self.shown(groups).await?.ok_or(ScimError::MembersUnreadable)
    }

    /// The members that each group shows; `None` when a group shows no such attribute.
    async fn shown(&self, groups: &[ScimGroupId]) -> Result<Option<Members>, ScimError> {
        let read: Vec<Option<(ScimGroupId, Option<Vec<ScimUserId>>)>> = stream::iter(groups)
            .map(|group| async move {
                let call = Call::new(Operation::GetGroup, AIM).id(group.as_str());
                match self.read(&call).await {
                    Ok(resource) => Ok(Some((group.clone(), read::shown_members(&resource)))),
                    Err(ScimError::NotFound { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .buffer_unordered(QUESTIONS_AT_ONCE)
            .try_collect()
            .await?;
        let shows = self.store.shown_member().is_some();
        let mut members = Members::new();
        for (group, shown) in read.into_iter().flatten() {
            match shown {
                Some(shown) => drop(members.insert(group, shown.into_iter().collect())),
                // A store that shows members leaves the attribute out where there are none.
                None if shows => drop(members.insert(group, BTreeSet::new())),
                None => return Ok(None),
            }
        }
        Ok(Some(members))
    }

    async fn by_pair(&self, groups: &[ScimGroupId], users: &[ScimUserId]) -> Result<Members, ScimError> {
        let pairs = groups.iter().flat_map(|group| users.iter().map(move |user| (group, user)));
        let answers: Vec<(&ScimGroupId, &ScimUserId, Option<bool>)> = stream::iter(pairs)
            .map(|(group, user)| async move {
                Ok::<_, ScimError>((group, user, self.is_member(group, user).await?))
            })
            .buffer_unordered(QUESTIONS_AT_ONCE)
            .try_collect()
            .await?;
        let mut members: Members = groups.iter().map(|group| (group.clone(), BTreeSet::new())).collect();
        for (group, user, answer) in answers {
            match answer {
                Some(true) => drop(members.entry(group.clone()).or_default().insert(user.clone())),
                Some(false) => {}
                None => return Err(ScimError::MembersUnreadable),
            }
        }
        Ok(members)
    }

    /// One membership; `None` when the store does not understand the question.
    async fn is_member(&self, group: &ScimGroupId, user: &ScimUserId) -> Result<Option<bool>, ScimError> {
        let filter = format!("{} and {}", equals("id", group.as_str()), equals("members", user.as_str()));
        let call = Call::new(Operation::ListGroups, AIM).query(query::look_up(&filter));
        match self.look_up(Operation::ListGroups, &filter, &call.aim).await {
            Ok(found) => {
                let ids: Result<Vec<String>, String> = found.iter().map(read::id).collect();
                let ids = ids.map_err(|reason| bad_answer(&call, reason))?;
                let other = ids.iter().any(|id| id != group.as_str());
                Ok((!other).then_some(!ids.is_empty()))
            }
            // The documented answer for a member that is not there.
            Err(ScimError::NotFound { .. }) => Ok(Some(false)),
            Err(ScimError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
