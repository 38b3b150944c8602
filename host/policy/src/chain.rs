//! Several policies in a row: a company's own, then a local one.
//!
//! Each is asked about what the ones before let through, with the account and the groups as they left them. A `skip` or a
//! `hold` is final. A decision stands, and with it its reason, until a later policy changes something in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use usher_core::decision::{GroupDecision, GroupVerdict, Reason, TargetGroup, UserDecision, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::selection::policy_key;
use usher_core::source::SourceGroup;

use crate::configured::ConfiguredPolicy;
use crate::error::PolicyError;
use crate::log::{LogLine, PolicyLog};
use crate::needs::Needs;
use crate::transcript::Transcript;
use crate::usage::Usage;

/// One policy or several in a row, asked as if they were one.
#[derive(Debug)]
pub struct PolicyChain {
    name: String,
    needs: Needs,
    /// Never empty.
    members: Vec<Member>,
}

/// A policy of a row.
#[derive(Debug)]
struct Member {
    name: String,
    policy: ConfiguredPolicy,
    /// Whether its name stands before its rules: where there is but one policy it would say nothing.
    is_one_of_several: bool,
    /// What it was asked and what it answered, where somebody wants to know.
    transcript: Option<Transcript>,
}

/// Why policies make no row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// There is none.
    #[error("there is no policy, so nothing can be decided")]
    Empty,
    /// Reports could not say which one decided.
    #[error("two policies of the row are called `{name}`\nhint: give each its own `name`")]
    SameName {
        /// The name.
        name: String,
    },
}

impl From<ConfiguredPolicy> for PolicyChain {
    /// A row of one.
    fn from(policy: ConfiguredPolicy) -> Self {
        let name = policy.name().to_owned();
        let needs = policy.needs().clone();
        Self { name: name.clone(), needs, members: vec![Member::new(name, policy, false)] }
    }
}

impl PolicyChain {
    /// The policies in the order in which they are asked, each with the name that reports give it.
    ///
    /// # Errors
    ///
    /// [`ChainError`] when there is none, or two have one name.
    pub fn new(policies: Vec<(String, ConfiguredPolicy)>) -> Result<Self, ChainError> {
        let mut names = BTreeSet::new();
        if let Some((name, _)) = policies.iter().find(|(name, _)| !names.insert(name.as_str())) {
            return Err(ChainError::SameName { name: name.clone() });
        }
        let is_one_of_several = policies.len() > 1;
        let name = policies.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let members: Vec<_> =
            policies.into_iter().map(|(name, policy)| Member::new(name, policy, is_one_of_several)).collect();
        if members.is_empty() {
            return Err(ChainError::Empty);
        }
        let needs = Needs::of_all(members.iter().map(|member| member.policy.needs()));
        Ok(Self { name, needs, members })
    }

    /// The names of its policies, separated by commas.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its policies decide and read, all together. Each of them is handed only what it asked for itself.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The policies in their order, each with its name.
    pub fn policies(&self) -> impl ExactSizeIterator<Item = (&str, &ConfiguredPolicy)> {
        self.members.iter().map(|member| (member.name.as_str(), &member.policy))
    }

    /// From now on writes down what each policy is asked and what it answers: of every verdict and rule the first `each` groups and
    /// the first `each` people.
    pub fn record(&mut self, each: usize) {
        for member in &mut self.members {
            member.transcript = Some(Transcript::new(each, member.policy.needs()));
        }
    }

    /// What was written down, in the order of the policies; nothing unless [`record`](Self::record) was called.
    pub fn transcripts(&self) -> impl Iterator<Item = (&str, &ConfiguredPolicy, &Transcript)> {
        self.members
            .iter()
            .filter_map(|member| Some((member.name.as_str(), &member.policy, member.transcript.as_ref()?)))
    }

