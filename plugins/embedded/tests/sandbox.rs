//! Every built-in policy in the real sandbox, as Usher runs it.

use serde_json::{Value, json};
use usher_core::account::Account;
use usher_core::decision::{GroupVerdict, TargetGroup, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{self, GroupOrigin, SourceGroup, SourceUser, UserStatus};
use usher_policy::{ConfiguredPolicy, Limits, PolicyEngine, PolicyError};

fn policy(name: &str, config: Value) -> Result<ConfiguredPolicy, PolicyError> {
    let component = usher_plugins::builtin(name).expect("it is built in");
    PolicyEngine::new(Limits::default())?.load(&format!("builtin:{name}"), component)?.configure(&config, 0)
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

fn person(department: &str) -> UserToDecide {
    UserToDecide {
        source: SourceUser {
            id: OktaUserId::new("00u-ann".to_owned()),
            status: UserStatus::Active,
            profile: [("department".to_owned(), source::Value::Text(department.to_owned()))].into(),
        },
        groups: vec!["00g-devs".to_owned()],
        draft: Account { user_name: "ann".to_owned(), active: true, ..Account::default() },
    }
}

fn named(name: &str) -> TargetGroup {
    TargetGroup { key: None, display_name: name.to_owned() }
}

/// The configuration that the guide shows for a policy.
fn shown(name: &str) -> Value {
    let guide = include_str!("../../../docs/builtin.md");
    let (_, below) = guide.split_once(&format!("\n## {name}\n")).expect("the guide has the heading");
    let (_, below) = below.split_once("```toml\n").expect("it shows a configuration");
    let (text, _) = below.split_once("```").expect("the block ends");
    let config: toml::Table = toml::from_str(text).expect("the configuration is TOML");
    assert_eq!(config["policy"]["component"].as_str(), Some(format!("builtin:{name}").as_str()));
    serde_json::to_value(&config["policy"]["config"]).expect("TOML without dates is JSON")
}

#[test]
fn prefix_takes_the_prefix_away() {
    let mut policy = policy("prefix", shown("prefix")).unwrap();
    let decisions = policy.decide_groups(&[group("aws-admins"), group("choir")]).unwrap();
    assert_eq!(decisions[0].verdict, GroupVerdict::Sync(vec![named("admins")]));
    assert_eq!(decisions[1].verdict, GroupVerdict::Skip);
}

#[test]
fn regex_rename_renames() {
    let mut policy = policy("regex-rename", shown("regex-rename")).unwrap();
    let groups = ["team-web-shop-developer", "aws-billing", "choir"].map(group);
    let decisions = policy.decide_groups(&groups).unwrap();
    assert_eq!(decisions[0].verdict, GroupVerdict::Sync(vec![named("web-shop developers")]));
    assert_eq!(decisions[1].verdict, GroupVerdict::Sync(vec![named("billing")]));
    assert_eq!(decisions[2].verdict, GroupVerdict::Skip);
}

#[test]
fn attribute_table_puts_people_into_groups() {
    let mut config = shown("attribute-table");
    let mut policy_of = |keep: bool| {
        config["keep_okta_groups"] = keep.into();
        policy("attribute-table", config.clone()).unwrap()
    };
    let people = [person("Data"), person("Poetry")];
    let mut table_only = policy_of(false);
    assert_eq!(table_only.needs().user_attributes, ["department"]);
    let decisions = table_only.decide_users(&people).unwrap();
    assert_eq!(decisions[0].groups, Some(vec![named("crm"), named("warehouse")]));
    assert_eq!(decisions[1].verdict, UserVerdict::Skip);
    let decisions = policy_of(true).decide_users(&people).unwrap();
    let devs = TargetGroup { key: Some("00g-devs".to_owned()), display_name: String::new() };
    assert_eq!(decisions[0].groups, Some(vec![devs, named("crm"), named("warehouse")]));
    assert_eq!((&decisions[1].verdict, &decisions[1].groups), (&UserVerdict::Keep, &None));
}

#[test]
fn each_says_what_its_configuration_looks_like() {
    for name in usher_plugins::names() {
        let component = usher_plugins::builtin(name).unwrap();
        let loaded = PolicyEngine::new(Limits::default()).unwrap().load(name, component).unwrap();
        let schema = loaded.description().config_schema.clone().expect("it has a schema");
        let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
        assert_eq!(schema["type"], "object", "{name}");
        assert_eq!(schema["additionalProperties"], false, "{name}");
        let is_told = |key: &Value| key["description"].is_string();
        assert!(
            schema["properties"].as_object().expect("it has keys").values().all(is_told),
            "{name}: {schema}"
        );
    }
}

#[test]
fn a_configuration_that_is_wrong_is_refused_with_its_place() {
    for (name, config, place) in [
        ("prefix", json!({ "prefix": "" }), "/prefix"),
        ("regex-rename", json!({ "rename": [{ "pattern": "a(", "name": "" }] }), "/rename/0/pattern"),
        ("regex-rename", json!({ "rename": [{ "pattern": "(a)", "name": "$1s" }] }), "/rename/0/name"),
        ("attribute-table", json!({ "attribute": "a", "groups": { "b": "c" } }), "/groups/b"),
    ] {
        let error = policy(name, config).map(drop).unwrap_err().to_string();
        assert!(error.contains(place), "{error}");
    }
}
