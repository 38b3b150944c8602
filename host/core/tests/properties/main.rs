//! What `reconcile` promises of every pair of directories, and a whole run of every organisation.

mod access;
mod expected;
mod organisation;
mod target;
mod undo;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use usher_core::actual::Completeness;
use usher_core::decision::Reason;
use usher_core::desired::{DesiredGroup, DesiredUser, Scope};
use usher_core::id::{GroupKey, OktaUserId, ScimUserId};
use usher_core::plan::{Change, Operation, Plan};
use usher_core::reconcile::{people_to_ask_for, reconcile};
use usher_core::settings::{Leavers, OrphanedGroups};

use crate::target::Target;
use crate::world::{Peace, World, account, okta_id, some_protected, world};

fn any_world() -> impl Strategy<Value = World> {
    let peace = prop_oneof![Just(Peace::Clean), Just(Peace::Contested)];
    let scope = prop_oneof![3 => Just(Scope::Whole), 1 => Just(Scope::Narrowed)];
    let completeness = prop_oneof![3 => Just(Completeness::Complete), 1 => Just(Completeness::Partial)];
    (peace, scope, completeness)
        .prop_flat_map(|(peace, scope, completeness)| world(peace, scope, completeness))
}

fn clean_world() -> impl Strategy<Value = World> {
    world(Peace::Clean, Scope::Whole, Completeness::Complete)
}

fn plan(world: &World, target: &Target) -> Plan {
    reconcile(&world.desired, &target.actual, &world.whereabouts, &world.settings)
}

/// The operations with each stage in another order.
fn stirred(operations: &[Operation], by: usize) -> Vec<Operation> {
    let mut stirred = Vec::new();
    for stage in operations.chunk_by(|one, other| one.stage == other.stage) {
        let mut stage = stage.to_vec();
        let middle = by % stage.len();
        stage.rotate_left(middle);
        if by % 2 == 1 {
            stage.reverse();
        }
        stirred.append(&mut stage);
    }
    stirred
}

