//! Users, created and changed.

use serde_json::{Value, json};
use usher_core::account::{Account, Address, PersonName, Work};
use usher_core::id::{OktaUserId, ScimUserId};
use usher_core::plan::AttributeChange;
use usher_identity_center::ScimError;

use crate::fake::{Fake, PATCH, Reply, duplicate, old_page, refusal, user};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn ines() -> Account {
    Account {
        user_name: "ines.ferreira@corp.example".into(),
        active: true,
        display_name: "Ines Ferreira".into(),
        name: PersonName { given: "Ines".into(), family: "Ferreira".into(), ..PersonName::default() },
        email: Some("ines.ferreira@corp.example".into()),
        ..Account::default()
    }
}

fn okta_id() -> OktaUserId {
    OktaUserId::new("00u1a2b3c4D5e6F7g8h9")
}

fn changes(attributes: &[&str]) -> Vec<AttributeChange> {
    let change =
        |attribute: &&str| AttributeChange { attribute: (*attribute).into(), before: None, after: None };
    attributes.iter().map(change).collect()
}

async fn patched(account: &Account, attributes: &[&str], adopt: Option<&OktaUserId>) -> Vec<Value> {
    let fake = Fake::start(|_, _| Reply::json(200, &user("u1"))).await;
    fake.client().update_user(&ScimUserId::new("u1"), adopt, account, &changes(attributes)).await.unwrap();
    assert_eq!(fake.lines(), ["PATCH /Users/u1"]);
    let body = fake.bodies().remove(0);
    assert_eq!(body["schemas"], json!([PATCH]));
    body["Operations"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_plain_account_is_created_in_the_documented_form() {
    let fake = Fake::start(|_, _| Reply::json(201, &user("a4c8"))).await;
    let id = fake.client().create_user(&okta_id(), &ines()).await.unwrap();
    assert_eq!(id.as_str(), "a4c8");
    assert_eq!(fake.lines(), ["POST /Users"]);
    let expected = json!({
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
      "externalId": "00u1a2b3c4D5e6F7g8h9",
      "userName": "ines.ferreira@corp.example",
      "name": { "givenName": "Ines", "familyName": "Ferreira" },
      "displayName": "Ines Ferreira",
      "active": true,
      "emails": [ { "value": "ines.ferreira@corp.example", "type": "work", "primary": true } ]
    });
    assert_eq!(fake.bodies(), [expected]);
}

#[tokio::test]
async fn a_full_account_is_created_with_every_attribute_and_no_empty_one() {
    let text = |text: &str| Some(text.to_owned());
    let account = Account {
        name: PersonName {
            given: "Ines".into(),
            family: "Ferreira".into(),
            formatted: text("Dr Ines Ferreira"),
            middle: text("M."),
            prefix: text("Dr"),
            suffix: text(""),
        },
        phone: text("+351 1"),
        nick_name: text("In"),
        title: text("Lead"),
        user_type: text("Employee"),
        profile_url: text("https://corp.example/ines"),
        preferred_language: text("pt-PT"),
        locale: text("pt_PT"),
        timezone: text("Europe/Lisbon"),
        address: Some(Address { street: text("Rua 1"), country: text("PT"), ..Address::default() }),
        work: Some(Work {
            employee_number: text("7"),
            department: text("Data"),
            manager: text("00u2"),
            ..Work::default()
        }),
        ..ines()
    };
    let fake = Fake::start(|_, _| Reply::json(201, &user("a4c8"))).await;
    fake.client().create_user(&okta_id(), &account).await.unwrap();
    let expected = json!({
        "schemas": [CORE, ENTERPRISE],
        "externalId": "00u1a2b3c4D5e6F7g8h9",
        "userName": "ines.ferreira@corp.example",
        "name": {"formatted": "Dr Ines Ferreira", "familyName": "Ferreira", "givenName": "Ines", "middleName": "M.",
                 "honorificPrefix": "Dr"},
        "displayName": "Ines Ferreira", "nickName": "In", "profileUrl": "https://corp.example/ines", "title": "Lead",
        "userType": "Employee", "preferredLanguage": "pt-PT", "locale": "pt_PT", "timezone": "Europe/Lisbon", "active": true,
        "emails": [{"value": "ines.ferreira@corp.example", "type": "work", "primary": true}],
        "addresses": [{"streetAddress": "Rua 1", "country": "PT", "type": "work", "primary": true}],
        "phoneNumbers": [{"value": "+351 1", "type": "work"}],
        ENTERPRISE: {"employeeNumber": "7", "department": "Data", "manager": {"value": "00u2"}}
    });
    assert_eq!(fake.bodies(), [expected]);
}

#[tokio::test]
async fn only_what_changed_is_written() {
    let mut account = ines();
    account.title = Some("Lead".into());
    account.active = false;
    let operations = patched(
        &account,
        &["active", "userName", "name.familyName", "title", "nickName", "name.middleName"],
        None,
    )
    .await;
    let expected = [
        json!({"op": "replace", "path": "active", "value": false}),
        json!({"op": "replace", "path": "userName", "value": "ines.ferreira@corp.example"}),
        json!({"op": "replace", "path": "name.familyName", "value": "Ferreira"}),
        json!({"op": "replace", "path": "title", "value": "Lead"}),
        json!({"op": "remove", "path": "nickName"}),
        json!({"op": "remove", "path": "name.middleName"}),
    ];
    assert_eq!(operations, expected);
}

#[tokio::test]
async fn lists_of_one_are_replaced_whole_and_once() {
    let mut account = ines();
    account.address =
        Some(Address { street: Some("Rua 2".into()), locality: Some("Porto".into()), ..Address::default() });
    let operations =
        patched(&account, &["email", "phone", "address.streetAddress", "address.country"], None).await;
    let expected = [
        json!({"op": "replace", "path": "emails",
               "value": [{"value": "ines.ferreira@corp.example", "type": "work", "primary": true}]}),
        json!({"op": "remove", "path": "phoneNumbers"}),
        json!({"op": "replace", "path": "addresses",
               "value": [{"streetAddress": "Rua 2", "locality": "Porto", "type": "work", "primary": true}]}),
    ];
    assert_eq!(operations, expected);
    account.address = Some(Address::default());
    let operations = patched(&account, &["address.streetAddress"], None).await;
    assert_eq!(operations, [json!({"op": "remove", "path": "addresses"})]);
}

#[tokio::test]
async fn enterprise_attributes_are_written_by_their_full_path() {
    let mut account = ines();
    account.work =
        Some(Work { department: Some("Data".into()), manager: Some("00u2".into()), ..Work::default() });
    let operations = patched(&account, &["work.department", "work.manager", "work.costCenter"], None).await;
    let expected = [
        json!({"op": "replace", "path": format!("{ENTERPRISE}:department"), "value": "Data"}),
        json!({"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": {"value": "00u2"}}),
        json!({"op": "remove", "path": format!("{ENTERPRISE}:costCenter")}),
    ];
    assert_eq!(operations, expected);
}

#[tokio::test]
async fn adoption_writes_the_external_id_first_and_once() {
    let operations = patched(&ines(), &["externalId", "displayName"], Some(&okta_id())).await;
    let expected = [
        json!({"op": "replace", "path": "externalId", "value": "00u1a2b3c4D5e6F7g8h9"}),
        json!({"op": "replace", "path": "displayName", "value": "Ines Ferreira"}),
    ];
    assert_eq!(operations, expected);
}

#[tokio::test]
async fn no_change_is_no_request() {
    let fake = Fake::start(|_, _| refusal(500, "nobody should ask")).await;
    fake.client().update_user(&ScimUserId::new("u1"), None, &ines(), &[]).await.unwrap();
    assert_eq!(fake.lines().len(), 0);
}

#[tokio::test]
async fn a_value_that_aws_would_refuse_is_named_and_never_sent() {
    let fake = Fake::start(|_, _| refusal(500, "nobody should ask")).await;
    let client = fake.client();
    let mut account = ines();
    account.name.family.clear();
    let error = client.create_user(&okta_id(), &account).await.unwrap_err();
    assert!(matches!(&error, ScimError::Unacceptable { attribute, .. } if attribute == "name.familyName"));
    assert!(!error.ends_the_run());
    assert_eq!(
        error.to_string(),
        "cannot create the user \"ines.ferreira@corp.example\" (00u1a2b3c4D5e6F7g8h9): name.familyName is empty, and AWS \
         requires it\nhint: mend name.familyName in Okta, or let the policy write another value"
    );
    account.title = Some("zero\u{200b}width".into());
    let title = client.update_user(&ScimUserId::new("u1"), None, &account, &changes(&["title"])).await;
    assert!(matches!(title, Err(ScimError::Unacceptable { attribute, .. }) if attribute == "title"));
    let unknown = client.update_user(&ScimUserId::new("u1"), None, &ines(), &changes(&["shoeSize"])).await;
    assert!(matches!(unknown, Err(ScimError::Unacceptable { attribute, .. }) if attribute == "shoeSize"));
    assert_eq!(fake.lines().len(), 0);
}

#[tokio::test]
async fn a_create_that_had_happened_before_its_repeat_is_done() {
    for first in
        [refusal(429, "Rate exceeded"), refusal(500, "Internal"), Reply::json(201, &user("a4c8")).cut()]
    {
        let fake = Fake::start(move |seen, before| match before {
            0 => first.clone(),
            1 => duplicate(),
            _ => old_page(&[json!({"id": "a4c8", "externalId": seen.wanted("externalId"), "userName": "x"})]),
        })
        .await;
        assert_eq!(fake.client().create_user(&okta_id(), &ines()).await.unwrap().as_str(), "a4c8");
        let look_up = "GET /Users?filter=externalId%20eq%20%2200u1a2b3c4D5e6F7g8h9%22";
        assert_eq!(fake.lines(), ["POST /Users", "POST /Users", look_up]);
    }
}

#[tokio::test]
async fn a_create_that_another_run_did_meanwhile_is_done() {
    let fake = Fake::start(|seen, before| match before {
        0 => duplicate(),
        _ => old_page(&[json!({"id": "a4c8", "externalId": seen.wanted("externalId"), "userName": "x"})]),
    })
    .await;
    assert_eq!(fake.client().create_user(&okta_id(), &ines()).await.unwrap().as_str(), "a4c8");
    assert_eq!(fake.lines().len(), 2);
}

#[tokio::test]
async fn a_repeated_create_never_takes_over_somebody_elses_account() {
    let fake = Fake::start(|seen, before| match before {
        0 => refusal(429, "Rate exceeded"),
        1 => duplicate(),
        _ if seen.wanted("externalId").is_some() => old_page(&[]),
        _ => old_page(&[
            json!({"id": "b1", "externalId": "00uSomebodyElse", "userName": "INES.ferreira@corp.example"}),
        ]),
    })
    .await;
    let error = fake.client().create_user(&okta_id(), &ines()).await.unwrap_err();
    assert!(matches!(error, ScimError::Conflict { attribute: Some("userName"), .. }), "{error}");
}

#[tokio::test]
async fn a_conflict_names_what_is_contested_and_who_holds_it() {
    let holder =
        json!({"id": "b1", "externalId": "00uSomebodyElse", "userName": "ines.ferreira@corp.example"});
    let fake = Fake::start(move |seen, _| match seen.wanted("userName") {
        _ if seen.is("POST") => duplicate(),
        Some(_) => old_page(std::slice::from_ref(&holder)),
        None => old_page(&[]),
    })
    .await;
    let error = fake.client().create_user(&okta_id(), &ines()).await.unwrap_err();
    assert!(!error.ends_the_run());
    assert_eq!(
        error.to_string(),
        "cannot create the user \"ines.ferreira@corp.example\" (00u1a2b3c4D5e6F7g8h9): its userName is held by the user \
         \"ines.ferreira@corp.example\" (id b1, externalId \"00uSomebodyElse\") (POST /Users was answered 409: Refused to create a \
         new, duplicate resource. [request id req-1])\nhint: two accounts or groups cannot share it; change or remove the other one"
    );
}

#[tokio::test]
async fn a_contested_mail_address_is_found_by_what_is_free() {
    let fake = Fake::start(|seen, _| if seen.is("GET") { old_page(&[]) } else { duplicate() }).await;
    let client = fake.client();
    let error = client.create_user(&okta_id(), &ines()).await.unwrap_err();
    assert!(matches!(error, ScimError::Conflict { attribute: Some("email"), .. }), "{error}");
    let id = ScimUserId::new("u1");
    let error = client.update_user(&id, None, &ines(), &changes(&["email"])).await.unwrap_err();
    assert!(matches!(error, ScimError::Conflict { attribute: Some("email"), .. }), "{error}");
    assert_eq!(fake.lines().iter().filter(|line| line.starts_with("GET")).count(), 2);
}

#[tokio::test]
async fn a_create_that_is_answered_without_a_body_is_looked_up() {
    let fake = Fake::start(|seen, _| match seen.wanted("externalId") {
        None => Reply::empty(201),
        Some(external_id) => old_page(&[json!({"id": "a4c8", "externalId": external_id, "userName": "x"})]),
    })
    .await;
    assert_eq!(fake.client().create_user(&okta_id(), &ines()).await.unwrap().as_str(), "a4c8");
}

#[tokio::test]
async fn an_account_that_is_gone_is_said_to_be_gone() {
    let fake = Fake::start(|_, _| refusal(404, "USER does not exist.")).await;
    let error = fake
        .client()
        .update_user(&ScimUserId::new("u1"), None, &ines(), &changes(&["title", "active"]))
        .await
        .unwrap_err();
    assert!(matches!(error, ScimError::NotFound { .. }), "{error}");
    assert!(!error.ends_the_run());
}
