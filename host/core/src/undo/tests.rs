use super::*;
use crate::account::{Account, PersonName};
use crate::actual::Completeness;
use crate::id::{OktaUserId, ScimGroupId};
use crate::plan::Change;

const ANN: &str = "00u00000000000000ann";
const BOB: &str = "00u00000000000000bob";

fn account(user_name: &str) -> Account {
    Account {
        user_name: user_name.into(),
        active: true,
        display_name: "Ann Lee".into(),
        name: PersonName { given: "Ann".into(), family: "Lee".into(), ..PersonName::default() },
        ..Account::default()
    }
}

fn user(okta_id: &str, scim_id: &str) -> UserRef {
    UserRef {
        okta_id: Some(OktaUserId::new(okta_id)),
        scim_id: Some(ScimUserId::new(scim_id)),
        user_name: scim_id.into(),
    }
}

fn group(name: &str) -> GroupRef {
    GroupRef { key: GroupKey::chosen(name), scim_id: Some(ScimGroupId::new(name)), display_name: name.into() }
}

fn change(attribute: &str, before: Option<&str>, after: Option<&str>) -> AttributeChange {
    let text = |text: Option<&str>| text.map(str::to_owned);
    AttributeChange { attribute: attribute.into(), before: text(before), after: text(after) }
}

/// What stands, a line at a time.
struct Standing(Actual);

fn nothing() -> Standing {
    Standing(Actual {
        users: BTreeMap::new(),
        groups: BTreeMap::new(),
        members: BTreeMap::new(),
        completeness: Completeness::Complete,
    })
}

impl Standing {
    fn user(mut self, okta_id: Option<&str>, scim_id: &str, account: Account) -> Self {
        let (id, external_id) = (ScimUserId::new(scim_id), okta_id.map(str::to_owned));
        self.0.users.insert(id.clone(), ActualUser { id, external_id, account });
        self
    }

    fn group(mut self, name: &str, members: &[&str]) -> Self {
        let id = ScimGroupId::new(name);
        let external_id = Some(GroupKey::chosen(name).as_str().to_owned());
        self.0.members.insert(id.clone(), members.iter().map(|id| ScimUserId::new(*id)).collect());
        self.0.groups.insert(id.clone(), ActualGroup { id, external_id, display_name: name.into() });
        self
    }

    fn after(&self, done: Vec<Deed>, allowed: &Allowed) -> Plan {
        undo(&Past { run: "r1".into(), done, unsure: vec![], ..Past::default() }, &self.0, allowed)
    }
}

fn kinds(plan: &Plan) -> Vec<&str> {
    plan.operations.iter().map(|operation| operation.change.kind()).collect()
}

fn titled(title: &str) -> Account {
    Account { title: Some(title.into()), ..account("ann") }
}

#[test]
fn an_attribute_that_was_changed_twice_is_taken_back_once() {
    let standing = nothing().user(Some(ANN), "ann", titled("c"));
    let done = vec![
        Deed::ChangedUser(user(ANN, "ann"), vec![change("title", Some("a"), Some("b"))]),
        Deed::ChangedUser(user(ANN, "ann"), vec![change("title", Some("b"), Some("c"))]),
    ];
    let plan = standing.after(done, &Allowed::default());
    let [operation] = plan.operations.as_slice() else { panic!("{plan:?}") };
    let Change::UpdateUser { account, changes, .. } = &operation.change else { panic!("{operation:?}") };
    assert_eq!(**account, titled("a"));
    assert_eq!(*changes, [change("title", Some("c"), Some("a"))]);
    assert_eq!(
        (operation.why.rule.as_str(), operation.why.message.as_str()),
        (RULE, "run r1 changed the account")
    );
}

#[test]
fn what_was_changed_and_changed_back_in_one_run_needs_nothing() {
    let standing = nothing().user(Some(ANN), "ann", titled("a")).group("team", &["ann"]);
    let done = vec![
        Deed::ChangedUser(user(ANN, "ann"), vec![change("title", Some("a"), Some("b"))]),
        Deed::ChangedUser(user(ANN, "ann"), vec![change("title", Some("b"), Some("a"))]),
        Deed::RemovedMembers(group("team"), vec![user(ANN, "ann")]),
        Deed::AddedMembers(group("team"), vec![user(ANN, "ann")]),
    ];
    let plan = standing.after(done, &Allowed::default());
    assert_eq!((plan.operations, plan.conflicts), (vec![], vec![]));
}

