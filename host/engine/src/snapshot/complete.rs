//! From what one policy needed to what any may ask for.

use usher_core::id::{OktaUserId, ScimGroupId};

use crate::absence;
use crate::error::EngineError;
use crate::prepare::Prepared;
use crate::progress::Progress;
use crate::{source, target};

/// Reads what the run had no need of: the members of every group that was put to the policy, those of every group of the target,
/// and where Okta has each person who has an account of ours and was met in no group. The plan stays as it is.
///
/// # Errors
/// Any failed or partial read.
pub async fn complete(prepared: &mut Prepared, progress: &dyn Progress) -> Result<(), EngineError> {
    let Prepared { read, source, target, .. } = prepared;
    let unread = read.groups.iter().filter(|group| !read.reading.groups.contains_key(&group.id));
    let unread: Vec<_> = unread.map(|group| group.id.clone()).collect();
    let more = source::read_members(source, &read.groups, &unread, None, progress).await?;
    read.reading.groups.extend(more.groups);
    read.reading.members.extend(more.members);
    // Who was met before stays as the plan saw that person.
    for (id, user) in more.users {
        read.reading.users.entry(id).or_insert(user);
    }

    let known = |id: &&ScimGroupId| !read.actual.members.contains_key(*id) && !read.unread.contains(*id);
    let groups: Vec<ScimGroupId> = read.actual.groups.keys().filter(known).cloned().collect();
    read.unread.extend(target::read_members(target, &mut read.actual, groups, progress).await?);

    let holders = read.actual.users.values().filter_map(|user| user.external_id.as_deref());
    let absent: Vec<OktaUserId> = holders
        .filter(|id| OktaUserId::is_okta_shaped(id))
        .map(OktaUserId::new)
        .filter(|id| !read.reading.users.contains_key(id) && !read.whereabouts.contains_key(id))
        .collect();
    read.whereabouts.extend(absence::whereabouts(source, absent, progress).await?);
    Ok(())
}
