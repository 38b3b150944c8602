//! Deletion in two phases.

use super::*;
use crate::deferral::Deferral;
use crate::settings::Leavers;

const DAY: u64 = 86_400;
/// 2026-11-26T00:00:00Z
const BEGAN: u64 = 1_795_651_200;

fn waits(now: u64, since: &[(&str, u64)]) -> impl FnOnce(&mut World) {
    let since = since.iter().map(|(id, since)| (OktaUserId::new(*id), *since)).collect();
    move |it| {
        it.settings.leavers = Leavers::Delete;
        it.settings.deferral = Some(Deferral { after: 30 * DAY, now: Some(now), since });
    }
}

fn record(world: &World) -> Vec<(String, u64)> {
    let plan = world.plan();
    let record = waiting_after(&world.desired, &world.actual, &world.settings, &plan);
    record.into_iter().map(|(id, since)| (id.as_str().to_owned(), since)).collect()
}

#[test]
fn a_leaver_is_deactivated_first_and_the_time_runs_from_then() {
    let world = World::new()
        .stands("u2", BOB, account("bob"))
        .where_is(BOB, Whereabouts::Gone)
        .with(waits(BEGAN, &[(BOB, 0)]));
    assert_eq!(
        world.told(),
        ["0 deactivate-user bob; active true → false"],
        "an old date deletes nobody who is active"
    );
    assert_eq!(record(&world), [(BOB.to_owned(), BEGAN)]);
}

#[test]
fn who_waits_is_listed_and_nobody_is_asked_about_them() {
    let world = World::new().stands("u2", BOB, inactive("bob")).with(waits(BEGAN + DAY, &[(BOB, BEGAN)]));
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.people_to_ask_for(), NOTHING);
    assert_eq!(world.plan().notes, [format!("bob is deactivated, and deleted from 2026-12-26 on ({BOB})")]);
    assert_eq!(record(&world), [(BOB.to_owned(), BEGAN)]);
}

#[test]
fn who_has_waited_long_enough_is_deleted_when_okta_was_asked() {
    let world =
        World::new().stands("u2", BOB, inactive("bob")).with(waits(BEGAN + 30 * DAY, &[(BOB, BEGAN)]));
    assert_eq!(world.people_to_ask_for(), [BOB]);
    assert_eq!(world.told(), NOTHING, "without an answer nobody is touched");
    let world = world.where_is(BOB, Whereabouts::Known(UserStatus::Deprovisioned));
    assert_eq!(world.told(), ["0 delete-user bob"]);
    let suspended = world.where_is(BOB, Whereabouts::Known(UserStatus::Suspended));
    assert_eq!(suspended.told(), NOTHING);
}

#[test]
fn a_lost_date_starts_the_time_again() {
    let world = World::new().stands("u2", BOB, inactive("bob")).with(waits(BEGAN + 90 * DAY, &[]));
    let world = world.where_is(BOB, Whereabouts::Gone);
    assert_eq!(world.told(), NOTHING);
    assert_eq!(record(&world), [(BOB.to_owned(), BEGAN + 90 * DAY)]);
}

#[test]
fn who_comes_back_is_forgotten_and_who_is_held_is_not() {
    let dates = [(ANN, BEGAN), (BOB, BEGAN)];
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, inactive("ann"))
        .stands("u2", BOB, inactive("bob"))
        .with(|it| {
            it.desired.held_users.insert(OktaUserId::new(BOB), left("bob"));
        })
        .with(waits(BEGAN + 40 * DAY, &dates));
    assert_eq!(world.told(), ["0 reactivate-user ann; active false → true"]);
    assert_eq!(record(&world), [(BOB.to_owned(), BEGAN)]);
}

#[test]
fn a_run_that_saw_only_a_part_changes_no_date() {
    let world = World::new()
        .stands("u2", BOB, inactive("bob"))
        .with(waits(BEGAN + 40 * DAY, &[(ANN, BEGAN), (BOB, BEGAN)]))
        .with(|it| it.desired.scope = Scope::Narrowed);
    assert_eq!(world.told(), NOTHING);
    assert_eq!(record(&world), [(ANN.to_owned(), BEGAN), (BOB.to_owned(), BEGAN)]);
}

#[test]
fn a_member_whom_okta_has_closed_waits_too() {
    let member = |account| {
        let world = World::new().wanted(ANN, inactive("ann")).stands("u1", ANN, account);
        world.where_is(ANN, Whereabouts::Known(UserStatus::Deprovisioned)).with(|it| {
            it.desired.users.get_mut(&OktaUserId::new(ANN)).unwrap().is_deprovisioned = true;
        })
    };
    let first = member(account("ann")).with(waits(BEGAN, &[]));
    assert_eq!(first.told(), ["0 deactivate-user ann; active true → false"]);
    assert_eq!(record(&first), [(ANN.to_owned(), BEGAN)]);
    let between = member(inactive("ann")).with(waits(BEGAN + DAY, &[(ANN, BEGAN)]));
    assert_eq!(between.told(), NOTHING);
    assert_eq!(record(&between), [(ANN.to_owned(), BEGAN)]);
    let at_last = member(inactive("ann")).with(waits(BEGAN + 30 * DAY, &[(ANN, BEGAN)]));
    assert_eq!(at_last.told(), ["0 delete-user ann"]);
}

#[test]
fn a_protected_person_neither_waits_nor_goes() {
    let world = World::new()
        .stands("u2", BOB, inactive("bob"))
        .where_is(BOB, Whereabouts::Gone)
        .with(waits(BEGAN + DAY, &[(BOB, BEGAN)]))
        .with(|it| it.settings.protected.users = vec!["bob".parse().unwrap()]);
    assert_eq!((world.told(), world.plan().notes), (vec![], vec![]));
}