#[test]
fn one_attribute_that_was_changed_since_keeps_all_of_the_account_and_is_told() {
    let standing = nothing().user(Some(ANN), "ann", Account { active: false, ..titled("z") });
    let changes = vec![change("title", Some("a"), Some("b")), change("active", Some("true"), Some("false"))];
    let plan = standing.after(vec![Deed::ChangedUser(user(ANN, "ann"), changes)], &Allowed::default());
    assert_eq!(plan.operations, vec![]);
    assert_eq!(plan.conflicts[0].contested, "the account \"ann\"");
    assert_eq!(plan.conflicts[0].parties, ["title: the run wrote \"b\", and \"z\" stands"]);
}

#[test]
fn an_account_that_belongs_to_another_by_now_is_left_alone() {
    let standing = nothing().user(Some(BOB), "ann", titled("b")).group("team", &["ann"]);
    let done = vec![
        Deed::ChangedUser(user(ANN, "ann"), vec![change("title", Some("a"), Some("b"))]),
        Deed::AddedMembers(group("team"), vec![user(ANN, "ann")]),
    ];
    let plan = standing.after(done, &Allowed::default());
    assert_eq!(plan.operations, vec![]);
    assert!(plan.conflicts[0].parties[1].contains(BOB), "{plan:?}");
    assert!(plan.held_users[0].why.message.contains("belongs to another"), "{plan:?}");
}

/// Neither by the run's creation, nor by its changes, nor by its memberships.
#[test]
fn an_account_or_a_group_that_was_made_anew_since_is_left_alone_and_told() {
    let standing = nothing().user(Some(ANN), "ann-2", account("ann")).group("team", &["ann-2"]);
    let created = vec![change("userName", None, Some("ann"))];
    let done = vec![
        Deed::CreatedUser(user(ANN, "ann-1"), created),
        Deed::AddedMembers(group("team"), vec![user(ANN, "ann-1")]),
    ];
    for delete_created in [false, true] {
        let allowed = Allowed { delete_created, ..Allowed::default() };
        let plan = standing.after(done.clone(), &allowed);
        assert_eq!(plan.operations, vec![]);
        assert_eq!(plan.conflicts[0].parties, ["ann-1 went since", "ann-2 was made for the same person"]);
        assert!(plan.held_users[0].why.message.contains("has another account since"), "{plan:?}");
    }
    let titled = vec![change("title", Some("a"), Some("b"))];
    let plan = standing.after(vec![Deed::ChangedUser(user(ANN, "ann-1"), titled)], &Allowed::default());
    assert_eq!((plan.operations.len(), plan.conflicts.len()), (0, 1));

    let other = GroupRef { scim_id: Some(ScimGroupId::new("team-1")), ..group("team") };
    let done = vec![Deed::CreatedGroup(other, vec![user(ANN, "ann-2")])];
    let plan = standing.after(done, &Allowed { delete_created: true, ..Allowed::default() });
    assert_eq!((plan.operations.len(), plan.conflicts.len()), (0, 1));
    assert_eq!(plan.conflicts[0].parties, ["team-1 went since", "team was made in its place"]);
}

#[test]
fn whoever_was_deleted_and_made_anew_joins_again() {
    let standing = nothing().user(Some(ANN), "ann-2", account("ann")).group("team", &[]);
    let done = vec![
        Deed::RemovedMembers(group("team"), vec![user(ANN, "ann-1")]),
        Deed::DeletedUser(user(ANN, "ann-1"), vec![change("userName", Some("ann"), None)]),
    ];
    assert_eq!(kinds(&standing.after(done, &Allowed::default())), ["add-members"]);
}

#[test]
fn whoever_was_made_anew_after_another_run_deleted_them_does_not_join_again() {
    let standing = nothing().user(Some(ANN), "ann-2", account("ann")).group("team", &[]);
    let done = || vec![Deed::RemovedMembers(group("team"), vec![user(ANN, "ann-1")])];
    let plan = standing.after(done(), &Allowed::default());
    assert_eq!(plan.operations, vec![]);
    assert!(plan.held_users[0].why.message.contains("has another account since"), "{plan:?}");
    // Though not where the same run did, and only the group is taken back.
    let past =
        Past { run: "r1".into(), done: done(), deleted: [OktaUserId::new(ANN)].into(), ..Past::default() };
    assert_eq!(kinds(&undo(&past, &standing.0, &Allowed::default())), ["add-members"]);
    // Who is in it again needs nothing.
    let standing = nothing().user(Some(ANN), "ann-2", account("ann")).group("team", &["ann-2"]);
    let plan = standing.after(done(), &Allowed::default());
    assert_eq!((plan.operations, plan.held_users), (vec![], vec![]));
}

