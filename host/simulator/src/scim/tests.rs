//! The service over its wire.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{ScimServer, ScimSettings};
use crate::requests::Shared;

/// A tenant that listens, and a client that knows its token.
struct Tenant {
    server: ScimServer,
    origin: String,
    client: reqwest::Client,
}

/// One answer.
struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn detail(&self) -> (u16, String) {
        (self.status, self.json()["detail"].as_str().unwrap().to_owned())
    }

    fn ids(&self) -> Vec<String> {
        let body = self.json();
        let resources = body["Resources"].as_array().unwrap_or_else(|| panic!("{body}"));
        resources.iter().map(|resource| resource["id"].as_str().unwrap().to_owned()).collect()
    }

    fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("{}", self.text)).to_owned()
    }
}

impl Tenant {
    async fn start(settings: ScimSettings) -> Self {
        let server =
            ScimServer::new(ScimSettings { token: Shared::new("scim-token".to_owned()), ..settings });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = server.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { server, origin, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn today() -> Self {
        Self::start(ScimSettings::default()).await
    }

    fn base(&self) -> String {
        format!("{}/{}/scim/v2", self.origin, self.server.tenant())
    }

    async fn raw(&self, method: Method, url: &str, token: &str, body: String) -> Reply {
        let request = self.client.request(method, url).header("authorization", token).body(body);
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Reply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.raw(method, &format!("{}{path}", self.base()), "Bearer scim-token", body).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, Value::Null).await
    }

    async fn filter(&self, collection: &str, filter: &str) -> Reply {
        let filter = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        self.get(&format!("/{collection}?cursor&filter={filter}")).await
    }

    async fn create_user(&self, name: &str) -> String {
        let reply = self.call(Method::POST, "/Users", user(name)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.id()
    }

    async fn create_group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        let reply =
            self.call(Method::POST, "/Groups", json!({"displayName": name, "members": members})).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.id()
    }

    async fn patch(&self, path: &str, operation: Value) -> Reply {
        self.call(Method::PATCH, path, json!({"Operations": [operation]})).await
    }
}

fn user(name: &str) -> Value {
    json!({
        "externalId": format!("00u-{name}"),
        "userName": format!("{name}@corp.example"),
        "name": {"givenName": name, "familyName": "Ferreira"},
        "displayName": format!("{name} Ferreira"),
        "active": true,
        "emails": [{"value": format!("{name}@corp.example"), "type": "work", "primary": true}],
    })
}

/// The list shape with a cursor parameter, holding nothing.
const EMPTY_PAGE: &str =
    r#"{"itemsPerPage":0,"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[]}"#;
const GENERIC: &str = "Request is unparsable, syntactically incorrect, or violates schema.";
const DUPLICATE: &str = "Refused to create a new, duplicate resource.";

#[tokio::test]
async fn a_created_user_is_answered_byte_for_byte_as_in_the_reference() {
    let tenant = Tenant::today().await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": "00u1a2b3c4D5e6F7g8h9",
        "userName": "ines.ferreira@corp.example",
        "name": {"givenName": "Ines", "familyName": "Ferreira"},
        "displayName": "Ines Ferreira",
        "profileUrl": "https://corp.example/ines",
        "active": true,
        "emails": [{"value": "ines.ferreira@corp.example", "type": "work", "primary": true}],
    });
    let reply = tenant.call(Method::POST, "/Users", body).await;
    assert_eq!(reply.status, 201);
    let (id, created) = (reply.id(), reply.json()["meta"]["created"].as_str().unwrap().to_owned());
    assert_eq!(
        reply.text,
        format!(
            r#"{{"id":"{id}","externalId":"00u1a2b3c4D5e6F7g8h9","meta":{{"resourceType":"User","created":"{created}","lastModified":"{created}"}},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ines.ferreira@corp.example","name":{{"familyName":"Ferreira","givenName":"Ines"}},"displayName":"Ines Ferreira","active":true,"emails":[{{"value":"ines.ferreira@corp.example","type":"work","primary":true}}]}}"#
        )
    );
    assert_eq!(tenant.get(&format!("/Users/{id}")).await.text, reply.text);
}

