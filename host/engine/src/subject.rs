//! Whom and what an operation is about: the one place that knows every kind of change, for whoever tells of them.

use usher_core::account::{Account, Field};
use usher_core::plan::{AttributeChange, Change, UserRef};

/// The account that is changed; none when a group is.
pub(crate) fn user(change: &Change) -> Option<&UserRef> {
    match change {
        Change::CreateUser { user, .. }
        | Change::AdoptUser { user, .. }
        | Change::UpdateUser { user, .. }
        | Change::DeactivateUser { user, .. }
        | Change::ReactivateUser { user, .. }
        | Change::DeleteUser { user, .. } => Some(user),
        Change::CreateGroup { .. }
        | Change::AdoptGroup { .. }
        | Change::RenameGroup { .. }
        | Change::AddMembers { .. }
        | Change::RemoveMembers { .. }
        | Change::DeleteGroup { .. } => None,
    }
}

/// Who joins or leaves the group, or loses it.
pub(crate) fn members(change: &Change) -> &[UserRef] {
    match change {
        Change::CreateGroup { members, .. }
        | Change::AddMembers { members, .. }
        | Change::RemoveMembers { members, .. }
        | Change::DeleteGroup { members, .. } => members,
        Change::CreateUser { .. }
        | Change::AdoptUser { .. }
        | Change::UpdateUser { .. }
        | Change::DeactivateUser { .. }
        | Change::ReactivateUser { .. }
        | Change::DeleteUser { .. }
        | Change::AdoptGroup { .. }
        | Change::RenameGroup { .. } => &[],
    }
}

/// What differs before and after. Of something new every attribute that it gets, with nothing before; of something deleted every
/// attribute that it had, with nothing after.
pub(crate) fn attributes(change: &Change) -> Vec<AttributeChange> {
    match change {
        Change::CreateUser { user, account } => {
            let external_id = user.okta_id.as_ref().map(|id| changed("externalId", None, Some(id.as_str())));
            external_id.into_iter().chain(between(None, account)).collect()
        }
        Change::AdoptUser { changes, .. }
        | Change::UpdateUser { changes, .. }
        | Change::DeactivateUser { changes, .. }
        | Change::ReactivateUser { changes, .. }
        | Change::AdoptGroup { changes, .. } => changes.clone(),
        Change::CreateGroup { group, .. } => vec![
            changed("externalId", None, Some(group.key.as_str())),
            changed("displayName", None, Some(&group.display_name)),
        ],
        Change::RenameGroup { before, after, .. } => vec![changed("displayName", Some(before), Some(after))],
        Change::DeleteUser { user, account } => {
            let external_id = user.okta_id.as_ref().map(|id| changed("externalId", Some(id.as_str()), None));
            let gone =
                |change: AttributeChange| AttributeChange { before: change.after, after: None, ..change };
            external_id.into_iter().chain(between(None, account).into_iter().map(gone)).collect()
        }
        Change::DeleteGroup { group, .. } => vec![
            changed("externalId", Some(group.key.as_str()), None),
            changed("displayName", Some(&group.display_name), None),
        ],
        Change::AddMembers { .. } | Change::RemoveMembers { .. } => Vec::new(),
    }
}

/// What differs from one account to the other, in the order reports show it.
pub(crate) fn between(before: Option<&Account>, after: &Account) -> Vec<AttributeChange> {
    let change = |field: &Field| {
        let (before, after) = (before.and_then(|account| account.get(*field)), after.get(*field));
        (before != after).then(|| changed(field.name(), before, after))
    };
    Field::ALL.iter().filter_map(change).collect()
}

fn changed(attribute: &str, before: Option<&str>, after: Option<&str>) -> AttributeChange {
    AttributeChange {
        attribute: attribute.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}