#[test]
fn what_was_deleted_and_made_again_is_as_before_only_where_it_is_the_same() {
    let deleted = || {
        let was = [
            ("userName", "ann"),
            ("active", "true"),
            ("displayName", "Ann Lee"),
            ("name.givenName", "Ann"),
            ("name.familyName", "Lee"),
        ];
        let was = was.map(|(name, value)| change(name, Some(value), None));
        let team = GroupRef { scim_id: Some(ScimGroupId::new("team-1")), ..group("team") };
        vec![Deed::DeletedGroup(team, vec![]), Deed::DeletedUser(user(ANN, "ann-1"), was.to_vec())]
    };
    let standing = nothing().user(Some(ANN), "ann-2", account("ann")).group("team", &[]);
    let plan = standing.after(deleted(), &Allowed::default());
    assert_eq!((plan.operations, plan.conflicts), (vec![], vec![]));
    assert_eq!(plan.notes[0], "already as before the run: 2");

    let closed = Account { active: false, ..account("ann") };
    let mut standing = nothing().user(Some(ANN), "ann-2", closed).group("team", &[]);
    standing.0.groups.get_mut(&ScimGroupId::new("team")).unwrap().display_name = "crew".into();
    let plan = standing.after(deleted(), &Allowed::default());
    let told: Vec<&str> = plan.conflicts.iter().map(|conflict| conflict.parties[0].as_str()).collect();
    assert_eq!(plan.operations, vec![]);
    assert_eq!(
        told,
        [
            "active: it was \"true\" before the run, and \"false\" stands",
            "displayName: it was \"team\" before the run, and \"crew\" stands"
        ]
    );
}

#[test]
fn what_a_run_changed_and_broke_off_before_it_linked_it_goes_back() {
    let mut standing = nothing().user(None, "ann", titled("b")).group("team", &[]);
    let team = ScimGroupId::new("team");
    for external_id in [None, Some(String::new())] {
        standing.0.groups.get_mut(&team).unwrap().external_id.clone_from(&external_id);
        standing.0.users.get_mut(&ScimUserId::new("ann")).unwrap().external_id = external_id;
        let done = vec![
            Deed::ChangedUser(user(ANN, "ann"), vec![change("title", Some("a"), Some("b"))]),
            Deed::RemovedMembers(group("team"), vec![user(ANN, "ann")]),
        ];
        let plan = standing.after(done, &Allowed::default());
        assert_eq!(kinds(&plan), ["update-user", "add-members"]);
        assert_eq!((plan.conflicts, plan.held_users), (vec![], vec![]));
    }
    // What another tool has linked by now is another's.
    standing.0.groups.get_mut(&team).unwrap().external_id = Some("other-tool".into());
    let done = vec![Deed::RemovedMembers(group("team"), vec![user(ANN, "ann")])];
    let plan = standing.after(done, &Allowed::default());
    assert_eq!((plan.operations, plan.conflicts.len()), (vec![], 1));
}

#[test]
fn a_new_account_goes_though_the_group_that_the_run_put_it_into_is_not_linked() {
    let mut standing = nothing().user(Some(ANN), "ann", account("ann")).group("team", &["ann"]);
    standing.0.groups.get_mut(&ScimGroupId::new("team")).unwrap().external_id = None;
    let created = [
        ("userName", "ann"),
        ("displayName", "Ann Lee"),
        ("name.givenName", "Ann"),
        ("name.familyName", "Lee"),
    ];
    let created = created.map(|(name, value)| change(name, None, Some(value))).to_vec();
    let done = vec![
        Deed::CreatedUser(user(ANN, "ann"), created),
        Deed::AddedMembers(group("team"), vec![user(ANN, "ann")]),
    ];
    let plan = standing.after(done, &Allowed { delete_created: true, ..Allowed::default() });
    assert_eq!(plan.conflicts, vec![]);
    assert!(kinds(&plan).contains(&"delete-user"), "{plan:?}");
}

