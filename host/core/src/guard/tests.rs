use std::collections::BTreeMap;

use super::*;
use crate::account::Account;
use crate::content::{Content, Origin};
use crate::decision::Reason;
use crate::id::{GroupKey, ScimGroupId, ScimUserId};
use crate::plan::{AttributeChange, Change, GroupRef, ORPHANED_GROUP, Operation, Standing, UserRef};

fn user(number: usize) -> UserRef {
    let scim_id = Some(ScimUserId::new(format!("u{number}")));
    UserRef { okta_id: None, scim_id, user_name: format!("user{number}") }
}

fn group(name: &str) -> GroupRef {
    let scim_id = Some(ScimGroupId::new(format!("id-{name}")));
    GroupRef { key: GroupKey::chosen(name), scim_id, display_name: name.into() }
}

fn deactivate(numbers: std::ops::Range<usize>) -> Vec<Change> {
    let account = || Box::new(Account::default());
    numbers
        .map(|number| Change::DeactivateUser { user: user(number), account: account(), changes: vec![] })
        .collect()
}

fn delete(number: usize) -> Vec<Change> {
    (0..number).map(|it| Change::DeleteUser { user: user(it), account: Box::default() }).collect()
}

fn remove(name: &str, number: usize) -> Change {
    Change::RemoveMembers { group: group(name), members: (0..number).map(user).collect() }
}

fn standing(members: &[(&str, usize)]) -> Standing {
    let members = members.iter().map(|(name, number)| (ScimGroupId::new(format!("id-{name}")), *number));
    Standing {
        active_users: 10,
        users: 10,
        groups: 10,
        peopled_groups: 10,
        memberships: 100,
        members: members.collect(),
        going: BTreeMap::new(),
    }
}

fn plan(changes: Vec<Change>, standing: Standing) -> Plan {
    let why = Reason::new("test", "");
    let operations =
        changes.into_iter().map(|change| Operation { stage: 0, change, why: why.clone() }).collect();
    Plan { operations, standing, ..Plan::default() }
}

fn judged(plan: Plan, guards: &Guards, allowed: Option<&PlanHash>) -> Result<GuardedPlan, Refusal> {
    let hash = Content::of(&plan, &Origin::default()).hash();
    check(plan, hash, guards, &Protected::default(), allowed)
}

/// The guards that refuse a plan.
fn refused(plan: Plan, guards: &Guards) -> Vec<&'static str> {
    let refusal = judged(plan, guards, None).err();
    refusal.map(|refusal| refusal.losses.iter().map(|loss| loss.guard).collect()).unwrap_or_default()
}

const NONE: [&str; 0] = [];

#[test]
fn by_default_half_passes_and_one_more_does_not() {
    let by = |changes: Vec<Change>| refused(plan(changes, standing(&[("a", 100)])), &Guards::default());
    assert_eq!(by(deactivate(0..5)), NONE);
    assert_eq!(by(deactivate(0..6)), ["users_deactivated"]);
    assert_eq!(by(delete(5)), NONE);
    assert_eq!(by(delete(6)), ["users_deleted"]);
    assert_eq!(by(vec![remove("a", 50)]), NONE);
    assert_eq!(by(vec![remove("a", 51)]), ["memberships_removed", "members_removed_per_group"]);
    let gone = |number: usize| {
        let name = |it| format!("g{it}");
        (0..number).map(|it| Change::DeleteGroup { group: group(&name(it)), members: vec![] }).collect()
    };
    assert_eq!(by(gone(5)), NONE);
    assert_eq!(by(gone(6)), ["groups_deleted"]);
}

/// As is whoever is closed: neither can sign in.
#[test]
fn whoever_is_deleted_while_active_counts_among_the_active_too() {
    let guards = Guards {
        users_deactivated: Limit { number: Some(4), percent: None },
        users_deleted: Limit { number: None, percent: Some(100) },
        ..Guards::default()
    };
    let delete_active = |number: usize| -> Vec<Change> {
        let account = Account { active: true, ..Account::default() };
        let delete = |it| Change::DeleteUser { user: user(it), account: Box::new(account.clone()) };
        (0..number).map(delete).collect()
    };
    assert_eq!(refused(plan(delete_active(4), standing(&[])), &guards), NONE);
    assert_eq!(refused(plan(delete(5), standing(&[])), &guards), NONE, "who is inactive loses nothing more");
    let refusal =
        judged(plan(delete_active(5), standing(&[])), &guards, None).expect_err("one over the limit");
    assert_eq!(refusal.losses.len(), 1);
    assert!(refusal.losses[0].what.starts_with("deactivates or deletes 5 of 10 active users"), "{refusal}");
}

#[test]
fn one_of_one_is_more_than_half_and_nothing_of_nothing_is_not() {
    assert!(Limit::HALF.is_exceeded(1, 1));
    assert!(!Limit::HALF.is_exceeded(1, 2));
    assert!(!Limit::HALF.is_exceeded(0, 0));
}

