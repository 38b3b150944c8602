//! What a plan takes away, kind by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::first;
use super::limits::{Guards, Limit};
use super::renamed::Renamed;
use crate::id::ScimGroupId;
use crate::plan::{Change, GroupRef, ORPHANED_GROUP, Plan, UserRef};
use crate::protected::Protected;
use crate::quote::quoted;

/// One kind of loss that is over its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The guard's name in the configuration: `users_deactivated`, …
    pub guard: &'static str,
    /// What happens to how many, as it fits after "it": `deactivates 7 of 8 active users`.
    pub what: String,
    /// How many are lost.
    pub lost: usize,
    /// How many stand now; none where the guard knows no part.
    pub standing: Option<usize>,
    /// What it may be at most.
    pub limit: Limit,
    /// Who or what is hit, by name, without repetition.
    pub names: Vec<String>,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Limit { number, percent } = self.limit;
        let limits = [number.map(|most| most.to_string()), percent.map(|most| format!("{most} %"))];
        let limits: Vec<String> = limits.into_iter().flatten().collect();
        write!(f, "it {} (`{}`: {} at most)", self.what, self.guard, limits.join(" and "))?;
        if self.names.is_empty() { Ok(()) } else { write!(f, ": {}", first(&self.names)) }
    }
}

/// What a plan does, counted.
#[derive(Default)]
struct Counted {
    deactivated: BTreeSet<String>,
    /// Accounts that are adopted as inactive: they could sign in until then, and carried no Okta id that would have counted.
    adopted: usize,
    deleted: BTreeSet<String>,
    /// Groups that lose members, each with how many.
    losing: BTreeMap<ScimGroupId, (String, usize)>,
    gaining: BTreeSet<ScimGroupId>,
    deleted_groups: BTreeMap<String, usize>,
    /// Those that lose members because they are no longer wanted at all.
    orphaned: BTreeSet<ScimGroupId>,
    changes: usize,
}

impl Counted {
    fn of(plan: &Plan) -> Self {
        let mut counted = Self::default();
        for operation in &plan.operations {
            counted.changes += match &operation.change {
                Change::AddMembers { members, .. } | Change::RemoveMembers { members, .. } => members.len(),
                Change::CreateGroup { members, .. } | Change::DeleteGroup { members, .. } => {
                    1 + members.len()
                }
                _ => 1,
            };
            match &operation.change {
                Change::DeactivateUser { user, .. } => {
                    counted.deactivated.insert(user.user_name.clone());
                }
                Change::AdoptUser { user, account, changes }
                    if !account.active && changes.iter().any(|change| change.attribute == "active") =>
                {
                    counted.adopted += 1;
                    counted.deactivated.insert(user.user_name.clone());
                }
                Change::DeleteUser { user, account } => {
                    counted.deleted.insert(user.user_name.clone());
                    // Whoever is deleted can sign in no more either.
                    if account.active {
                        counted.deactivated.insert(user.user_name.clone());
                    }
                }
                Change::DeleteGroup { group, members } => {
                    counted.deleted_groups.insert(group.display_name.clone(), members.len());
                }
                Change::AddMembers { group, .. } => counted.gaining.extend(group.scim_id.clone()),
                Change::RemoveMembers { group, members } => {
                    counted.remove(group, members.len());
                    let orphaned = group.scim_id.iter().filter(|_| operation.why.rule == ORPHANED_GROUP);
                    counted.orphaned.extend(orphaned.cloned());
                }
                _ => {}
            }
        }
        counted
    }

    fn remove(&mut self, group: &GroupRef, number: usize) {
        if let Some(id) = &group.scim_id {
            self.losing.entry(id.clone()).or_insert_with(|| (group.display_name.clone(), 0)).1 += number;
        }
    }
}

