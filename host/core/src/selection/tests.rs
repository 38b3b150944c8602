use std::collections::BTreeSet;

use super::*;
use crate::account::{Account, PersonName};
use crate::decision::UserVerdict;
use crate::source::{Attributes, GroupOrigin, SourceUser, UserStatus, Value};

/// Source groups with their members and decisions, and what the policy says of people (`keep` unless told otherwise).
#[derive(Default)]
struct Org {
    groups: Vec<SourceGroup>,
    decisions: Vec<GroupDecision>,
    reading: SourceReading,
    people: Vec<UserDecision>,
    statuses: BTreeMap<String, UserStatus>,
    profiles: BTreeMap<String, Vec<(&'static str, &'static str)>>,
}

fn why() -> Reason {
    Reason::new("rule", "said so")
}

fn group_id(name: &str) -> OktaGroupId {
    OktaGroupId::new(format!("00g-{name}"))
}

fn user_id(name: &str) -> OktaUserId {
    OktaUserId::new(format!("00u-{name}"))
}

fn target(key: Option<&str>, display_name: &str) -> TargetGroup {
    TargetGroup { key: key.map(str::to_owned), display_name: display_name.to_owned() }
}

fn under_its_name(name: &str) -> GroupVerdict {
    GroupVerdict::Sync(vec![target(None, name)])
}

fn account(user_name: &str) -> Account {
    Account {
        user_name: user_name.into(),
        active: true,
        display_name: "Ann Lee".into(),
        name: PersonName { given: "Ann".into(), family: "Lee".into(), ..PersonName::default() },
        ..Account::default()
    }
}

impl Org {
    fn new() -> Self {
        Self::default()
    }

    fn status(mut self, person: &str, status: UserStatus) -> Self {
        self.statuses.insert(person.to_owned(), status);
        self
    }

    fn attribute(mut self, person: &str, name: &'static str, value: &'static str) -> Self {
        self.profiles.entry(person.to_owned()).or_default().push((name, value));
        self
    }

    fn group(mut self, name: &str, members: &[&str], verdict: GroupVerdict) -> Self {
        let group = SourceGroup {
            id: group_id(name),
            name: name.to_owned(),
            description: None,
            origin: GroupOrigin::Okta,
            attributes: Attributes::new(),
        };
        let members = members.iter().map(|name| self.person(name)).collect();
        self.groups.push(group.clone());
        self.decisions.push(GroupDecision { id: group.id.clone(), verdict, why: why() });
        self.reading.insert(group, members);
        self
    }

    fn person(&self, name: &str) -> SourceUser {
        let login = format!("{name}@acme.example");
        let mut profile: Attributes =
            [("login", login.as_str()), ("email", &login), ("firstName", name), ("lastName", "Lee")]
                .map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned())))
                .into();
        for (name, value) in self.profiles.get(name).into_iter().flatten() {
            profile.insert((*name).to_owned(), Value::Text((*value).to_owned()));
        }
        let status = self.statuses.get(name).copied().unwrap_or(UserStatus::Active);
        SourceUser { id: user_id(name), status, profile }
    }

    fn says(mut self, person: &str, verdict: UserVerdict, groups: Option<Vec<TargetGroup>>) -> Self {
        self.people.push(UserDecision {
            id: user_id(person),
            verdict,
            groups,
            why: why(),
            groups_by_others: BTreeMap::new(),
        });
        self
    }

    fn selection(&self) -> Selection {
        Selection::new(&self.groups, &self.decisions)
    }

    fn desired(&self) -> Desired {
        self.desired_in(Scope::Whole)
    }

    fn desired_in(&self, scope: Scope) -> Desired {
        let selection = self.selection();
        let asked = selection.users_to_decide(&self.reading);
        let told = |id: &OktaUserId| self.people.iter().find(|decision| decision.id == *id).cloned();
        let keep = |id: &OktaUserId| UserDecision {
            id: id.clone(),
            verdict: UserVerdict::Keep,
            groups: None,
            why: why(),
            groups_by_others: BTreeMap::new(),
        };
        let decisions: Vec<UserDecision> =
            asked.iter().map(|it| told(&it.source.id).unwrap_or_else(|| keep(&it.source.id))).collect();
        selection.desired(&self.reading, &asked, &decisions, scope)
    }
}

