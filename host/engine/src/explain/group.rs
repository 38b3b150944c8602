//! One group, from Okta to the plan.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use usher_core::actual::{ActualGroup, Completeness};
use usher_core::desired::Conflict;
use usher_core::id::{GroupKey, OktaGroupId, ScimGroupId, ScimUserId};
use usher_core::name::same;
use usher_core::quote::quoted;
use usher_core::settings::{Memberships, OrphanedGroups};
use usher_core::source::{GroupOrigin, SourceGroup};

use super::error::ExplainError;
use super::find::{self, SomeGroup};
use super::step::{Becomes, Conclusion, Verdict, WouldChange, becomes, by, operations};
use crate::error::EngineError;
use crate::prepare::Prepared;

/// A group and every step of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupExplained {
    /// Its identity in AWS, when it has or gets one.
    pub key: Option<GroupKey>,
    /// Identity Center's id, when it is there.
    pub scim_id: Option<ScimGroupId>,
    /// How to call it: its name in AWS, else in Okta.
    pub label: String,
    /// In the order in which a run takes them.
    pub steps: Vec<GroupStep>,
    /// What comes of it.
    pub conclusion: Conclusion,
}

/// A step of a group's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum GroupStep {
    /// Okta has a group that is this one, or becomes part of it.
    InOkta {
        /// Okta's id.
        id: OktaGroupId,
        /// Its name in Okta.
        name: String,
        /// Where it was made.
        origin: GroupOrigin,
        /// What becomes of it.
        becomes: Becomes,
        /// How many members Okta has; none when they were not read.
        members: Option<usize>,
    },
    /// No group that was asked for becomes this one.
    NotInOkta,
    /// What decisions want in AWS.
    Wanted {
        /// Its name.
        display_name: String,
        /// How many members it should have.
        members: usize,
    },
    /// Members in Okta who do not come along.
    LeftOut {
        /// How many were skipped, by rule.
        skipped: BTreeMap<String, usize>,
        /// Who is held, by login, with the reason.
        held: BTreeMap<String, String>,
    },
    /// It is there.
    InAws {
        /// Identity Center's id.
        id: ScimGroupId,
        /// Its name.
        display_name: String,
        /// Whose it is.
        external_id: Option<String>,
        /// How many members it has; none when they were not read.
        members: Option<usize>,
    },
    /// It is not there.
    NotInAws {
        /// Whether the target could list everything.
        certain: bool,
    },
    /// Its name or key is contested.
    Contested(Conflict),
    /// An operation of the plan.
    WouldChange(WouldChange),
}

/// Explains every group that a text may mean: a name on either side, an id of either, or a key.
///
/// # Errors
/// [`ExplainError::NoGroup`] with similar names; any failure of a question to Okta.
pub async fn group(prepared: &Prepared, wanted: &str) -> Result<Vec<GroupExplained>, ExplainError> {
    match find::groups(prepared, wanted) {
        Ok(found) => Ok(found.into_iter().map(|some| explained(prepared, &some)).collect()),
        Err(error) => match not_asked_for(prepared, wanted).await? {
            found if found.is_empty() => Err(error),
            found => Ok(found.iter().map(unasked).collect()),
        },
    }
}

/// Groups that Okta has and that the run did not ask for.
async fn not_asked_for(prepared: &Prepared, wanted: &str) -> Result<Vec<SourceGroup>, ExplainError> {
    let Some(okta) = prepared.source.live() else { return Ok(Vec::new()) };
    let mut groups = okta.all_groups().await.map_err(EngineError::from)?;
    groups.retain(|group| group.id.as_str() == wanted || same(&group.name, wanted));
    Ok(groups)
}

fn unasked(group: &SourceGroup) -> GroupExplained {
    let step = GroupStep::InOkta {
        id: group.id.clone(),
        name: group.name.clone(),
        origin: group.origin,
        becomes: Becomes::NotAskedFor,
        members: None,
    };
    let message = "is none of the groups that were asked for: `sync.groups` does not name it";
    GroupExplained {
        key: None,
        scim_id: None,
        label: group.name.clone(),
        steps: vec![step],
        conclusion: Conclusion::new(Verdict::NotSynced, message),
    }
}

