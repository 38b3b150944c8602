//! What a plan renames: a name protects its bearer before the plan and after it.

use std::collections::BTreeMap;

use crate::id::{ScimGroupId, ScimUserId};
use crate::plan::{AttributeChange, Change, Plan, UserRef};

/// The first and the last name of whoever is renamed. Names borne for a moment, while others take over theirs, are left out.
#[derive(Default)]
pub(super) struct Renamed<'a> {
    users: BTreeMap<&'a ScimUserId, [&'a str; 2]>,
    groups: BTreeMap<&'a ScimGroupId, [&'a str; 2]>,
}

impl<'a> Renamed<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let mut renamed = Self::default();
        for operation in &plan.operations {
            match &operation.change {
                Change::AdoptUser { user, changes, .. }
                | Change::UpdateUser { user, changes, .. }
                | Change::ReactivateUser { user, changes, .. }
                | Change::DeactivateUser { user, changes, .. } => {
                    if let (Some(id), Some(names)) = (&user.scim_id, names(changes, "userName")) {
                        step(&mut renamed.users, id, names);
                    }
                }
                Change::RenameGroup { group, before, after } => {
                    if let Some(id) = &group.scim_id {
                        step(&mut renamed.groups, id, [before, after]);
                    }
                }
                Change::AdoptGroup { group, changes } => {
                    if let (Some(id), Some(names)) = (&group.scim_id, names(changes, "displayName")) {
                        step(&mut renamed.groups, id, names);
                    }
                }
                _ => {}
            }
        }
        renamed
    }

    /// Every name of a user, the one that the plan calls it by first.
    pub(super) fn user<'b>(&'b self, user: &'b UserRef) -> impl Iterator<Item = &'b str> {
        let others = user.scim_id.as_ref().and_then(|id| self.users.get(id));
        std::iter::once(user.user_name.as_str()).chain(others.into_iter().flatten().copied())
    }

    /// Every name of a group that loses members.
    pub(super) fn group<'b>(
        &'b self,
        id: &ScimGroupId,
        name: &'b str,
    ) -> impl Iterator<Item = &'b str> + use<'b, 'a> {
        std::iter::once(name).chain(self.groups.get(id).into_iter().flatten().copied())
    }
}

fn names<'a>(changes: &'a [AttributeChange], attribute: &str) -> Option<[&'a str; 2]> {
    let change = changes.iter().find(|change| change.attribute == attribute)?;
    Some([change.before.as_deref()?, change.after.as_deref()?])
}

fn step<'a, K: Ord>(renamed: &mut BTreeMap<K, [&'a str; 2]>, id: K, names: [&'a str; 2]) {
    renamed.entry(id).and_modify(|known| known[1] = names[1]).or_insert(names);
}
