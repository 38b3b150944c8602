mod allowed;
mod deferred;

use std::fmt::Write;

use super::*;
use crate::account::{Account, PersonName};
use crate::actual::ActualGroup;
use crate::decision::Reason;
use crate::desired::{DesiredGroup, DesiredUser, Left};
use crate::id::{GroupKey, OktaGroupId, ScimGroupId, ScimUserId};
use crate::plan::{AttributeChange, Change, GroupRef, UserRef};
use crate::source::UserStatus;

const ANN: &str = "00u00000000000000ann";
const BOB: &str = "00u00000000000000bob";
const CYD: &str = "00u00000000000000cyd";
const TEAM: &str = "00g0000000000000team";

/// A desired and an actual directory, put together a line at a time.
struct World {
    desired: Desired,
    actual: Actual,
    whereabouts: BTreeMap<OktaUserId, Whereabouts>,
    settings: Settings,
}

fn account(user_name: &str) -> Account {
    Account {
        user_name: user_name.into(),
        active: true,
        display_name: "Ann Lee".into(),
        name: PersonName { given: "Ann".into(), family: "Lee".into(), ..PersonName::default() },
        email: Some(format!("{user_name}@acme.example")),
        ..Account::default()
    }
}

fn inactive(user_name: &str) -> Account {
    Account { active: false, ..account(user_name) }
}

fn left(label: &str) -> Left {
    Left { label: label.into(), why: Reason::new("some-rule", "for a reason") }
}

