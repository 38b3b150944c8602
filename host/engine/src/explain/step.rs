//! What there is to tell of an object on its way, whichever it is.

use serde::Serialize;
use usher_core::decision::{GroupVerdict, Reason};
use usher_core::id::{GroupKey, OktaGroupId};
use usher_core::plan::{AttributeChange, Operation};

use crate::prepare::Prepared;
use crate::subject;

/// What the policy and the host made of a source group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Becomes {
    /// It becomes these groups in AWS.
    Synced {
        /// Which.
        groups: Vec<InGroup>,
        /// Why.
        why: Reason,
    },
    /// Not wanted.
    Skipped {
        /// Why.
        why: Reason,
    },
    /// What stands stays.
    Held {
        /// Why.
        why: Reason,
    },
    /// It was not put to the policy: it is none of the groups that were asked for.
    NotAskedFor,
}

/// A group in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InGroup {
    /// Its identity.
    pub key: GroupKey,
    /// Its name.
    pub display_name: String,
}

/// What a policy said of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The host's draft is right.
    Keep,
    /// Another account.
    Sync,
    /// Not wanted.
    Skip,
    /// What stands stays.
    Hold,
}

/// An operation of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WouldChange {
    /// `create-user`, `remove-members`, …
    pub kind: &'static str,
    /// Which group, when one is changed.
    pub group: Option<InGroup>,
    /// What differs before and after.
    pub changes: Vec<AttributeChange>,
    /// Who joins or leaves, by userName: of an explained person only that one.
    pub members: Vec<String>,
    /// Why.
    pub why: Reason,
}

/// Where the way of an object ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conclusion {
    /// In a word.
    pub verdict: Verdict,
    /// In a sentence.
    pub message: String,
}

/// Where the way of an object ends, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It stands in AWS as it should.
    InStep,
    /// The plan changes it.
    WouldChange,
    /// It stays as it stands, for a reason that somebody should look at.
    LeftAlone,
    /// It does not come to AWS.
    NotSynced,
    /// It is none of Usher's: somebody else keeps it.
    NotOurs,
}

impl Conclusion {
    pub(super) fn new(verdict: Verdict, message: impl Into<String>) -> Self {
        Self { verdict, message: message.into() }
    }
}

impl WouldChange {
    pub(super) fn of(operation: &Operation) -> Self {
        let change = &operation.change;
        Self {
            kind: change.kind(),
            group: change
                .group()
                .map(|group| InGroup { key: group.key.clone(), display_name: group.display_name.clone() }),
            changes: subject::attributes(change),
            members: subject::members(change).iter().map(|user| user.user_name.clone()).collect(),
            why: operation.why.clone(),
        }
    }
}

/// What became of a source group: what the policy said, unless the host could not follow.
pub(super) fn becomes(prepared: &Prepared, id: &OktaGroupId) -> Becomes {
    let desired = &prepared.desired;
    if let Some(left) = desired.held_groups.get(id) {
        return Becomes::Held { why: left.why.clone() };
    }
    if let Some(left) = desired.skipped_groups.get(id) {
        return Becomes::Skipped { why: left.why.clone() };
    }
    match prepared.decisions.groups.iter().find(|decision| decision.id == *id) {
        Some(decision) => match &decision.verdict {
            GroupVerdict::Sync(targets) => {
                let group = |target: &usher_core::decision::TargetGroup| InGroup {
                    key: match &target.key {
                        Some(key) => GroupKey::chosen(key),
                        None => GroupKey::of_okta_group(id),
                    },
                    display_name: target.display_name.clone(),
                };
                Becomes::Synced { groups: targets.iter().map(group).collect(), why: decision.why.clone() }
            }
            GroupVerdict::Skip => Becomes::Skipped { why: decision.why.clone() },
            GroupVerdict::Hold => Becomes::Held { why: decision.why.clone() },
        },
        None => Becomes::NotAskedFor,
    }
}

/// "by rule `a`: because", as it fits after a verdict.
pub(super) fn by(why: &Reason) -> String {
    match why.message.as_str() {
        "" => format!("by rule `{}`", why.rule),
        message => format!("by rule `{}`: {message}", why.rule),
    }
}

/// "1 operation", "2 operations".
pub(super) fn operations(number: usize) -> String {
    if number == 1 {
        "1 operation of the plan".to_owned()
    } else {
        format!("{number} operations of the plan")
    }
}
