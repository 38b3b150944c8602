//! The decisions about people, put together with those about groups.

use std::collections::{BTreeMap, BTreeSet};

use super::{Selection, Target, contest, derived_key, target_problem};
use crate::account::Account;
use crate::decision::{Reason, TargetGroup, UserDecision, UserVerdict};
use crate::desired::{Conflict, Desired, DesiredGroup, DesiredUser, Left, Scope, UserToDecide};
use crate::id::{GroupKey, OktaUserId};
use crate::source::SourceReading;

/// The rule under which a person is held whose account AWS would refuse.
const ACCOUNT_RULE: &str = "account";

/// The rule under which a person is held who wants what somebody else wants too.
const CONFLICT_RULE: &str = "conflict";

/// A desired directory in the making.
pub(super) struct Gathering<'a> {
    selection: &'a Selection,
    reading: &'a SourceReading,
    /// The groups that the group decisions name, by the key that policies see.
    known: BTreeMap<&'a str, &'a Target>,
    users: BTreeMap<OktaUserId, DesiredUser>,
    held: BTreeMap<OktaUserId, Left>,
    skipped: BTreeMap<OktaUserId, Left>,
    conflicts: Vec<Conflict>,
    untouched: BTreeSet<GroupKey>,
    /// Every name that a decision gives a key: one, unless decisions disagree.
    names: BTreeMap<GroupKey, BTreeSet<String>>,
    reasons: BTreeMap<GroupKey, Reason>,
    members: BTreeMap<GroupKey, BTreeSet<OktaUserId>>,
}

impl<'a> Gathering<'a> {
    pub(super) fn of(selection: &'a Selection, reading: &'a SourceReading) -> Self {
        let mut gathering = Self {
            selection,
            reading,
            known: BTreeMap::new(),
            users: BTreeMap::new(),
            held: BTreeMap::new(),
            skipped: BTreeMap::new(),
            conflicts: Vec::new(),
            untouched: selection.untouched.clone(),
            names: BTreeMap::new(),
            reasons: BTreeMap::new(),
            members: BTreeMap::new(),
        };
        for target in selection.synced.values().flatten() {
            gathering.known.insert(&target.policy_key, target);
            gathering.name(target);
        }
        gathering
    }

    fn name(&mut self, target: &Target) {
        self.names.entry(target.key.clone()).or_default().insert(target.display_name.clone());
        self.reasons.entry(target.key.clone()).or_insert_with(|| target.why.clone());
        self.members.entry(target.key.clone()).or_default();
    }

    pub(super) fn decided(mut self, asked: &[UserToDecide], decisions: &[UserDecision]) -> Self {
        let decisions: BTreeMap<&OktaUserId, &UserDecision> =
            decisions.iter().map(|it| (&it.id, it)).collect();
        for person in asked {
            self.decide(person, decisions.get(&person.source.id).copied());
        }
        self.hold_people_of_held_groups(asked);
        self
    }

    fn decide(&mut self, person: &UserToDecide, decision: Option<&UserDecision>) {
        let id = &person.source.id;
        let left = |why: Reason| Left { label: person.source.label().to_owned(), why };
        let Some(UserDecision { verdict, groups, why, .. }) = decision else {
            let why = Reason::new(ACCOUNT_RULE, "the policy gave no answer for this person");
            self.held.insert(id.clone(), left(why));
            return;
        };
        let account = match verdict {
            UserVerdict::Hold => {
                self.held.insert(id.clone(), left(why.clone()));
                return;
            }
            UserVerdict::Skip => {
                self.skipped.insert(id.clone(), left(why.clone()));
                return;
            }
            UserVerdict::Keep => person.draft.clone().normalised(),
            UserVerdict::Sync(account) => account.as_ref().clone().normalised(),
        };
        if let Some(why) = account_problem(&account) {
            // Holding somebody whom Okta has closed would keep the account open; with nothing to write that AWS would
            // take, this person is none of ours any more.
            let closed = !account.active && !person.draft.active;
            let into = if closed { &mut self.skipped } else { &mut self.held };
            into.insert(id.clone(), left(why));
            return;
        }
        let targets = match groups {
            None => self.given(person),
            Some(list) => match list.iter().find_map(|target| self.problem(target)) {
                Some(problem) => {
                    self.held.insert(id.clone(), left(Reason::new(super::GROUP_RULE, problem)));
                    return;
                }
                None => list.iter().map(|target| self.resolve(target, why)).collect(),
            },
        };
        for target in targets {
            self.name(&target);
            self.members.entry(target.key).or_default().insert(id.clone());
        }
        let why = Reason { rule: why.rule.clone(), message: message(person, &account, why) };
        self.users.insert(id.clone(), DesiredUser { account, why });
    }

