//! From decisions to the desired directory.
//!
//! [`Selection`] holds what the group decisions came to: which source groups are read, and which groups in AWS they become.
//! `people` adds the decisions about people; `contest` finds the groups that they do not agree on; `derived_key` makes
//! the key of a group that has none.

mod contest;
mod derived_key;
mod people;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::decision::{GroupDecision, GroupVerdict, Reason, TargetGroup, UserDecision};
use crate::desired::{Desired, Left, Scope, UserToDecide};
use crate::draft;
use crate::id::{GroupKey, OktaGroupId, OktaUserId};
use crate::problems::{chosen_key_problem, group_name_problem};
use crate::quote::quoted;
use crate::source::{SourceGroup, SourceReading};

/// The rule under which a source group is held when what the policy made of it cannot be written.
const GROUP_RULE: &str = "group";

/// What becomes of the source groups.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What each synced source group becomes.
    synced: BTreeMap<OktaGroupId, Vec<Target>>,
    held: BTreeMap<OktaGroupId, Left>,
    skipped: BTreeMap<OktaGroupId, Left>,
    /// Keys that a held source group is known to own.
    untouched: BTreeSet<GroupKey>,
}

/// A group in AWS that a decision names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    key: GroupKey,
    /// The key as policies see it: an Okta group id, or what a policy chose, without `usher-`. No chosen one is the id of an
    /// Okta group, so that each names one group in AWS.
    policy_key: String,
    display_name: String,
    why: Reason,
}

impl Selection {
    /// Takes the decisions about the groups. A group that no decision answers is held: no answer is not "no".
    pub fn new(groups: &[SourceGroup], decisions: &[GroupDecision]) -> Self {
        let decisions: BTreeMap<&OktaGroupId, &GroupDecision> =
            decisions.iter().map(|it| (&it.id, it)).collect();
        let mut selection = Self {
            synced: BTreeMap::new(),
            held: BTreeMap::new(),
            skipped: BTreeMap::new(),
            untouched: BTreeSet::new(),
        };
        let ids: BTreeSet<&str> = groups.iter().map(|group| group.id.as_str()).collect();
        for group in groups {
            selection.take(group, decisions.get(&group.id).copied(), &ids);
        }
        selection
    }

    fn take(&mut self, group: &SourceGroup, decision: Option<&GroupDecision>, ids: &BTreeSet<&str>) {
        let left = |why: Reason| Left { label: group.name.clone(), why };
        let Some(GroupDecision { verdict, why, .. }) = decision else {
            let why = Reason::by_usher(GROUP_RULE, "the policy gave no answer for it");
            return self.hold(group, &[], left(why));
        };
        match verdict {
            GroupVerdict::Hold => self.hold(group, &[], left(why.clone())),
            GroupVerdict::Skip => {
                self.skipped.insert(group.id.clone(), left(why.clone()));
            }
            GroupVerdict::Sync(targets) if targets.is_empty() => {
                self.skipped.insert(group.id.clone(), left(why.clone()));
            }
            GroupVerdict::Sync(targets) => match targets
                .iter()
                .find_map(|target| target_problem(target).or_else(|| borrowed_id(target, ids)))
            {
                Some(problem) => self.hold(group, targets, left(Reason::by_usher(GROUP_RULE, problem))),
                None => {
                    let targets = targets.iter().map(|target| Target::of(group, target, why)).collect();
                    self.synced.insert(group.id.clone(), targets);
                }
            },
        }
    }

    /// A held source group may own the group of its own id and all that its decision names.
    fn hold(&mut self, group: &SourceGroup, targets: &[TargetGroup], left: Left) {
        self.untouched.insert(GroupKey::of_okta_group(&group.id));
        self.untouched
            .extend(targets.iter().filter_map(|target| target.key.as_deref()).map(GroupKey::chosen));
        self.held.insert(group.id.clone(), left);
    }

    /// Groups whose members are to be read: the synced ones and those on hold, in the order of their ids.
    pub fn to_read(&self) -> Vec<OktaGroupId> {
        let ids: BTreeSet<&OktaGroupId> = self.synced.keys().chain(self.held.keys()).collect();
        ids.into_iter().cloned().collect()
    }

    /// Groups that the policy does not want.
    pub fn skipped(&self) -> Vec<Left> {
        self.skipped.values().cloned().collect()
    }

    /// Everybody in a synced group, by id, with the groups this gives them. Who is only in groups on hold is not asked about.
    pub fn users_to_decide(&self, reading: &SourceReading) -> Vec<UserToDecide> {
        let mut groups: BTreeMap<&OktaUserId, BTreeSet<&str>> = BTreeMap::new();
        for (id, targets) in &self.synced {
            for user in reading.members.get(id).into_iter().flatten() {
                groups
                    .entry(user)
                    .or_default()
                    .extend(targets.iter().map(|target| target.policy_key.as_str()));
            }
        }
        let people = groups.into_iter().filter_map(|(id, keys)| Some((reading.users.get(id)?, keys)));
        people
            .map(|(source, keys)| UserToDecide {
                source: source.clone(),
                groups: keys.into_iter().map(str::to_owned).collect(),
                draft: draft::account(source),
            })
            .collect()
    }

    /// Puts the desired directory together from the decisions about the people that were asked about.
    pub fn desired(
        &self,
        reading: &SourceReading,
        asked: &[UserToDecide],
        decisions: &[UserDecision],
        scope: Scope,
    ) -> Desired {
        people::Gathering::of(self, reading, scope).decided(asked, decisions).desired()
    }
}

impl Target {
    fn of(group: &SourceGroup, target: &TargetGroup, why: &Reason) -> Self {
        let (key, policy_key) = match &target.key {
            Some(key) => (GroupKey::chosen(key), key.clone()),
            None => (GroupKey::of_okta_group(&group.id), group.id.as_str().to_owned()),
        };
        Self { key, policy_key, display_name: target.display_name.clone(), why: why.clone() }
    }
}

/// The key by which policies know a group that a decision about a person names: the one it chose, or what its display name
/// comes to. For a policy that is asked after another.
pub fn policy_key(target: &TargetGroup) -> String {
    match &target.key {
        Some(key) => key.clone(),
        None => {
            let key = derived_key::of(&target.display_name);
            key.as_str().strip_prefix("usher-").unwrap_or(key.as_str()).to_owned()
        }
    }
}

/// Why a group that a decision names cannot be written.
fn target_problem(target: &TargetGroup) -> Option<String> {
    let name = group_name_problem(&target.display_name)
        .map(|why| format!("the name {} that the policy chose {why}", quoted(&target.display_name)));
    let key = || {
        let key = target.key.as_deref()?;
        Some(format!("the key {} that the policy chose {}", quoted(key), chosen_key_problem(key)?))
    };
    name.or_else(key)
}

/// Why a key that a decision about a group chose cannot be its own: it is an Okta group's id, which is that group's key already.
fn borrowed_id(target: &TargetGroup, ids: &BTreeSet<&str>) -> Option<String> {
    let key = target.key.as_deref()?;
    (ids.contains(key) || OktaGroupId::is_okta_shaped(key)).then(|| {
        format!(
            "the key {} that the policy chose is the id of an Okta group; no key means the group's own id",
            quoted(key)
        )
    })
}
