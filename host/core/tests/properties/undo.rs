//! What `undo` promises of every run of every pair of directories.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::Config;
use usher_core::account::{Account, Field};
use usher_core::actual::Completeness;
use usher_core::content::{Content, Origin};
use usher_core::guard::{self, Guards};
use usher_core::id::ScimUserId;
use usher_core::plan::{AttributeChange, Change, GroupRef, Operation, UserRef};
use usher_core::undo::{Allowed, Deed, Past, undo};

use crate::target::{Contents, Target};
use crate::{any_world, begun, plan};

/// What a run did, as its journal tells it.
fn past(operations: &[Operation], after: &Target) -> Past {
    let done = operations.iter().map(|operation| deed(&operation.change, after)).collect();
    Past { run: "r".into(), done, unsure: vec![], ..Past::default() }
}

fn deed(change: &Change, after: &Target) -> Deed {
    let renamed = |before: &str, after: &str| AttributeChange {
        attribute: "displayName".into(),
        before: Some(before.into()),
        after: Some(after.into()),
    };
    match change.clone() {
        Change::CreateUser { user, account } => {
            let changes = attributes(&account).map(|(name, value)| changed(name, None, value)).collect();
            Deed::CreatedUser(with_id(user, after), changes)
        }
        Change::AdoptUser { user, changes, .. }
        | Change::UpdateUser { user, changes, .. }
        | Change::DeactivateUser { user, changes, .. }
        | Change::ReactivateUser { user, changes, .. } => Deed::ChangedUser(user, changes),
        Change::DeleteUser { user, account } => {
            let changes = attributes(&account).map(|(name, value)| changed(name, value, None)).collect();
            Deed::DeletedUser(user, changes)
        }
        Change::CreateGroup { group, members } => {
            Deed::CreatedGroup(with_group_id(group, after), with_ids(members, after))
        }
        Change::AdoptGroup { group, changes } => Deed::ChangedGroup(group, changes),
        Change::RenameGroup { group, before, after } => {
            let change = renamed(&before, &after);
            Deed::ChangedGroup(group, vec![change])
        }
        Change::DeleteGroup { group, members } => Deed::DeletedGroup(group, members),
        Change::AddMembers { group, members } => {
            Deed::AddedMembers(with_group_id(group, after), with_ids(members, after))
        }
        Change::RemoveMembers { group, members } => Deed::RemovedMembers(group, members),
    }
}

/// With the id of the account that the run made.
fn with_id(user: UserRef, after: &Target) -> UserRef {
    let okta_id = user.okta_id.as_ref().map(|id| id.as_str());
    let made =
        after.actual.users.values().find(|it| okta_id.is_some() && it.external_id.as_deref() == okta_id);
    UserRef { scim_id: user.scim_id.clone().or(made.map(|it| it.id.clone())), ..user }
}

fn with_ids(members: Vec<UserRef>, after: &Target) -> Vec<UserRef> {
    members.into_iter().map(|member| with_id(member, after)).collect()
}

fn with_group_id(group: GroupRef, after: &Target) -> GroupRef {
    let made = after.actual.groups.values().find(|it| it.external_id.as_deref() == Some(group.key.as_str()));
    GroupRef { scim_id: group.scim_id.clone().or(made.map(|it| it.id.clone())), ..group }
}