    /// One decision for each group, in order. Every policy that decides groups is asked about the source groups that the ones
    /// before let through; the names it gives replace theirs.
    ///
    /// # Errors
    ///
    /// As [`ConfiguredPolicy::decide_groups`], of any of them.
    pub fn decide_groups(&mut self, groups: &[SourceGroup]) -> Result<Vec<GroupDecision>, PolicyError> {
        let mut deciding = self.members.iter_mut().filter(|member| member.policy.needs().groups);
        let Some(first) = deciding.next() else { return self.members[0].policy.decide_groups(groups) };
        let mut decisions = first.decide_groups(groups)?;
        for member in deciding {
            let open = places(&decisions, GroupDecision::is_open);
            let asked: Vec<_> = open.iter().map(|at| groups[*at].clone()).collect();
            for (at, later) in open.into_iter().zip(member.decide_groups(&asked)?) {
                if later.verdict != decisions[at].verdict {
                    decisions[at] = later;
                }
            }
        }
        Ok(decisions)
    }

    /// One decision for each user, in order. Every policy that decides users is asked about those whom the ones before let
    /// through, with the account and the groups as they left them.
    ///
    /// # Errors
    ///
    /// As [`ConfiguredPolicy::decide_users`], of any of them.
    pub fn decide_users(&mut self, users: &[UserToDecide]) -> Result<Vec<UserDecision>, PolicyError> {
        let mut deciding = self.members.iter_mut().filter(|member| member.policy.needs().users);
        let Some(first) = deciding.next() else { return self.members[0].policy.decide_users(users) };
        let mut decisions = first.decide_users(users)?;
        for member in deciding {
            let open = places(&decisions, UserDecision::is_open);
            let asked: Vec<_> = open.iter().map(|at| as_left(&users[*at], &decisions[*at])).collect();
            let later = member.decide_users(&asked)?;
            for ((at, asked), later) in open.into_iter().zip(&asked).zip(later) {
                change(&mut decisions[at], asked, later);
            }
        }
        Ok(decisions)
    }

    /// Takes out what its policies logged since the last time.
    pub fn take_log(&mut self) -> Vec<LogLine> {
        self.logs().take()
    }

    /// The logs of its policies, which can be read when the row is gone.
    pub fn logs(&self) -> ChainLog {
        let logs = self.members.iter().map(|member| (member.name.clone(), member.policy.log().clone()));
        ChainLog::new(logs.collect())
    }

    /// What its policies have used so far, in all.
    pub fn usage(&self) -> Usage {
        self.members.iter().map(|member| member.policy.usage()).fold(Usage::default(), Usage::plus)
    }
}

impl Member {
    fn new(name: String, policy: ConfiguredPolicy, is_one_of_several: bool) -> Self {
        Self { name, policy, is_one_of_several, transcript: None }
    }

    fn decide_groups(&mut self, groups: &[SourceGroup]) -> Result<Vec<GroupDecision>, PolicyError> {
        let mut decisions = self.policy.decide_groups(groups)?;
        if let Some(transcript) = &mut self.transcript {
            transcript.add_groups(groups, &decisions);
        }
        decisions.iter_mut().for_each(|decision| self.sign(&mut decision.why));
        Ok(decisions)
    }

    fn decide_users(&mut self, users: &[UserToDecide]) -> Result<Vec<UserDecision>, PolicyError> {
        let mut decisions = self.policy.decide_users(users)?;
        if let Some(transcript) = &mut self.transcript {
            transcript.add_users(users, &decisions);
        }
        decisions.iter_mut().for_each(|decision| self.sign(&mut decision.why));
        Ok(decisions)
    }

    /// Says whose rule it is. Counts and tests by rule stay what they are for who has one policy.
    fn sign(&self, why: &mut Reason) {
        if self.is_one_of_several {
            why.rule = format!("{}/{}", self.name, why.rule);
        }
    }
}

/// Whether a later policy has a say.
trait Open {
    fn is_open(&self) -> bool;
}

impl Open for GroupDecision {
    fn is_open(&self) -> bool {
        // A sync into no group is a skip.
        matches!(&self.verdict, GroupVerdict::Sync(targets) if !targets.is_empty())
    }
}

impl Open for UserDecision {
    fn is_open(&self) -> bool {
        matches!(self.verdict, UserVerdict::Keep | UserVerdict::Sync(_))
    }
}

fn places<D>(decisions: &[D], is_open: impl Fn(&D) -> bool) -> Vec<usize> {
    (0..decisions.len()).filter(|at| is_open(&decisions[*at])).collect()
}

