//! What should stand in the target.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::decision::Reason;
use crate::id::{GroupKey, OktaGroupId, OktaUserId};
use crate::source::SourceUser;

/// How much of the organisation the run looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// All that the configuration selects: who is not in it is a leaver.
    Whole,
    /// Only groups named on the command line: nobody can be called a leaver, since the other groups were not read.
    Narrowed,
}

/// A user with what the group decisions gave, ready to be put to the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct UserToDecide {
    /// What Okta said.
    pub source: SourceUser,
    /// Policy-side keys of the target groups, sorted: an Okta group id, or the key a policy chose (without `usher-`).
    pub groups: Vec<String>,
    /// The account the host would write.
    pub draft: Account,
}

/// A user that should stand in the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredUser {
    /// The account.
    pub account: Account,
    /// Who said so.
    pub why: Reason,
}

/// A group that should stand in the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredGroup {
    /// Its name.
    pub display_name: String,
    /// Who is in it.
    pub members: BTreeSet<OktaUserId>,
    /// Who said so.
    pub why: Reason,
}

/// A record left alone, or not wanted, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// How to name it to a person: the login, or the group's name.
    pub label: String,
    /// Why.
    pub why: Reason,
}

/// Two things that want one name, or one that wants another's. Named on both sides and left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What is contested, such as `userName "ann@acme.example"`.
    pub contested: String,
    /// The parties, each named with its id.
    pub parties: Vec<String>,
    /// One line: what to do about it.
    pub advice: String,
}

/// The desired directory, with what was left out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// Whether absence means anything.
    pub scope: Scope,
    /// Users by Okta id.
    pub users: BTreeMap<OktaUserId, DesiredUser>,
    /// Groups by key.
    pub groups: BTreeMap<GroupKey, DesiredGroup>,
    /// Users whose account and memberships stay as they stand.
    pub held_users: BTreeMap<OktaUserId, Left>,
    /// Source groups on hold.
    pub held_groups: BTreeMap<OktaGroupId, Left>,
    /// Everybody in a source group on hold: a group whose key a policy chose keeps them, since the held group may own it.
    pub people_on_hold: BTreeSet<OktaUserId>,
    /// Keys whose group stays as it stands: those that a held or conflicting source group may own.
    pub untouched_groups: BTreeSet<GroupKey>,
    /// Users that the policy does not want.
    pub skipped_users: BTreeMap<OktaUserId, Left>,
    /// Source groups that the policy does not want.
    pub skipped_groups: BTreeMap<OktaGroupId, Left>,
    /// What was found contested while putting the directory together.
    pub conflicts: Vec<Conflict>,
}
