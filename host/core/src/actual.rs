//! What stands in the target.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::id::{ScimGroupId, ScimUserId};

/// A user as Identity Center returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActualUser {
    /// Identity Center's id.
    pub id: ScimUserId,
    /// Whose it is: an Okta user id when Usher (or Okta's own app) wrote it.
    pub external_id: Option<String>,
    /// Its attributes. A required one that AWS did not return is empty.
    pub account: Account,
}

/// A group as Identity Center returned it, without its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ActualGroup {
    /// Identity Center's id.
    pub id: ScimGroupId,
    /// Whose it is.
    pub external_id: Option<String>,
    /// Its name; unique.
    pub display_name: String,
}

/// Whether a reading saw everything. Only from a complete one can it follow that something is *not* there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completeness {
    /// Every object was seen.
    Complete,
    /// The store cannot list everything (it knows no cursor); what is here was looked up one by one.
    Partial,
}

/// The target's reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actual {
    /// Users by Identity Center's id.
    pub users: BTreeMap<ScimUserId, ActualUser>,
    /// Groups by Identity Center's id.
    pub groups: BTreeMap<ScimGroupId, ActualGroup>,
    /// Members of the groups that were read; a group that is missing here was not read and must not be changed.
    pub members: BTreeMap<ScimGroupId, BTreeSet<ScimUserId>>,
    /// Whether `users` and `groups` hold everything there is.
    pub completeness: Completeness,
}