    fn given(&self, person: &UserToDecide) -> Vec<Target> {
        person
            .groups
            .iter()
            .filter_map(|key| self.known.get(key.as_str()).map(|target| (*target).clone()))
            .collect()
    }

    /// Whether a group that a decision about a person names cannot be written. A group that the person may be given
    /// anyway needs no name: policies see its key only.
    fn problem(&self, target: &TargetGroup) -> Option<String> {
        if target.display_name.is_empty() && self.known_by(target).is_some() {
            None
        } else {
            target_problem(target)
        }
    }

    fn known_by(&self, target: &TargetGroup) -> Option<&'a Target> {
        self.known.get(target.key.as_deref()?).copied()
    }

    fn resolve(&self, target: &TargetGroup, why: &Reason) -> Target {
        let display_name = target.display_name.clone();
        match (self.known_by(target), &target.key) {
            (Some(known), _) if display_name.is_empty() => known.clone(),
            (Some(known), _) => Target { display_name, ..known.clone() },
            (None, Some(key)) => {
                Target { key: GroupKey::chosen(key), policy_key: key.clone(), display_name, why: why.clone() }
            }
            (None, None) => {
                let key = derived_key::of(&display_name);
                Target { policy_key: key.as_str().to_owned(), key, display_name, why: why.clone() }
            }
        }
    }

    /// Who is in groups on hold and in no synced one was not asked about, and stays as it stands.
    fn hold_people_of_held_groups(&mut self, asked: &[UserToDecide]) {
        let asked: BTreeSet<&OktaUserId> = asked.iter().map(|person| &person.source.id).collect();
        for (group, why) in &self.selection.held {
            let members = self.reading.members.get(group).into_iter().flatten();
            for user in members.filter(|id| !asked.contains(id)).filter_map(|id| self.reading.users.get(id)) {
                let message =
                    format!("is only in groups on hold, such as {:?}: {}", why.label, why.why.message);
                self.held.entry(user.id.clone()).or_insert_with(|| Left {
                    label: user.label().to_owned(),
                    why: Reason::new(why.why.rule.clone(), message),
                });
            }
        }
    }

    pub(super) fn desired(mut self, scope: Scope) -> Desired {
        self.hold_contested_users();
        for contested in contest::groups(&self.names) {
            self.conflicts.push(contested.conflict);
            self.untouched.extend(contested.keys);
        }
        let held = self.selection.held.keys().filter_map(|group| self.reading.members.get(group));
        let people_on_hold = held.flatten().cloned().collect();
        let Self { selection, users, names, reasons, members, untouched, .. } = self;
        let groups =
            names.into_iter().filter(|(key, _)| !untouched.contains(key)).filter_map(|(key, names)| {
                let members =
                    members.get(&key)?.iter().filter(|id| users.contains_key(id)).cloned().collect();
                let group = DesiredGroup {
                    display_name: names.into_iter().next()?,
                    members,
                    why: reasons.get(&key)?.clone(),
                };
                Some((key, group))
            });
        Desired {
            scope,
            groups: groups.collect(),
            users: users.clone(),
            held_users: self.held,
            held_groups: selection.held.clone(),
            people_on_hold,
            untouched_groups: untouched.clone(),
            skipped_users: self.skipped,
            skipped_groups: selection.skipped.clone(),
            conflicts: self.conflicts,
        }
    }

    fn hold_contested_users(&mut self) {
        let contested = contest::users(self.users.iter().map(|(id, user)| (id, &user.account)));
        for it in contested {
            for id in it.people {
                let message =
                    format!("{} is wanted by {}", it.conflict.contested, it.conflict.parties.join(" and "));
                // Contested twice, the person is gone from the users already; the first reason stands.
                if let Some(user) = self.users.remove(&id) {
                    let label = user.account.user_name;
                    self.held.insert(id, Left { label, why: Reason::new(CONFLICT_RULE, message) });
                }
            }
            self.conflicts.push(it.conflict);
        }
    }
}

fn account_problem(account: &Account) -> Option<Reason> {
    let problems: Vec<String> = account.problems().iter().map(ToString::to_string).collect();
    (!problems.is_empty()).then(|| Reason::new(ACCOUNT_RULE, problems.join("; ")))
}

/// Why an account is inactive is Okta's to say, if Okta says so; anything else is the policy's.
fn message(person: &UserToDecide, account: &Account, why: &Reason) -> String {
    if !account.active && !person.draft.active {
        format!("is {} in Okta", person.source.status.word())
    } else {
        why.message.clone()
    }
}
