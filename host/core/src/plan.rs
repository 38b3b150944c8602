//! The ordered list of operations that leads from the actual directory to the desired one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::decision::Reason;
use crate::desired::{Conflict, Left};
use crate::id::{GroupKey, OktaUserId, ScimGroupId, ScimUserId};

/// Most membership changes that AWS takes in one request (reference aws-identity-center.md §2.2, §2.6).
pub const MEMBERS_PER_REQUEST: usize = 100;

/// The rule of what happens to a group because it is no longer wanted at all.
pub const ORPHANED_GROUP: &str = "orphaned-group";

/// One attribute's change; `None` is an attribute that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttributeChange {
    /// The SCIM name, or `externalId`.
    pub attribute: String,
    /// What stands.
    pub before: Option<String>,
    /// What should stand.
    pub after: Option<String>,
}

/// A user of the target, or one that an earlier operation of the plan creates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRef {
    /// Okta's id; none for a member whom Usher does not manage.
    pub okta_id: Option<OktaUserId>,
    /// Identity Center's id; none when the user is yet to be created.
    pub scim_id: Option<ScimUserId>,
    /// For people to read.
    pub user_name: String,
}

/// A group of the target, or one that an earlier operation of the plan creates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRef {
    /// Its identity.
    pub key: GroupKey,
    /// Identity Center's id; none when the group is yet to be created.
    pub scim_id: Option<ScimGroupId>,
    /// For people to read: the name it has after the plan.
    pub display_name: String,
}

/// One change of one object in the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Change {
    /// A new account.
    CreateUser {
        /// Whose.
        user: UserRef,
        /// What is written.
        account: Box<Account>,
    },
    /// An account of the same userName that nobody claims becomes this person's: its externalId is set.
    AdoptUser {
        /// Whose.
        user: UserRef,
        /// The whole account as it should be.
        account: Box<Account>,
        /// What differs, externalId first.
        changes: Vec<AttributeChange>,
    },
    /// Attributes that differ; not `active`.
    UpdateUser {
        /// Whose.
        user: UserRef,
        /// The whole account as it should be after this operation.
        account: Box<Account>,
        /// What differs.
        changes: Vec<AttributeChange>,
    },
    /// The person may not sign in any more. Other attributes may change along.
    DeactivateUser {
        /// Whose.
        user: UserRef,
        /// The whole account as it should be after this operation.
        account: Box<Account>,
        /// What differs, `active` among it.
        changes: Vec<AttributeChange>,
    },
    /// The person may sign in again. Other attributes may change along.
    ReactivateUser {
        /// Whose.
        user: UserRef,
        /// The whole account as it should be after this operation.
        account: Box<Account>,
        /// What differs, `active` among it.
        changes: Vec<AttributeChange>,
    },
    /// A new group with its first members, [`MEMBERS_PER_REQUEST`] at most.
    CreateGroup {
        /// Which.
        group: GroupRef,
        /// Its first members.
        members: Vec<UserRef>,
    },
    /// A group of the same name that nobody claims becomes this one: its externalId is set.
    AdoptGroup {
        /// Which.
        group: GroupRef,
        /// What differs, externalId first.
        changes: Vec<AttributeChange>,
    },
    /// The group gets another name and keeps its id, and with it its permission sets.
    RenameGroup {
        /// Which.
        group: GroupRef,
        /// The name that stands.
        before: String,
        /// The name it gets.
        after: String,
    },
    /// New members, [`MEMBERS_PER_REQUEST`] at most.
    AddMembers {
        /// Which group.
        group: GroupRef,
        /// Who.
        members: Vec<UserRef>,
    },
    /// Members that leave the group, [`MEMBERS_PER_REQUEST`] at most.
    RemoveMembers {
        /// Which group.
        group: GroupRef,
        /// Who.
        members: Vec<UserRef>,
    },
    /// The account goes, and with it its id and all that hangs on it.
    DeleteUser {
        /// Whose.
        user: UserRef,
        /// The account as it stands.
        account: Box<Account>,
    },
    /// The group goes, and with it its id and all that hangs on it.
    DeleteGroup {
        /// Which.
        group: GroupRef,
        /// Who is in it.
        members: Vec<UserRef>,
    },
}

