//! Memberships, added and removed.

use serde_json::json;
use usher_core::id::{ScimGroupId, ScimUserId};
use usher_identity_center::ScimError;

use crate::fake::{Fake, PATCH, Reply, group, refusal};

fn members(count: usize) -> Vec<ScimUserId> {
    (0..count).map(|n| ScimUserId::new(format!("u{n}"))).collect()
}

fn g1() -> ScimGroupId {
    ScimGroupId::new("g1")
}

#[tokio::test]
async fn members_are_added_and_removed_in_the_form_that_aws_takes() {
    let fake = Fake::start(|_, _| Reply::empty(204)).await;
    let client = fake.client();
    client.add_members(&g1(), &members(2)).await.unwrap();
    client.remove_members(&g1(), &members(1)).await.unwrap();
    client.add_members(&g1(), &[]).await.unwrap();
    client.remove_members(&g1(), &[]).await.unwrap();
    assert_eq!(fake.lines(), ["PATCH /Groups/g1", "PATCH /Groups/g1"]);
    let expected = [
        json!({"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": [{"value": "u0"}, {"value": "u1"}]}]}),
        json!({"schemas": [PATCH], "Operations": [{"op": "remove", "path": "members", "value": [{"value": "u0"}]}]}),
    ];
    assert_eq!(fake.bodies(), expected);
}

#[tokio::test]
async fn never_more_than_a_hundred_changes_go_in_one_request() {
    let fake = Fake::start(|_, _| Reply::empty(204)).await;
    let client = fake.client();
    client.remove_members(&g1(), &members(250)).await.unwrap();
    let sizes: Vec<usize> =
        fake.bodies().iter().map(|body| body["Operations"][0]["value"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    assert_eq!(client.requests().by_request["PATCH /Groups/{id}"], 3);
}

#[tokio::test]
async fn a_removal_from_a_group_that_is_gone_is_done() {
    let fake = Fake::start(|_, _| refusal(404, "GROUP does not exist.")).await;
    let client = fake.client();
    client.remove_members(&g1(), &members(3)).await.unwrap();
    assert_eq!(fake.lines(), ["PATCH /Groups/g1", "GET /Groups/g1"]);
    client.remove_members(&g1(), &members(1)).await.unwrap();
    assert_eq!(fake.lines().len(), 3);
}

#[tokio::test]
async fn one_member_that_is_gone_does_not_save_the_others_from_removal() {
    let fake = Fake::start(|seen, _| match &seen.body {
        None => Reply::json(200, &group("g1")),
        Some(body) if body.to_string().contains("\"u1\"") => refusal(404, "USER does not exist."),
        Some(_) => Reply::empty(204),
    })
    .await;
    fake.client().remove_members(&g1(), &members(3)).await.unwrap();
    let removed: Vec<String> = fake.bodies()[1..]
        .iter()
        .map(|body| body["Operations"][0]["value"][0]["value"].to_string())
        .collect();
    assert_eq!(removed, ["\"u0\"", "\"u1\"", "\"u2\""]);
}

#[tokio::test]
async fn an_addition_to_a_group_that_is_gone_is_an_error() {
    let fake = Fake::start(|_, _| refusal(404, "GROUP does not exist.")).await;
    let error = fake.client().add_members(&g1(), &members(2)).await.unwrap_err();
    assert!(matches!(error, ScimError::NotFound { .. }), "{error}");
    assert!(
        error.to_string().starts_with("cannot add 2 members to the group g1: it is no longer there"),
        "{error}"
    );
}