impl World {
    fn new() -> Self {
        Self {
            desired: Desired {
                scope: Scope::Whole,
                users: BTreeMap::new(),
                groups: BTreeMap::new(),
                held_users: BTreeMap::new(),
                held_names: BTreeMap::new(),
                closed_users: BTreeMap::new(),
                regrouped_users: BTreeSet::new(),
                held_groups: BTreeMap::new(),
                people_on_hold: BTreeSet::new(),
                untouched_groups: BTreeSet::new(),
                skipped_users: BTreeMap::new(),
                skipped_groups: BTreeMap::new(),
                conflicts: vec![],
            },
            actual: Actual {
                users: BTreeMap::new(),
                groups: BTreeMap::new(),
                members: BTreeMap::new(),
                completeness: Completeness::Complete,
            },
            whereabouts: BTreeMap::new(),
            settings: Settings::default(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn wanted(mut self, id: &str, account: Account) -> Self {
        let why = Reason::new("keep", "as drafted");
        let user = DesiredUser {
            account,
            keeps_attributes: false,
            is_deprovisioned: false,
            is_closed_by_policy: false,
            why,
        };
        self.desired.users.insert(OktaUserId::new(id), user);
        self
    }

    fn stands(mut self, id: &str, external_id: &str, account: Account) -> Self {
        let id = ScimUserId::new(id);
        let external_id = (!external_id.is_empty()).then(|| external_id.to_owned());
        self.actual.users.insert(id.clone(), ActualUser { id, external_id, account });
        self
    }

    fn wanted_group(mut self, key: &str, name: &str, members: &[&str]) -> Self {
        let group = DesiredGroup {
            display_name: name.into(),
            contested_names: BTreeSet::new(),
            members: members.iter().map(|id| OktaUserId::new(*id)).collect(),
            why: Reason::new("groups", "selected"),
        };
        self.desired.groups.insert(GroupKey::new(key), group);
        self
    }

    fn group_stands(mut self, id: &str, key: &str, name: &str, members: &[&str]) -> Self {
        let id = ScimGroupId::new(id);
        self.actual.members.insert(id.clone(), members.iter().map(|id| ScimUserId::new(*id)).collect());
        let external_id = (!key.is_empty()).then(|| key.to_owned());
        self.actual.groups.insert(id.clone(), ActualGroup { id, external_id, display_name: name.into() });
        self
    }

    fn where_is(mut self, id: &str, place: Whereabouts) -> Self {
        self.whereabouts.insert(OktaUserId::new(id), place);
        self
    }

    fn plan(&self) -> Plan {
        reconcile(&self.desired, &self.actual, &self.whereabouts, &self.settings)
    }

    fn told(&self) -> Vec<String> {
        told(&self.plan())
    }

    fn people_to_ask_for(&self) -> Vec<String> {
        people_to_ask_for(&self.desired, &self.actual, &self.settings)
            .iter()
            .map(|id| id.as_str().to_owned())
            .collect()
    }
}

/// Each operation as "stage kind what".
fn told(plan: &Plan) -> Vec<String> {
    plan.operations
        .iter()
        .map(|it| format!("{} {} {}", it.stage, it.change.kind(), what(&it.change)))
        .collect()
}

fn what(change: &Change) -> String {
    match change {
        Change::CreateUser { user, .. } => user.user_name.clone(),
        Change::AdoptUser { user, changes, .. }
        | Change::UpdateUser { user, changes, .. }
        | Change::DeactivateUser { user, changes, .. }
        | Change::ReactivateUser { user, changes, .. } => {
            format!("{}{}", user.user_name, differences(changes))
        }
        Change::AdoptGroup { group, changes } => format!("{}{}", group.display_name, differences(changes)),
        Change::RenameGroup { before, after, .. } => format!("{before} → {after}"),
        Change::CreateGroup { group, members }
        | Change::AddMembers { group, members }
        | Change::DeleteGroup { group, members }
        | Change::RemoveMembers { group, members } => membership(group, members),
        Change::DeleteUser { user, .. } => user.user_name.clone(),
    }
}

fn differences(changes: &[AttributeChange]) -> String {
    let mut out = String::new();
    for AttributeChange { attribute, before, after } in changes {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
        let _ = write!(out, "; {attribute} {} → {}", value(before), value(after));
    }
    out
}

fn membership(group: &GroupRef, members: &[UserRef]) -> String {
    let names: Vec<&str> = members.iter().map(|user| user.user_name.as_str()).collect();
    format!("{}: {}", group.display_name, names.join(" "))
}

fn conflicts(plan: &Plan) -> Vec<String> {
    plan.conflicts.iter().map(|it| format!("{}: {}", it.contested, it.parties.join(" / "))).collect()
}

const NOTHING: Vec<String> = vec![];

#[test]
fn equal_directories_need_nothing() {
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .wanted_group(TEAM, "team", &[ANN])
        .group_stands("g1", TEAM, "team", &["u1"]);
    assert_eq!(world.told(), NOTHING);
    let standing = Standing {
        active_users: 1,
        users: 1,
        groups: 1,
        peopled_groups: 1,
        memberships: 1,
        members: BTreeMap::new(),
        going: BTreeMap::new(),
    };
    assert_eq!(world.plan().standing, standing);
}

#[test]
fn new_people_come_before_the_group_they_are_in() {
    let world = World::new().wanted(ANN, account("ann")).wanted_group(TEAM, "team", &[ANN]);
    assert_eq!(world.told(), ["0 create-user ann", "1 create-group team: ann"]);
}

#[test]
fn what_is_taken_away_goes_first() {
    let world = World::new()
        .wanted(ANN, Account { title: Some("Boss".into()), ..account("ann") })
        .wanted(CYD, account("cyd"))
        .stands("u1", ANN, account("ann"))
        .stands("u2", BOB, account("bob"))
        .where_is(BOB, Whereabouts::Gone)
        .wanted_group(TEAM, "team", &[ANN, CYD])
        .group_stands("g1", TEAM, "old team", &["u2"]);
    assert_eq!(
        world.told(),
        [
            "0 deactivate-user bob; active true → false",
            "0 remove-members team: bob",
            "1 update-user ann; title none → Boss",
            "1 rename-group old team → team",
            "2 create-user cyd",
            "3 add-members team: ann cyd",
        ]
    );
}

#[test]
fn an_attribute_that_is_no_longer_wanted_is_removed_and_the_profile_page_is_never_compared() {
    let world = World::new()
        .wanted(ANN, Account { profile_url: Some("https://acme.example".into()), ..account("ann") })
        .stands("u1", ANN, Account { title: Some("Boss".into()), ..account("ann") });
    assert_eq!(world.told(), ["0 update-user ann; title Boss → none"]);
}

#[test]
fn somebody_of_the_same_user_name_whom_nobody_claims_is_adopted() {
    let world = World::new().wanted(ANN, account("ann")).stands("u1", "", account("ANN"));
    let changes = "externalId none → 00u00000000000000ann; userName ANN → ann; email ANN@acme.example → ann@acme.example";
    assert_eq!(world.told(), [format!("0 adopt-user ann; {changes}")]);
}

#[test]
fn the_account_of_another_tool_is_adopted_and_that_of_another_okta_id_is_not() {
    let foreign = World::new().wanted(ANN, account("ann")).stands("u1", "google-1", account("ann"));
    assert_eq!(foreign.told(), ["0 adopt-user ann; externalId google-1 → 00u00000000000000ann"]);
    let recycled = World::new().wanted(ANN, account("ann")).wanted_group(TEAM, "team", &[ANN]).stands(
        "u1",
        BOB,
        inactive("ann"),
    );
    assert_eq!(recycled.told(), ["0 create-group team: "]);
    let parties = "ann (00u00000000000000ann) / ann (00u00000000000000bob)";
    assert_eq!(conflicts(&recycled.plan()), [format!(r#"userName "ann": {parties}"#)]);
}

#[test]
fn a_contested_account_keeps_its_attributes_and_loses_access_all_the_same() {
    let world = World::new()
        .wanted(ANN, Account { title: Some("Boss".into()), ..inactive("root") })
        .stands("u1", ANN, account("ann"))
        .stands("u2", "", Account { email: None, ..account("root") })
        .wanted_group(TEAM, "team", &[])
        .group_stands("g1", TEAM, "team", &["u1"]);
    assert_eq!(world.told(), ["0 deactivate-user ann; active true → false", "0 remove-members team: ann"]);
    assert_eq!(conflicts(&world.plan()), [r#"userName "root": root (00u00000000000000ann) / root (u2)"#]);
}

#[test]
fn a_contested_address_is_a_conflict_too() {
    let world = World::new().wanted(ANN, account("ann")).stands(
        "u2",
        "",
        Account { email: Some("ANN@acme.example".into()), ..account("root") },
    );
    assert_eq!(world.told(), NOTHING);
    assert_eq!(
        conflicts(&world.plan()),
        [r#"email "ann@acme.example": ann (00u00000000000000ann) / root (u2)"#]
    );
}

#[test]
fn a_name_is_taken_after_it_is_freed() {
    let no_mail = |name| Account { email: None, ..account(name) };
    let world = World::new()
        .wanted(ANN, no_mail("b"))
        .stands("u1", ANN, no_mail("a"))
        .wanted(BOB, no_mail("c"))
        .stands("u2", BOB, no_mail("b"))
        .wanted(CYD, no_mail("a"));
    assert_eq!(
        world.told(),
        ["0 update-user c; userName b → c", "1 update-user b; userName a → b", "2 create-user a"]
    );
}

#[test]
fn two_people_swap_user_names_and_addresses() {
    let world = World::new()
        .wanted(ANN, account("b"))
        .stands("u1", ANN, account("a"))
        .wanted(BOB, account("a"))
        .stands("u2", BOB, account("b"));
    let aside = "userName a → usher-swap-00u00000000000000ann; email a@acme.example → none";
    assert_eq!(
        world.told(),
        [
            &format!("0 update-user b; {aside}"),
            "1 update-user a; userName b → a; email b@acme.example → a@acme.example",
            "2 update-user b; userName usher-swap-00u00000000000000ann → b; email none → b@acme.example",
        ]
    );
}

#[test]
fn two_groups_swap_names() {
    let other = "00g000000000000other";
    let world = World::new()
        .wanted_group(TEAM, "a", &[])
        .group_stands("g1", TEAM, "b", &[])
        .wanted_group(other, "b", &[])
        .group_stands("g2", other, "a", &[]);
    let aside = "usher-swap-00g0000000000000team";
    assert_eq!(
        world.told(),
        [
            format!("0 rename-group b → {aside}"),
            "1 rename-group a → b".to_owned(),
            format!("2 rename-group {aside} → a"),
        ]
    );
}

#[test]
fn a_deactivation_takes_other_attributes_along_but_no_name_that_may_have_to_wait() {
    let titled = |account| Account { title: Some("Boss".into()), ..account };
    let world = World::new().wanted(ANN, titled(inactive("ann"))).stands("u1", ANN, account("ann"));
    assert_eq!(world.told(), ["0 deactivate-user ann; active true → false; title none → Boss"]);
    let renamed =
        World::new().wanted(ANN, Account { email: None, ..inactive("b") }).stands("u1", ANN, account("a"));
    assert_eq!(
        renamed.told(),
        [
            "0 deactivate-user b; active true → false",
            "1 update-user b; userName a → b; email a@acme.example → none",
        ]
    );
}

#[test]
fn somebody_whom_okta_has_closed_is_closed_on_adoption_before_anything_else() {
    let world = World::new()
        .wanted(ANN, inactive("ann"))
        .stands("u1", "", account("ann"))
        .wanted(BOB, account("bob"))
        .stands("u2", BOB, Account { title: Some("Boss".into()), ..account("bob") });
    assert_eq!(
        world.told(),
        [
            "0 adopt-user ann; externalId none → 00u00000000000000ann; active true → false",
            "1 update-user bob; title Boss → none",
        ]
    );
}

#[test]
fn a_returner_is_reactivated() {
    let world = World::new().wanted(ANN, account("ann")).stands("u1", ANN, inactive("ann"));
    assert_eq!(world.told(), ["0 reactivate-user ann; active false → true"]);
}

#[test]
fn an_inactive_account_is_never_created_and_joins_nothing() {
    let world = World::new().wanted(ANN, inactive("ann")).wanted_group(TEAM, "team", &[ANN]);
    assert_eq!(world.told(), ["0 create-group team: "]);
    assert_eq!(world.plan().notes, ["no account is created for ann: as drafted (00u00000000000000ann)"]);
}

#[test]
fn an_inactive_account_that_stands_keeps_its_memberships() {
    let world = World::new()
        .wanted(ANN, inactive("ann"))
        .stands("u1", ANN, inactive("ann"))
        .wanted_group(TEAM, "team", &[ANN])
        .group_stands("g1", TEAM, "team", &["u1"]);
    assert_eq!(world.told(), NOTHING);
}

#[test]
fn leavers_are_those_of_ours_who_are_active_and_neither_wanted_nor_held() {
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .stands("u2", BOB, account("bob"))
        .stands("u3", CYD, account("cyd"))
        .stands("u4", "00u00000000000000dee", inactive("dee"))
        .stands("u5", "", account("root"))
        .stands("u6", "google-1", account("guest"))
        .with(|it| {
            it.desired.held_users.insert(OktaUserId::new(CYD), left("cyd"));
            it.desired.skipped_users.insert(OktaUserId::new(BOB), left("bob"));
        });
    assert_eq!(world.people_to_ask_for(), [BOB]);
    assert_eq!(world.told(), NOTHING, "nobody is deactivated before Okta was asked");
    let narrowed = world.with(|it| it.desired.scope = Scope::Narrowed);
    assert_eq!(narrowed.people_to_ask_for(), NOTHING);
    let partial = narrowed.with(|it| {
        it.desired.scope = Scope::Whole;
        it.actual.completeness = Completeness::Partial;
    });
    assert_eq!(partial.where_is(BOB, Whereabouts::Gone).told(), NOTHING);
}

#[test]
fn whom_a_list_left_out_is_left_as_they_stand_with_all_their_groups() {
    let world = World::new()
        .stands("u2", BOB, account("bob"))
        .stands("u3", CYD, account("cyd"))
        .wanted_group(TEAM, "team", &[])
        .group_stands("g1", TEAM, "team", &["u2", "u3"])
        .where_is(BOB, Whereabouts::Unlisted(UserStatus::Active))
        .where_is(CYD, Whereabouts::Known(UserStatus::Active));
    let mut world = world;
    for leavers in [crate::settings::Leavers::Deactivate, crate::settings::Leavers::Delete] {
        world.settings.leavers = leavers;
        let plan = world.plan();
        let told = told(&plan);
        assert!(
            told.iter().any(|it| it.contains("cyd")) && !told.iter().any(|it| it.contains("bob")),
            "{told:?}"
        );
        assert_eq!(plan.held_users.iter().map(|left| &*left.label).collect::<Vec<_>>(), ["bob"]);
    }
}

#[test]
fn the_reason_of_a_leaver_says_where_the_person_is() {
    let reason = |place: Whereabouts, is_skipped: bool| {
        let world = World::new().stands("u2", BOB, account("bob")).where_is(BOB, place).with(|it| {
            if is_skipped {
                it.desired.skipped_users.insert(OktaUserId::new(BOB), left("bob"));
            }
        });
        let why = world.plan().operations[0].why.clone();
        (why.rule, why.message)
    };
    let told = |rule: &str, message: &str| (rule.to_owned(), message.to_owned());
    let known = Whereabouts::Known;
    assert_eq!(reason(Whereabouts::Gone, false), told("gone", "Okta has no such user any more"));
    assert_eq!(
        reason(known(UserStatus::Deprovisioned), false),
        told("deprovisioned", "is deprovisioned in Okta")
    );
    assert_eq!(reason(known(UserStatus::Suspended), false), told("suspended", "is suspended in Okta"));
    assert_eq!(
        reason(known(UserStatus::Active), false),
        told("not-selected", "is active in Okta, but in no selected group")
    );
    assert_eq!(
        reason(known(UserStatus::Active), true),
        told("some-rule", "skipped by rule `some-rule`: for a reason")
    );
}

#[test]
fn a_member_of_a_group_left_as_it_is_stays_active_unless_okta_or_the_policy_says_otherwise() {
    let told = |place: Whereabouts, key: &str, change: fn(&mut World)| {
        let world = World::new().stands("u2", BOB, account("bob")).where_is(BOB, place);
        world.group_stands("g1", key, "team", &["u2"]).with(change)
    };
    let held: fn(&mut World) = |it| {
        it.desired.held_groups.insert(OktaGroupId::new(TEAM), left("team"));
        it.desired.untouched_groups.insert(GroupKey::new(TEAM));
    };
    let skipped: fn(&mut World) = |it| {
        it.desired.held_groups.insert(OktaGroupId::new(TEAM), left("team"));
        it.desired.untouched_groups.insert(GroupKey::new(TEAM));
        it.desired.skipped_users.insert(OktaUserId::new(BOB), left("bob"));
    };
    let active = Whereabouts::Known(UserStatus::Active);
    assert_eq!(told(active, TEAM, held).told(), NOTHING);
    assert_eq!(told(active, "usher-team", held).told(), NOTHING);
    let note = format!("bob stays active: a member of \"team\", which is left as it is ({BOB})");
    assert_eq!(told(active, TEAM, held).plan().notes, [note]);
    let why = Reason::by_usher("group-on-hold", "a member of \"team\", which is left as it is");
    assert_eq!(told(active, TEAM, held).plan().kept_users, [Left { label: "bob".into(), why }]);

    let closed = ["0 deactivate-user bob; active true → false"];
    assert_eq!(told(Whereabouts::Known(UserStatus::Deprovisioned), TEAM, held).told(), closed);
    assert_eq!(told(Whereabouts::Gone, TEAM, held).told(), closed);
    assert_eq!(told(active, TEAM, skipped).told(), closed);
    assert_eq!(told(active, "00g0000000000another", held).told()[0], closed[0]);
}

#[test]
fn a_person_on_hold_keeps_account_and_memberships() {
    let world = World::new()
        .stands("u1", ANN, account("ann"))
        .stands("u2", "", account("bob"))
        .wanted_group(TEAM, "team", &[])
        .group_stands("g1", TEAM, "team", &["u1", "u2"])
        .where_is(ANN, Whereabouts::Gone)
        .with(|it| {
            it.desired.held_users.insert(OktaUserId::new(ANN), left("somebody"));
            it.desired.held_users.insert(OktaUserId::new(BOB), left("bob"));
        });
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.plan().held_users.len(), 2);
}

#[test]
fn a_member_whom_nobody_manages_is_removed_from_a_group_of_ours_and_the_account_is_left_alone() {
    let world = World::new().stands("u1", "", account("guest")).wanted_group(TEAM, "team", &[]).group_stands(
        "g1",
        TEAM,
        "team",
        &["u1", "unseen"],
    );
    let plan = world.plan();
    assert_eq!(told(&plan), ["0 remove-members team: guest"]);
    let Change::RemoveMembers { members, .. } = &plan.operations[0].change else { panic!("{plan:?}") };
    assert_eq!(members[0].okta_id, None);
}

#[test]
fn a_group_of_the_same_name_that_nobody_claims_is_adopted_with_its_members_mirrored() {
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .stands("u2", "", account("guest"))
        .wanted_group(TEAM, "team", &[ANN])
        .group_stands("g1", "", "Team", &["u2"]);
    assert_eq!(
        world.told(),
        [
            "0 remove-members team: guest",
            "1 adopt-group team; externalId none → 00g0000000000000team; displayName Team → team",
            "2 add-members team: ann",
        ]
    );
}

#[test]
fn a_name_that_another_group_of_ours_keeps_is_a_conflict_and_the_rest_goes_on() {
    let gone = "00g0000000000000gone";
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .wanted_group(TEAM, "team", &[ANN])
        .group_stands("g2", gone, "TEAM", &["u1"]);
    assert_eq!(world.told(), NOTHING, "who is in it would get no other group in its place");
    assert_eq!(
        world.plan().notes,
        [format!(
            "the group \"TEAM\" ({gone}) keeps its members: another group should have its name and cannot take it"
        )]
    );
    let parties = r#""team" (00g0000000000000team) / "TEAM" (00g0000000000000gone)"#;
    assert_eq!(conflicts(&world.plan()), [format!(r#"displayName "team": {parties}"#)]);
}

#[test]
fn a_group_whose_members_were_not_read_is_not_changed() {
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .wanted_group(TEAM, "new name", &[ANN])
        .group_stands("g1", TEAM, "team", &[])
        .with(|it| it.actual.members.clear());
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.plan().notes, [r#"the group "team" stays as it is: its members were not read"#]);
    assert_eq!(world.plan().unread_groups, ["team"]);
}

/// One member each in a group of ours, one of a key that a policy chose, and one of nobody's; none of them desired.
fn orphans() -> World {
    World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .group_stands("g1", TEAM, "team", &["u1"])
        .group_stands("g2", "usher-eng", "eng", &["u1"])
        .group_stands("g3", "", "by hand", &["u1"])
}

#[test]
fn groups_of_ours_that_nobody_desires_are_emptied_and_kept() {
    assert_eq!(orphans().told(), ["0 remove-members team: ann", "0 remove-members eng: ann"]);
    assert_eq!(orphans().plan().operations[0].why.rule, "orphaned-group");
    let skipped = orphans().with(|it| {
        it.desired.skipped_groups.insert(OktaGroupId::new(TEAM), left("team"));
    });
    let why = &skipped.plan().operations[0].why;
    assert_eq!(why.message, "the group is skipped by rule `some-rule`: for a reason");
}

#[test]
fn while_a_group_is_on_hold_no_group_with_a_chosen_key_is_emptied() {
    let world = orphans().with(|it| {
        it.desired.held_groups.insert(OktaGroupId::new(TEAM), left("team"));
        it.desired.untouched_groups.insert(GroupKey::new(TEAM));
    });
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.plan().held_groups, [left("team")]);
}

#[test]
fn somebody_in_a_group_on_hold_stays_in_groups_with_a_chosen_key_only() {
    let world = orphans().wanted_group(TEAM, "team", &[]).wanted_group("usher-eng", "eng", &[]).with(|it| {
        it.desired.held_groups.insert(OktaGroupId::new("00g"), left("other"));
        it.desired.people_on_hold.insert(OktaUserId::new(ANN));
    });
    assert_eq!(world.told(), ["0 remove-members team: ann"]);
}

#[test]
fn a_narrowed_run_empties_nothing_and_only_adds_where_other_groups_may_have_a_say() {
    let narrowed = |world: World| world.with(|it| it.desired.scope = Scope::Narrowed);
    assert_eq!(narrowed(orphans()).told(), NOTHING);
    let named = orphans().wanted_group(TEAM, "team", &[]).wanted_group("usher-eng", "eng", &[]);
    assert_eq!(narrowed(named).told(), ["0 remove-members team: ann"]);
}

#[test]
fn a_reading_that_is_not_complete_empties_nothing() {
    assert_eq!(orphans().with(|it| it.actual.completeness = Completeness::Partial).told(), NOTHING);
}

#[test]
fn conflicts_of_the_desired_directory_are_told_on() {
    let conflict = Conflict {
        contested: "userName".into(),
        parties: vec!["a".into(), "b".into()],
        advice: "one line".into(),
    };
    let world = World::new().with(|it| it.desired.conflicts.push(conflict.clone()));
    assert_eq!(world.plan().conflicts, [conflict]);
}

#[test]
fn two_hundred_and_fifty_members_take_three_requests() {
    let world = (0..250).fold(World::new(), |world, number| {
        world.wanted(&format!("00u{number:017}"), account(&format!("user{number}")))
    });
    let ids: Vec<String> = (0..250).map(|number| format!("00u{number:017}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let plan = world.wanted_group(TEAM, "team", &ids).plan();
    let sizes: Vec<(u32, &str, usize)> = plan
        .operations
        .iter()
        .filter_map(|it| match &it.change {
            Change::CreateGroup { members, .. } | Change::AddMembers { members, .. } => {
                Some((it.stage, it.change.kind(), members.len()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [(1, "create-group", 100), (2, "add-members", 100), (2, "add-members", 50)]);
}

/// Ann and Bob want the userName that the account `u9`, if there is one, has and nobody claims.
fn rivals() -> World {
    let lee = |name: &str| Account { email: None, ..account(name) };
    World::new().wanted(ANN, lee("lee")).wanted(BOB, lee("LEE")).wanted_group(TEAM, "team", &[ANN])
}

#[test]
fn two_who_want_one_user_name_get_no_account_and_are_told_once() {
    assert_eq!(rivals().told(), ["0 create-group team: "]);
    let told = [format!(r#"userName "lee": lee ({ANN}) / LEE ({BOB})"#)];
    assert_eq!(conflicts(&rivals().plan()), told);
    let unclaimed = rivals().stands("u9", "", Account { email: None, ..account("lee") });
    assert_eq!(unclaimed.told(), ["0 create-group team: "], "which of them it belongs to is not known");
    assert_eq!(conflicts(&unclaimed.plan()), told);
}

#[test]
fn a_conflict_over_an_address_keeps_nobody_in_a_group() {
    let shared = |name: &str| Account { email: Some("team@acme.example".into()), ..account(name) };
    let world = World::new()
        .wanted(ANN, shared("ann"))
        .stands("u1", ANN, account("ann"))
        .wanted(BOB, shared("bob"))
        .stands("u2", BOB, account("bob"))
        .wanted_group(TEAM, "team", &[BOB])
        .group_stands("g1", TEAM, "team", &["u1"]);
    assert_eq!(world.told(), ["0 remove-members team: ann", "1 add-members team: bob"]);
    assert_eq!(world.plan().conflicts.len(), 1);
}

#[test]
fn an_account_that_cannot_be_adopted_stays_in_the_groups_of_who_may_own_it_and_leaves_the_others() {
    let other = "00g000000000000other";
    let lee = Account { email: None, ..account("lee") };
    let world = rivals()
        .stands("u9", "", lee)
        .group_stands("g1", TEAM, "team", &["u9"])
        .wanted_group(other, "other", &[])
        .group_stands("g2", other, "other", &["u9"]);
    assert_eq!(world.told(), ["0 remove-members other: lee"]);
}

#[test]
fn a_group_of_a_contested_name_keeps_its_name_and_its_members_are_mirrored() {
    let contested = |world: World| {
        world.with(|it| {
            let group = it.desired.groups.get_mut(&GroupKey::new(TEAM)).unwrap();
            group.contested_names = BTreeSet::from(["team".to_owned(), "crew".to_owned()]);
        })
    };
    let world = World::new()
        .wanted(ANN, account("ann"))
        .stands("u1", ANN, account("ann"))
        .stands("u2", BOB, account("bob"))
        .wanted_group(TEAM, "crew", &[ANN]);
    assert_eq!(contested(world).told(), NOTHING, "none is made");
    let there = |key: &str| {
        let world = World::new().wanted(ANN, account("ann")).stands("u1", ANN, account("ann"));
        let world = world.stands("u2", BOB, account("bob")).wanted_group(TEAM, "crew", &[ANN]);
        contested(world.group_stands("g1", key, "team", &["u2"])).told()
    };
    assert_eq!(there(TEAM), ["0 remove-members team: bob", "1 add-members team: ann"]);
    assert_eq!(there(""), NOTHING, "none is adopted");
}

#[test]
fn a_broken_account_keeps_its_attributes_and_its_memberships_are_mirrored() {
    let broken = |account: Account| {
        let world = World::new().wanted(ANN, account).with(|it| {
            it.desired.held_users.insert(OktaUserId::new(ANN), left("ann@acme.example"));
            it.desired.users.get_mut(&OktaUserId::new(ANN)).unwrap().keeps_attributes = true;
        });
        let other = "00g000000000000other";
        world
            .wanted_group(TEAM, "team", &[ANN])
            .group_stands("g1", TEAM, "team", &[])
            .wanted_group(other, "other", &[])
            .group_stands("g2", other, "other", &["u1"])
    };
    let nameless = || Account { display_name: String::new(), ..account("ann") };
    let stands = |world: World| world.stands("u1", ANN, account("ann")).told();
    let mirrored = ["0 remove-members other: ann", "1 add-members team: ann"];
    assert_eq!(stands(broken(nameless())), mirrored);
    let closed = stands(broken(Account { active: false, ..nameless() }));
    assert_eq!(closed, ["0 deactivate-user ann; active true → false", mirrored[0], mirrored[1]]);
    assert_eq!(broken(nameless()).stands("u1", "", account("ann")).told(), ["0 remove-members other: ann"]);
    assert_eq!(broken(nameless()).stands("u1", BOB, account("bob")).told(), ["0 remove-members other: bob"]);
}

#[test]
fn somebody_on_hold_whom_okta_has_closed_is_deactivated_and_else_left_alone() {
    let world = World::new()
        .stands("u1", ANN, account("ann"))
        .wanted_group(TEAM, "team", &[])
        .group_stands("g1", TEAM, "team", &["u1"])
        .with(|it| {
            it.desired.scope = Scope::Narrowed;
            it.desired.held_users.insert(OktaUserId::new(ANN), left("ann"));
            it.desired
                .closed_users
                .insert(OktaUserId::new(ANN), Reason::by_usher("suspended", "is suspended"));
        });
    assert_eq!(world.told(), ["0 deactivate-user ann; active true → false"]);
    assert_eq!(world.plan().operations[0].why.rule, "suspended");
}

#[test]
fn an_account_of_the_name_that_the_policy_gave_somebody_on_hold_is_left_alone_too() {
    let world = World::new()
        .stands("u1", "", account("ann.lee"))
        .wanted_group(TEAM, "team", &[])
        .group_stands("g1", TEAM, "team", &["u1"])
        .with(|it| {
            it.desired.held_users.insert(OktaUserId::new(ANN), left("ann@acme.example"));
        });
    assert_eq!(world.told(), ["0 remove-members team: ann.lee"]);
    let named = world.with(|it| {
        it.desired.held_names.insert(OktaUserId::new(ANN), BTreeSet::from(["Ann.Lee".to_owned()]));
    });
    assert_eq!(named.told(), NOTHING);
}

#[test]
fn a_narrowed_run_in_which_groups_were_replaced_removes_only_who_was_asked_and_got_no_others() {
    let world = || {
        World::new()
            .wanted(ANN, account("ann"))
            .stands("u1", ANN, account("ann"))
            .wanted(CYD, account("cyd"))
            .stands("u3", CYD, account("cyd"))
            .stands("u2", BOB, account("bob"))
            .wanted_group(TEAM, "team", &[])
            .group_stands("g1", TEAM, "team", &["u1", "u2", "u3"])
            .with(|it| it.desired.scope = Scope::Narrowed)
    };
    assert_eq!(world().told(), ["0 remove-members team: ann bob cyd"]);
    let regrouped = |world: World| {
        world.with(|it| {
            it.desired.regrouped_users.insert(OktaUserId::new(CYD));
        })
    };
    assert_eq!(regrouped(world()).told(), ["0 remove-members team: ann"]);
    let whole = regrouped(world()).with(|it| it.desired.scope = Scope::Whole);
    assert_eq!(whole.told(), ["0 remove-members team: ann bob cyd"]);
}
