//! The target: the actual directory, as far as the run needs it.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::actual::{Actual, ActualGroup, ActualUser, Completeness};
use usher_core::desired::{Desired, Scope};
use usher_core::id::{GroupKey, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::name;

use crate::error::EngineError;
use crate::progress::{Activity, Progress};
use crate::services::Target;
use crate::snapshot::LookedUp;
use crate::state::Written;

/// Look-ups under way at once on a store that cannot list; the client has its own bound on requests.
const LOOKUPS_AT_ONCE: usize = 16;

/// All users and groups, without members: this can be read before it is known what is desired.
pub(crate) async fn read_directory(target: &Target, progress: &dyn Progress) -> Result<Actual, EngineError> {
    progress.begin(Activity::ReadTarget, None);
    let actual = target.directory().await?;
    progress.end(Activity::ReadTarget);
    Ok(actual)
}

/// Members as an earlier run read them: those of desired groups of which it is not known that somebody wrote to them since. Nothing may be
/// planned for such a group before its members were read again.
pub(crate) fn recalled(
    earlier: &Actual,
    written: &Written,
    actual: &Actual,
    desired: &Desired,
) -> BTreeMap<ScimGroupId, BTreeSet<ScimUserId>> {
    let written = match written {
        Written::Nothing => &BTreeSet::new(),
        Written::Members(groups) => groups,
        Written::Anything => return BTreeMap::new(),
    };
    if [earlier, actual].iter().any(|it| it.completeness == Completeness::Partial) {
        return BTreeMap::new();
    }
    // A group on hold is none of them, and says who is not deactivated: who is in it must be known as it is.
    let is_desired = |group: &&ActualGroup| {
        let key = group.external_id.as_deref().map(GroupKey::new);
        key.is_some_and(|key| desired.groups.contains_key(&key))
    };
    let groups = actual.groups.values().filter(is_desired).filter(|group| !written.contains(&group.id));
    groups
        .filter_map(|group| {
            let members = earlier.members.get(&group.id)?;
            // Whose account is gone is no member any more.
            let members = members.iter().filter(|id| actual.users.contains_key(*id)).cloned();
            Some((group.id.clone(), members.collect()))
        })
        .collect()
}

/// Adds what the plan needs beyond the listing: on a store that cannot list everything, each desired object looked up by
/// itself; then the members of every group the plan may change, but for those that are there already.
pub(crate) async fn read_rest(
    target: &Target,
    actual: &mut Actual,
    desired: &Desired,
    progress: &dyn Progress,
) -> Result<Rest, EngineError> {
    let mut looked_up = LookedUp::default();
    if actual.completeness == Completeness::Partial {
        looked_up = missing(actual, desired);
        let users = looked_up.users.iter().filter_map(|id| Some((id, desired.users.get(id)?)));
        let users = users.map(|(id, user)| (id, user.account.user_name.as_str()));
        look_up_users(target, actual, users).await?;
        let groups = looked_up.groups.iter().filter_map(|key| Some((key, desired.groups.get(key)?)));
        let groups = groups.map(|(key, group)| (key, group.display_name.as_str()));
        look_up_groups(target, actual, groups).await?;
    }
    let mut groups = groups_to_read(actual, desired);
    groups.retain(|group| !actual.members.contains_key(group));
    let read = groups.len();
    let unread = read_members(target, actual, groups, progress).await?;
    Ok(Rest { looked_up, unread, read })
}

/// How the rest was read.
pub(crate) struct Rest {
    pub(crate) looked_up: LookedUp,
    /// Groups whose members could not be read.
    pub(crate) unread: BTreeSet<ScimGroupId>,
    /// Groups whose members were asked for.
    pub(crate) read: usize,
}

/// Adds the members of these groups; returns those that could not be read.
pub(crate) async fn read_members(
    target: &Target,
    actual: &mut Actual,
    groups: Vec<ScimGroupId>,
    progress: &dyn Progress,
) -> Result<BTreeSet<ScimGroupId>, EngineError> {
    progress.begin(Activity::ReadTargetMembers, Some(groups.len() as u64));
    let users: Vec<_> = actual.users.keys().cloned().collect();
    actual.members.extend(target.members(&groups, &users).await?);
    progress.end(Activity::ReadTargetMembers);
    Ok(groups.into_iter().filter(|group| !actual.members.contains_key(group)).collect())
}

/// The desired users and groups whose identity no listed object carries.
fn missing(actual: &Actual, desired: &Desired) -> LookedUp {
    let users: BTreeSet<&str> =
        actual.users.values().filter_map(|user| user.external_id.as_deref()).collect();
    let groups: BTreeSet<&str> =
        actual.groups.values().filter_map(|group| group.external_id.as_deref()).collect();
    LookedUp {
        users: desired.users.keys().filter(|id| !users.contains(id.as_str())).cloned().collect(),
        groups: desired.groups.keys().filter(|key| !groups.contains(key.as_str())).cloned().collect(),
    }
}

/// Groups whose members the plan may change: the desired ones and, when the whole organisation is looked at, those
/// of ours that nobody desires any more.
pub(crate) fn groups_to_read(actual: &Actual, desired: &Desired) -> Vec<ScimGroupId> {
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

/// Adds the users of these ids, or else of these userNames, that the listing did not show.
pub(crate) async fn look_up_users<'a>(
    target: &Target,
    actual: &mut Actual,
    wanted: impl Iterator<Item = (&'a OktaUserId, &'a str)>,
) -> Result<(), EngineError> {
    let found: Vec<Option<ActualUser>> = stream::iter(wanted)
        .map(|(id, user_name)| target.find_user(id, user_name))
        .buffer_unordered(LOOKUPS_AT_ONCE)
        .try_collect()
        .await?;
    actual.users.extend(found.into_iter().flatten().map(|user| (user.id.clone(), user)));
    Ok(())
}

/// Adds the groups of these keys, or else of these names, that the listing did not show.
pub(crate) async fn look_up_groups<'a>(
    target: &Target,
    actual: &mut Actual,
    wanted: impl Iterator<Item = (&'a GroupKey, &'a str)>,
) -> Result<(), EngineError> {
    let found: Vec<Option<ActualGroup>> = stream::iter(wanted)
        .map(|(key, display_name)| target.find_group(key, display_name))
        .buffer_unordered(LOOKUPS_AT_ONCE)
        .try_collect()
        .await?;
    actual.groups.extend(found.into_iter().flatten().map(|group| (group.id.clone(), group)));
    Ok(())
}
