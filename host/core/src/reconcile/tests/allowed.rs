//! What the settings allow to be taken away, what is protected, and names in a ring.

use super::*;
use crate::settings::{Leavers, Memberships, OrphanedGroups};
use crate::source::UserStatus;

#[test]
fn where_leavers_are_deleted_memberships_go_first_and_names_are_free_afterwards() {
    let world = World::new()
        .wanted(ANN, account("lee"))
        .stands("u2", BOB, account("lee"))
        .where_is(BOB, Whereabouts::Gone)
        .wanted_group(TEAM, "team", &[ANN])
        .group_stands("g1", TEAM, "team", &["u2"])
        .with(|it| it.settings.leavers = Leavers::Delete);
    assert_eq!(
        world.told(),
        ["0 remove-members team: lee", "1 delete-user lee", "2 create-user lee", "3 add-members team: lee"]
    );
    assert_eq!(world.plan().conflicts, []);
}

#[test]
fn where_leavers_are_deleted_so_are_those_who_were_deactivated_before_and_members_whom_okta_has_closed() {
    let deletes: fn(&mut World) = |it| it.settings.leavers = Leavers::Delete;
    let before = World::new().stands("u2", BOB, inactive("bob")).where_is(BOB, Whereabouts::Gone);
    assert_eq!(before.people_to_ask_for(), NOTHING);
    let before = before.with(deletes);
    assert_eq!(
        (before.people_to_ask_for(), before.told()),
        (vec![BOB.to_owned()], vec!["0 delete-user bob".to_owned()])
    );

    let member = || {
        let world = World::new().wanted(ANN, inactive("ann")).stands("u1", ANN, account("ann"));
        world.where_is(ANN, Whereabouts::Known(UserStatus::Deprovisioned)).with(deletes).with(|it| {
            it.desired.users.get_mut(&OktaUserId::new(ANN)).unwrap().is_deprovisioned = true;
        })
    };
    assert_eq!(member().told(), ["0 delete-user ann"]);
    let suspended = member().with(|it| {
        it.desired.users.get_mut(&OktaUserId::new(ANN)).unwrap().is_deprovisioned = false;
    });
    assert_eq!(suspended.told(), ["0 deactivate-user ann; active true → false"]);
    let narrowed = member().with(|it| it.desired.scope = Scope::Narrowed);
    assert_eq!(narrowed.told(), ["0 deactivate-user ann; active true → false"]);
    let suspended = World::new().stands("u2", BOB, account("bob"));
    let suspended = suspended.where_is(BOB, Whereabouts::Known(UserStatus::Suspended)).with(deletes);
    assert_eq!(suspended.told(), ["0 deactivate-user bob; active true → false"]);
}

#[test]
fn an_account_made_by_hand_is_not_adopted_to_be_deleted() {
    let world = World::new().wanted(ANN, inactive("ann")).stands("u1", "", account("ann")).with(|it| {
        it.settings.leavers = Leavers::Delete;
        it.desired.users.get_mut(&OktaUserId::new(ANN)).unwrap().is_deprovisioned = true;
    });
    assert_eq!(world.told(), NOTHING);
}

#[test]
fn orphaned_groups_are_kept_or_deleted_as_the_settings_say() {
    let of = |setting| orphans().with(|it| it.settings.orphaned_groups = setting);
    assert_eq!(of(OrphanedGroups::Keep).told(), NOTHING);
    assert_eq!(
        of(OrphanedGroups::Keep).plan().notes,
        ["groups that nobody wants any more and that stay (orphaned_groups = \"keep\"): 2"]
    );
    assert_eq!(of(OrphanedGroups::Delete).told(), ["0 delete-group team: ann", "0 delete-group eng: ann"]);
    let on_hold = of(OrphanedGroups::Delete).with(|it| {
        it.desired.held_users.insert(OktaUserId::new(ANN), left("ann"));
        it.desired.users.clear();
    });
    assert_eq!(on_hold.told(), NOTHING, "whose membership is on hold keeps the group");
}

#[test]
fn a_group_whose_name_another_wants_is_not_deleted() {
    let world = World::new()
        .wanted_group(TEAM, "eng", &[])
        .group_stands("g1", TEAM, "team", &[])
        .group_stands("g2", "usher-gone", "eng", &[])
        .with(|it| it.settings.orphaned_groups = OrphanedGroups::Delete);
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.plan().conflicts.len(), 1);
}

