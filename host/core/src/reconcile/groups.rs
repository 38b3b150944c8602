//! Groups: created, adopted, renamed. Their members are compared in `members`.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use super::difference::change;
use super::moves::{DISPLAY_NAME, group_mover, group_names_held, step_group_aside};
use super::names::{Claim, contested, order};
use super::stages::Phase;
use crate::actual::{Actual, ActualGroup};
use crate::decision::Reason;
use crate::desired::{Conflict, Desired, DesiredGroup};
use crate::id::GroupKey;
use crate::name::folded;
use crate::plan::{Change, GroupRef};
use crate::quote::quoted;

/// A desired group and the one that stands for it.
struct Match<'a> {
    wanted: &'a DesiredGroup,
    standing: Standing<'a>,
}

enum Standing<'a> {
    /// Carries the key.
    Linked(&'a ActualGroup),
    /// Has the name and no key of ours.
    Unclaimed(&'a ActualGroup),
    /// There is none.
    Missing,
}

impl<'a> Match<'a> {
    fn is_contested(&self) -> bool {
        !self.wanted.contested_names.is_empty()
    }

    fn group(&self) -> Option<&'a ActualGroup> {
        match self.standing {
            Standing::Linked(group) | Standing::Unclaimed(group) => Some(group),
            Standing::Missing => None,
        }
    }
}

/// The groups of a plan, for their members.
#[derive(Default)]
pub(super) struct Groups {
    /// Those whose members are to be compared: all desired ones that are there once the plan is applied.
    pub(super) there: BTreeMap<GroupKey, GroupRef>,
    /// Names, without case, that a desired group cannot take. A group of ours that bears one is what people have in place of
    /// the group that they should have.
    pub(super) missed_names: BTreeSet<String>,
    /// Those, and the names that a group of ours wants and cannot take. A group that bears one is not deleted: whom it belongs to is
    /// for a person to say.
    pub(super) contested_names: BTreeSet<String>,
}

/// Plans what becomes of the desired groups. Creating one is left to `members`, which knows its first members.
pub(super) fn reconcile<'a>(desired: &'a Desired, actual: &'a Actual, findings: &mut Findings) -> Groups {
    let mut groups = Groups::default();
    let mut matches = matches(desired, actual);
    matches.retain(|_, found| {
        let is_left = found.is_contested() && !matches!(found.standing, Standing::Linked(_));
        if is_left {
            groups.missed_names.extend(found.wanted.contested_names.iter().map(|name| folded(name)));
        }
        if found.is_contested() {
            groups.contested_names.extend(found.wanted.contested_names.iter().map(|name| folded(name)));
        }
        !is_left
    });
    matches.retain(|_, found| {
        let unread = found.group().filter(|group| !actual.members.contains_key(&group.id));
        if let Some(group) = unread {
            findings.notes.push(format!(
                "the group {} stays as it is: its members were not read",
                quoted(&group.display_name)
            ));
            findings.unread_groups.push(group.display_name.clone());
        }
        unread.is_none()
    });

    // Like a blocked one below: the group keeps its name, and revoking does not wait for people to agree on another.
    matches.retain(|key, found| {
        if let (true, Some(group)) = (found.is_contested(), found.group()) {
            groups.there.insert(key.clone(), group_ref(key, Some(group), &group.display_name));
        }
        !found.is_contested()
    });

    let name = |group: &'a ActualGroup| &*group.display_name;
    let mover = |key: &GroupKey, found: &Match<'a>| {
        group_mover(key, found.group().map(name), &found.wanted.display_name)
    };
    let mut movers: BTreeMap<_, _> =
        matches.iter().map(|(key, found)| (key.clone(), mover(key, found))).collect();
    let moving = matches.values().filter_map(|found| Some(&found.group()?.id)).collect();
    let blocked = contested(&movers, group_names_held(actual, &moving, &BTreeSet::new()));
    for (key, (claim, holder)) in blocked {
        let Some(found) = matches.remove(&key) else { continue };
        findings.conflicts.push(conflict(&movers[&key].label, &found.wanted.display_name, &claim, holder));
        groups.contested_names.insert(folded(&found.wanted.display_name));
        // A group of ours keeps its name, and its members are mirrored all the same: revoking must not wait.
        if let Standing::Linked(group) = found.standing {
            groups.there.insert(key.clone(), group_ref(&key, Some(group), &group.display_name));
        } else {
            groups.missed_names.insert(folded(&found.wanted.display_name));
        }
        movers.remove(&key);
    }
    movers.retain(|key, _| matches.get(key).is_some_and(|found| found.group().is_some()));
    let order = order(&movers);

    for (key, found) in &matches {
        let after = &found.wanted.display_name;
        let group = group_ref(key, found.group(), after);
        let phase = Phase::Update(order.rounds.get(key).copied().unwrap_or_default());
        match found.standing {
            Standing::Missing => {}
            Standing::Linked(standing) => {
                let mut before = standing.display_name.clone();
                if order.aside.contains_key(key) {
                    before = step_aside(&group, before, findings);
                }
                if before != *after {
                    let rename = Change::RenameGroup { group: group.clone(), before, after: after.clone() };
                    findings.stages.add(phase, rename, &found.wanted.why);
                }
            }
            Standing::Unclaimed(standing) => adopt(&group, standing, found.wanted, phase, findings),
        }
        groups.there.insert(key.clone(), group);
    }
    groups
}