fn users(desired: &Desired) -> Vec<&str> {
    desired.users.keys().map(OktaUserId::as_str).collect()
}

/// Each group as "key name: members".
fn groups(desired: &Desired) -> Vec<String> {
    let members = |members: &BTreeSet<OktaUserId>| {
        members.iter().map(|id| id.as_str().trim_start_matches("00u-")).collect::<Vec<_>>().join(" ")
    };
    desired
        .groups
        .iter()
        .map(|(key, it)| format!("{key} {}: {}", it.display_name, members(&it.members)))
        .collect()
}

/// Each held person as "label (rule) message".
fn held(desired: &Desired) -> Vec<String> {
    let told = |left: &Left| format!("{} ({}) {}", left.label, left.why.rule, left.why.message);
    desired.held_users.values().map(told).collect()
}

/// Each contested group as "key {names}".
fn contested(desired: &Desired) -> Vec<String> {
    let groups = desired.groups.iter().filter(|(_, group)| !group.contested_names.is_empty());
    groups.map(|(key, group)| format!("{key} {:?}", group.contested_names)).collect()
}

fn untouched(desired: &Desired) -> Vec<&str> {
    desired.untouched_groups.iter().map(GroupKey::as_str).collect()
}

#[test]
fn a_synced_group_brings_its_members_along() {
    let org = Org::new().group("admins", &["ann", "bob"], under_its_name("aws-admins")).group(
        "empty",
        &[],
        under_its_name("empty"),
    );
    let desired = org.desired();
    assert_eq!(groups(&desired), ["00g-admins aws-admins: ann bob", "00g-empty empty: "]);
    assert_eq!(users(&desired), ["00u-ann", "00u-bob"]);
    assert_eq!(desired.users[&user_id("ann")].account.user_name, "ann@acme.example");
    assert_eq!(
        (desired.conflicts.len(), desired.held_users.len(), desired.untouched_groups.len()),
        (0, 0, 0)
    );
}

#[test]
fn skipped_groups_are_not_read_and_an_empty_list_is_a_skip() {
    let org = Org::new()
        .group("a", &["ann"], GroupVerdict::Skip)
        .group("b", &["ann"], GroupVerdict::Sync(vec![]))
        .group("c", &["ann"], GroupVerdict::Hold)
        .group("d", &["ann"], under_its_name("d"));
    let selection = org.selection();
    assert_eq!(selection.to_read(), [group_id("c"), group_id("d")]);
    let skipped: Vec<String> = selection.skipped().into_iter().map(|left| left.label).collect();
    assert_eq!(skipped, ["a", "b"]);
}

#[test]
fn a_group_that_no_decision_answers_is_held() {
    let org = Org::new().group("a", &["ann"], under_its_name("a"));
    let selection = Selection::new(&org.groups, &[]);
    assert_eq!(selection.to_read(), [group_id("a")]);
    let desired = selection.desired(&org.reading, &[], &[], Scope::Whole);
    assert_eq!(desired.held_groups[&group_id("a")].why.message, "the policy gave no answer for it");
}

