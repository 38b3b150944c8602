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
    /// Whether nothing of it may be written but that it is closed: the rest is none that AWS would take. No account is
    /// created or adopted, one that stands keeps its attributes, and memberships are mirrored.
    pub keeps_attributes: bool,
    /// Whether Okta has deactivated the person for good, and the account is to be inactive: a leaver, where leavers are deleted.
    pub is_deprovisioned: bool,
    /// Whether only the policy makes the account inactive: Okta lets the person in.
    pub is_closed_by_policy: bool,
    /// Who said so.
    pub why: Reason,
}

/// A group that should stand in the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredGroup {
    /// Its name.
    pub display_name: String,
    /// Names that decisions cannot agree on: several for this key, or one that another key wants too. Empty when the name
    /// is its own. A contested group is not created, adopted or renamed; where it stands, its members are mirrored.
    pub contested_names: BTreeSet<String>,
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
    /// Users whose account stays as it stands, and memberships too unless the person is among `users`.
    pub held_users: BTreeMap<OktaUserId, Left>,
    /// UserNames by which an account that nobody claims may be that of somebody held, beside the label.
    pub held_names: BTreeMap<OktaUserId, BTreeSet<String>>,
    /// Held users whom Okta has closed: their accounts are closed and else stay, since a hold keeps nothing open.
    pub closed_users: BTreeMap<OktaUserId, Reason>,
    /// Users whose groups a decision about them replaced. In a narrowed run such a decision saw only some of the groups.
    pub regrouped_users: BTreeSet<OktaUserId>,
    /// Source groups on hold.
    pub held_groups: BTreeMap<OktaGroupId, Left>,
    /// Everybody in a source group on hold: a group whose key a policy chose keeps them, since the held group may own it.
    pub people_on_hold: BTreeSet<OktaUserId>,
    /// Keys whose group stays as it stands: those that a held source group may own.
    pub untouched_groups: BTreeSet<GroupKey>,
    /// Users that the policy does not want.
    pub skipped_users: BTreeMap<OktaUserId, Left>,
    /// Source groups that the policy does not want.
    pub skipped_groups: BTreeMap<OktaGroupId, Left>,
    /// What was found contested while putting the directory together.
    pub conflicts: Vec<Conflict>,
}