#[test]
fn a_name_that_another_has_by_now_is_a_conflict_and_both_are_left_alone() {
    let standing = nothing().user(Some(ANN), "ann", account("anna")).user(Some(BOB), "bob", account("Ann"));
    let renamed = Deed::ChangedUser(user(ANN, "ann"), vec![change("userName", Some("ann"), Some("anna"))]);
    let plan = standing.after(vec![renamed], &Allowed::default());
    assert_eq!(plan.operations, vec![]);
    assert_eq!(plan.conflicts[0].contested, "userName \"ann\"");
    assert!(plan.conflicts[0].parties[1].contains(BOB), "{plan:?}");
}

#[test]
fn a_name_that_a_new_account_took_comes_back_where_that_account_is_deleted() {
    let standing = nothing().user(Some(ANN), "ann", account("anna")).user(Some(BOB), "bob", account("ann"));
    let written = [
        ("userName", "ann"),
        ("displayName", "Ann Lee"),
        ("name.givenName", "Ann"),
        ("name.familyName", "Lee"),
    ];
    let written = written.map(|(name, value)| change(name, None, Some(value)));
    let done = vec![
        Deed::ChangedUser(user(ANN, "ann"), vec![change("userName", Some("ann"), Some("anna"))]),
        Deed::CreatedUser(user(BOB, "bob"), written.to_vec()),
    ];
    let closed = standing.after(done.clone(), &Allowed::default());
    assert_eq!((kinds(&closed), closed.conflicts.len()), (vec!["deactivate-user"], 1));
    let deleted = standing.after(done, &Allowed { delete_created: true, ..Allowed::default() });
    assert_eq!((kinds(&deleted), deleted.conflicts.len()), (vec!["delete-user", "update-user"], 0));
}

#[test]
fn a_new_account_that_somebody_put_into_a_group_since_is_not_deleted() {
    let standing = nothing().user(Some(ANN), "ann", account("ann")).group("team", &["ann"]);
    let written = [
        ("userName", "ann"),
        ("displayName", "Ann Lee"),
        ("name.givenName", "Ann"),
        ("name.familyName", "Lee"),
    ];
    let written = written.map(|(name, value)| change(name, None, Some(value)));
    let created = Deed::CreatedUser(user(ANN, "ann"), written.to_vec());
    let plan = standing.after(vec![created], &Allowed { delete_created: true, ..Allowed::default() });
    assert_eq!(kinds(&plan), ["deactivate-user"], "as without the flag");
    assert_eq!(plan.conflicts[0].parties, ["is a member of the group \"team\" since"]);
}

#[test]
fn a_new_group_with_a_member_of_somebody_else_s_is_not_deleted() {
    let standing = nothing()
        .user(Some(ANN), "ann", account("ann"))
        .user(Some(BOB), "bob", account("bob"))
        .group("team", &["ann", "bob"]);
    let done = || vec![Deed::CreatedGroup(group("team"), vec![user(ANN, "ann")])];
    let deleting = Allowed { delete_created: true, ..Allowed::default() };
    let plan = standing.after(done(), &deleting);
    assert_eq!(plan.conflicts[0].parties, ["bob is a member since"]);
    // Who was put there leaves, and bob stays, as without the flag.
    let plain = standing.after(done(), &Allowed::default());
    assert_eq!((kinds(&plan), kinds(&plain)), (vec!["remove-members"], vec!["remove-members"]));
    assert_eq!(plan.operations, plain.operations);
    let alone = nothing().user(Some(ANN), "ann", account("ann")).group("team", &["ann"]);
    assert_eq!(kinds(&alone.after(done(), &deleting)), ["delete-group"]);
}

#[test]
fn what_an_adoption_linked_stays_linked_and_its_attributes_go_back() {
    let standing = nothing().user(Some(ANN), "ann", titled("b"));
    let changes = vec![change("externalId", None, Some(ANN)), change("title", None, Some("b"))];
    let plan = standing.after(vec![Deed::ChangedUser(user(ANN, "ann"), changes)], &Allowed::default());
    assert_eq!(kinds(&plan), ["update-user"]);
    assert!(plan.kept_users[0].why.message.contains("stays linked"), "{plan:?}");
}

#[test]
fn who_is_gone_cannot_join_again_and_is_told() {
    let standing = nothing().group("team", &[]);
    let done = vec![Deed::RemovedMembers(group("team"), vec![user(ANN, "ann")])];
    let plan = standing.after(done, &Allowed::default());
    assert_eq!(plan.operations, vec![]);
    assert!(plan.held_users[0].why.message.contains("has no account any more"), "{plan:?}");
}

