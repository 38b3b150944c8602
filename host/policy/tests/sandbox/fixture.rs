//! Engines, plugins and people for the tests.

use std::path::PathBuf;

use serde_json::{Value, json};
use usher_core::account::{Account, PersonName};
use usher_core::desired::UserToDecide;
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{GroupOrigin, SourceGroup, SourceUser, UserStatus, Value as Attribute};
use usher_policy::{CompiledCode, ConfiguredPolicy, Limits, PolicyEngine, PolicyError};

/// An engine with these limits; compiled code is shared by all tests.
pub(crate) fn engine(limits: Limits) -> PolicyEngine {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compiled-policies");
    PolicyEngine::keeping(limits, CompiledCode::In(folder)).unwrap()
}

/// The component of `tests/plugins/hostile`.
pub(crate) fn hostile() -> Vec<u8> {
    usher_plugin_build::workspace_policy("usher-hostile").unwrap_or_else(|error| panic!("{error}"))
}

/// The hostile plugin with a mode, called `hostile.wasm`, at 1,700,000,000 seconds since 1970.
pub(crate) fn configured(engine: &PolicyEngine, mode: &str) -> Result<ConfiguredPolicy, PolicyError> {
    configured_with(engine, &json!({ "mode": mode }))
}

pub(crate) fn configured_with(
    engine: &PolicyEngine,
    config: &Value,
) -> Result<ConfiguredPolicy, PolicyError> {
    engine.load("hostile.wasm", &hostile())?.configure(config, 1_700_000_000)
}

/// A component from its text.
pub(crate) fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// What the engine says to a component.
pub(crate) fn refusal(text: &str) -> String {
    engine(Limits::default()).load("odd.wasm", &component(text)).unwrap_err().to_string()
}

/// Why a policy in this mode decides nothing about three groups.
pub(crate) fn groups_fail(mode: &str) -> PolicyError {
    fails(Limits::default(), mode, |policy| policy.decide_groups(&groups(3)).map(|_| ()))
}

/// Why a policy in this mode decides nothing about three people.
pub(crate) fn users_fail(mode: &str) -> PolicyError {
    users_fail_within(Limits::default(), mode)
}

pub(crate) fn users_fail_within(limits: Limits, mode: &str) -> PolicyError {
    fails(limits, mode, |policy| policy.decide_users(&people(3)).map(|_| ()))
}

/// Lets a policy fail, sees that it says the same for ever after, and that another one of the same engine works.
fn fails(
    limits: Limits,
    mode: &str,
    decide: impl Fn(&mut ConfiguredPolicy) -> Result<(), PolicyError>,
) -> PolicyError {
    let engine = engine(limits);
    let mut policy = configured(&engine, mode).unwrap();
    let error = decide(&mut policy).unwrap_err();
    assert_eq!(decide(&mut policy).unwrap_err(), error);
    let calls = policy.usage().decide_groups.calls + policy.usage().decide_users.calls;
    assert!(calls <= 1, "it was asked again after it had failed");

    let mut next = configured(&engine, "").unwrap();
    assert_eq!(next.decide_groups(&groups(3)).unwrap().len(), 3);
    assert_eq!(next.decide_users(&people(3)).unwrap().len(), 3);
    error
}

/// `00g1`, `00g2`, …
pub(crate) fn groups(number: usize) -> Vec<SourceGroup> {
    let group = |number: usize| SourceGroup {
        id: OktaGroupId::new(format!("00g{number}")),
        name: format!("group {number}"),
        description: None,
        origin: GroupOrigin::Okta,
        attributes: Default::default(),
    };
    (1..=number).map(group).collect()
}

/// `00u1`, `00u2`, …, each with a title, a department and a secret.
pub(crate) fn people(number: usize) -> Vec<UserToDecide> {
    let person = |number: usize| {
        let attributes = [("title", "Dr"), ("department", "R&D"), ("secret", "hush")];
        UserToDecide {
            source: SourceUser {
                id: OktaUserId::new(format!("00u{number}")),
                status: UserStatus::Active,
                profile: attributes
                    .map(|(name, value)| (name.to_owned(), Attribute::Text(value.to_owned())))
                    .into(),
            },
            groups: vec!["00g1".to_owned()],
            draft: Account {
                user_name: format!("person{number}@acme.example"),
                active: true,
                display_name: format!("Person {number}"),
                name: PersonName {
                    given: "Person".to_owned(),
                    family: number.to_string(),
                    ..Default::default()
                },
                email: Some(format!("person{number}@acme.example")),
                ..Default::default()
            },
        }
    };
    (1..=number).map(person).collect()
}
