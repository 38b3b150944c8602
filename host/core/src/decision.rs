//! What a policy said of a group or a user, always with a reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::id::{OktaGroupId, OktaUserId};

/// Why: the rule that decided, and a line for a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    /// Stable and short, the same for every item the rule decides.
    pub rule: String,
    /// One line for a person.
    pub message: String,
    /// Whose rule it is.
    #[serde(default, skip_serializing_if = "Judge::is_policy")]
    pub judge: Judge,
}

/// Who gave a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judge {
    /// A policy.
    #[default]
    Policy,
    /// The host itself: of leavers, of memberships that nobody gives any more, of accounts that AWS would refuse.
    Usher,
}

impl Judge {
    fn is_policy(&self) -> bool {
        *self == Self::Policy
    }
}

impl Reason {
    /// A policy's reason, by the given rule.
    pub fn new(rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule: rule.into(), message: message.into(), judge: Judge::Policy }
    }

    /// The host's own reason.
    pub fn by_usher(rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self { judge: Judge::Usher, ..Self::new(rule, message) }
    }

    /// The same rule with another message.
    pub fn saying(&self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self.clone() }
    }
}

/// A group in AWS as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its identity as the policy chose it, without the `usher-` in front; none is the Okta group's own id.
    pub key: Option<String>,
    /// Its name in AWS.
    pub display_name: String,
}

/// What becomes of a source group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupVerdict {
    /// These groups in AWS.
    Sync(Vec<TargetGroup>),
    /// Not wanted.
    Skip,
    /// Leave what stands.
    Hold,
}

/// What becomes of a source user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserVerdict {
    /// The draft is right.
    Keep,
    /// This account instead.
    Sync(Box<Account>),
    /// Not wanted.
    Skip,
    /// Leave what stands.
    Hold,
}

/// A policy's answer for one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDecision {
    /// The group it answers.
    pub id: OktaGroupId,
    /// What becomes of it.
    pub verdict: GroupVerdict,
    /// Why.
    pub why: Reason,
}

/// A policy's answer for one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDecision {
    /// The user it answers.
    pub id: OktaUserId,
    /// What becomes of the user.
    pub verdict: UserVerdict,
    /// None keeps the groups that the group decisions gave; a list replaces them.
    pub groups: Option<Vec<TargetGroup>>,
    /// Why.
    pub why: Reason,
    /// Why those of the groups that not the same policy gave which decided the rest, by the key that policies know them by.
    pub groups_by_others: BTreeMap<String, Reason>,
}
