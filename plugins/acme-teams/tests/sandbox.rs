//! The same rules as a component, in the real sandbox, as Usher runs them.

use serde_json::json;
use usher_core::account::Account;
use usher_core::decision::{GroupVerdict, TargetGroup, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{GroupOrigin, SourceGroup, SourceUser, UserStatus, Value};
use usher_policy::{ConfiguredPolicy, Limits, LoadedPolicy, PolicyEngine, PolicyError};

fn loaded() -> Result<LoadedPolicy, PolicyError> {
    let component = usher_plugin_build::workspace_policy("acme-teams").expect("the policy is built");
    PolicyEngine::new(Limits::default())?.load("acme-teams", &component)
}

fn policy(config: serde_json::Value) -> Result<ConfiguredPolicy, PolicyError> {
    loaded()?.configure(&config, 0)
}

fn acme() -> ConfiguredPolicy {
    policy(json!({ "roles": ["developer"], "cost_centers": { "Sales": "4711" } })).expect("it is configured")
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

fn person(login: &str, profile: &[(&str, &str)]) -> UserToDecide {
    let attribute = |(name, value): &(&str, &str)| ((*name).to_owned(), Value::Text((*value).to_owned()));
    UserToDecide {
        source: SourceUser {
            id: OktaUserId::new(format!("00u-{login}")),
            status: UserStatus::Active,
            profile: profile.iter().map(attribute).collect(),
        },
        groups: Vec::new(),
        draft: Account { user_name: login.to_owned(), active: true, ..Account::default() },
    }
}

#[test]
fn teams_become_groups_and_unknown_roles_change_nothing() {
    let groups = [group("team-web-developer"), group("Everyone"), group("team-web-wizard")];
    let decisions = acme().decide_groups(&groups).unwrap();
    let verdicts: Vec<_> =
        decisions.iter().map(|decision| (&decision.verdict, decision.why.rule.as_str())).collect();
    let developers = TargetGroup { key: None, display_name: "web developers".to_owned() };
    assert_eq!(
        verdicts,
        [
            (&GroupVerdict::Sync(vec![developers]), "team"),
            (&GroupVerdict::Skip, "not-a-team"),
            (&GroupVerdict::Hold, "unknown-role"),
        ]
    );
}

#[test]
fn people_carry_their_departments_cost_centre() {
    let people = [person("ann", &[("department", "Sales")]), person("cy", &[("userType", "contractor")])];
    let decisions = acme().decide_users(&people).unwrap();
    let UserVerdict::Sync(account) = &decisions[0].verdict else { panic!("{decisions:?}") };
    assert_eq!(account.work.as_ref().unwrap().cost_center.as_deref(), Some("4711"));
    assert_eq!(account.user_name, "ann");
    assert_eq!((&decisions[1].verdict, decisions[1].why.rule.as_str()), (&UserVerdict::Skip, "contractor"));
}

#[test]
fn only_three_attributes_enter_the_sandbox() {
    assert_eq!(acme().needs().user_attributes, ["department", "sponsor", "userType"]);
    assert_eq!(acme().needs().group_attributes, Vec::<String>::new());
}

#[test]
fn a_misspelt_key_of_the_configuration_is_named() {
    let error = policy(json!({ "roles": ["developer"], "cost_centres": {} })).unwrap_err().to_string();
    assert!(error.contains("unknown field `cost_centres`; did you mean `cost_centers`?"), "{error}");
}

#[test]
fn the_configuration_has_a_schema_that_nobody_wrote() {
    let schema = loaded().unwrap().description().config_schema.clone().expect("there is one");
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["required"], json!(["roles", "cost_centers"]));
    assert_eq!(schema["properties"]["roles"]["description"], "The roles that a team's group may name.");
}
