//! What a policy was asked in a run, and what it answered.

use std::collections::BTreeMap;

use usher_core::decision::{GroupDecision, GroupVerdict, UserDecision, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::source::{Attributes, SourceGroup};

use crate::needs::Needs;

/// What one policy was asked, and what it answered: of every verdict and rule the first so many items, with those attributes alone
/// that entered the sandbox. The answers are the policy's own, before a row puts its name before their rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcript {
    each: usize,
    needs: Needs,
    groups: Kept<SourceGroup, GroupDecision>,
    users: Kept<UserToDecide, UserDecision>,
}

/// Items of one kind with their decisions, in the order in which they were asked.
#[derive(Clone, Debug, PartialEq)]
struct Kept<Q, D> {
    exchanges: Vec<(Q, D)>,
    /// How many were asked about in all.
    asked: usize,
    /// How many were met of each verdict and rule.
    met: BTreeMap<(&'static str, String), usize>,
}

impl Transcript {
    /// An empty one, for a policy that reads these attributes. It keeps at most `each` groups and `each` people of every verdict and rule.
    pub(crate) fn new(each: usize, needs: &Needs) -> Self {
        Self { each, needs: needs.clone(), groups: Kept::new(), users: Kept::new() }
    }

    pub(crate) fn add_groups(&mut self, groups: &[SourceGroup], decisions: &[GroupDecision]) {
        let Self { each, needs, .. } = self;
        for (group, decision) in groups.iter().zip(decisions) {
            let verdict = match &decision.verdict {
                GroupVerdict::Sync(_) => "sync",
                GroupVerdict::Skip => "skip",
                GroupVerdict::Hold => "hold",
            };
            let seen = || SourceGroup {
                attributes: entered(&group.attributes, &needs.group_attributes),
                ..group.clone()
            };
            self.groups.add(*each, (verdict, &decision.why.rule), seen, decision);
        }
    }

    pub(crate) fn add_users(&mut self, users: &[UserToDecide], decisions: &[UserDecision]) {
        let Self { each, needs, .. } = self;
        for (user, decision) in users.iter().zip(decisions) {
            let verdict = match &decision.verdict {
                UserVerdict::Keep => "keep",
                UserVerdict::Sync(_) => "sync",
                UserVerdict::Skip => "skip",
                UserVerdict::Hold => "hold",
            };
            let seen = || {
                let mut seen = user.clone();
                seen.source.profile = entered(&user.source.profile, &needs.user_attributes);
                seen
            };
            self.users.add(*each, (verdict, &decision.why.rule), seen, decision);
        }
    }

    /// The groups that were kept, with what was said of them.
    pub fn groups(&self) -> &[(SourceGroup, GroupDecision)] {
        &self.groups.exchanges
    }

    /// The people that were kept, with what was said of them.
    pub fn users(&self) -> &[(UserToDecide, UserDecision)] {
        &self.users.exchanges
    }

    /// How many groups it was asked about, kept or not.
    pub fn groups_asked(&self) -> usize {
        self.groups.asked
    }

    /// How many people it was asked about, kept or not.
    pub fn users_asked(&self) -> usize {
        self.users.asked
    }
}

impl<Q, D: Clone> Kept<Q, D> {
    fn new() -> Self {
        Self { exchanges: Vec::new(), asked: 0, met: BTreeMap::new() }
    }

    fn add(&mut self, each: usize, rule: (&'static str, &str), seen: impl FnOnce() -> Q, decision: &D) {
        self.asked += 1;
        let met = self.met.entry((rule.0, rule.1.to_owned())).or_default();
        *met += 1;
        if *met <= each {
            self.exchanges.push((seen(), decision.clone()));
        }
    }
}

fn entered(attributes: &Attributes, wanted: &[String]) -> Attributes {
    let found = wanted.iter().filter_map(|name| attributes.get_key_value(name));
    found.map(|(name, value)| (name.clone(), value.clone())).collect()
}