#[test]
fn where_groups_only_grow_nothing_is_removed() {
    let world =
        orphans().wanted_group(TEAM, "team", &[]).with(|it| it.settings.memberships = Memberships::Additive);
    assert_eq!(world.told(), NOTHING);
    assert_eq!(
        world.plan().notes,
        ["memberships that nobody wants any more and that stay (memberships = \"additive\"): 2"]
    );
}

#[test]
fn who_is_protected_stays_active_and_a_member() {
    let protected = |world: World| {
        world.with(|it| it.settings.protected.users = vec!["BOB".parse().unwrap(), "ann".parse().unwrap()])
    };
    let world = World::new()
        .wanted(ANN, inactive("ann"))
        .stands("u1", ANN, account("ann"))
        .stands("u2", BOB, account("bob"))
        .where_is(BOB, Whereabouts::Gone)
        .wanted_group(TEAM, "team", &[])
        .group_stands("g1", TEAM, "team", &["u1", "u2"]);
    let plan = protected(world).plan();
    assert_eq!(told(&plan), NOTHING);
    let kept: Vec<_> =
        plan.kept_users.iter().map(|left| (left.label.as_str(), left.why.message.as_str())).collect();
    assert_eq!(
        kept,
        [
            ("ann", "protected by \"ann\"; otherwise: as drafted"),
            ("bob", "protected by \"BOB\"; otherwise: Okta has no such user any more"),
            ("ann", "stays in the group \"team\": protected by \"ann\""),
            ("bob", "stays in the group \"team\": protected by \"BOB\""),
        ]
    );
    assert_eq!(plan.notes, [""; 0]);
    let by_hand = World::new().wanted(ANN, inactive("ann")).stands("u1", "", account("ann"));
    assert_eq!(protected(by_hand).told(), ["0 adopt-user ann; externalId none → 00u00000000000000ann"]);
}

#[test]
fn a_protected_group_loses_members_but_never_the_last() {
    let world = |wanted: &[&str]| {
        World::new()
            .wanted(ANN, account("ann"))
            .stands("u1", ANN, account("ann"))
            .wanted(BOB, account("bob"))
            .stands("u2", BOB, account("bob"))
            .wanted_group(TEAM, "team", wanted)
            .group_stands("g1", TEAM, "team", &["u1", "u2"])
            .with(|it| it.settings.protected.groups = vec!["t*".parse().unwrap()])
    };
    assert_eq!(world(&[ANN]).told(), ["0 remove-members team: bob"]);
    assert_eq!(world(&[]).told(), NOTHING);
    assert_eq!(world(&[]).plan().kept_groups.len(), 1);
    let orphaned = orphans().with(|it| {
        it.settings.protected.groups = vec!["team".parse().unwrap()];
        it.settings.orphaned_groups = OrphanedGroups::Delete;
    });
    assert_eq!(orphaned.told(), ["0 delete-group eng: ann"]);
}

#[test]
fn a_protected_group_that_is_replaced_is_never_empty() {
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .wanted(BOB, account("bob"))
        .wanted_group(TEAM, "team", &[BOB])
        .group_stands("g1", TEAM, "team", &["u1"])
        .with(|it| it.settings.protected.groups = vec!["team".parse().unwrap()]);
    assert_eq!(world.told(), ["0 create-user bob", "1 add-members team: bob", "2 remove-members team: ann"]);
    // A membership ends before its account.
    let deleted = world
        .stands("u3", CYD, account("cyd"))
        .where_is(CYD, Whereabouts::Gone)
        .group_stands("g1", TEAM, "team", &["u1", "u3"])
        .with(|it| it.settings.leavers = Leavers::Delete);
    assert_eq!(
        deleted.told(),
        [
            "0 remove-members team: cyd",
            "1 delete-user cyd",
            "2 create-user bob",
            "3 add-members team: bob",
            "4 remove-members team: ann",
        ]
    );
}