#[tokio::test]
async fn a_group_never_shows_its_members() {
    let tenant = Tenant::today().await;
    let ann = tenant.create_user("ann").await;
    let body = json!({"externalId": "00g9", "displayName": "aws-data-readers", "members": [{"value": ann, "type": "User"}]});
    let created = tenant.call(Method::POST, "/Groups", body).await;
    let (id, stamp) = (created.id(), created.json()["meta"]["created"].as_str().unwrap().to_owned());
    let resource = format!(
        r#"{{"id":"{id}","externalId":"00g9","meta":{{"resourceType":"Group","created":"{stamp}","lastModified":"{stamp}"}},"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"aws-data-readers""#
    );
    assert_eq!((created.status, created.text), (201, format!("{resource}}}")));
    assert_eq!(tenant.get(&format!("/Groups/{id}")).await.text, format!("{resource}}}"));
    assert_eq!(
        tenant.get("/Groups").await.text,
        format!(
            r#"{{"totalResults":1,"itemsPerPage":1,"startIndex":1,"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[{resource},"members":[]}}]}}"#
        )
    );
    assert_eq!(tenant.server.target()["groups"][0]["members"], json!([ann]));
}

#[tokio::test]
async fn token_and_tenant_come_before_everything_else() {
    let tenant = Tenant::today().await;
    let users = format!("{}/Users", tenant.base());
    let elsewhere = format!("{}/another-tenant/scim/v2/Users", tenant.origin);
    for (url, token) in [
        (users.as_str(), "Bearer wrong"),
        (users.as_str(), "scim-token"),
        (users.as_str(), ""),
        (elsewhere.as_str(), "Bearer scim-token"),
        (&format!("{}/nothing", tenant.base()), "Bearer wrong"),
    ] {
        let reply = tenant.raw(Method::POST, url, token, "{".to_owned()).await;
        assert_eq!(reply.status, 401, "{url} {token}");
        assert_eq!(reply.json()["status"], json!("401"));
    }
    assert_eq!(tenant.raw(Method::GET, &users, "Bearer scim-token", String::new()).await.status, 200);
}

#[tokio::test]
async fn every_answer_is_json_and_carries_a_request_id() {
    let tenant = Tenant::today().await;
    let id = tenant.create_user("ann").await;
    let deleted = tenant.call(Method::DELETE, &format!("/Users/{id}"), Value::Null).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    let missing = tenant.get(&format!("/Users/{id}")).await;
    assert_eq!(missing.json()["exceptionRequestId"], missing.headers["x-amzn-requestid"].to_str().unwrap());
    for reply in [deleted, missing, tenant.get("/Users").await, tenant.get("/Bulk").await] {
        assert_eq!(reply.headers["content-type"], "application/json");
        assert_eq!(reply.headers["x-amzn-requestid"].len(), 36);
    }
}

#[tokio::test]
async fn an_error_body_is_the_one_that_was_observed() {
    let tenant = Tenant::today().await;
    tenant.create_user("ann").await;
    let reply = tenant.call(Method::POST, "/Users", user("ann")).await;
    let body = reply.json();
    let (id, stamp) = (body["exceptionRequestId"].as_str().unwrap(), body["timeStamp"].as_str().unwrap());
    assert_eq!(
        reply.text,
        format!(
            r#"{{"schema":["urn:ietf:params:scim:api:messages:2.0:Error"],"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"Refused to create a new, duplicate resource.","status":"409","exceptionRequestId":"{id}","timeStamp":"{stamp}"}}"#
        )
    );
}

