//! Groups, created, renamed and adopted.

use serde_json::json;
use usher_core::id::{GroupKey, ScimGroupId, ScimUserId};
use usher_identity_center::ScimError;

use crate::fake::{Fake, PATCH, Reply, duplicate, group, old_page, page, refusal, user};

fn key() -> GroupKey {
    GroupKey::new("00g9z8y7X6w5V4u3t2s1")
}

fn members(count: usize) -> Vec<ScimUserId> {
    (0..count).map(|n| ScimUserId::new(format!("u{n}"))).collect()
}

#[tokio::test]
async fn a_group_is_created_with_its_members_in_the_documented_form() {
    let fake =
        Fake::start(|_, _| Reply::json(201, &json!({"id": "d4d8", "displayName": "aws-data-readers"}))).await;
    let id = fake.client().create_group(&key(), "aws-data-readers", &members(1)).await.unwrap();
    assert_eq!(id.as_str(), "d4d8");
    assert_eq!(fake.lines(), ["POST /Groups"]);
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "externalId": "00g9z8y7X6w5V4u3t2s1", "displayName": "aws-data-readers",
        "members": [{"value": "u0", "type": "User"}]
    });
    assert_eq!(fake.bodies(), [expected]);
}

#[tokio::test]
async fn a_group_of_any_size_is_created_a_hundred_members_at_a_time() {
    let fake = Fake::start(
        |seen, _| if seen.is("POST") { Reply::json(201, &group("g1")) } else { Reply::empty(204) },
    )
    .await;
    fake.client().create_group(&key(), "large", &members(250)).await.unwrap();
    assert_eq!(fake.lines(), ["POST /Groups", "PATCH /Groups/g1", "PATCH /Groups/g1"]);
    let bodies = fake.bodies();
    assert_eq!(bodies[0]["members"].as_array().unwrap().len(), 100);
    assert_eq!(bodies[1]["Operations"][0]["value"].as_array().unwrap().len(), 100);
    assert_eq!(bodies[2]["Operations"][0]["value"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn a_group_is_renamed_and_adopted_in_one_request() {
    let fake = Fake::start(|_, _| Reply::empty(204)).await;
    let client = fake.client();
    let id = ScimGroupId::new("g1");
    client.update_group(&id, Some("R&D \"x\"\\"), Some(&key())).await.unwrap();
    client.update_group(&id, None, None).await.unwrap();
    assert_eq!(fake.lines(), ["PATCH /Groups/g1"]);
    let expected = json!({"schemas": [PATCH], "Operations": [
        {"op": "replace", "path": "displayName", "value": "R&D \"x\"\\"},
        {"op": "replace", "path": "externalId", "value": "00g9z8y7X6w5V4u3t2s1"},
    ]});
    assert_eq!(fake.bodies(), [expected]);
}

#[tokio::test]
async fn an_id_never_leads_to_another_path() {
    let fake = Fake::start(|_, _| Reply::empty(204)).await;
    fake.client().update_group(&ScimGroupId::new("../Users/u1?x#y"), Some("a"), None).await.unwrap();
    assert_eq!(fake.lines(), ["PATCH /Groups/..%2FUsers%2Fu1%3Fx%23y"]);
}

#[tokio::test]
async fn a_create_that_had_happened_without_all_its_members_is_completed() {
    let fake = Fake::start(|seen, before| match before {
        0 => refusal(503, "Service unavailable"),
        1 => duplicate(),
        _ if seen.wanted("externalId").is_some() => {
            old_page(&[json!({"id": "g1", "externalId": seen.wanted("externalId"), "displayName": "x"})])
        }
        _ if seen.is("PATCH") => Reply::empty(204),
        _ => page(&[user("u0"), user("u2")], None),
    })
    .await;
    let id = fake.client().create_group(&key(), "x", &members(4)).await.unwrap();
    assert_eq!(id.as_str(), "g1");
    let expected = json!({"schemas": [PATCH], "Operations": [
        {"op": "add", "path": "members", "value": [{"value": "u1"}, {"value": "u3"}]}
    ]});
    assert_eq!(fake.bodies().last(), Some(&expected));
    assert_eq!(fake.lines().len(), 5);
}

#[tokio::test]
async fn a_taken_name_is_named_with_its_holder() {
    let fake = Fake::start(|seen, _| match seen.wanted("displayName") {
        Some(name) => old_page(&[json!({"id": "g9", "displayName": name})]),
        None if seen.is("GET") => old_page(&[]),
        None => duplicate(),
    })
    .await;
    let client = fake.client();
    for error in [
        client.create_group(&key(), "ops", &[]).await.unwrap_err(),
        client.update_group(&ScimGroupId::new("g1"), Some("ops"), None).await.unwrap_err(),
    ] {
        let ScimError::Conflict { contested, attribute, .. } = &error else { panic!("{error}") };
        assert_eq!(*attribute, Some("displayName"));
        assert_eq!(contested, "its displayName is held by the group \"ops\" (id g9, no externalId)");
    }
}

#[tokio::test]
async fn a_name_that_aws_would_refuse_is_never_sent() {
    let fake = Fake::start(|_, _| refusal(500, "nobody should ask")).await;
    let client = fake.client();
    for name in ["", "Administrator", "zero\u{200b}width", &"x".repeat(1025)] {
        let error = client.create_group(&key(), name, &[]).await.unwrap_err();
        assert!(
            matches!(&error, ScimError::Unacceptable { attribute, .. } if attribute == "displayName"),
            "{error}"
        );
    }
    assert_eq!(fake.lines().len(), 0);
}