impl Change {
    /// The group that it changes, if it changes one.
    pub fn group(&self) -> Option<&GroupRef> {
        match self {
            Self::CreateGroup { group, .. }
            | Self::AdoptGroup { group, .. }
            | Self::RenameGroup { group, .. }
            | Self::AddMembers { group, .. }
            | Self::RemoveMembers { group, .. }
            | Self::DeleteGroup { group, .. } => Some(group),
            Self::CreateUser { .. }
            | Self::AdoptUser { .. }
            | Self::UpdateUser { .. }
            | Self::DeactivateUser { .. }
            | Self::ReactivateUser { .. }
            | Self::DeleteUser { .. } => None,
        }
    }

    /// The kind, as it stands in JSON: `create-user`, `remove-members`, …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CreateUser { .. } => "create-user",
            Self::AdoptUser { .. } => "adopt-user",
            Self::UpdateUser { .. } => "update-user",
            Self::DeactivateUser { .. } => "deactivate-user",
            Self::ReactivateUser { .. } => "reactivate-user",
            Self::CreateGroup { .. } => "create-group",
            Self::AdoptGroup { .. } => "adopt-group",
            Self::RenameGroup { .. } => "rename-group",
            Self::AddMembers { .. } => "add-members",
            Self::RemoveMembers { .. } => "remove-members",
            Self::DeleteUser { .. } => "delete-user",
            Self::DeleteGroup { .. } => "delete-group",
        }
    }
}

/// A change with its reason and its place in the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Operations of one stage do not depend on one another; a stage begins when the one before has ended.
    /// Stages rise by one from 0.
    pub stage: u32,
    /// What is changed.
    pub change: Change,
    /// Why.
    pub why: Reason,
}

/// How much stands before the plan: what the guards measure against.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Standing {
    /// Active users in the target that carry an Okta id.
    pub active_users: usize,
    /// Users in the target that carry an Okta id, active or not.
    pub users: usize,
    /// Groups in the target that carry a key of ours.
    pub groups: usize,
    /// Groups whose members were read and that have some.
    pub peopled_groups: usize,
    /// Memberships in the groups whose members were read.
    pub memberships: usize,
    /// How many members each group has that loses some.
    pub members: BTreeMap<ScimGroupId, usize>,
    /// Memberships that go with accounts which the plan deletes, beside those that it removes: by group, with its name.
    pub going: BTreeMap<ScimGroupId, (String, usize)>,
}

/// The way from the actual directory to the desired one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// In order: `stage` never falls.
    pub operations: Vec<Operation>,
    /// Users left as they stand because of a `hold`, a bad record or a conflict.
    pub held_users: Vec<Left>,
    /// Source groups left as they stand.
    pub held_groups: Vec<Left>,
    /// Groups, by name, that stay as they are because their members were not read.
    #[serde(default)]
    pub unread_groups: Vec<String>,
    /// People who are no longer wanted and stay as they are: a group that is left as it is has them, or they are protected.
    #[serde(default)]
    pub kept_users: Vec<Left>,
    /// Groups that are no longer wanted and keep their members, since they are protected.
    #[serde(default)]
    pub kept_groups: Vec<Left>,
    /// What is contested.
    pub conflicts: Vec<Conflict>,
    /// Things worth a line that are no failure: an inactive person who was not created, a name that was cut.
    pub notes: Vec<String>,
    /// What stands now.
    pub standing: Standing,
}

impl Plan {
    /// The standing groups, or their members, that it changes; one may come more than once.
    pub fn groups_written(&self) -> impl Iterator<Item = &ScimGroupId> {
        self.operations.iter().filter_map(|operation| operation.change.group()?.scim_id.as_ref())
    }
}