fn explained(prepared: &Prepared, some: &SomeGroup) -> GroupExplained {
    let Prepared { read, desired, .. } = prepared;
    let actual = &read.actual;
    let (key, sources) = match some {
        SomeGroup::OfKey(key) => (Some(key.clone()), sources(prepared, key)),
        SomeGroup::OnlyInOkta(id) => {
            (Some(GroupKey::of_okta_group(id)), read.groups.iter().filter(|group| group.id == *id).collect())
        }
        SomeGroup::OnlyInAws(_) => (None, Vec::new()),
    };
    let standing = match some {
        SomeGroup::OnlyInAws(id) => actual.groups.get(id),
        _ => key.as_ref().and_then(|key| find::standing(prepared, key)),
    };
    let wanted = key.as_ref().and_then(|key| desired.groups.get(key));

    let mut steps: Vec<GroupStep> = sources.iter().map(|group| in_okta(prepared, group)).collect();
    if steps.is_empty() {
        steps.push(GroupStep::NotInOkta);
    }
    steps.extend(wanted.map(|wanted| GroupStep::Wanted {
        display_name: wanted.display_name.clone(),
        members: wanted.members.len(),
    }));
    steps.extend(left_out(prepared, &sources));
    steps.push(match standing {
        Some(group) => GroupStep::InAws {
            id: group.id.clone(),
            display_name: group.display_name.clone(),
            external_id: group.external_id.clone(),
            members: actual.members.get(&group.id).map(|members| members.len()),
        },
        None => GroupStep::NotInAws { certain: actual.completeness == Completeness::Complete },
    });
    let conflicts = conflicts(prepared, key.as_ref());
    steps.extend(conflicts.iter().cloned().map(GroupStep::Contested));
    let changes = changes(prepared, key.as_ref(), standing);
    steps.extend(changes.iter().cloned().map(GroupStep::WouldChange));

    let name_in_okta = sources.first().map(|group| group.name.as_str());
    let name_in_aws = standing.map(|group| group.display_name.as_str());
    let label = wanted.map(|wanted| wanted.display_name.as_str()).or(name_in_aws).or(name_in_okta);
    let conclusion = conclusion(prepared, key.as_ref(), &sources, standing, &conflicts, &changes);
    GroupExplained {
        label: label.unwrap_or_default().to_owned(),
        scim_id: standing.map(|group| group.id.clone()),
        key,
        steps,
        conclusion,
    }
}

/// The source groups that become the group of this key, and the one whose id it is.
fn sources<'a>(prepared: &'a Prepared, key: &GroupKey) -> Vec<&'a SourceGroup> {
    let is_source = |group: &&SourceGroup| {
        let feeds = match becomes(prepared, &group.id) {
            Becomes::Synced { groups, .. } => groups.iter().any(|group| group.key == *key),
            _ => false,
        };
        feeds || group.id.as_str() == key.as_str()
    };
    prepared.read.groups.iter().filter(is_source).collect()
}

fn in_okta(prepared: &Prepared, group: &SourceGroup) -> GroupStep {
    GroupStep::InOkta {
        id: group.id.clone(),
        name: group.name.clone(),
        origin: group.origin,
        becomes: becomes(prepared, &group.id),
        members: prepared.read.reading.members.get(&group.id).map(|members| members.len()),
    }
}

fn left_out(prepared: &Prepared, sources: &[&SourceGroup]) -> Option<GroupStep> {
    let Prepared { read, desired, .. } = prepared;
    let (mut skipped, mut held) = (BTreeMap::new(), BTreeMap::new());
    let members = sources.iter().filter_map(|group| read.reading.members.get(&group.id)).flatten();
    let members: BTreeSet<_> = members.collect();
    for id in members {
        if let Some(left) = desired.skipped_users.get(id) {
            *skipped.entry(left.why.rule.clone()).or_default() += 1;
        } else if let Some(left) = desired.held_users.get(id) {
            held.insert(left.label.clone(), by(&left.why));
        }
    }
    let is_any = !skipped.is_empty() || !held.is_empty();
    is_any.then_some(GroupStep::LeftOut { skipped, held })
}

/// Parties are named with their keys, or the contested thing is.
fn conflicts(prepared: &Prepared, key: Option<&GroupKey>) -> Vec<Conflict> {
    let Some(key) = key else { return Vec::new() };
    let (in_parentheses, quoted) = (format!("({key})"), format!("key {}", quoted(key.as_str())));
    let is_party = |it: &&Conflict| {
        it.parties.iter().any(|party| party.ends_with(&in_parentheses)) || it.contested.ends_with(&quoted)
    };
    prepared.plan.conflicts.iter().filter(is_party).cloned().collect()
}

fn changes(prepared: &Prepared, key: Option<&GroupKey>, standing: Option<&ActualGroup>) -> Vec<WouldChange> {
    let operations = prepared.plan.operations.iter();
    let touching = operations.filter(|operation| {
        operation.change.group().is_some_and(|group| {
            Some(&group.key) == key
                || (group.scim_id.is_some() && group.scim_id.as_ref() == standing.map(|group| &group.id))
        })
    });
    touching.map(WouldChange::of).collect()
}

