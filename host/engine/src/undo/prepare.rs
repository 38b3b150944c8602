//! What a run did and what stands now → the plan that takes it back.

use std::collections::{BTreeMap, BTreeSet};

use usher_core::actual::{ActualGroup, Completeness};
use usher_core::id::{GroupKey, OktaUserId};
use usher_core::name;
use usher_core::plan::{GroupRef, Plan, UserRef};
use usher_core::undo::{Allowed, Deed, Past, undo};

use crate::error::EngineError;
use crate::prepare::{Reading, Seen};
use crate::progress::Progress;
use crate::services::Target;
use crate::state::Why;
use crate::target;

/// A plan that takes a run back, and what it rests on.
pub struct PreparedUndo {
    /// The plan; it has not passed the guards.
    pub plan: Plan,
    /// How much was read; nothing of the source, which has no say in it.
    pub seen: Seen,
}

/// Reads the target, and plans. All groups of ours are read with their members, as a sync reads them, so that the guards measure by the
/// same whole; all others too where accounts are to be deleted, into which somebody may have been put since.
///
/// # Errors
/// Any failed read of the target.
pub async fn prepare_undo(
    target: &Target,
    past: &Past,
    allowed: &Allowed,
    progress: &dyn Progress,
) -> Result<PreparedUndo, EngineError> {
    let mut actual = target::read_directory(target, progress).await?;
    let (users, groups) = concerned(past);
    if actual.completeness == Completeness::Partial {
        let listed: BTreeSet<String> =
            actual.users.values().filter_map(|user| user.external_id.clone()).collect();
        let hidden: BTreeMap<&OktaUserId, &str> = users
            .iter()
            .filter_map(|user| Some((user.okta_id.as_ref()?, user.user_name.as_str())))
            .filter(|(id, _)| !listed.contains(id.as_str()))
            .collect();
        target::look_up_users(target, &mut actual, hidden.into_iter()).await?;
        let listed: BTreeSet<String> =
            actual.groups.values().filter_map(|group| group.external_id.clone()).collect();
        let hidden: BTreeMap<&GroupKey, &str> = groups
            .iter()
            .map(|group| (&group.key, group.display_name.as_str()))
            .filter(|(key, _)| !listed.contains(key.as_str()))
            .collect();
        target::look_up_groups(target, &mut actual, hidden.into_iter()).await?;
    }
    let keys: BTreeSet<&str> = groups.iter().map(|group| group.key.as_str()).collect();
    let names: BTreeSet<String> = groups.iter().map(|group| name::folded(&group.display_name)).collect();
    let deletes =
        allowed.delete_created && past.done.iter().any(|deed| matches!(deed, Deed::CreatedUser(..)));
    let is_read = |group: &&ActualGroup| {
        let ours = group.external_id.as_deref().is_some_and(|id| GroupKey::is_ours(id) || keys.contains(id));
        deletes || ours || names.contains(&name::folded(&group.display_name))
    };
    let read = actual.groups.values().filter(is_read).map(|group| group.id.clone()).collect();
    target::read_members(target, &mut actual, read, progress).await?;
    let seen = Seen {
        source_groups: 0,
        selected_groups: 0,
        people: 0,
        skipped: BTreeMap::new(),
        target_users: actual.users.len(),
        target_groups: actual.groups.len(),
        target_complete: actual.completeness == Completeness::Complete,
        reading: Reading::Full { why: Why::NoState },
    };
    Ok(PreparedUndo { plan: undo(past, &actual, allowed), seen })
}

/// Whom and what the run changed.
fn concerned(past: &Past) -> (Vec<&UserRef>, Vec<&GroupRef>) {
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for deed in &past.done {
        match deed {
            Deed::CreatedUser(user, _) | Deed::ChangedUser(user, _) | Deed::DeletedUser(user, _) => {
                users.push(user)
            }
            Deed::ChangedGroup(group, _) => groups.push(group),
            Deed::CreatedGroup(group, members)
            | Deed::DeletedGroup(group, members)
            | Deed::AddedMembers(group, members)
            | Deed::RemovedMembers(group, members) => {
                groups.push(group);
                users.extend(members);
            }
        }
    }
    (users, groups)
}