#[test]
fn a_number_and_a_percentage_hold_both() {
    let limit = Limit { number: Some(3), percent: Some(10) };
    assert!(!limit.is_exceeded(3, 30));
    assert!(limit.is_exceeded(4, 1000), "more than three");
    assert!(limit.is_exceeded(3, 29), "more than a tenth");
    let none = Limit { number: Some(0), percent: None };
    assert!(none.is_exceeded(1, 1000));
}

#[test]
fn groups_that_lose_everybody_and_get_nobody_are_emptied() {
    let guards = Guards {
        groups_emptied: Limit { number: Some(1), percent: None },
        memberships_removed: Limit { number: None, percent: Some(100) },
        ..Guards::default()
    };
    let stand = || standing(&[("a", 2), ("b", 2)]);
    let both = || vec![remove("a", 2), remove("b", 2)];
    assert_eq!(refused(plan(vec![remove("a", 2), remove("b", 1)], stand()), &guards), NONE);
    assert_eq!(refused(plan(both(), stand()), &guards), ["groups_emptied"]);
    let mut filled = both();
    filled.push(Change::AddMembers { group: group("b"), members: vec![user(7)] });
    assert_eq!(refused(plan(filled, stand()), &guards), NONE);
}

#[test]
fn a_group_is_judged_alone_from_a_size_on_and_unless_nobody_wants_it_at_all() {
    let by = |size: usize, lost: usize| {
        refused(plan(vec![remove("a", lost)], standing(&[("a", size)])), &Guards::default())
    };
    assert_eq!(by(20, 10), NONE);
    assert_eq!(by(20, 11), ["members_removed_per_group"]);
    assert_eq!(by(19, 19), NONE);
    let mut orphaned = plan(vec![remove("a", 30)], standing(&[("a", 30)]));
    orphaned.operations[0].why.rule = ORPHANED_GROUP.to_owned();
    assert_eq!(refused(orphaned, &Guards::default()), NONE);
}

#[test]
fn a_group_that_nobody_wants_counts_as_emptied_although_somebody_protected_stays() {
    let guards = Guards {
        groups_emptied: Limit { number: Some(0), percent: None },
        memberships_removed: Limit { number: None, percent: Some(100) },
        ..Guards::default()
    };
    let mut orphaned = plan(vec![remove("a", 29)], standing(&[("a", 30)]));
    orphaned.operations[0].why.rule = ORPHANED_GROUP.to_owned();
    assert_eq!(refused(orphaned, &guards), ["groups_emptied"]);
}

#[test]
fn memberships_that_go_with_a_group_count_as_removed() {
    let gone = Change::DeleteGroup { group: group("a"), members: (0..51).map(user).collect() };
    assert_eq!(refused(plan(vec![gone], standing(&[])), &Guards::default()), ["memberships_removed"]);
}

#[test]
fn memberships_that_go_with_an_account_count_as_removed() {
    let going = |plan: Plan, number: usize| {
        let going = [(ScimGroupId::new("id-a"), ("a".to_owned(), number))].into();
        Plan { standing: Standing { going, ..plan.standing }, ..plan }
    };
    let by = |number: usize, changes: Vec<Change>| {
        refused(going(plan(changes, standing(&[("a", 100)])), number), &Guards::default())
    };
    assert_eq!(by(50, delete(5)), NONE);
    assert_eq!(by(51, delete(5)), ["memberships_removed", "members_removed_per_group"]);
    assert_eq!(
        by(26, [delete(5), vec![remove("a", 25)]].concat()),
        ["memberships_removed", "members_removed_per_group"]
    );
}

#[test]
fn changes_of_any_kind_are_counted_by_user_group_and_membership() {
    let changes = || {
        let members = vec![user(1), user(2)];
        let create = Change::CreateGroup { group: group("new"), members };
        [deactivate(0..1), vec![create, remove("a", 3)]].concat()
    };
    let guards = |most| Guards { max_changes: Some(most), ..Guards::default() };
    assert_eq!(refused(plan(changes(), standing(&[("a", 9)])), &guards(7)), NONE);
    assert_eq!(refused(plan(changes(), standing(&[("a", 9)])), &guards(6)), ["max_changes"]);
}

#[test]
fn somebody_adopted_as_inactive_counts_as_deactivated() {
    let adopt = |changes| Change::AdoptUser { user: user(1), account: Box::default(), changes };
    let active = |before: &str, after: &str| AttributeChange {
        attribute: "active".into(),
        before: Some(before.into()),
        after: Some(after.into()),
    };
    let by = |change| refused(plan(vec![change], Standing::default()), &Guards::default());
    assert_eq!(by(adopt(vec![active("true", "false")])), ["users_deactivated"]);
    assert_eq!(by(adopt(vec![])), NONE);
}

#[test]
fn only_the_plan_that_was_allowed_passes() {
    let large = || plan(deactivate(0..6), standing(&[]));
    let hash = judged(large(), &Guards::default(), None).unwrap_err().hash;
    let passed = judged(large(), &Guards::default(), Some(&hash)).unwrap();
    assert_eq!((passed.hash(), &*passed), (&hash, &large()));
    let another = plan(deactivate(0..7), standing(&[]));
    let refusal = judged(another, &Guards::default(), Some(&hash)).unwrap_err();
    assert_eq!(refusal.allowed, Some(Box::new(hash)));
}