/// How a group stays in AWS that nobody wants and nothing changes.
fn stays(prepared: &Prepared, standing: &ActualGroup) -> String {
    let Prepared { plan, read, settings, .. } = prepared;
    let is_empty = read.actual.members.get(&standing.id).is_some_and(BTreeSet::is_empty);
    if let Some(kept) = plan.kept_groups.iter().find(|left| left.label == standing.display_name) {
        return format!("; in AWS the group stays as it is {}", by(&kept.why));
    }
    if is_empty {
        return "; in AWS the group stays, empty".to_owned();
    }
    let setting = match (settings.orphaned_groups, settings.memberships) {
        (OrphanedGroups::Keep, _) => " (orphaned_groups = \"keep\")",
        (_, Memberships::Additive) => " (memberships = \"additive\")",
        _ => "",
    };
    format!("; in AWS the group stays as it is{setting}")
}

/// How a wanted group differs from what it should be, and why the plan leaves it so.
fn differs(prepared: &Prepared, key: &GroupKey, standing: &ActualGroup) -> Option<String> {
    let Prepared { desired, plan, read, settings, .. } = prepared;
    let wanted = desired.groups.get(key)?;
    if let Some(kept) = plan.kept_groups.iter().find(|left| left.label == standing.display_name) {
        return Some(format!("stays as it is {}", by(&kept.why)));
    }
    let account = |id| find::account(prepared, id).map(|user| &user.id);
    let wanted: BTreeSet<&ScimUserId> = wanted.members.iter().filter_map(account).collect();
    let members = read.actual.members.get(&standing.id)?;
    let others = members.iter().filter(|id| !wanted.contains(id)).count();
    let missing = wanted.iter().filter(|id| !members.contains(**id)).count();
    if others + missing == 0 {
        return None;
    }
    let why = match settings.memberships {
        Memberships::Additive if missing == 0 => "memberships are never removed (memberships = \"additive\")",
        _ => "they are on hold, protected or contested: `usher explain` tells of each",
    };
    let is = if others + missing == 1 { "membership is" } else { "memberships are" };
    Some(format!("stays as it is: {} {is} other than wanted; {why}", others + missing))
}

fn conclusion(
    prepared: &Prepared,
    key: Option<&GroupKey>,
    sources: &[&SourceGroup],
    standing: Option<&ActualGroup>,
    conflicts: &[Conflict],
    changes: &[WouldChange],
) -> Conclusion {
    let desired = &prepared.desired;
    if !changes.is_empty() {
        let kinds: BTreeSet<&str> = changes.iter().map(|change| change.kind).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let message = format!("{} would change this group: {}", operations(changes.len()), kinds.join(", "));
        return Conclusion::new(Verdict::WouldChange, message);
    }
    if let Some(conflict) = conflicts.first() {
        let message =
            format!("stays as it is, since {} is contested: {}", conflict.contested, conflict.advice);
        return Conclusion::new(Verdict::LeftAlone, message);
    }
    for group in sources {
        match becomes(prepared, &group.id) {
            Becomes::Held { why } => {
                return Conclusion::new(Verdict::LeftAlone, format!("held {}", by(&why)));
            }
            Becomes::Skipped { why } => {
                let rest = standing.map(|group| stays(prepared, group)).unwrap_or_default();
                return Conclusion::new(Verdict::NotSynced, format!("skipped {}{rest}", by(&why)));
            }
            Becomes::Synced { .. } | Becomes::NotAskedFor => {}
        }
    }
    if let Some(key) = key {
        if desired.untouched_groups.contains(key) {
            return Conclusion::new(Verdict::LeftAlone, "stays as it is: a source group on hold may own it");
        }
        if standing.is_some_and(|group| prepared.plan.unread_groups.contains(&group.display_name)) {
            return Conclusion::new(Verdict::LeftAlone, "stays as it is: its members could not be read");
        }
        if let Some(left) = standing.and_then(|standing| differs(prepared, key, standing)) {
            return Conclusion::new(Verdict::LeftAlone, left);
        }
        if desired.groups.contains_key(key) {
            let message = "stands in AWS as Okta and the policy say; nothing would change";
            return Conclusion::new(Verdict::InStep, message);
        }
        let rest = standing.map(|group| stays(prepared, group)).unwrap_or_default();
        let message = format!("no group that was asked for becomes this one{rest}");
        return Conclusion::new(Verdict::NotSynced, message);
    }
    Conclusion::new(
        Verdict::NotOurs,
        "the group carries no key of Usher's and no decision names it: Usher never touches it",
    )
}
