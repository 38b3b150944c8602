use std::collections::BTreeMap;

use super::*;
use crate::account::{Account, Work};
use crate::content::{Object, Type};
use crate::decision::{GroupVerdict, TargetGroup, UserDecision, UserVerdict};
use crate::desired::{Scope, UserToDecide};
use crate::draft;
use crate::id::{OktaGroupId, OktaUserId};
use crate::plan::AttributeChange;
use crate::selection::Selection;
use crate::source::{Attributes, GroupOrigin, SourceUser, UserStatus, Value};

/// Four people in three groups, and one policy's decisions about them: every group under its name, everybody as drafted.
struct Policy {
    groups: Vec<SourceGroup>,
    decisions: Vec<GroupDecision>,
    said: Vec<UserDecision>,
    plan: Plan,
}

const GROUPS: [(&str, &[&str]); 3] =
    [("admins", &["ann"]), ("choir", &["bob", "cem"]), ("readers", &["ann", "bob", "dan"])];

fn group_id(name: &str) -> OktaGroupId {
    OktaGroupId::new(format!("00g-{name}"))
}

fn user_id(name: &str) -> OktaUserId {
    OktaUserId::new(format!("00u-{name}"))
}

fn person(name: &str) -> SourceUser {
    let profile = [("login", name), ("firstName", name), ("lastName", "Lee"), ("email", name)]
        .map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned())));
    SourceUser { id: user_id(name), status: UserStatus::Active, profile: profile.into() }
}

fn target(key: Option<&str>, name: &str) -> TargetGroup {
    TargetGroup { key: key.map(str::to_owned), display_name: name.to_owned() }
}

fn renamed(name: &str) -> GroupVerdict {
    GroupVerdict::Sync(vec![target(None, name)])
}

impl Policy {
    fn new() -> Self {
        let group = |name: &str| SourceGroup {
            id: group_id(name),
            name: name.to_owned(),
            description: None,
            origin: GroupOrigin::Okta,
            attributes: Attributes::new(),
        };
        let decision = |name: &str| GroupDecision {
            id: group_id(name),
            verdict: renamed(name),
            why: Reason::new("every-group", ""),
        };
        Self {
            groups: GROUPS.map(|(name, _)| group(name)).into(),
            decisions: GROUPS.map(|(name, _)| decision(name)).into(),
            said: Vec::new(),
            plan: Plan::default(),
        }
    }

    fn group(mut self, name: &str, verdict: GroupVerdict) -> Self {
        let id = group_id(name);
        let decision = self.decisions.iter_mut().find(|decision| decision.id == id);
        *decision.expect("a group of the three") =
            GroupDecision { id, verdict, why: Reason::new("this-group", "said so") };
        self
    }

    fn without_group(mut self, name: &str) -> Self {
        self.groups.retain(|group| group.name != name);
        self.decisions.retain(|decision| decision.id != group_id(name));
        self
    }

    fn person(self, name: &str, verdict: UserVerdict) -> Self {
        self.person_in(name, verdict, None)
    }

    fn person_in(mut self, name: &str, verdict: UserVerdict, groups: Option<&[TargetGroup]>) -> Self {
        let groups = groups.map(<[_]>::to_vec);
        let why = Reason::new("this-person", "said so");
        self.said.push(UserDecision {
            id: user_id(name),
            verdict,
            groups,
            why,
            groups_by_others: BTreeMap::new(),
        });
        self
    }

    fn because(mut self, rule: &str, message: &str) -> Self {
        let last = self.said.last_mut().expect("somebody was decided");
        last.why = Reason::new(rule, message);
        self
    }

    fn conflict(mut self, contested: &str) -> Self {
        let contested = contested.to_owned();
        self.plan.conflicts.push(Conflict { contested, parties: Vec::new(), advice: String::new() });
        self
    }

