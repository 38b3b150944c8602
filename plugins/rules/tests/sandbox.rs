//! The rules as a component, in the real sandbox: what a configuration does to them there.

use serde_json::{Value, json};
use usher_core::account::Account;
use usher_core::decision::{GroupVerdict, TargetGroup, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{GroupOrigin, SourceGroup, SourceUser, UserStatus};
use usher_policy::{ConfiguredPolicy, Limits, PolicyEngine, PolicyError};

fn policy(config: Value) -> Result<ConfiguredPolicy, PolicyError> {
    let component = usher_plugin_build::workspace_policy("usher-plugin-rules").expect("the rules are built");
    PolicyEngine::new(Limits::default())?.load("builtin:rules", &component)?.configure(&config, 0)
}

#[test]
fn a_configuration_says_what_is_decided_and_read() {
    let policy = policy(json!({
        "groups": [{ "name": "aws", "when": "group.name.startsWith('aws-')", "sync": "group.name.substring(4)" }],
        "account": { "title": "has(user.title) ? user.title : user.department" },
    }));
    let policy = policy.unwrap();
    assert!(policy.needs().groups && policy.needs().users);
    assert_eq!(policy.needs().user_attributes, ["department", "title"]);
}

#[test]
fn without_a_configuration_nothing_is_decided_or_read() {
    assert_eq!(*policy(json!({})).unwrap().needs(), usher_policy::Needs::default());
}

#[test]
fn every_mistake_reaches_the_user_with_its_place() {
    let error = policy(json!({
        "groups": [{ "name": "aws", "when": "group.nam == 'x'", "sync": "'x' +" }],
        "users": [{ "name": "contractors", "when": "usr.login == 'x'", "then": "skip" }],
    }));
    let text = error.map(drop).unwrap_err().to_string();
    for line in [
        "/groups/0/when:1:6: rule `aws`, `when`: there is no `group.nam`; did you mean `group.name`?",
        "/groups/0/sync:1:6: rule `aws`, `sync`: it ends too early",
        "/users/0/when:1:1: rule `contractors`, `when`: there is no variable `usr`; did you mean `user`?",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn brackets_too_deep_are_told_in_plain_words() {
    let when = format!("{}true{}", "(".repeat(200), ")".repeat(200));
    let error = policy(json!({ "users": [{ "name": "r", "when": when, "then": "skip" }] }));
    let text = error.map(drop).unwrap_err().to_string();
    assert!(
        text.contains("rule `r`, `when`: the expression is nested too deep; make it several rules"),
        "{text}"
    );
}

#[test]
fn no_expression_is_so_deep_that_the_sandbox_traps() {
    let expressions = [
        format!("{}true{}", "(".repeat(900), ")".repeat(900)),
        format!("{}true", "!".repeat(1_990)),
        format!("{}1 == 1", "1+".repeat(990)),
        format!("group{}", ".a".repeat(990)),
        format!("{}{}", "[".repeat(900), "]".repeat(900)),
        format!("{}1{}", "{1:".repeat(490), "}".repeat(490)),
        format!("{}true", "true ? true : ".repeat(140)),
        format!("{}true", "true && ".repeat(240)),
        format!("{}true{}", "[1].all(x, ".repeat(90), ")".repeat(90)),
        "&".repeat(1_990),
    ];
    for expression in expressions {
        let config = json!({ "groups": [{ "name": "deep", "when": expression, "then": "skip" }] });
        if let Err(error) = policy(config) {
            assert!(error.to_string().contains("/groups/0/when:1:"), "{expression}: {error}");
        }
    }
}

fn group(name: &str) -> SourceGroup {
    SourceGroup {
        id: OktaGroupId::new(format!("00g-{name}")),
        name: name.to_owned(),
        description: None,
        origin: GroupOrigin::Okta,
        attributes: Default::default(),
    }
}

fn person(login: &str, department: Option<&str>) -> UserToDecide {
    let attribute =
        |value: &str| ("department".to_owned(), usher_core::source::Value::Text(value.to_owned()));
    UserToDecide {
        source: SourceUser {
            id: OktaUserId::new(format!("00u-{login}")),
            status: UserStatus::Active,
            profile: department.map(attribute).into_iter().collect(),
        },
        groups: vec!["00g-okta-admins".to_owned(), "read-only".to_owned()],
        draft: Account { user_name: login.to_owned(), active: true, ..Account::default() },
    }
}

fn named(key: Option<&str>, display_name: &str) -> TargetGroup {
    TargetGroup { key: key.map(str::to_owned), display_name: display_name.to_owned() }
}

#[test]
fn groups_are_decided_by_a_table() {
    let mut policy = policy(json!({
        "tables": { "names": { "okta-admins": "Administrators", "okta-ops": ["Operators", "Readers"] } },
        "groups": [
            { "name": "merged", "when": "group.name in ['auditors', 'support']", "sync": "{'name': 'Read only', 'key': 'read-only'}" },
            { "name": "table", "when": "true", "sync": "tables.names[group.name]" },
        ],
    }))
    .unwrap();
    let groups = ["auditors", "okta-admins", "okta-ops", "choir"].map(group);
    let decisions = policy.decide_groups(&groups).unwrap();
    let decided: Vec<_> =
        decisions.iter().map(|decision| (&decision.verdict, decision.why.rule.as_str())).collect();
    assert_eq!(
        decided,
        [
            (&GroupVerdict::Sync(vec![named(Some("read-only"), "Read only")]), "merged"),
            (&GroupVerdict::Sync(vec![named(None, "Administrators")]), "table"),
            (&GroupVerdict::Sync(vec![named(None, "Operators"), named(None, "Readers")]), "table"),
            (&GroupVerdict::Hold, "table"),
        ]
    );
}

#[test]
fn people_get_groups_and_fields_by_shared_expressions() {
    let mut policy = policy(json!({
        "expressions": { "sells": "has(user.department) && user.department == 'Sales'" },
        "users": [{
            "name": "sales", "when": "expressions.sells",
            "add_groups": "'dept-' + user.department", "remove_groups": "'read-only'", "message": "'sells'",
        }],
        "account": { "work.costCenter": "expressions.sells ? '4711' : null" },
    }))
    .unwrap();
    let decisions = policy.decide_users(&[person("ann", Some("Sales")), person("bob", None)]).unwrap();
    let UserVerdict::Sync(account) = &decisions[0].verdict else { panic!("{decisions:?}") };
    assert_eq!(account.work.as_ref().unwrap().cost_center.as_deref(), Some("4711"));
    let groups = vec![named(Some("00g-okta-admins"), ""), named(None, "dept-Sales")];
    assert_eq!(decisions[0].groups.as_ref(), Some(&groups));
    assert_eq!((decisions[0].why.rule.as_str(), decisions[0].why.message.as_str()), ("sales", "sells"));
    assert_eq!((&decisions[1].verdict, &decisions[1].groups), (&UserVerdict::Keep, &None));
}

#[test]
fn what_is_odd_is_said_in_the_log_once_before_anybody_is_read() {
    let mut policy = policy(json!({
        "users": [{ "name": "r", "when": "user.userTyp == 'x'", "then": "skip" }],
    }))
    .unwrap();
    let lines: Vec<_> = policy.take_log().into_iter().map(|line| line.message).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("`userType` is"), "{lines:?}");
    assert!(lines[1].contains("ask first with `has(user.userTyp)`"), "{lines:?}");
    policy.decide_users(&[person("ann", None)]).unwrap();
    assert_eq!(policy.take_log().len(), 0);
}

#[test]
fn a_row_of_named_expressions_is_put_in_without_a_trap() {
    let link = |at: usize| match at {
        0 => ("e0".to_owned(), Value::from("true")),
        at => (format!("e{at}"), format!("!expressions.e{}", at - 1).into()),
    };
    for length in [100, 200] {
        let expressions: serde_json::Map<_, _> = (0..length).map(link).collect();
        let config = json!({ "expressions": expressions });
        if let Err(error) = policy(config).map(drop) {
            assert!(error.to_string().contains("nested more than 100 deep"), "{error}");
        }
    }
}

#[test]
fn a_long_table_costs_nothing_more_per_person() {
    let fuel = |rows: usize| {
        let mut table: serde_json::Map<String, Value> =
            (1..rows).map(|row| (format!("department-{row}"), row.to_string().into())).collect();
        table.insert("Sales".into(), "4711".into());
        let mut policy = policy(json!({
            "tables": { "centres": table },
            "account": { "work.costCenter": "user.department in tables.centres ? tables.centres[user.department] : null" },
        }))
        .unwrap();
        let people: Vec<_> = (0..20).map(|number| person(&format!("p{number}"), Some("Sales"))).collect();
        let decisions = policy.decide_users(&people).unwrap();
        assert!(decisions.iter().all(|decision| matches!(decision.verdict, UserVerdict::Sync(_))));
        policy.usage().decide_users.fuel_per_item().unwrap()
    };
    let (short, long) = (fuel(1), fuel(2_000));
    assert!(long < short * 3 / 2, "{short} and {long}");
}

#[test]
fn patterns_are_compiled_before_anybody_is_asked_about() {
    let fuel = |rules: usize, people: usize| {
        let rule = |at: usize| json!({ "name": format!("r{at}"), "when": format!("user.id.matches('^x{at}[a-z]+$')"), "then": "skip" });
        let mut policy = policy(json!({ "users": (0..rules).map(rule).collect::<Vec<_>>() })).unwrap();
        let people: Vec<_> = (0..people).map(|number| person(&format!("p{number}"), None)).collect();
        policy.decide_users(&people).unwrap();
        policy.usage().decide_users.fuel_per_item().unwrap()
    };
    // A person alone in a batch may take ten million; compiling this many would take ten times that.
    let alone = fuel(100, 1);
    assert!(alone < 5_000_000, "{alone}");
    // Nor is a pattern of many compiled again for each.
    let among_many = fuel(100, 50);
    assert!(among_many < alone, "{among_many} and {alone}");
}