/// What was read may not be all of the groups by which a policy closes somebody.
#[test]
fn whom_a_policy_closes_is_asked_for_and_stays_where_the_lists_are_not_what_okta_says() {
    let world = |external_id: &str, place: Whereabouts| {
        World::new()
            .wanted(ANN, inactive("ann"))
            .stands("u1", external_id, account("ann"))
            .wanted_group(TEAM, "team", &[])
            .group_stands("g1", TEAM, "team", &["u1"])
            .where_is(ANN, place)
            .with(|it| {
                it.desired.users.get_mut(&OktaUserId::new(ANN)).unwrap().is_closed_by_policy = true;
            })
    };
    for (external_id, closing) in [(ANN, "deactivate-user"), ("", "adopt-user")] {
        let listed = world(external_id, Whereabouts::Known(UserStatus::Active));
        assert_eq!(listed.people_to_ask_for(), [ANN]);
        let steps = listed.told().join("; ");
        assert!(steps.contains("remove-members") && steps.contains(closing), "{steps}");
        let plan = world(external_id, Whereabouts::Unlisted(UserStatus::Active)).plan();
        assert_eq!(told(&plan), NOTHING);
        assert_eq!(plan.held_users[0].why.rule, "unlisted");
    }
    // Whose account is inactive, or who is kept out by Okta, is not asked for.
    let closed = world(ANN, Whereabouts::Gone).stands("u1", ANN, inactive("ann"));
    assert_eq!(closed.people_to_ask_for(), NOTHING);
    let narrowed = world(ANN, Whereabouts::Gone).with(|it| it.desired.scope = Scope::Narrowed);
    assert_eq!(narrowed.people_to_ask_for(), NOTHING);
}

#[test]
fn a_protected_group_is_not_emptied_beside_people_whom_lists_left_out() {
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .stands("u2", BOB, account("bob"))
        .where_is(BOB, Whereabouts::Unlisted(UserStatus::Active))
        .wanted_group(TEAM, "team", &[])
        .group_stands("g1", TEAM, "team", &["u1", "u2"]);
    assert_eq!(world.told(), ["0 remove-members team: ann"]);
    let protected = world.with(|it| it.settings.protected.groups = vec!["team".parse().unwrap()]);
    assert_eq!(protected.told(), NOTHING);
    assert_eq!(protected.plan().kept_groups.len(), 1);
}

#[test]
fn three_in_a_ring_take_one_step_aside() {
    let world = World::new()
        .wanted(ANN, account("b"))
        .stands("u1", ANN, account("a"))
        .wanted(BOB, account("c"))
        .stands("u2", BOB, account("b"))
        .wanted(CYD, account("a"))
        .stands("u3", CYD, account("c"));
    let kinds: Vec<u32> = world.plan().operations.iter().map(|it| it.stage).collect();
    assert_eq!(kinds, [0, 1, 2, 3]);
    assert_eq!(world.plan().operations.iter().filter(|it| it.why.rule == "swap").count(), 1);
}

#[test]
fn who_keeps_a_temporary_name_is_told() {
    let name = format!("usher-swap-{ANN}");
    let stuck = World::new().stands("u1", ANN, account(&name)).with(|it| {
        it.desired.held_users.insert(OktaUserId::new(ANN), left("ann"));
    });
    let note =
        format!("the user {name:?} bears a temporary name of a run that broke off, and keeps it for now");
    assert_eq!(stuck.plan().notes, [note]);
    let mended = World::new().wanted(ANN, account("ann")).stands("u1", ANN, account(&name));
    assert_eq!(mended.plan().notes, NOTHING);
    assert_eq!(mended.plan().operations.len(), 1);
}

#[test]
fn who_is_renamed_is_protected_by_the_old_name_and_by_the_new_one() {
    for (before, after) in [("root", "ann"), ("ann", "root")] {
        let world = World::new()
            .wanted(ANN, inactive(after))
            .stands("u1", ANN, account(before))
            .wanted_group(TEAM, "team", &[])
            .group_stands("g1", TEAM, "team", &["u1"])
            .with(|it| it.settings.protected.users = vec!["root".parse().unwrap()]);
        let told = world.told();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("0 update-user") && !told[0].contains("active"), "{told:?}");
    }
    for (before, after) in [("root", "team"), ("team", "root")] {
        let world = World::new()
            .wanted(ANN, account("ann"))
            .stands("u1", ANN, account("ann"))
            .wanted_group(TEAM, after, &[])
            .group_stands("g1", TEAM, before, &["u1"])
            .with(|it| it.settings.protected.groups = vec!["root".parse().unwrap()]);
        let told = world.told();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("rename-group"), "{told:?}");
    }
}
