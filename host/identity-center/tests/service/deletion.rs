//! Users and groups that go altogether.

use usher_core::id::{ScimGroupId, ScimUserId};
use usher_identity_center::ScimError;

use crate::fake::{Fake, Reply, refusal};

#[tokio::test]
async fn an_account_and_a_group_are_deleted_by_one_request_each() {
    let fake = Fake::start(|_, _| Reply::empty(204)).await;
    fake.client().delete_user(&ScimUserId::new("u/1")).await.unwrap();
    fake.client().delete_group(&ScimGroupId::new("g1")).await.unwrap();
    assert_eq!(fake.lines(), ["DELETE /Users/u%2F1", "DELETE /Groups/g1"]);
}

#[tokio::test]
async fn what_is_gone_already_is_as_good_as_deleted() {
    let fake = Fake::start(|_, _| refusal(404, "USER does not exist.")).await;
    fake.client().delete_user(&ScimUserId::new("u1")).await.unwrap();
}

#[tokio::test]
async fn a_refusal_to_delete_is_told() {
    let fake = Fake::start(|_, _| refusal(400, "no")).await;
    let error = fake.client().delete_group(&ScimGroupId::new("g1")).await.unwrap_err();
    assert!(matches!(error, ScimError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("delete the group g1"), "{error}");
}