/// The stages before the one in which the operation of this number stands, and some of that stage: what is done when a run breaks off.
fn begun(operations: &[Operation], number: usize, some: &[bool]) -> Vec<Operation> {
    let Some(last) = operations.get(number % operations.len().max(1)).map(|operation| operation.stage) else {
        return Vec::new();
    };
    let mut choice = some.iter().cycle();
    let mut done = |operation: &&Operation| {
        operation.stage < last || (operation.stage == last && choice.next().copied().unwrap_or_default())
    };
    operations.iter().filter(|operation| done(operation)).cloned().collect()
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, ..Config::default() })]

    #[test]
    fn applying_the_plan_gives_the_desired_directory(
        mut world in clean_world(),
        protected in prop::option::weighted(0.3, some_protected()),
    ) {
        world.settings.protected = protected.unwrap_or(world.settings.protected);
        let mut target = Target::new(world.actual.clone());
        let plan = plan(&world, &target);
        prop_assert_eq!(&plan.conflicts, &vec![]);
        target.apply_all(&plan.operations);
        prop_assert_eq!(target.contents(), expected::contents(&world));
    }

    #[test]
    fn planning_again_gives_nothing(world in any_world()) {
        let mut target = Target::new(world.actual.clone());
        target.apply_all(&plan(&world, &target).operations);
        prop_assert_eq!(plan(&world, &target).operations, vec![]);
    }

    #[test]
    fn whatever_part_was_applied_a_new_plan_ends_the_same(
        world in any_world(),
        number in any::<usize>(),
        some in proptest::collection::vec(any::<bool>(), 1..20),
    ) {
        let mut whole = Target::new(world.actual.clone());
        let operations = plan(&world, &whole).operations;
        whole.apply_all(&operations);
        let mut broken = Target::new(world.actual.clone());
        broken.apply_all(&begun(&operations, number, &some));
        broken.apply_all(&plan(&world, &broken).operations);
        prop_assert_eq!(broken.contents(), whole.contents());
        prop_assert_eq!(plan(&world, &broken).operations, vec![]);
    }

    #[test]
    fn the_order_within_a_stage_does_not_matter(world in any_world(), by in any::<usize>()) {
        let mut told = Target::new(world.actual.clone());
        let operations = plan(&world, &told).operations;
        told.apply_all(&operations);
        let mut other = Target::new(world.actual.clone());
        other.apply_all(&stirred(&operations, by));
        prop_assert_eq!(other.contents(), told.contents());
    }

    #[test]
    fn a_plan_survives_being_written_down(world in any_world()) {
        let plan = plan(&world, &Target::new(world.actual.clone()));
        let written = serde_json::to_string(&plan).expect("a plan has no value that JSON lacks");
        prop_assert_eq!(serde_json::from_str::<Plan>(&written).expect("it was written by us"), plan);
    }

    #[test]
    fn stages_rise_by_one_from_nought(world in any_world()) {
        let stages: Vec<u32> =
            plan(&world, &Target::new(world.actual.clone())).operations.iter().map(|it| it.stage).collect();
        prop_assert_eq!(stages.first().copied().unwrap_or_default(), 0);
        prop_assert!(stages.is_sorted_by(|one, other| one == other || one + 1 == *other), "{:?}", stages);
    }

    #[test]
    fn no_step_leaves_a_protected_group_empty_but_for_accounts_that_go(
        mut world in any_world(),
        protected in some_protected(),
        by in any::<usize>(),
    ) {
        world.settings.protected = protected;
        let before = Target::new(world.actual.clone());
        let operations = stirred(&plan(&world, &before).operations, by);
        let goes = |id: &ScimUserId| operations.iter().any(|operation| {
            matches!(&operation.change, Change::DeleteUser { user, .. } if user.scim_id.as_ref() == Some(id))
        });
        let is_protected = |name: &str| world.settings.protected.group(name).is_some();
        let never_empty: Vec<_> = world
            .actual
            .groups
            .values()
            .filter(|group| is_protected(&group.display_name))
            .filter(|group| world.actual.members[&group.id].iter().any(|id| !goes(id)))
            .collect();
        let mut target = before;
        for operation in &operations {
            target.apply_all([operation]);
            for group in &never_empty {
                prop_assert!(!target.actual.members[&group.id].is_empty(), "{:?} by {:#?}", group, operation);
            }
        }
    }

    #[test]
    fn what_is_on_hold_or_not_ours_is_as_it_was(world in any_world()) {
        let before = Target::new(world.actual.clone());
        let mut after = before.clone();
        after.apply_all(&plan(&world, &before).operations);
        for id in world.desired.held_users.keys().filter(|id| !world.desired.users.contains_key(id)) {
            let kept = expected::trace(&before, id).map(|(mut user, groups)| {
                let is_closed = world.desired.closed_users.contains_key(id);
                user.account.active &= !is_closed || expected::is_protected(&world, id.as_str());
                (user, groups)
            });
            prop_assert_eq!(kept, expected::trace(&after, id));
        }
        let is_untouched = |key: &str| world.desired.untouched_groups.contains(&GroupKey::new(key));
        for group in world.actual.groups.values().filter(|it| it.external_id.as_deref().is_some_and(is_untouched)) {
            prop_assert_eq!(after.actual.groups.get(&group.id), Some(group));
            prop_assert_eq!(&after.actual.members[&group.id], &world.actual.members[&group.id]);
        }
        for user in world.actual.users.values().filter(|user| !expected::is_named(&world, user)) {
            prop_assert_eq!(after.actual.users.get(&user.id), Some(user));
        }
        let deletes = world.settings.orphaned_groups == OrphanedGroups::Delete;
        for group in world.actual.groups.values().filter(|group| !expected::is_group_named(&world, group)) {
            if group.external_id.is_none() || !deletes {
                prop_assert_eq!(after.actual.groups.get(&group.id), Some(group));
            }
            if group.external_id.is_none() {
                let mut members = world.actual.members[&group.id].clone();
                members.retain(|id| after.actual.users.contains_key(id));
                prop_assert_eq!(&after.actual.members[&group.id], &members);
            }
        }
    }

    #[test]
    fn nobody_leaves_when_absence_means_nothing(
        world in prop_oneof![
            world(Peace::Clean, Scope::Narrowed, Completeness::Complete),
            world(Peace::Clean, Scope::Whole, Completeness::Partial),
        ],
    ) {
        prop_assert_eq!(people_to_ask_for(&world.desired, &world.actual, &world.settings), vec![]);
        for operation in plan(&world, &Target::new(world.actual.clone())).operations {
            match &operation.change {
                Change::DeactivateUser { user, .. } => {
                    let id = user.okta_id.clone().expect("only ours are deactivated");
                    let is_closed = world.desired.closed_users.contains_key(&id);
                    prop_assert!(world.desired.users.contains_key(&id) || is_closed);
                }
                Change::RemoveMembers { group, .. } => prop_assert!(world.desired.groups.contains_key(&group.key)),
                Change::DeleteUser { .. } | Change::DeleteGroup { .. } => prop_assert!(false, "{:?}", operation),
                _ => {}
            }
        }
    }

    #[test]
    fn only_leavers_of_whom_okta_said_where_they_are_and_whom_nothing_keeps_go(world in clean_world()) {
        let operations = plan(&world, &Target::new(world.actual.clone())).operations;
        let is_wanted = |id: &OktaUserId| expected::is_wanted(&world, id) || world.desired.held_users.contains_key(id);
        let (mut deactivated, mut deleted) = (BTreeSet::new(), BTreeSet::new());
        for operation in &operations {
            match &operation.change {
                Change::DeactivateUser { user, .. } => deactivated.extend(user.okta_id.clone()),
                Change::DeleteUser { user, .. } => deleted.extend(user.okta_id.clone()),
                _ => {}
            }
        }
        deactivated.retain(|id| !is_wanted(id));
        let asked: BTreeSet<_> = people_to_ask_for(&world.desired, &world.actual, &world.settings).into_iter().collect();
        let of_fate = |fate| -> BTreeSet<OktaUserId> {
            asked.iter().filter(|id| expected::fate(&world, id) == fate).cloned().collect()
        };
        let active = |id: &OktaUserId| {
            let mut users = world.actual.users.values();
            users.any(|user| user.external_id.as_deref() == Some(id.as_str()) && user.account.active)
        };
        let closed: BTreeSet<_> = of_fate(expected::Fate::Closed).into_iter().filter(active).collect();
        prop_assert_eq!(deactivated, closed);
        prop_assert_eq!(deleted, of_fate(expected::Fate::Gone));
    }

    #[test]
    fn what_is_protected_loses_nothing(world in any_world()) {
        let before = Target::new(world.actual.clone());
        let mut after = before.clone();
        after.apply_all(&plan(&world, &before).operations);
        if !world.settings.protected.users.is_empty() {
            for user in world.actual.users.values() {
                prop_assert!(after.actual.users.get(&user.id).is_some_and(|it| it.account.active >= user.account.active));
            }
            for (group, members) in &world.actual.members {
                if let Some(after) = after.actual.members.get(group) {
                    prop_assert!(after.is_superset(members));
                }
            }
        }
        if !world.settings.protected.groups.is_empty() {
            let deletes = world.settings.leavers == Leavers::Delete;
            for (group, members) in world.actual.members.iter().filter(|(_, members)| !members.is_empty() && !deletes) {
                prop_assert!(after.actual.members.get(group).is_some_and(|after| !after.is_empty()), "{:?}", members);
            }
            prop_assert!(world.actual.groups.keys().all(|id| after.actual.groups.contains_key(id)));
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn large_groups_go_in_requests_of_a_hundred(
        world in clean_world(),
        crowd in 90..320usize,
        before in 0..320usize,
        after in 0..320usize,
    ) {
        let crowded = crowded(world, crowd, before.min(crowd), after.min(crowd));
        let mut target = Target::new(crowded.actual.clone());
        let plan = plan(&crowded, &target);
        target.apply_all(&plan.operations);
        prop_assert_eq!(target.contents(), expected::contents(&crowded));
    }
}

/// The world with so many more people, all of them in one new group, and in a second one that had the last `before` of them and
/// is to have the first `after` of them.
fn crowded(mut world: World, crowd: usize, before: usize, after: usize) -> World {
    use usher_core::actual::{ActualGroup, ActualUser};
    use usher_core::id::{ScimGroupId, ScimUserId};
    let ids: Vec<_> = (1000..1000 + crowd).map(okta_id).collect();
    let scim_id = |id: &usher_core::id::OktaUserId| ScimUserId::new(format!("crowd-{id}"));
    for (number, id) in ids.iter().enumerate() {
        let account = account(&format!("crowd{number}"), None);
        let why = Reason::new("test", "wanted");
        world.desired.users.insert(
            id.clone(),
            DesiredUser {
                account: account.clone(),
                keeps_attributes: false,
                is_deprovisioned: false,
                is_closed_by_policy: false,
                why,
            },
        );
        if number >= crowd - before {
            let user = ActualUser { id: scim_id(id), external_id: Some(id.as_str().to_owned()), account };
            world.actual.users.insert(scim_id(id), user);
        }
    }
    let wanted = |name: &str, members: &[usher_core::id::OktaUserId]| {
        let why = Reason::new("test", "wanted");
        DesiredGroup {
            display_name: name.into(),
            contested_names: BTreeSet::new(),
            members: members.iter().cloned().collect(),
            why,
        }
    };
    let (everyone, shifting) = (GroupKey::new("00gEveryone"), GroupKey::new("00gShifting"));
    world.desired.groups.insert(everyone, wanted("everyone", &ids));
    world.desired.groups.insert(shifting.clone(), wanted("shifting", &ids[..after]));
    let id = ScimGroupId::new("shifting");
    let group = ActualGroup {
        id: id.clone(),
        external_id: Some(shifting.as_str().to_owned()),
        display_name: "shifting".into(),
    };
    world.actual.groups.insert(id.clone(), group);
    world.actual.members.insert(id, ids[crowd - before..].iter().map(scim_id).collect());
    world
}

/// The properties above would hold of worlds in which nothing happens.
#[test]
fn the_worlds_have_all_that_the_properties_are_about() {
    let mut runner = TestRunner::deterministic();
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..1000 {
        let world = any_world().new_tree(&mut runner).expect("a world").current();
        let plan = plan(&world, &Target::new(world.actual.clone()));
        let mut meet =
            |what: &'static str, met_it: bool| *met.entry(what).or_default() += usize::from(met_it);
        let any = |test: &dyn Fn(&Operation) -> bool| plan.operations.iter().any(test);
        for kind in [
            "create-user",
            "adopt-user",
            "update-user",
            "deactivate-user",
            "reactivate-user",
            "create-group",
            "adopt-group",
            "rename-group",
            "add-members",
            "remove-members",
            "delete-user",
            "delete-group",
        ] {
            meet(kind, any(&|it| it.change.kind() == kind));
        }
        meet(
            "userName aside",
            any(&|it| {
                it.why.rule == "swap"
                    && matches!(&it.change, Change::UpdateUser { changes, .. } if changes[0].attribute == "userName")
            }),
        );
        meet(
            "email aside",
            any(&|it| {
                it.why.rule == "swap"
                    && matches!(&it.change, Change::UpdateUser { changes, .. } if changes.iter().any(|it| it.attribute == "email"))
            }),
        );
        let renamed_aside =
            |it: &Operation| it.why.rule == "swap" && matches!(it.change, Change::RenameGroup { .. });
        meet("group name aside", any(&renamed_aside));
        meet(
            "a chain of three",
            plan.operations.iter().any(|it| {
                it.stage >= 3 && matches!(it.change, Change::UpdateUser { .. } | Change::RenameGroup { .. })
            }),
        );
        meet("gone", any(&|it| it.why.rule == "gone"));
        meet("orphaned group", any(&|it| it.why.rule == "orphaned-group"));
        meet("conflict", !plan.conflicts.is_empty());
        meet("closed on hold", any(&|it| it.why.rule == "closed"));
        meet(
            "an account that keeps its attributes is closed",
            any(&|it| {
                matches!(&it.change, Change::DeactivateUser { user, .. } if user.okta_id.as_ref().is_some_and(|id| {
                    world.desired.users.get(id).is_some_and(|wanted| wanted.keeps_attributes)
                }))
            }),
        );
        meet(
            "held user with an account",
            world.actual.users.values().any(|user| {
                user.external_id.as_deref().is_some_and(|id| {
                    world.desired.held_users.contains_key(&usher_core::id::OktaUserId::new(id))
                })
            }),
        );
        meet(
            "unmanaged member removed",
            any(
                &|it| matches!(&it.change, Change::RemoveMembers { members, .. } if members.iter().any(|it| it.okta_id.is_none())),
            ),
        );
        meet("inactive not created", plan.notes.iter().any(|it| it.starts_with("no account")));
        meet("additive", plan.notes.iter().any(|it| it.contains("additive")));
        meet("leavers kept", plan.notes.iter().any(|it| it.starts_with("leavers")));
        meet("orphans kept", plan.notes.iter().any(|it| it.contains("orphaned_groups")));
        let is_protected = |is_member: bool| {
            plan.kept_users.iter().any(|it| {
                it.why.rule == "protected" && it.why.message.starts_with("stays in the group") == is_member
            })
        };
        meet("a protected member", is_protected(true));
        meet("a protected person", is_protected(false));
        meet("a protected group", !plan.kept_groups.is_empty());
        meet(
            "a deprovisioned member deleted",
            any(
                &|it| matches!(&it.change, Change::DeleteUser { user, .. } if user.okta_id.as_ref().is_some_and(|id| world.desired.users.contains_key(id))),
            ),
        );
        meet("a suspended leaver deactivated", any(&|it| it.why.rule == "suspended"));
    }
    let rare: Vec<_> = met.iter().filter(|(_, times)| **times < 20).collect();
    assert!(rare.is_empty(), "met too rarely in 1000 worlds: {rare:?}");
}
