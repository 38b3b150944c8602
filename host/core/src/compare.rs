//! What two policies make of the same reading, A and B: group by group, person by person, and what becomes of the plan.
//! `group` compares the source groups, `person` the people in them.
//!
//! Compared is what comes of a decision and not its wording: a `keep` is a `sync` of the drafted account, and whom the host holds
//! because AWS would refuse the account is held.

mod group;
mod person;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::content::{Content, Step, Why};
use crate::decision::{GroupDecision, Reason};
use crate::desired::{Conflict, Desired};
use crate::id::GroupKey;
use crate::moved::{self, Moved, Subject};
use crate::plan::Plan;
use crate::source::{SourceGroup, SourceReading};

pub use group::GroupDifference;
pub use person::PersonDifference;

/// The same of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pair<T> {
    /// Of the first.
    pub a: T,
    /// Of the second.
    pub b: T,
}

impl<T> Pair<T> {
    /// Another thing of both.
    pub fn map<'a, U>(&'a self, f: impl Fn(&'a T) -> U) -> Pair<U> {
        Pair { a: f(&self.a), b: f(&self.b) }
    }
}

impl<T: PartialEq> Pair<T> {
    /// Whether it is the same of both.
    pub fn is_same(&self) -> bool {
        self.a == self.b
    }
}

/// One policy, or a row of them, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The source groups that were put to it.
    pub groups: &'a [SourceGroup],
    /// What it said of them.
    pub decisions: &'a [GroupDecision],
    /// Who is in those that it selected, and in those that are held.
    pub reading: &'a SourceReading,
    /// What should stand in the target.
    pub desired: &'a Desired,
    /// The way there.
    pub plan: &'a Plan,
    /// The plan spelled out.
    pub content: &'a Content,
    /// The policies by name, in the order in which they were asked.
    pub policies: &'a [String],
}

/// What becomes of a source group or of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Comes along.
    Sync,
    /// Is not wanted.
    Skip,
    /// Is left as it stands.
    Hold,
    /// Nobody was asked: the group is none that is asked for, the person is in no group that is selected.
    NotAsked,
}

impl Verdict {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Skip => "skip",
            Self::Hold => "hold",
            Self::NotAsked => "not asked",
        }
    }
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// What becomes of it.
    pub verdict: Verdict,
    /// Who said so, and why; none where nobody was asked.
    pub why: Option<Why>,
}

impl Said {
    fn of(verdict: Verdict, why: &Reason, policies: &[String]) -> Self {
        Self { verdict, why: Some(Why::of(why, policies)) }
    }

    fn not_asked() -> Self {
        Self { verdict: Verdict::NotAsked, why: None }
    }
}

/// A group of the target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedGroup {
    /// Its identity.
    pub key: GroupKey,
    /// Its name.
    pub display_name: String,
}

/// What two policies say of things of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compared<D> {
    /// How many there are: those that either of the two had to do with.
    pub compared: usize,
    /// Of which something else becomes.
    pub otherwise: Vec<D>,
    /// Of which the same becomes, by another rule or with another message.
    pub other_reason: Vec<D>,
}

impl<D> Compared<D> {
    fn is_same(&self) -> bool {
        self.otherwise.is_empty() && self.other_reason.is_empty()
    }
}

/// What differs between A and B.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Source groups, by name.
    pub groups: Compared<GroupDifference>,
    /// People, by login.
    pub people: Compared<PersonDifference>,
    /// Where the plans differ: first people, then groups. Of what only one of them creates or deletes no attributes are told.
    pub operations: Vec<Moved>,
    /// What is contested in one plan and not in the other.
    pub conflicts: Pair<Vec<Conflict>>,
}

impl Comparison {
    /// Whether nothing differs, not even a reason.
    pub fn is_same(&self) -> bool {
        let Self { groups, people, operations, conflicts } = self;
        groups.is_same()
            && people.is_same()
            && operations.is_empty()
            && conflicts.a.is_empty()
            && conflicts.b.is_empty()
    }
}

/// Compares what two policies made of the same reading.
pub fn between(a: &Judged<'_>, b: &Judged<'_>) -> Comparison {
    let only = |these: &Plan, those: &Plan| {
        let conflicts = these.conflicts.iter().filter(|conflict| !those.conflicts.contains(conflict));
        conflicts.cloned().collect()
    };
    Comparison {
        groups: group::compared(a, b),
        people: person::compared(a, b),
        operations: moved::between(&in_short(a.content, b.content), &in_short(b.content, a.content)),
        conflicts: Pair { a: only(a.plan, b.plan), b: only(b.plan, a.plan) },
    }
}

/// A plan without the attributes of what it creates or deletes and the other does not. That it does so says enough: ten more
/// lines about each would bury it.
fn in_short(these: &Content, those: &Content) -> Content {
    let done: BTreeSet<_> = those.operations.iter().filter_map(whole).collect();
    let mut short = these.clone();
    for step in &mut short.operations {
        if whole(step).is_some_and(|it| !done.contains(&it)) {
            step.changes.clear();
        }
    }
    short
}

/// What a step creates or deletes, if it does.
fn whole(step: &Step) -> Option<(bool, Subject)> {
    let is_created = step.kind.starts_with("create-");
    (is_created || step.kind.starts_with("delete-")).then(|| (is_created, moved::subject(&step.object)))
}