#[test]
fn everybody_in_a_synced_group_is_asked_about_once_with_all_groups() {
    let both = GroupVerdict::Sync(vec![target(Some("eng"), "eng"), target(None, "b")]);
    let org = Org::new().group("b", &["bob", "ann"], both).group("a", &["ann"], under_its_name("a")).group(
        "held",
        &["ann", "eve"],
        GroupVerdict::Hold,
    );
    let asked = org.selection().users_to_decide(&org.reading);
    let told: Vec<(&str, Vec<&str>)> = asked
        .iter()
        .map(|it| (it.source.id.as_str(), it.groups.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(told, [("00u-ann", vec!["00g-a", "00g-b", "eng"]), ("00u-bob", vec!["00g-b", "eng"])]);
    assert_eq!(asked[0].draft.user_name, "ann@acme.example");
}

#[test]
fn two_groups_with_one_key_become_one() {
    let eng = || GroupVerdict::Sync(vec![target(Some("eng"), "Engineering")]);
    let desired = Org::new().group("a", &["ann"], eng()).group("b", &["bob"], eng()).desired();
    assert_eq!(groups(&desired), ["usher-eng Engineering: ann bob"]);
}

#[test]
fn a_group_on_hold_keeps_its_key_and_the_people_who_are_only_in_it() {
    let org =
        Org::new().group("a", &["ann", "bob"], GroupVerdict::Hold).group("b", &["bob"], under_its_name("b"));
    let desired = org.desired();
    assert_eq!(groups(&desired), ["00g-b b: bob"]);
    assert_eq!(untouched(&desired), ["00g-a"]);
    assert_eq!(
        held(&desired),
        [r#"ann@acme.example (rule) is only in groups on hold, such as "a": said so"#]
    );
    assert_eq!(desired.people_on_hold, BTreeSet::from([user_id("ann"), user_id("bob")]));
    assert_eq!(desired.held_groups[&group_id("a")], Left { label: "a".into(), why: why() });
}

#[test]
fn a_name_or_key_that_cannot_be_written_holds_the_source_group() {
    let bad_name = GroupVerdict::Sync(vec![target(Some("ok"), "a\u{200b}")]);
    let bad_key = GroupVerdict::Sync(vec![target(Some("a:b"), "b")]);
    let desired = Org::new().group("a", &["ann"], bad_name).group("b", &[], bad_key).desired();
    let told: Vec<(&str, &str)> = desired
        .held_groups
        .values()
        .map(|left| (left.why.rule.as_str(), left.why.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (
                "group",
                r#"the name "a\u{200b}" that the policy chose holds a hidden character (U+200B), which AWS does not accept"#
            ),
            (
                "group",
                r#"the key "a:b" that the policy chose holds `:`; only letters, digits, `.`, `_` and `-` may be in it"#
            ),
        ]
    );
    assert!(untouched(&desired).contains(&"usher-ok"));
    assert_eq!(desired.held_users.len(), 1);
}

#[test]
fn one_key_with_two_names_is_a_conflict_over_the_name_alone() {
    let named = |name| GroupVerdict::Sync(vec![target(Some("eng"), name)]);
    let desired = Org::new().group("a", &["ann"], named("One")).group("b", &["bob"], named("Two")).desired();
    assert_eq!(groups(&desired), ["usher-eng One: ann bob"]);
    assert_eq!(contested(&desired), [r#"usher-eng {"One", "Two"}"#]);
    assert_eq!(untouched(&desired), Vec::<&str>::new());
    assert_eq!(desired.conflicts.len(), 1);
    assert_eq!(desired.conflicts[0].parties, [r#""One""#, r#""Two""#]);
}

#[test]
fn one_name_with_two_keys_is_a_conflict_whatever_the_case() {
    let desired = Org::new()
        .group("a", &["ann"], under_its_name("Admins"))
        .group("b", &[], under_its_name("ADMINS"))
        .group("c", &[], under_its_name("c"))
        .desired();
    assert_eq!(groups(&desired), ["00g-a Admins: ann", "00g-b ADMINS: ", "00g-c c: "]);
    assert_eq!(contested(&desired), [r#"00g-a {"Admins"}"#, r#"00g-b {"ADMINS"}"#]);
    assert_eq!(untouched(&desired), Vec::<&str>::new());
    assert_eq!(desired.conflicts[0].parties, [r#""Admins" (00g-a)"#, r#""ADMINS" (00g-b)"#]);
}

#[test]
fn what_the_policy_says_of_a_person_is_done() {
    let other = Account { title: Some(" Boss ".into()), ..account("ann.lee") };
    let desired = Org::new()
        .group("a", &["ann", "bob", "cyd"], under_its_name("a"))
        .says("ann", UserVerdict::Sync(Box::new(other)), None)
        .says("bob", UserVerdict::Skip, None)
        .says("cyd", UserVerdict::Hold, None)
        .desired();
    assert_eq!(groups(&desired), ["00g-a a: ann"]);
    let written = &desired.users[&user_id("ann")].account;
    assert_eq!((written.user_name.as_str(), written.title.as_deref()), ("ann.lee", Some("Boss")));
    assert_eq!(desired.skipped_users[&user_id("bob")].label, "bob@acme.example");
    assert_eq!(held(&desired), ["cyd@acme.example (rule) said so"]);
}

#[test]
fn a_person_without_a_last_name_is_told_with_the_attribute_and_keeps_only_attributes() {
    let desired = Org::new()
        .attribute("ann", "lastName", "")
        .group("a", &["ann", "bob"], under_its_name("a"))
        .desired();
    assert_eq!(
        held(&desired),
        ["ann@acme.example (account) `name.familyName` is empty, and AWS requires it"]
    );
    assert_eq!(groups(&desired), ["00g-a a: ann bob"]);
    let keeps: Vec<bool> = desired.users.values().map(|user| user.keeps_attributes).collect();
    assert_eq!(keeps, [true, false]);
}

#[test]
fn a_bad_record_does_not_keep_open_what_okta_has_closed() {
    let org = |status| {
        Org::new().attribute("ann", "lastName", "").status("ann", status).group(
            "a",
            &["ann"],
            under_its_name("a"),
        )
    };
    let is_active = |desired: &Desired| desired.users[&user_id("ann")].account.active;
    let closed = org(UserStatus::Deprovisioned).desired();
    assert_eq!((held(&closed).len(), is_active(&closed)), (0, false));
    let broken = org(UserStatus::Active).says("ann", UserVerdict::Sync(Box::default()), None).desired();
    assert_eq!((held(&broken).len(), is_active(&broken)), (1, true), "a broken account says nothing");
}

#[test]
fn a_person_that_no_decision_answers_is_held() {
    let org = Org::new().group("a", &["ann"], under_its_name("a"));
    let selection = org.selection();
    let asked = selection.users_to_decide(&org.reading);
    let desired = selection.desired(&org.reading, &asked, &[], Scope::Whole);
    assert_eq!(held(&desired), ["ann@acme.example (account) the policy gave no answer for this person"]);
}

#[test]
fn what_two_people_want_is_judged_when_it_is_known_what_stands() {
    let desired = Org::new()
        .group("a", &["ann", "bob"], under_its_name("a"))
        .says("ann", UserVerdict::Sync(Box::new(account("lee"))), None)
        .says("bob", UserVerdict::Sync(Box::new(account("LEE"))), None)
        .desired();
    assert_eq!(groups(&desired), ["00g-a a: ann bob"]);
    assert_eq!((held(&desired).len(), desired.conflicts.len()), (0, 0));
}

#[test]
fn who_is_inactive_does_not_contest_a_name() {
    let desired = Org::new()
        .status("ann", UserStatus::Deprovisioned)
        .attribute("ann", "email", "lee@acme.example")
        .attribute("bob", "email", "lee@acme.example")
        .group("a", &["ann", "bob"], under_its_name("a"))
        .desired();
    assert_eq!(users(&desired), ["00u-ann", "00u-bob"]);
    let ann = &desired.users[&user_id("ann")];
    assert_eq!((ann.account.active, ann.why.message.as_str()), (false, "is deprovisioned in Okta"));
}

#[test]
fn a_list_of_groups_replaces_the_given_ones() {
    let desired = Org::new()
        .group("a", &["ann", "bob"], under_its_name("a"))
        .group("b", &["ann"], under_its_name("b"))
        .says("ann", UserVerdict::Keep, Some(vec![target(Some("00g-b"), ""), target(Some("x"), "Extra")]))
        .says("bob", UserVerdict::Keep, Some(vec![]))
        .desired();
    assert_eq!(groups(&desired), ["00g-a a: ", "00g-b b: ann", "usher-x Extra: ann"]);
}

#[test]
fn a_group_made_from_attributes_gets_its_key_from_its_name() {
    let desired = Org::new()
        .group("a", &["ann", "bob"], under_its_name("a"))
        .says("ann", UserVerdict::Keep, Some(vec![target(None, "cost-4711")]))
        .says("bob", UserVerdict::Keep, Some(vec![target(None, "cost-4711"), target(None, "R&D")]))
        .desired();
    assert_eq!(
        groups(&desired),
        ["00g-a a: ", "usher-R-D-9f22b019fdfc3117 R&D: bob", "usher-cost-4711 cost-4711: ann bob"]
    );
}

#[test]
fn a_person_given_a_group_that_cannot_be_written_is_held() {
    let desired = Org::new()
        .group("a", &["ann"], under_its_name("a"))
        .says("ann", UserVerdict::Keep, Some(vec![target(None, " ")]))
        .desired();
    assert_eq!(held(&desired), [r#"ann@acme.example (group) the name " " that the policy chose is empty"#]);
}

#[test]
fn an_attribute_made_group_that_takes_the_name_of_another_is_a_conflict() {
    let desired = Org::new()
        .group("a", &["ann"], under_its_name("Admins"))
        .says("ann", UserVerdict::Keep, Some(vec![target(None, "admins")]))
        .desired();
    assert_eq!(contested(&desired), [r#"00g-a {"Admins"}"#, r#"usher-admins {"admins"}"#]);
    assert_eq!(desired.conflicts.len(), 1);
}

#[test]
fn a_hold_keeps_nothing_open_that_okta_has_closed() {
    let desired = Org::new()
        .status("ann", UserStatus::Suspended)
        .status("bob", UserStatus::Suspended)
        .group("a", &["ann", "cyd"], under_its_name("a"))
        .group("b", &["bob"], GroupVerdict::Hold)
        .says("ann", UserVerdict::Hold, None)
        .says("cyd", UserVerdict::Hold, None)
        .desired();
    let why = Reason::by_usher("suspended", "is suspended in Okta, and a hold keeps no account open");
    let expected = BTreeMap::from([(user_id("ann"), why.clone()), (user_id("bob"), why)]);
    assert_eq!(desired.closed_users, expected);
    assert_eq!(held(&desired).len(), 3);
}

#[test]
fn a_narrowed_run_skips_nobody() {
    let org = Org::new().group("a", &["ann"], under_its_name("a")).says("ann", UserVerdict::Skip, None);
    assert_eq!(org.desired().skipped_users.len(), 1);
    let narrowed = org.desired_in(Scope::Narrowed);
    assert_eq!(narrowed.skipped_users.len(), 0);
    assert_eq!(
        held(&narrowed),
        ["ann@acme.example (rule) would be skipped (said so), but this run saw only some of the groups"]
    );
}

/// A policy may have closed the account by the groups that this run did not see.
#[test]
fn a_narrowed_run_makes_nobody_inactive_whom_okta_lets_in() {
    let closed = Account { active: false, user_name: "a.lee@acme.example".into(), ..account("ann") };
    let org = |status: UserStatus| {
        let verdict = UserVerdict::Sync(Box::new(closed.clone()));
        Org::new().status("ann", status).group("a", &["ann"], under_its_name("a")).says("ann", verdict, None)
    };
    let whole = org(UserStatus::Active).desired();
    assert!(!whole.users[&user_id("ann")].account.active);
    assert!(whole.users[&user_id("ann")].is_closed_by_policy);
    assert!(!org(UserStatus::Suspended).desired().users[&user_id("ann")].is_closed_by_policy);
    let narrowed = org(UserStatus::Active).desired_in(Scope::Narrowed);
    assert_eq!(
        held(&narrowed),
        ["ann@acme.example (rule) would be inactive (said so), but this run saw only some of the groups"]
    );
    // An account that is not linked yet is known by the name that the policy gives.
    assert_eq!(narrowed.held_names[&user_id("ann")], ["a.lee@acme.example".to_owned()].into());
    // That it replaced groups tells of others whose groups it may have replaced.
    let verdict = UserVerdict::Sync(Box::new(closed.clone()));
    let regrouped = Org::new().group("a", &["ann"], under_its_name("a")).says("ann", verdict, Some(vec![]));
    assert_eq!(regrouped.desired_in(Scope::Narrowed).regrouped_users, [user_id("ann")].into());
    let suspended = org(UserStatus::Suspended).desired_in(Scope::Narrowed);
    assert!(!suspended.users[&user_id("ann")].account.active);
}

#[test]
fn who_is_skipped_and_in_a_group_on_hold_is_held() {
    let desired = Org::new()
        .group("a", &["ann"], under_its_name("a"))
        .group("b", &["ann"], GroupVerdict::Hold)
        .says("ann", UserVerdict::Skip, None)
        .desired();
    assert_eq!(desired.skipped_users.len(), 0);
    assert_eq!(
        held(&desired),
        [
            r#"ann@acme.example (rule) would be skipped (said so), but the group "b", which is on hold, has this person too"#
        ]
    );
}

#[test]
fn an_okta_group_that_the_run_does_not_know_makes_no_new_group() {
    let key = "00g1a2b3c4D5e6F7g8h9";
    let desired = Org::new()
        .group("a", &["ann"], under_its_name("a"))
        .says("ann", UserVerdict::Keep, Some(vec![target(Some(key), "Other")]))
        .desired();
    assert_eq!(groups(&desired), ["00g-a a: "]);
    let why = "is the id of an Okta group that this run does not know";
    assert_eq!(
        held(&desired),
        [format!(r#"ann@acme.example (group) the key "{key}" that the policy chose {why}"#)]
    );
    assert_eq!(desired.regrouped_users, BTreeSet::from([user_id("ann")]));
}

#[test]
fn an_okta_group_s_id_is_no_key_that_a_policy_chooses_for_another() {
    for key in ["00g1a2b3c4D5e6F7g8h9", "00g-a"] {
        let borrowed = GroupVerdict::Sync(vec![target(Some(key), "b")]);
        let desired =
            Org::new().group("a", &["ann"], under_its_name("a")).group("b", &["bob"], borrowed).desired();
        assert_eq!(groups(&desired), ["00g-a a: ann"]);
        let why = "is the id of an Okta group; no key means the group's own id";
        let message = format!("the key {key:?} that the policy chose {why}");
        assert_eq!(desired.held_groups[&group_id("b")].why, Reason::by_usher("group", message));
    }
}

#[test]
fn the_user_name_that_the_policy_gave_somebody_held_is_known() {
    let desired = Org::new()
        .group("a", &["ann", "bob"], under_its_name("a"))
        .says("ann", UserVerdict::Sync(Box::new(account("ann.lee"))), Some(vec![target(None, " ")]))
        .says(
            "bob",
            UserVerdict::Sync(Box::new(Account { display_name: String::new(), ..account("bob.lee") })),
            None,
        )
        .desired();
    assert_eq!(held(&desired).len(), 2);
    let names: Vec<_> = desired.held_names.values().flatten().map(String::as_str).collect();
    assert_eq!(names, ["ann.lee", "bob.lee"]);
}
