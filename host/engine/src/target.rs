//! Identity Center: the actual directory, as far as the run needs it.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::actual::{Actual, ActualGroup, ActualUser, Completeness};
use usher_core::desired::{Desired, Scope};
use usher_core::id::{GroupKey, ScimGroupId};
use usher_core::name;
use usher_identity_center::IdentityCenter;

use crate::error::EngineError;
use crate::progress::{Activity, Progress};

/// Look-ups under way at once on a store that cannot list; the client has its own bound on requests.
const LOOKUPS_AT_ONCE: usize = 16;

/// All users and groups, without members: this can be read before it is known what is desired.
pub(crate) async fn read_directory(
    identity_center: &IdentityCenter,
    progress: &dyn Progress,
) -> Result<Actual, EngineError> {
    progress.begin(Activity::ReadTarget, None);
    let (users, groups) = futures::try_join!(identity_center.users(), identity_center.groups())?;
    progress.end(Activity::ReadTarget);
    let complete =
        users.completeness == Completeness::Complete && groups.completeness == Completeness::Complete;
    Ok(Actual {
        users: users.items.into_iter().map(|user| (user.id.clone(), user)).collect(),
        groups: groups.items.into_iter().map(|group| (group.id.clone(), group)).collect(),
        members: BTreeMap::new(),
        completeness: if complete { Completeness::Complete } else { Completeness::Partial },
    })
}

/// Adds what the plan needs beyond the listing: on a store that cannot list everything, each desired object looked up by
/// itself; then the members of every group the plan may change.
pub(crate) async fn read_rest(
    identity_center: &IdentityCenter,
    actual: &mut Actual,
    desired: &Desired,
    progress: &dyn Progress,
) -> Result<(), EngineError> {
    if actual.completeness == Completeness::Partial {
        look_up_users(identity_center, actual, desired).await?;
        look_up_groups(identity_center, actual, desired).await?;
    }
    let groups = groups_to_read(actual, desired);
    progress.begin(Activity::ReadTargetMembers, Some(groups.len() as u64));
    let users: Vec<_> = actual.users.keys().cloned().collect();
    actual.members = identity_center.members(&groups, &users).await?;
    progress.end(Activity::ReadTargetMembers);
    Ok(())
}

/// Groups whose members the plan may change: the desired ones and, when the whole organisation is looked at, those
/// of ours that nobody desires any more.
fn groups_to_read(actual: &Actual, desired: &Desired) -> Vec<ScimGroupId> {
    let names: BTreeSet<String> =
        desired.groups.values().map(|wanted| name::folded(&wanted.display_name)).collect();
    let is_concerned = |group: &&ActualGroup| {
        let ours = group.external_id.as_deref().is_some_and(|id| {
            desired.groups.contains_key(&GroupKey::new(id))
                || (desired.scope == Scope::Whole && GroupKey::is_ours(id))
        });
        ours || names.contains(&name::folded(&group.display_name))
    };
    actual.groups.values().filter(is_concerned).map(|group| group.id.clone()).collect()
}

async fn look_up_users(
    identity_center: &IdentityCenter,
    actual: &mut Actual,
    desired: &Desired,
) -> Result<(), EngineError> {
    let known: BTreeSet<&str> =
        actual.users.values().filter_map(|user| user.external_id.as_deref()).collect();
    let missing = desired.users.iter().filter(|(id, _)| !known.contains(id.as_str()));
    let found: Vec<Option<ActualUser>> = stream::iter(missing)
        .map(|(id, user)| async move {
            match identity_center.find_user_by_external_id(id.as_str()).await? {
                Some(found) => Ok::<_, EngineError>(Some(found)),
                None => Ok(identity_center.find_user_by_user_name(&user.account.user_name).await?),
            }
        })
        .buffer_unordered(LOOKUPS_AT_ONCE)
        .try_collect()
        .await?;
    actual.users.extend(found.into_iter().flatten().map(|user| (user.id.clone(), user)));
    Ok(())
}

async fn look_up_groups(
    identity_center: &IdentityCenter,
    actual: &mut Actual,
    desired: &Desired,
) -> Result<(), EngineError> {
    let known: BTreeSet<&str> =
        actual.groups.values().filter_map(|group| group.external_id.as_deref()).collect();
    let missing = desired.groups.iter().filter(|(key, _)| !known.contains(key.as_str()));
    let found: Vec<Option<ActualGroup>> = stream::iter(missing)
        .map(|(key, group)| async move {
            match identity_center.find_group_by_external_id(key.as_str()).await? {
                Some(found) => Ok::<_, EngineError>(Some(found)),
                None => Ok(identity_center.find_group_by_display_name(&group.display_name).await?),
            }
        })
        .buffer_unordered(LOOKUPS_AT_ONCE)
        .try_collect()
        .await?;
    actual.groups.extend(found.into_iter().flatten().map(|group| (group.id.clone(), group)));
    Ok(())
}
