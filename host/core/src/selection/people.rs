//! The decisions about people, put together with those about groups.

use std::collections::{BTreeMap, BTreeSet};

use super::{Selection, Target, contest, derived_key, policy_key, target_problem};
use crate::account::Account;
use crate::decision::{Reason, TargetGroup, UserDecision, UserVerdict};
use crate::desired::{Desired, DesiredGroup, DesiredUser, Left, Scope, UserToDecide};
use crate::draft;
use crate::id::{GroupKey, OktaGroupId, OktaUserId};
use crate::quote::quoted;
use crate::source::{SourceReading, SourceUser, UserStatus};

/// Why a run of some groups takes nothing away that a policy may have decided by all of them.
const NARROWED: &str = "this run saw only some of the groups";

/// The rule under which a person is held whose account AWS would refuse.
const ACCOUNT_RULE: &str = "account";

/// A desired directory in the making.
pub(super) struct Gathering<'a> {
    selection: &'a Selection,
    reading: &'a SourceReading,
    scope: Scope,
    /// Everybody in a source group on hold, with the first of these groups.
    on_hold: BTreeMap<&'a OktaUserId, &'a Left>,
    /// The groups that the group decisions name, by the key that policies see.
    known: BTreeMap<&'a str, &'a Target>,
    users: BTreeMap<OktaUserId, DesiredUser>,
    held: BTreeMap<OktaUserId, Left>,
    held_names: BTreeMap<OktaUserId, BTreeSet<String>>,
    closed: BTreeMap<OktaUserId, Reason>,
    regrouped: BTreeSet<OktaUserId>,
    skipped: BTreeMap<OktaUserId, Left>,
    /// Every name that a decision gives a key: one, unless decisions disagree.
    names: BTreeMap<GroupKey, BTreeSet<String>>,
    reasons: BTreeMap<GroupKey, Reason>,
    members: BTreeMap<GroupKey, BTreeSet<OktaUserId>>,
}

