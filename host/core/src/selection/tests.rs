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
        self.people.push(UserDecision { id: user_id(person), verdict, groups, why: why() });
        self
    }

    fn selection(&self) -> Selection {
        Selection::new(&self.groups, &self.decisions)
    }

    fn desired(&self) -> Desired {
        let selection = self.selection();
        let asked = selection.users_to_decide(&self.reading);
        let told = |id: &OktaUserId| self.people.iter().find(|decision| decision.id == *id).cloned();
        let keep = |id: &OktaUserId| UserDecision {
            id: id.clone(),
            verdict: UserVerdict::Keep,
            groups: None,
            why: why(),
        };
        let decisions: Vec<UserDecision> =
            asked.iter().map(|it| told(&it.source.id).unwrap_or_else(|| keep(&it.source.id))).collect();
        selection.desired(&self.reading, &asked, &decisions, Scope::Whole)
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
fn one_key_with_two_names_is_a_conflict_and_touches_nothing() {
    let named = |name| GroupVerdict::Sync(vec![target(Some("eng"), name)]);
    let desired = Org::new().group("a", &["ann"], named("One")).group("b", &["bob"], named("Two")).desired();
    assert_eq!(groups(&desired), Vec::<String>::new());
    assert_eq!(untouched(&desired), ["usher-eng"]);
    assert_eq!(desired.conflicts.len(), 1);
    assert_eq!(desired.conflicts[0].parties, [r#""One""#, r#""Two""#]);
    assert_eq!(users(&desired), ["00u-ann", "00u-bob"]);
}

#[test]
fn one_name_with_two_keys_is_a_conflict_whatever_the_case() {
    let desired = Org::new()
        .group("a", &["ann"], under_its_name("Admins"))
        .group("b", &[], under_its_name("ADMINS"))
        .desired();
    assert_eq!(groups(&desired), Vec::<String>::new());
    assert_eq!(untouched(&desired), ["00g-a", "00g-b"]);
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
fn a_person_without_a_last_name_is_held_with_the_attribute_named() {
    let desired = Org::new()
        .attribute("ann", "lastName", "")
        .group("a", &["ann", "bob"], under_its_name("a"))
        .desired();
    assert_eq!(
        held(&desired),
        ["ann@acme.example (account) `name.familyName` is empty, and AWS requires it"]
    );
    assert_eq!(users(&desired), ["00u-bob"]);
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
    let closed = org(UserStatus::Deprovisioned).desired();
    assert_eq!((held(&closed).len(), closed.skipped_users.len()), (0, 1));
    let broken = org(UserStatus::Active).says("ann", UserVerdict::Sync(Box::default()), None).desired();
    assert_eq!((held(&broken).len(), broken.skipped_users.len()), (1, 0));
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
fn two_people_with_one_user_name_or_address_are_both_held() {
    let with_mail = |user_name: &str, email: &str| {
        UserVerdict::Sync(Box::new(Account { email: Some(email.to_owned()), ..account(user_name) }))
    };
    let desired = Org::new()
        .group("a", &["ann", "bob", "cyd", "dee", "eve"], under_its_name("a"))
        .says("ann", UserVerdict::Sync(Box::new(account("lee"))), None)
        .says("bob", UserVerdict::Sync(Box::new(account("LEE"))), None)
        .says("cyd", with_mail("cyd", "team@acme.example"), None)
        .says("dee", with_mail("dee", "Team@acme.example"), None)
        .desired();
    assert_eq!(users(&desired), ["00u-eve"]);
    assert_eq!(groups(&desired), ["00g-a a: eve"]);
    let contested: Vec<&str> = desired.conflicts.iter().map(|it| it.contested.as_str()).collect();
    assert_eq!(contested, [r#"userName "lee""#, r#"email "team@acme.example""#]);
    assert_eq!(
        held(&desired)[0],
        r#"lee (conflict) userName "lee" is wanted by lee (00u-ann) and LEE (00u-bob)"#
    );
    assert_eq!(held(&desired).len(), 4);
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
    assert_eq!(groups(&desired), Vec::<String>::new());
    assert_eq!(untouched(&desired), ["00g-a", "usher-admins"]);
    assert_eq!(desired.conflicts.len(), 1);
}