/// A person as a decision left them.
fn as_left(user: &UserToDecide, decision: &UserDecision) -> UserToDecide {
    let groups = decision.groups.as_ref().map(|groups| {
        let keys: BTreeSet<String> = groups.iter().map(policy_key).collect();
        keys.into_iter().collect()
    });
    let draft = match &decision.verdict {
        UserVerdict::Sync(account) => account.as_ref().clone().normalised(),
        UserVerdict::Keep | UserVerdict::Skip | UserVerdict::Hold => user.draft.clone(),
    };
    UserToDecide { source: user.source.clone(), groups: groups.unwrap_or_else(|| user.groups.clone()), draft }
}

/// Puts what a later policy changes in place of what stands, with its reason.
fn change(standing: &mut UserDecision, asked: &UserToDecide, later: UserDecision) {
    let UserDecision { verdict, groups, why, .. } = later;
    let why_before = standing.why.clone();
    let by_before = |group: &TargetGroup, by_others: &BTreeMap<String, Reason>| {
        let key = policy_key(group);
        let why = by_others.get(&key).unwrap_or(&why_before).clone();
        (key, why)
    };
    let mut is_changed = false;
    match verdict {
        UserVerdict::Keep => {}
        UserVerdict::Sync(account) if account.as_ref().clone().normalised() == asked.draft => {}
        UserVerdict::Sync(_) | UserVerdict::Skip | UserVerdict::Hold => {
            standing.verdict = verdict;
            is_changed = true;
        }
    }
    let earlier = standing.groups.clone();
    if let Some(groups) = groups {
        let groups = groups.into_iter().map(|group| named(group, earlier.as_deref().unwrap_or_default()));
        let groups = Some(groups.collect());
        is_changed |= !are_same(groups.as_deref(), earlier.as_deref());
        standing.groups = groups;
    }
    if is_changed {
        // Whatever stays of the groups that a policy before gave is still that policy's.
        let kept =
            earlier.iter().flatten().filter(|group| standing.groups.iter().flatten().any(|it| it == *group));
        standing.groups_by_others = kept.map(|group| by_before(group, &standing.groups_by_others)).collect();
        standing.why = why;
    }
}

/// A key without a name means the group of that key under the name it has. A policy before may have made that group, so that
/// only here it is known.
fn named(group: TargetGroup, earlier: &[TargetGroup]) -> TargetGroup {
    let is_it = |other: &&TargetGroup| Some(policy_key(other)) == group.key;
    match earlier.iter().find(is_it) {
        Some(known) if group.display_name.is_empty() => known.clone(),
        _ => group,
    }
}

/// The logs of a row's policies. Clones share them.
#[derive(Clone, Default)]
pub struct ChainLog(Vec<(String, PolicyLog)>);

impl ChainLog {
    /// The logs, each with its policy's name.
    pub fn new(logs: Vec<(String, PolicyLog)>) -> Self {
        Self(logs)
    }

    /// Takes out the lines written since the last time, policy by policy. Where there are several, each line begins with its
    /// policy's name.
    pub fn take(&self) -> Vec<LogLine> {
        let is_one_of_several = self.0.len() > 1;
        let lines = self.0.iter().flat_map(|(name, log)| {
            log.take().into_iter().map(move |line| match is_one_of_several {
                true => LogLine { message: format!("{name}: {}", line.message), ..line },
                false => line,
            })
        });
        lines.collect()
    }
}

impl fmt::Debug for ChainLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
/// In whatever order.
fn are_same(one: Option<&[TargetGroup]>, other: Option<&[TargetGroup]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            let within =
                |some: &[TargetGroup], all: &[TargetGroup]| some.iter().all(|group| all.contains(group));
            within(one, other) && within(other, one)
        }
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_groups_in_another_order_are_no_other_groups() {
        let [a, b] = ["a", "b"].map(|name| TargetGroup { key: None, display_name: name.to_owned() });
        let (one, other, more) = ([a.clone(), b.clone()], [b.clone(), a.clone()], [a.clone()]);
        assert!(are_same(Some(&one), Some(&other)) && are_same(None, None));
        assert!(!are_same(Some(&one), Some(&more)) && !are_same(Some(&more), Some(&one)));
        assert!(!are_same(None, Some(&[])), "who replaced nothing left what Okta says");
    }
}