impl<'a> Gathering<'a> {
    pub(super) fn of(selection: &'a Selection, reading: &'a SourceReading, scope: Scope) -> Self {
        let mut on_hold = BTreeMap::new();
        for (group, left) in &selection.held {
            for id in reading.members.get(group).into_iter().flatten() {
                on_hold.entry(id).or_insert(left);
            }
        }
        let mut gathering = Self {
            selection,
            reading,
            scope,
            on_hold,
            known: BTreeMap::new(),
            users: BTreeMap::new(),
            held: BTreeMap::new(),
            held_names: BTreeMap::new(),
            closed: BTreeMap::new(),
            regrouped: BTreeSet::new(),
            skipped: BTreeMap::new(),
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
        let Some(UserDecision { verdict, groups, why, groups_by_others, .. }) = decision else {
            let why = Reason::by_usher(ACCOUNT_RULE, "the policy gave no answer for this person");
            return self.hold(&person.source, why);
        };
        let account = match verdict {
            UserVerdict::Hold => return self.hold(&person.source, why.clone()),
            UserVerdict::Skip => return self.skip(&person.source, why),
            UserVerdict::Keep => person.draft.clone().normalised(),
            UserVerdict::Sync(account) => account.as_ref().clone().normalised(),
        };
        if groups.is_some() {
            self.regrouped.insert(id.clone());
        }
        if self.scope == Scope::Narrowed && person.draft.active && !account.active {
            let message = format!("would be inactive ({}), but {NARROWED}", why.message);
            self.held_names.insert(id.clone(), BTreeSet::from([account.user_name]));
            return self.hold(&person.source, why.saying(message));
        }
        let problem = account_problem(&account);
        if problem.is_some() || groups.is_some() {
            self.held_names.insert(id.clone(), BTreeSet::from([account.user_name.clone()]));
        }
        let targets = match groups {
            None => self.given(person),
            Some(list) => match list.iter().find_map(|target| self.problem(target)) {
                Some(problem) => {
                    return self.hold(&person.source, Reason::by_usher(super::GROUP_RULE, problem));
                }
                None => list
                    .iter()
                    .map(|target| {
                        let by = groups_by_others.get(&policy_key(target)).unwrap_or(why);
                        self.resolve(target, by)
                    })
                    .collect(),
            },
        };
        for target in targets {
            self.name(&target);
            self.members.entry(target.key).or_default().insert(id.clone());
        }
        let keeps_attributes = problem.is_some();
        // Of a broken account not even that it is inactive is to be believed.
        let active = if keeps_attributes { person.draft.active } else { account.active };
        let account = Account { active, ..account };
        // Who is closed in Okta needs no account that AWS would take, and is nobody to be told of.
        if let Some(why) = problem.filter(|_| person.draft.active) {
            self.held.insert(id.clone(), left(&person.source, why));
        }
        let why = why.saying(message(person, &account, why));
        let is_deprovisioned = !account.active && person.source.status == UserStatus::Deprovisioned;
        let is_closed_by_policy = person.draft.active && !account.active;
        let user = DesiredUser { account, keeps_attributes, is_deprovisioned, is_closed_by_policy, why };
        self.users.insert(id.clone(), user);
    }

    /// Leaves account and memberships as they stand. Only whom Okta has closed is closed: a hold keeps nothing open.
    fn hold(&mut self, person: &SourceUser, why: Reason) {
        if !draft::is_active(person.status) {
            let status = person.status.word();
            let message = format!("is {status} in Okta, and a hold keeps no account open");
            self.closed.insert(person.id.clone(), Reason::by_usher(status, message));
        }
        self.held.entry(person.id.clone()).or_insert_with(|| left(person, why));
    }

    /// A narrowed run, or one with a group on hold, does not know all that the person is in: then nothing is taken away.
    fn skip(&mut self, person: &SourceUser, why: &Reason) {
        let because = match self.on_hold.get(&person.id) {
            _ if self.scope == Scope::Narrowed => Some(NARROWED.to_owned()),
            Some(group) => {
                Some(format!("the group {}, which is on hold, has this person too", quoted(&group.label)))
            }
            None => None,
        };
        match because {
            Some(because) => {
                let message = format!("would be skipped ({}), but {because}", why.message);
                self.hold(person, why.saying(message));
            }
            None => {
                self.skipped.insert(person.id.clone(), left(person, why.clone()));
            }
        }
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
        let is_known = self.known_by(target).is_some();
        if target.display_name.is_empty() && is_known {
            return None;
        }
        let foreign = || {
            let key = target.key.as_deref().filter(|key| !is_known && OktaGroupId::is_okta_shaped(key))?;
            Some(format!(
                "the key {} that the policy chose is the id of an Okta group that this run does not know",
                quoted(key)
            ))
        };
        target_problem(target).or_else(foreign)
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
        let unasked: Vec<_> = self
            .on_hold
            .iter()
            .filter(|(id, _)| !asked.contains(*id))
            .map(|(id, left)| (*id, *left))
            .collect();
        for (id, Left { label, why }) in unasked {
            let Some(user) = self.reading.users.get(id) else { continue };
            let message = format!("is only in groups on hold, such as {}: {}", quoted(label), why.message);
            self.hold(user, why.saying(message));
        }
    }

    pub(super) fn desired(self) -> Desired {
        let mut conflicts = Vec::new();
        let mut contested_keys = BTreeSet::new();
        for contested in contest::groups(&self.names) {
            conflicts.push(contested.conflict);
            contested_keys.extend(contested.keys);
        }
        let Self { selection, users, names, reasons, members, .. } = self;
        let untouched = &selection.untouched;
        let groups =
            names.into_iter().filter(|(key, _)| !untouched.contains(key)).filter_map(|(key, names)| {
                let members =
                    members.get(&key)?.iter().filter(|id| users.contains_key(id)).cloned().collect();
                let group = DesiredGroup {
                    display_name: names.first()?.clone(),
                    contested_names: if contested_keys.contains(&key) { names } else { BTreeSet::new() },
                    members,
                    why: reasons.get(&key)?.clone(),
                };
                Some((key, group))
            });
        let groups = groups.collect();
        Desired {
            scope: self.scope,
            groups,
            users,
            held_users: self.held,
            held_names: self.held_names,
            closed_users: self.closed,
            regrouped_users: self.regrouped,
            held_groups: selection.held.clone(),
            people_on_hold: self.on_hold.into_keys().cloned().collect(),
            untouched_groups: untouched.clone(),
            skipped_users: self.skipped,
            skipped_groups: selection.skipped.clone(),
            conflicts,
        }
    }
}

fn left(person: &SourceUser, why: Reason) -> Left {
    Left { label: person.label().to_owned(), why }
}

fn account_problem(account: &Account) -> Option<Reason> {
    let problems: Vec<String> = account.problems().iter().map(ToString::to_string).collect();
    (!problems.is_empty()).then(|| Reason::by_usher(ACCOUNT_RULE, problems.join("; ")))
}

/// Why an account is inactive is Okta's to say, if Okta says so; anything else is the policy's.
fn message(person: &UserToDecide, account: &Account, why: &Reason) -> String {
    if !account.active && !person.draft.active {
        format!("is {} in Okta", person.source.status.word())
    } else {
        why.message.clone()
    }
}