fn group_ref(key: &GroupKey, standing: Option<&ActualGroup>, display_name: &str) -> GroupRef {
    GroupRef {
        key: key.clone(),
        scim_id: standing.map(|group| group.id.clone()),
        display_name: display_name.to_owned(),
    }
}

fn matches<'a>(desired: &'a Desired, actual: &'a Actual) -> BTreeMap<GroupKey, Match<'a>> {
    let mut linked: BTreeMap<&str, &ActualGroup> = BTreeMap::new();
    let mut unclaimed: BTreeMap<String, Vec<&ActualGroup>> = BTreeMap::new();
    for group in actual.groups.values() {
        match group.external_id.as_deref() {
            Some(key) if GroupKey::is_ours(key) || desired.groups.contains_key(&GroupKey::new(key)) => {
                linked.entry(key).or_insert(group);
            }
            _ => unclaimed.entry(folded(&group.display_name)).or_default().push(group),
        }
    }
    let standing = |key: &GroupKey, wanted: &DesiredGroup| match linked.get(key.as_str()) {
        Some(group) => Standing::Linked(group),
        None => {
            let name = &wanted.display_name;
            let candidates = unclaimed.get(&folded(name)).map_or(&[][..], Vec::as_slice);
            let exact = candidates.iter().find(|group| group.display_name == *name);
            exact.or_else(|| candidates.first()).map_or(Standing::Missing, |group| Standing::Unclaimed(group))
        }
    };
    let groups = desired.groups.iter().filter(|(key, _)| !desired.untouched_groups.contains(key));
    groups.map(|(key, wanted)| (key.clone(), Match { wanted, standing: standing(key, wanted) })).collect()
}

fn conflict(label: &str, wanted: &str, claim: &Claim, holder: String) -> Conflict {
    Conflict {
        contested: format!("{} {}", claim.attribute, quoted(wanted)),
        parties: vec![label.to_owned(), holder],
        advice: "group names must be unique in IAM Identity Center: rename one of the two, or remove the group that is no \
                 longer used"
            .to_owned(),
    }
}

/// Takes a name for a moment that nobody wants; gives it back.
fn step_aside(group: &GroupRef, before: String, findings: &mut Findings) -> String {
    let why = Reason::by_usher(
        "swap",
        "makes room for a moment: groups take over names from one another in a ring",
    );
    step_group_aside(group, before, &why, &mut findings.stages)
}

fn adopt(
    group: &GroupRef,
    standing: &ActualGroup,
    wanted: &DesiredGroup,
    phase: Phase,
    findings: &mut Findings,
) {
    let unclaimed = standing.external_id.as_deref().filter(|text| !text.is_empty());
    let mut changes = vec![change("externalId", unclaimed, Some(group.key.as_str()))];
    if standing.display_name != wanted.display_name {
        changes.push(change(DISPLAY_NAME, Some(&standing.display_name), Some(&wanted.display_name)));
    }
    let why = wanted.why.saying("a group of this name stands in AWS and carries no key of ours");
    findings.stages.add(phase, Change::AdoptGroup { group: group.clone(), changes }, &why);
}