#[test]
fn what_nobody_knows_the_outcome_of_is_not_taken_back() {
    let standing = nothing().user(Some(ANN), "ann", titled("b"));
    let unsure = vec![
        Deed::ChangedUser(user(ANN, "ann"), vec![change("title", Some("a"), Some("b"))]),
        Deed::AddedMembers(group("team"), vec![user(ANN, "ann")]),
    ];
    let plan = undo(&Past { run: "r1".into(), unsure, ..Past::default() }, &standing.0, &Allowed::default());
    assert_eq!(plan.operations, vec![]);
    assert_eq!((plan.held_users.len(), plan.held_groups.len()), (1, 1));
}

#[test]
fn more_members_than_one_request_takes_go_in_several() {
    let ids: Vec<String> = (0..250).map(|number| format!("u{number:03}")).collect();
    let okta = |id: &str| format!("00u{id:0>17}");
    let all = ids.iter().fold(nothing(), |it, id| it.user(Some(&okta(id)), id, account(id)));
    let members: Vec<UserRef> = ids.iter().map(|id| user(&okta(id), id)).collect();
    let plan = all.after(vec![Deed::DeletedGroup(group("team"), members)], &Allowed::default());
    assert_eq!(kinds(&plan), ["create-group", "add-members", "add-members"]);
    assert!(plan.notes[0].contains("assignments of permission sets are lost"), "{plan:?}");
}

#[test]
fn a_protected_group_whose_members_were_all_replaced_gets_the_old_ones_first() {
    let standing = nothing()
        .user(Some(ANN), "ann", account("ann"))
        .user(Some(BOB), "bob", account("bob"))
        .group("team", &["bob"]);
    let done = vec![
        Deed::RemovedMembers(group("team"), vec![user(ANN, "ann")]),
        Deed::AddedMembers(group("team"), vec![user(BOB, "bob")]),
    ];
    assert_eq!(kinds(&standing.after(done.clone(), &Allowed::default())), ["remove-members", "add-members"]);
    let protected = Protected { groups: vec!["team".parse().unwrap()], ..Protected::default() };
    let allowed = Allowed { protected, ..Allowed::default() };
    assert_eq!(kinds(&standing.after(done, &allowed)), ["add-members", "remove-members"]);
}

const ASIDE: &str = "usher-swap-00u00000000000000ann";

fn renamed(before: &str, after: &str) -> Deed {
    Deed::ChangedUser(user(ANN, "ann"), vec![change("userName", Some(before), Some(after))])
}

/// The run finished what another had begun.
#[test]
fn a_temporary_name_is_none_to_go_back_to() {
    let standing = nothing().user(Some(ANN), "ann", account("new")).group("team", &[]);
    let done = vec![
        renamed(ASIDE, "new"),
        Deed::ChangedGroup(group("team"), vec![change("displayName", Some("usher-swap-team"), Some("team"))]),
    ];
    let plan = standing.after(done, &Allowed::default());
    assert_eq!(plan.operations, vec![]);
    assert!(plan.held_users[0].why.message.contains("bore a temporary name"), "{plan:?}");
    assert!(plan.kept_groups[0].why.message.contains("bore a temporary name"), "{plan:?}");
    // Nor is anything made again under one.
    let deleted = vec![
        Deed::DeletedUser(user(ANN, "ann"), vec![change("userName", Some(ASIDE), None)]),
        Deed::DeletedGroup(GroupRef { display_name: "usher-swap-team".into(), ..group("team") }, vec![]),
    ];
    let plan = nothing().after(deleted, &Allowed::default());
    assert_eq!(plan.operations, vec![]);
    assert_eq!((plan.held_users.len(), plan.kept_groups.len()), (1, 1));
}

/// Taking it back broke off once already.
#[test]
fn who_stepped_aside_goes_back_to_the_name_of_before() {
    let standing = nothing().user(Some(ANN), "ann", account(ASIDE));
    let plan = standing.after(vec![renamed("old", "new")], &Allowed::default());
    assert_eq!(plan.conflicts, vec![]);
    let [operation] = plan.operations.as_slice() else { panic!("{plan:?}") };
    let Change::UpdateUser { account, .. } = &operation.change else { panic!("{operation:?}") };
    assert_eq!(account.user_name, "old");
}