#[test]
fn nothing_allows_what_takes_from_the_protected() {
    let protected =
        Protected { users: vec!["USER3".parse().unwrap()], groups: vec!["aws-*".parse().unwrap()] };
    let by = |changes, members: &[(&str, usize)]| {
        let plan = plan(changes, standing(members));
        let hash = Content::of(&plan, &Origin::default()).hash();
        let found = check(plan, hash.clone(), &Guards::default(), &protected, Some(&hash));
        found.err().map(|refusal| refusal.protected).unwrap_or_default()
    };
    assert_eq!(by(deactivate(0..3), &[]), NONE);
    assert_eq!(by(deactivate(3..4), &[]), ["it deactivates \"user3\""]);
    assert_eq!(by(delete(4), &[]), ["it deletes \"user3\""]);
    assert_eq!(by(vec![remove("a", 4)], &[("a", 9)]), ["it takes out of the group \"a\" \"user3\""]);
    assert_eq!(by(vec![remove("aws-a", 2)], &[("aws-a", 3)]), NONE);
    assert_eq!(by(vec![remove("aws-a", 3)], &[("aws-a", 3)]), ["it empties the group \"aws-a\""]);
    let gone = Change::DeleteGroup { group: group("aws-b"), members: vec![] };
    assert_eq!(by(vec![gone], &[]), ["it deletes the group \"aws-b\""]);
}

#[test]
fn a_refusal_keeps_the_plan_and_names_all_that_is_too_much() {
    let mut changes = deactivate(0..7);
    changes.push(remove("aws-admins", 51));
    let large = plan(changes, standing(&[("aws-admins", 51)]));
    let refusal = judged(large.clone(), &Guards::default(), None).unwrap_err();
    assert_eq!(*refusal.plan, large);
    assert_eq!(
        refusal.to_string(),
        "the plan takes away more than the guards allow, so nothing is written\n\
         it deactivates 7 of 10 active users (`users_deactivated`: 50 % at most): user0, user1, user2, user3, user4, user5, user6\n\
         it removes 51 of 100 memberships (`memberships_removed`: 50 % at most): from aws-admins\n\
         it removes 51 of 51 members (`members_removed_per_group`: 50 % at most): from aws-admins"
    );
}

#[test]
fn a_protected_name_is_told_in_the_letters_it_is_written_in() {
    let named = |name: &str| UserRef { user_name: name.into(), ..user(1) };
    let told = |name: &str| {
        let change = Change::DeleteUser { user: named(name), account: Box::default() };
        let plan = plan(vec![change], standing(&[]));
        let hash = Content::of(&plan, &Origin::default()).hash();
        let protected = Protected { users: vec!["*".parse().unwrap()], groups: vec![] };
        check(plan, hash, &Guards::default(), &protected, None).unwrap_err().protected
    };
    assert_eq!(told("आशा@acme.example"), ["it deletes \"आशा@acme.example\""]);
    assert_eq!(told("a\nb\u{202e}"), ["it deletes \"a\\u{a}b\\u{202e}\""]);
}

#[test]
fn who_is_renamed_is_protected_by_the_old_name_and_by_the_new_one() {
    let protected =
        Protected { users: vec!["root*".parse().unwrap()], groups: vec!["aws-*".parse().unwrap()] };
    let rename = |before: &str, after: &str| AttributeChange {
        attribute: "userName".into(),
        before: Some(before.into()),
        after: Some(after.into()),
    };
    let by = |changes: Vec<Change>, members: &[(&str, usize)]| {
        let plan = plan(changes, standing(members));
        let hash = Content::of(&plan, &Origin::default()).hash();
        check(plan, hash, &Guards::default(), &protected, None)
            .err()
            .map_or(vec![], |refusal| refusal.protected)
    };
    let account = Box::<Account>::default;
    for (before, after) in [("root", "user1"), ("user1", "root")] {
        let changes = vec![rename(before, after)];
        let deactivates =
            Change::DeactivateUser { user: user(1), account: account(), changes: changes.clone() };
        assert_eq!(by(vec![deactivates], &[]), ["it deactivates \"user1\""], "{before} {after}");
        let renames = Change::UpdateUser { user: user(1), account: account(), changes };
        let gone = by(vec![renames, remove("a", 2)], &[("a", 9)]);
        assert_eq!(gone, ["it takes out of the group \"a\" \"user1\""], "{before} {after}");
    }
    let renames = |before: &str, after: &str| Change::RenameGroup {
        group: group("a"),
        before: before.into(),
        after: after.into(),
    };
    let empties = ["it empties the group \"a\""];
    assert_eq!(by(vec![renames("aws-a", "a"), remove("a", 1)], &[("a", 1)]), empties);
    assert_eq!(by(vec![renames("b", "a"), remove("a", 1)], &[("a", 1)]), NONE);
    // A name that is borne for a moment only protects nobody.
    let ring = vec![renames("b", "aws-swap"), renames("aws-swap", "a"), remove("a", 1)];
    assert_eq!(by(ring, &[("a", 1)]), NONE);
}