fn attributes(account: &Account) -> impl Iterator<Item = (&'static str, Option<String>)> + '_ {
    let there = Field::ALL.iter().filter_map(|field| Some((field.name(), account.get(*field)?)));
    there.map(|(name, value)| (name, Some(value.to_owned())))
}

fn changed(name: &str, before: Option<String>, after: Option<String>) -> AttributeChange {
    AttributeChange { attribute: name.into(), before, after }
}

fn deleting() -> Allowed {
    Allowed { delete_created: true, ..Allowed::default() }
}

fn adopts(operations: &[Operation]) -> bool {
    operations.iter().any(|it| matches!(it.change, Change::AdoptUser { .. } | Change::AdoptGroup { .. }))
}

/// Whether it would take over somebody whom another tool has linked.
fn takes_over(operations: &[Operation]) -> bool {
    operations.iter().any(|it| match &it.change {
        Change::AdoptUser { changes, .. } | Change::AdoptGroup { changes, .. } => changes[0].before.is_some(),
        _ => false,
    })
}

/// Contents without the memberships of accounts that the run deleted: one that the run did not take away by itself went with the account,
/// and no journal tells of it.
fn without_deleted(mut contents: Contents, operations: &[Operation]) -> Contents {
    let deleted: BTreeSet<&str> = operations
        .iter()
        .filter_map(|it| match &it.change {
            Change::DeleteUser { user, .. } => user.okta_id.as_ref().map(|id| id.as_str()),
            _ => None,
        })
        .collect();
    for (_, members) in contents.groups.values_mut() {
        members.retain(|member| !deleted.contains(member.as_str()));
    }
    contents
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_run_that_was_taken_back_leaves_everything_as_it_was(
        world in any_world(),
        number in any::<usize>(),
        some in proptest::collection::vec(any::<bool>(), 1..20),
        whole in any::<bool>(),
    ) {
        let before = Target::new(world.actual.clone());
        let mut target = before.clone();
        let operations = plan(&world, &target).operations;
        // Of a run that broke off before it adopted somebody nobody knows whether the other tool's link was there before.
        if takes_over(&operations) {
            return Ok(());
        }
        // A run that broke off is taken back as far as it came.
        let operations = if whole { operations } else { begun(&operations, number, &some) };
        target.apply_all(&operations);
        // What was adopted stays so.
        if adopts(&operations) {
            return Ok(());
        }
        target.takes_inactive = true;
        // Otherwise an account may be in a group that nobody sees, and is not deleted.
        target.actual.completeness = Completeness::Complete;
        let after = target.contents();
        let done = past(&operations, &target);
        let back = undo(&done, &target.actual, &deleting());
        prop_assert_eq!(&back.conflicts, &vec![]);
        let mut broken = target.clone();
        broken.apply_all(&begun(&back.operations, number, &some));
        let rest = undo(&done, &broken.actual, &deleting());
        prop_assert_eq!(&rest.conflicts, &vec![]);
        broken.apply_all(&rest.operations);
        prop_assert_eq!(
            without_deleted(broken.contents(), &operations),
            without_deleted(before.contents(), &operations),
            "an undo that broke off and was made again"
        );
        target.apply_all(&back.operations);
        prop_assert_eq!(without_deleted(target.contents(), &operations), without_deleted(before.contents(), &operations));

        let again = undo(&done, &target.actual, &deleting());
        prop_assert_eq!((again.operations, again.conflicts), (vec![], vec![]), "taken back twice");

        // A temporary name, of a run that broke off in a ring, is none to go back to.
        let is_temporary = |name: &str| name.starts_with("usher-swap-");
        if after.users.values().any(|account| is_temporary(&account.user_name))
            || after.groups.values().any(|(name, _)| is_temporary(name))
        {
            return Ok(());
        }
        let forth = undo(&past(&back.operations, &target), &target.actual, &deleting());
        prop_assert_eq!(&forth.conflicts, &vec![]);
        target.apply_all(&forth.operations);
        prop_assert_eq!(target.contents(), after, "an undo that was taken back");
    }

    #[test]
    fn by_default_nothing_is_deleted_and_who_was_created_is_closed(world in any_world()) {
        let mut target = Target::new(world.actual.clone());
        let operations = plan(&world, &target).operations;
        target.apply_all(&operations);
        target.takes_inactive = true;
        let created: BTreeSet<ScimUserId> = target.actual.users.keys().filter(|id| !world.actual.users.contains_key(*id)).cloned().collect();
        let done = past(&operations, &target);
        let back = undo(&done, &target.actual, &Allowed::default());
        let deletes = back.operations.iter().any(|it| matches!(it.change, Change::DeleteUser { .. } | Change::DeleteGroup { .. }));
        prop_assert!(!deletes);
        target.apply_all(&back.operations);
        for id in created {
            prop_assert!(!target.actual.users[&id].account.active);
            let is_member = target.actual.members.values().any(|members| members.contains(&id));
            prop_assert!(!is_member);
        }
        let again = undo(&done, &target.actual, &Allowed::default());
        prop_assert_eq!(again.operations, vec![]);
    }

    #[test]
    fn nothing_is_taken_from_what_is_protected(world in any_world(), protected in crate::world::some_protected()) {
        let mut target = Target::new(world.actual.clone());
        let operations = plan(&world, &target).operations;
        target.apply_all(&operations);
        let allowed = Allowed { delete_created: true, protected: protected.clone() };
        let back = undo(&past(&operations, &target), &target.actual, &allowed);
        // The guards look by themselves, at names old and new, and would let nothing pass.
        let hash = Content::of(&back, &Origin::default()).hash();
        let checked = guard::check(back.clone(), hash.clone(), &Guards::default(), &protected, Some(&hash));
        prop_assert!(checked.is_ok(), "{:?}", checked.err().map(|refusal| refusal.protected));
        for operation in &back.operations {
            match &operation.change {
                Change::DeactivateUser { user, .. } | Change::DeleteUser { user, .. } => {
                    prop_assert!(protected.user(&user.user_name).is_none());
                }
                Change::RemoveMembers { members, .. } => {
                    prop_assert!(members.iter().all(|user| protected.user(&user.user_name).is_none()));
                }
                Change::DeleteGroup { group, members } => {
                    prop_assert!(protected.group(&group.display_name).is_none());
                    prop_assert!(members.iter().all(|user| protected.user(&user.user_name).is_none()));
                }
                _ => {}
            }
        }
    }
}