/// Every kind of loss that is over its limit.
pub(super) fn too_large(plan: &Plan, guards: &Guards) -> Vec<Loss> {
    let mut counted = Counted::of(plan);
    let standing = &plan.standing;
    // Whoever counts what people lose asks no less about a membership that goes with the account.
    for (id, (name, number)) in &standing.going {
        counted.losing.entry(id.clone()).or_insert_with(|| (name.clone(), 0)).1 += number;
    }
    let mut found = Vec::new();
    let mut judge =
        |guard, what: &dyn Fn(usize, usize) -> String, names: Vec<String>, lost, standing, limit: Limit| {
            if limit.is_exceeded(lost, standing) {
                found.push(Loss {
                    guard,
                    what: what(lost, standing),
                    lost,
                    standing: Some(standing),
                    limit,
                    names,
                });
            }
        };
    let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>();
    judge(
        "users_deactivated",
        &|lost, standing| {
            let closes = if counted.deleted.is_disjoint(&counted.deactivated) {
                "deactivates"
            } else {
                "deactivates or deletes"
            };
            format!("{closes} {lost} of {standing} active users")
        },
        names(&counted.deactivated),
        counted.deactivated.len(),
        standing.active_users + counted.adopted,
        guards.users_deactivated,
    );
    judge(
        "users_deleted",
        &|lost, standing| format!("deletes {lost} of {standing} users"),
        names(&counted.deleted),
        counted.deleted.len(),
        standing.users,
        guards.users_deleted,
    );
    let removed: usize = counted.losing.values().map(|(_, number)| number).sum();
    let losers = counted.losing.values().map(|(name, _)| name).chain(counted.deleted_groups.keys());
    judge(
        "memberships_removed",
        &|lost, standing| format!("removes {lost} of {standing} memberships"),
        losers.cloned().collect::<BTreeSet<_>>().into_iter().map(|name| format!("from {name}")).collect(),
        removed + counted.deleted_groups.values().sum::<usize>(),
        standing.memberships,
        guards.memberships_removed,
    );
    let before = |id: &ScimGroupId| standing.members.get(id).copied().unwrap_or_default();
    let is_emptied = |id: &ScimGroupId, lost: usize| lost >= before(id) && !counted.gaining.contains(id);
    for (id, (name, lost)) in &counted.losing {
        if before(id) >= guards.per_group_from && !counted.orphaned.contains(id) {
            judge(
                "members_removed_per_group",
                &|lost, standing| format!("removes {lost} of {standing} members"),
                vec![format!("from {name}")],
                *lost,
                before(id),
                guards.members_removed_per_group,
            );
        }
    }
    // Of a group that is no longer wanted at all only those stay from whom nothing may be taken.
    let is_over = |id: &ScimGroupId, lost: usize| counted.orphaned.contains(id) || is_emptied(id, lost);
    let emptied = counted.losing.iter().filter(|(id, (_, lost))| is_over(id, *lost));
    let emptied: BTreeSet<String> = emptied.map(|(_, (name, _))| name.clone()).collect();
    judge(
        "groups_emptied",
        &|lost, standing| format!("empties {lost} of {standing} groups that have members"),
        names(&emptied),
        emptied.len(),
        standing.peopled_groups,
        guards.groups_emptied,
    );
    judge(
        "groups_deleted",
        &|lost, standing| format!("deletes {lost} of {standing} groups"),
        counted.deleted_groups.keys().cloned().collect(),
        counted.deleted_groups.len(),
        standing.groups,
        guards.groups_deleted,
    );
    if let Some(most) = guards.max_changes.filter(|most| counted.changes > *most) {
        found.push(Loss {
            guard: "max_changes",
            what: format!("makes {} changes", counted.changes),
            lost: counted.changes,
            standing: None,
            limit: Limit { number: Some(most), percent: None },
            names: Vec::new(),
        });
    }
    found
}

/// Protected users and groups from which the plan takes something, each with what: `deactivates "root@acme.example"`. Who is renamed
/// is protected by either name.
pub(super) fn protected(plan: &Plan, protected: &Protected) -> Vec<String> {
    let mut found = BTreeSet::new();
    let renamed = Renamed::of(plan);
    let mut user = |user: &UserRef, what: &str| {
        if renamed.user(user).any(|name| protected.user(name).is_some()) {
            found.insert(format!("it {what} {}", quoted(&user.user_name)));
        }
    };
    for operation in &plan.operations {
        match &operation.change {
            Change::DeactivateUser { user: who, .. } => user(who, "deactivates"),
            Change::AdoptUser { user: who, account, changes }
                if !account.active && changes.iter().any(|change| change.attribute == "active") =>
            {
                user(who, "deactivates");
            }
            Change::DeleteUser { user: who, .. } => user(who, "deletes"),
            Change::RemoveMembers { group, members } => {
                let what = format!("takes out of the group {}", quoted(&group.display_name));
                members.iter().for_each(|member| user(member, &what));
            }
            Change::DeleteGroup { group, members } => {
                let what = format!("takes, with the group {},", quoted(&group.display_name));
                members.iter().for_each(|member| user(member, &what));
            }
            _ => {}
        }
    }
    let counted = Counted::of(plan);
    for (id, (name, lost)) in &counted.losing {
        let stand = plan.standing.members.get(id).copied().unwrap_or_default();
        let is_protected = || renamed.group(id, name).any(|name| protected.group(name).is_some());
        if *lost >= stand && !counted.gaining.contains(id) && is_protected() {
            found.insert(format!("it empties the group {}", quoted(name)));
        }
    }
    let deleted = counted.deleted_groups.keys().filter(|name| protected.group(name).is_some());
    found.extend(deleted.map(|name| format!("it deletes the group {}", quoted(name))));
    found.into_iter().collect()
}