#[tokio::test]
async fn whatever_must_be_unique_is_refused_twice() {
    let tenant = Tenant::today().await;
    tenant.create_user("ann").await;
    let bob = tenant.create_user("bob").await;
    for (attribute, taken) in [
        ("userName", json!("ANN@corp.example")),
        ("externalId", json!("00u-ann")),
        ("emails", json!([{"value": "ann@corp.example", "primary": true}])),
    ] {
        let mut body = user("cid");
        body[attribute] = taken.clone();
        let created = tenant.call(Method::POST, "/Users", body.clone()).await;
        assert_eq!(created.detail(), (409, DUPLICATE.to_owned()), "{attribute}");
        let put = tenant.call(Method::PUT, &format!("/Users/{bob}"), body).await;
        assert_eq!(put.detail(), (409, DUPLICATE.to_owned()), "{attribute}");
        let operation = json!({"op": "replace", "path": attribute, "value": taken});
        let patched = tenant.patch(&format!("/Users/{bob}"), operation).await;
        assert_eq!(patched.detail(), (409, DUPLICATE.to_owned()), "{attribute}");
    }
    let readers = json!({"displayName": "readers", "externalId": "00g1"});
    assert_eq!(tenant.call(Method::POST, "/Groups", readers).await.status, 201);
    let writers = tenant.create_group("writers", &[]).await;
    for (attribute, taken) in [("displayName", "readers"), ("externalId", "00g1")] {
        let mut body = json!({"displayName": "third"});
        body[attribute] = json!(taken);
        let created = tenant.call(Method::POST, "/Groups", body).await;
        assert_eq!(created.detail(), (409, DUPLICATE.to_owned()), "{attribute}");
        let operation = json!({"op": "replace", "path": attribute, "value": taken});
        let patched = tenant.patch(&format!("/Groups/{writers}"), operation).await;
        assert_eq!(patched.detail(), (409, DUPLICATE.to_owned()), "{attribute}");
    }
    assert_eq!(tenant.server.target()["users"].as_array().unwrap().len(), 2);
    assert_eq!(tenant.server.target()["groups"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_name_that_was_given_up_is_free_again() {
    let tenant = Tenant::today().await;
    let ann = tenant.create_user("ann").await;
    let renamed = json!({"op": "replace", "path": "userName", "value": "anna@corp.example"});
    assert_eq!(tenant.patch(&format!("/Users/{ann}"), renamed).await.status, 200);
    assert_eq!(tenant.filter("Users", r#"userName eq "ann@corp.example""#).await.text, EMPTY_PAGE);
    assert_eq!(tenant.filter("Users", r#"userName eq "ANNA@corp.example""#).await.ids(), [ann.as_str()]);
    assert_eq!(tenant.call(Method::DELETE, &format!("/Users/{ann}"), Value::Null).await.status, 204);
    assert_ne!(tenant.create_user("ann").await, ann);
}

#[tokio::test]
async fn a_put_replaces_everything_and_answers_201() {
    let tenant = Tenant::today().await;
    let mut body = user("ann");
    body["title"] = json!("Analyst");
    let id = tenant.call(Method::POST, "/Users", body).await.id();
    let group = tenant.create_group("readers", &[&id]).await;
    let put = tenant.call(Method::PUT, &format!("/Users/{id}"), user("ann")).await;
    assert_eq!((put.status, put.id()), (201, id.clone()));
    assert_eq!(put.json().get("title"), None);
    assert_eq!(tenant.filter("Users", &format!("groups.value eq \"{group}\"")).await.ids(), [id]);
}

#[tokio::test]
async fn a_deactivated_user_stays_with_id_and_memberships() {
    let tenant = Tenant::today().await;
    let ann = tenant.create_user("ann").await;
    let group = tenant.create_group("readers", &[&ann]).await;
    let operation = json!({"op": "replace", "path": "active", "value": false});
    let patched = tenant.patch(&format!("/Users/{ann}"), operation).await;
    assert_eq!((patched.status, patched.json()["active"].clone()), (200, json!(false)));
    assert_eq!(tenant.filter("Users", &format!("groups.value eq \"{group}\"")).await.ids(), [ann]);
}

#[tokio::test]
async fn deleting_either_end_deletes_the_membership() {
    let tenant = Tenant::today().await;
    let (ann, bob) = (tenant.create_user("ann").await, tenant.create_user("bob").await);
    let readers = tenant.create_group("readers", &[&ann, &bob]).await;
    let writers = tenant.create_group("writers", &[&ann]).await;
    assert_eq!(tenant.call(Method::DELETE, &format!("/Users/{ann}"), Value::Null).await.status, 204);
    assert_eq!(tenant.filter("Users", &format!("groups.value eq \"{readers}\"")).await.ids(), [bob.as_str()]);
    assert_eq!(tenant.filter("Users", &format!("groups.value eq \"{writers}\"")).await.ids().len(), 0);
    assert_eq!(tenant.call(Method::DELETE, &format!("/Groups/{readers}"), Value::Null).await.status, 204);
    assert_eq!(tenant.filter("Groups", &format!("members.value eq \"{bob}\"")).await.ids().len(), 0);
    assert_eq!(tenant.get(&format!("/Users/{bob}")).await.status, 200);
}

#[tokio::test]
async fn what_does_not_exist_is_404_and_deleting_twice_too() {
    let tenant = Tenant::today().await;
    for method in [Method::GET, Method::PATCH, Method::PUT, Method::DELETE] {
        let reply = tenant.call(method, "/Users/nobody", user("ann")).await;
        assert_eq!(reply.detail(), (404, "USER does not exist.".to_owned()));
    }
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        assert_eq!(tenant.call(method, "/Groups/none", json!({})).await.status, 404);
    }
    assert_eq!(tenant.call(Method::PUT, "/Groups/none", json!({})).await.status, 405);
    let glued = format!("{}Groups/none", tenant.base());
    assert_eq!(tenant.raw(Method::GET, &glued, "Bearer scim-token", String::new()).await.status, 404);
}

#[tokio::test]
async fn members_are_added_and_removed_a_hundred_at_a_time() {
    let tenant = Tenant::today().await;
    let mut ids = Vec::new();
    for n in 0..101 {
        ids.push(tenant.create_user(&format!("u{n}")).await);
    }
    let group = tenant.create_group("everyone", &[]).await;
    let path = format!("/Groups/{group}");
    let members = |ids: &[String]| -> Value { ids.iter().map(|id| json!({"value": id})).collect() };
    let add = |ids: &[String]| json!({"op": "add", "path": "members", "value": members(ids)});
    let remove = |ids: &[String]| json!({"op": "remove", "path": "members", "value": members(ids)});
    assert_eq!(tenant.patch(&path, add(&ids)).await.detail(), (400, GENERIC.to_owned()));
    let added = tenant.patch(&path, add(&ids[..100])).await;
    assert_eq!((added.status, added.text.as_str()), (204, ""));
    assert_eq!(tenant.patch(&path, add(&ids[100..])).await.status, 204);
    assert_eq!(tenant.patch(&path, add(&ids[..1])).await.status, 204);
    let filter = format!("groups.value eq \"{group}\"");
    let first = tenant.filter("Users", &filter).await;
    assert_eq!(first.ids(), ids[..100]);
    let cursor = first.json()["nextCursor"].as_str().unwrap().to_owned();
    let cursor = percent_encoding::utf8_percent_encode(&cursor, percent_encoding::NON_ALPHANUMERIC);
    let encoded = percent_encoding::utf8_percent_encode(&filter, percent_encoding::NON_ALPHANUMERIC);
    assert_eq!(tenant.get(&format!("/Users?cursor={cursor}&filter={encoded}")).await.ids(), ids[100..]);
    assert_eq!(tenant.get(&format!("/Users?cursor={cursor}")).await.detail(), (400, GENERIC.to_owned()));
    assert_eq!(tenant.patch(&path, remove(&ids[..100])).await.status, 204);
    assert_eq!(tenant.filter("Users", &filter).await.ids(), ids[100..]);
    assert_eq!(tenant.patch(&path, remove(&ids[..1])).await.status, 204);
}

#[tokio::test]
async fn a_refused_patch_changes_nothing() {
    let tenant = Tenant::today().await;
    let ann = tenant.create_user("ann").await;
    let group = tenant.create_group("readers", &[]).await;
    let body = json!({"Operations": [
        {"op": "replace", "path": "displayName", "value": "writers"},
        {"op": "add", "path": "members", "value": [{"value": ann}, {"value": "nobody"}]},
    ]});
    let reply = tenant.call(Method::PATCH, &format!("/Groups/{group}"), body).await;
    assert_eq!(reply.detail(), (404, "USER does not exist.".to_owned()));
    assert_eq!(
        tenant.server.target()["groups"],
        json!([{"id": group, "displayName": "readers", "members": []}])
    );
}

#[tokio::test]
async fn filters_find_exactly_what_they_name() {
    let tenant = Tenant::today().await;
    let (ann, bob) = (tenant.create_user("ann").await, tenant.create_user("bob").await);
    let odd = tenant.create_group(r#"R&D "x"\"#, &[&ann]).await;
    let plain = tenant.create_group("readers", &[&ann]).await;
    for (collection, filter, found) in [
        ("Users", r#"externalId eq "00u-bob""#.to_owned(), vec![&bob]),
        ("Users", r#"externalId eq "00U-bob""#.to_owned(), vec![]),
        ("Users", format!("id eq \"{ann}\""), vec![&ann]),
        ("Users", "groups.value eq \"unknown\"".to_owned(), vec![]),
        ("Groups", r#"displayName eq "R&D \"x\"\\""#.to_owned(), vec![&odd]),
        ("Groups", r#"displayName eq "reader""#.to_owned(), vec![]),
        ("Groups", format!("members.value eq \"{ann}\""), vec![&odd, &plain]),
        ("Groups", format!("id eq \"{plain}\" and members eq \"{ann}\""), vec![&plain]),
        ("Groups", format!("members eq \"{bob}\" and id eq \"{plain}\""), vec![]),
    ] {
        let reply = tenant.filter(collection, &filter).await;
        assert_eq!(reply.ids().iter().collect::<Vec<_>>(), found, "{filter}");
    }
    let unknown = tenant.filter("Groups", r#"members.value eq "nobody""#).await;
    assert_eq!(unknown.detail(), (404, "USER does not exist.".to_owned()));
    assert_eq!(tenant.filter("Users", r#"userName co "ann""#).await.detail(), (400, GENERIC.to_owned()));
}

#[tokio::test]
async fn a_manager_filter_finds_a_report() {
    let tenant = Tenant::today().await;
    let boss = tenant.create_user("boss").await;
    let mut body = user("ann");
    body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = json!({"manager": {"value": boss}});
    let created = tenant.call(Method::POST, "/Users", body).await;
    assert_eq!(
        created.json()["schemas"],
        json!([
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ])
    );
    let ann = created.id();
    let filter = format!("id eq \"{ann}\" and manager eq \"{boss}\"");
    assert_eq!(tenant.filter("Users", &filter).await.ids(), [ann.as_str()]);
    let filter = format!("manager eq \"{ann}\" and id eq \"{ann}\"");
    assert_eq!(tenant.filter("Users", &filter).await.text, EMPTY_PAGE);
}

#[tokio::test]
async fn a_list_is_stable_while_others_delete() {
    let tenant = Tenant::today().await;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(tenant.create_user(&format!("u{n}")).await);
    }
    let first = tenant.get("/Users?cursor&count=2").await;
    tenant.call(Method::DELETE, &format!("/Users/{}", ids[0]), Value::Null).await;
    let cursor = first.json()["nextCursor"].as_str().unwrap().to_owned();
    let cursor = percent_encoding::utf8_percent_encode(&cursor, percent_encoding::NON_ALPHANUMERIC);
    assert_eq!(tenant.get(&format!("/Users?count=2&cursor={cursor}")).await.ids(), ids[2..]);
}

#[tokio::test]
async fn the_old_store_knows_neither_cursors_nor_membership_filters() {
    let tenant = Tenant::start(ScimSettings { old: true, ..Default::default() }).await;
    for n in 0..51 {
        tenant.create_user(&format!("u{n}")).await;
    }
    let list = tenant.get("/Users?cursor").await.json();
    assert_eq!(list["totalResults"], json!(50));
    assert_eq!(list["Resources"].as_array().unwrap().len(), 50);
    assert_eq!(list.get("nextCursor"), None);
    assert_eq!(tenant.filter("Users", r#"groups.value eq "g""#).await.detail(), (400, GENERIC.to_owned()));
}

#[tokio::test]
async fn a_write_that_was_throttled_too_late_is_done() {
    let tenant = Tenant::start(ScimSettings { throttle_after_write: Some(2), ..Default::default() }).await;
    assert_eq!(tenant.call(Method::POST, "/Users", user("ann")).await.status, 201);
    let late = tenant.call(Method::POST, "/Users", user("bob")).await;
    assert_eq!((late.status, late.json()["status"].clone()), (429, json!("429")));
    assert_eq!(late.headers.get("retry-after"), None);
    let retried = tenant.call(Method::POST, "/Users", user("bob")).await;
    assert_eq!(retried.detail(), (409, DUPLICATE.to_owned()));
    assert_eq!(tenant.server.target()["users"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn requests_are_counted_by_path_template() {
    let tenant = Tenant::today().await;
    let ann = tenant.create_user("ann").await;
    let group = tenant.create_group("readers", &[]).await;
    tenant.get("/Users?cursor").await;
    tenant.get("/Users?cursor&count=1").await;
    tenant.get(&format!("/Users/{ann}")).await;
    tenant.call(Method::PATCH, &format!("/Groups/{group}"), json!({})).await;
    tenant.get("/Bulk").await;
    let counts: Vec<(String, u64)> = tenant.server.counts().into_iter().collect();
    let expected = [
        ("GET (unknown path)", 1),
        ("GET /Users", 2),
        ("GET /Users/{id}", 1),
        ("PATCH /Groups/{id}", 1),
        ("POST /Groups", 1),
        ("POST /Users", 1),
    ];
    assert_eq!(counts, expected.map(|(path, count)| (path.to_owned(), count)));
    tenant.server.reset_counts();
    assert!(tenant.server.counts().is_empty());
}

#[tokio::test]
async fn drift_by_hand_is_seen_by_the_next_reader() {
    let tenant = Tenant::today().await;
    tenant.create_user("ann").await;
    let mut target = tenant.server.target();
    target["users"][0]["displayName"] = json!("Changed by hand");
    target["users"].as_array_mut().unwrap().push(user("bob"));
    tenant.server.replace(target).unwrap();
    let users = tenant.get("/Users").await.json();
    assert_eq!(users["Resources"][0]["displayName"], json!("Changed by hand"));
    assert_eq!(users["Resources"][1]["id"].as_str().unwrap().len(), 36);
    assert!(tenant.server.replace(json!({"users": [{}]})).is_err());
    assert_eq!(tenant.get("/Users").await.json(), users);
}

#[tokio::test]
async fn discovery_is_answered_where_it_is() {
    let tenant = Tenant::today().await;
    let types = tenant.get("/ResourceTypes").await.json();
    assert_eq!(
        types["Resources"][0]["meta"]["location"],
        json!(format!("{}/ResourceTypes/User", tenant.base()))
    );
    assert_eq!(tenant.get("/ServiceProviderConfig").await.json()["filter"]["maxResults"], json!(50));
    assert_eq!(tenant.get("/Schemas").await.json()["totalResults"], json!(3));
    let group = tenant.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group").await;
    assert_eq!(group.json()["name"], json!("Group"));
    assert_eq!(tenant.get("/Schemas/urn:other").await.detail(), (400, GENERIC.to_owned()));
}