    fn judged<T>(&self, then: impl FnOnce(&Judged<'_>) -> T) -> T {
        let selection = Selection::new(&self.groups, &self.decisions);
        let mut reading = SourceReading::default();
        for id in selection.to_read() {
            let group = self.groups.iter().find(|group| group.id == id).expect("it was put to the policy");
            let members = GROUPS.iter().find(|(name, _)| *name == group.name).expect("one of the three").1;
            reading.insert(group.clone(), members.iter().map(|name| person(name)).collect());
        }
        let asked = selection.users_to_decide(&reading);
        let keep = |person: &UserToDecide| UserDecision {
            id: person.source.id.clone(),
            verdict: UserVerdict::Keep,
            groups: None,
            why: Reason::new("default", ""),
            groups_by_others: BTreeMap::new(),
        };
        let said = |person: &UserToDecide| self.said.iter().find(|it| it.id == person.source.id).cloned();
        let said: Vec<_> = asked.iter().map(|person| said(person).unwrap_or_else(|| keep(person))).collect();
        let desired = selection.desired(&reading, &asked, &said, Scope::Whole);
        let content = Content {
            source: String::new(),
            target: String::new(),
            named_groups: None,
            undo_of: None,
            operations: vec![],
        };
        then(&Judged {
            groups: &self.groups,
            decisions: &self.decisions,
            reading: &reading,
            desired: &desired,
            plan: &self.plan,
            content: &content,
            policies: &["rules".to_owned()],
        })
    }
}

fn compared(a: &Policy, b: &Policy) -> Comparison {
    a.judged(|a| b.judged(|b| between(a, b)))
}

fn verdicts(said: &Pair<Said>) -> String {
    format!("{} → {}", said.a.verdict.word(), said.b.verdict.word())
}

fn names(groups: &[NamedGroup]) -> String {
    groups.iter().map(|group| group.display_name.as_str()).collect::<Vec<_>>().join(" ")
}

/// Each person decided otherwise as "login verdicts; account; +gained -lost".
fn people(comparison: &Comparison) -> Vec<String> {
    let told = |it: &PersonDifference| {
        let account = it.account.iter().map(|change| {
            format!("{} {:?} → {:?}", change.attribute, change.before.as_deref(), change.after.as_deref())
        });
        let account: Vec<_> = account.collect();
        let (gained, lost) = (names(&it.gained), names(&it.lost));
        format!("{} {}; {}; +{gained} -{lost}", it.login, verdicts(&it.said), account.join(", "))
    };
    comparison.people.otherwise.iter().map(told).collect()
}

/// Each group decided otherwise as "name verdicts; what it becomes".
fn groups(comparison: &Comparison) -> Vec<String> {
    let told = |it: &GroupDifference| {
        format!("{} {}; {} → {}", it.name, verdicts(&it.said), names(&it.becomes.a), names(&it.becomes.b))
    };
    comparison.groups.otherwise.iter().map(told).collect()
}

#[test]
fn the_same_decisions_differ_in_nothing() {
    let comparison = compared(&Policy::new(), &Policy::new());
    assert!(comparison.is_same(), "{comparison:?}");
    assert_eq!((comparison.groups.compared, comparison.people.compared), (3, 4));
}

#[test]
fn a_keep_is_a_sync_of_the_drafted_account() {
    let drafted = UserVerdict::Sync(Box::new(draft::account(&person("ann"))));
    let (a, b) = (Policy::new().person("ann", drafted), Policy::new().person("ann", UserVerdict::Keep));
    assert!(compared(&a, &b).is_same());
}

#[test]
fn who_is_skipped_loses_the_groups_that_were_given() {
    let comparison = compared(&Policy::new(), &Policy::new().person("ann", UserVerdict::Skip));
    assert_eq!(people(&comparison), ["ann sync → skip; ; + -admins readers"]);
    let ann = &comparison.people.otherwise[0];
    assert!(ann.takes_away() && !ann.gives());
    let why = ann.said.b.why.as_ref().expect("the rule that skipped");
    assert_eq!((why.policy.as_str(), why.rule.as_str()), ("rules", "this-person"));
    let back = compared(&Policy::new().person("ann", UserVerdict::Skip), &Policy::new());
    assert_eq!(people(&back), ["ann skip → sync; ; +admins readers -"]);
    assert!(back.people.otherwise[0].gives());
}

#[test]
fn who_is_held_loses_nothing() {
    let comparison = compared(&Policy::new(), &Policy::new().person("ann", UserVerdict::Hold));
    assert_eq!(people(&comparison), ["ann sync → hold; ; + -"]);
    assert!(!comparison.people.otherwise[0].takes_away());
}

#[test]
fn who_was_held_and_is_skipped_loses_what_was_held() {
    let [held, skipped] =
        [UserVerdict::Hold, UserVerdict::Skip].map(|verdict| Policy::new().person("ann", verdict));
    let comparison = compared(&held, &skipped);
    assert_eq!(people(&comparison), ["ann hold → skip; ; + -"]);
    assert!(comparison.people.otherwise[0].takes_away());
    assert!(!compared(&skipped, &held).people.otherwise[0].takes_away());
}

#[test]
fn an_account_is_compared_field_by_field() {
    let mut account = draft::account(&person("bob"));
    account.title = Some("Dr".into());
    account.work = Some(Work { cost_center: Some("7".into()), ..Work::default() });
    account.profile_url = Some("https://bob.example".into());
    account.active = false;
    let comparison =
        compared(&Policy::new(), &Policy::new().person("bob", UserVerdict::Sync(Box::new(account))));
    assert_eq!(
        people(&comparison),
        [
            "bob sync → sync; active Some(\"true\") → Some(\"false\"), title None → Some(\"Dr\"), profileUrl None → \
             Some(\"https://bob.example\"), work.costCenter None → Some(\"7\"); + -"
        ]
    );
    assert!(comparison.people.otherwise[0].takes_away(), "the account is closed");
}

#[test]
fn an_account_that_aws_would_refuse_is_held_whatever_the_policy_said() {
    let refused = UserVerdict::Sync(Box::new(Account { active: true, ..Account::default() }));
    let comparison = compared(&Policy::new(), &Policy::new().person("dan", refused));
    assert_eq!(people(&comparison), ["dan sync → hold; ; + -"]);
    let why = comparison.people.otherwise[0].said.b.why.clone().expect("why it is held");
    assert_eq!((why.policy.as_str(), why.rule.as_str()), ("usher", "account"));
}

#[test]
fn groups_that_a_person_is_given_are_gained_and_lost_by_key() {
    let (one, other) = ([target(Some("x"), "X")], [target(Some("x"), "X again"), target(Some("y"), "Y")]);
    let given = |groups: &[TargetGroup]| Policy::new().person_in("dan", UserVerdict::Keep, Some(groups));
    assert_eq!(people(&compared(&given(&one), &given(&other))), ["dan sync → sync; ; +Y -"]);
    assert_eq!(people(&compared(&given(&other), &given(&[]))), ["dan sync → sync; ; + -X again Y"]);
}

#[test]
fn a_renamed_group_is_one_difference_and_none_of_its_members() {
    let comparison = compared(&Policy::new(), &Policy::new().group("readers", renamed("Readers")));
    assert_eq!(groups(&comparison), ["readers sync → sync; readers → Readers"]);
    assert!(!comparison.groups.otherwise[0].takes_away() && !comparison.groups.otherwise[0].gives());
    assert_eq!(people(&comparison), Vec::<String>::new());
}

#[test]
fn who_is_only_in_a_group_that_is_not_selected_is_not_asked() {
    let comparison = compared(&Policy::new(), &Policy::new().group("choir", GroupVerdict::Skip));
    assert_eq!(groups(&comparison), ["choir sync → skip; choir → "]);
    assert!(comparison.groups.otherwise[0].takes_away());
    assert_eq!(
        people(&comparison),
        ["bob sync → sync; ; + -choir", "cem sync → not asked; ; + -choir"],
        "who is told apart from whom the policy refused"
    );
    assert!(comparison.people.otherwise.iter().all(PersonDifference::takes_away));
    assert_eq!(comparison.people.otherwise[1].said.b.why, None);
    assert_eq!(comparison.people.compared, 4, "he is counted, though B did not meet him");
}

#[test]
fn nobody_loses_a_group_that_is_left_as_it_stands() {
    let comparison = compared(&Policy::new(), &Policy::new().group("choir", GroupVerdict::Hold));
    assert_eq!(groups(&comparison), ["choir sync → hold; choir → "]);
    assert!(!comparison.groups.otherwise[0].takes_away());
    assert_eq!(people(&comparison), ["cem sync → hold; ; + -"]);
}

#[test]
fn a_group_that_only_one_asks_for_is_not_asked_by_the_other() {
    let comparison = compared(&Policy::new().without_group("admins"), &Policy::new());
    assert_eq!(groups(&comparison), ["admins not asked → sync;  → admins"]);
    assert!(comparison.groups.otherwise[0].gives());
    assert_eq!(people(&comparison), ["ann sync → sync; ; +admins -"]);
}

#[test]
fn a_group_that_cannot_be_written_is_held_whatever_the_policy_said() {
    let comparison = compared(&Policy::new(), &Policy::new().group("admins", renamed("")));
    assert_eq!(groups(&comparison), ["admins sync → hold; admins → "]);
}

#[test]
fn another_rule_or_another_message_is_another_reason_and_nothing_else() {
    let a = Policy::new().person("ann", UserVerdict::Keep).because("staff", "is staff");
    for (rule, message) in [("staff", "works here"), ("everyone", "is staff")] {
        let b = Policy::new().person("ann", UserVerdict::Keep).because(rule, message);
        let comparison = compared(&a, &b);
        assert_eq!(people(&comparison), Vec::<String>::new());
        let logins: Vec<_> = comparison.people.other_reason.iter().map(|it| it.login.as_str()).collect();
        assert_eq!(logins, ["ann"]);
        assert!(!comparison.is_same());
    }
    let comparison = compared(&Policy::new(), &Policy::new().group("admins", renamed("admins")));
    assert_eq!(comparison.groups.otherwise, []);
    assert_eq!(comparison.groups.other_reason.len(), 1);
}

#[test]
fn what_is_contested_in_one_plan_alone_is_told() {
    let (a, b) = (Policy::new().conflict("x").conflict("y"), Policy::new().conflict("y").conflict("z"));
    let comparison = compared(&a, &b);
    let told = comparison.conflicts.map(|it| it.iter().map(|it| it.contested.clone()).collect::<Vec<_>>());
    assert_eq!(told, Pair { a: vec!["x".to_owned()], b: vec!["z".to_owned()] });
    assert!(!comparison.is_same());
}

#[test]
fn what_one_plan_alone_creates_is_told_without_its_attributes() {
    let step = |kind: &str, title: &str| Step {
        stage: 0,
        kind: kind.to_owned(),
        object: Object { r#type: Type::User, id: None, external_id: Some("00u1".into()), name: "ann".into() },
        changes: vec![AttributeChange {
            attribute: "title".into(),
            before: None,
            after: Some(title.to_owned()),
        }],
        members: vec![],
        reason: Why { policy: "rules".into(), rule: "default".into(), message: "said so".into() },
    };
    let plan = |steps: &[Step]| Content {
        undo_of: None,
        source: String::new(),
        target: String::new(),
        named_groups: None,
        operations: steps.to_vec(),
    };
    let told = |a: &[Step], b: &[Step]| {
        let (a, b) = (plan(a), plan(b));
        let moved = moved::between(&in_short(&a, &b), &in_short(&b, &a));
        moved.into_iter().map(|moved| (moved.no_longer, moved.now)).collect::<Vec<_>>()
    };
    let (created, titled) = (step("create-user", "Dr"), step("create-user", "Sir"));
    assert_eq!(
        told(std::slice::from_ref(&created), &[]),
        [(vec!["create (default: said so)".to_owned()], vec![])]
    );
    let titles = ["title none → \"Dr\"", "title none → \"Sir\""].map(|title| vec![title.to_owned()]);
    assert_eq!(told(&[created], &[titled]), [titles.clone().into()]);
    let updates = [step("update-user", "Dr"), step("update-user", "Sir")];
    assert_eq!(told(&updates[..1], &updates[1..]), [titles.into()], "what is updated is told in full");
}
