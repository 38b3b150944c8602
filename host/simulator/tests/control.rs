//! Looking behind the services and making them fail.

mod client;

use std::collections::BTreeMap;

use client::{Answer, Caller, THE_GROUP};
use serde_json::{Value, json};
use usher_simulator::{Options, Organisation};

#[tokio::test]
async fn the_addresses_are_one_line_in_a_fixed_order() {
    let caller = Caller::new(Options::default()).await;
    let addresses = caller.simulator.addresses();
    let line = serde_json::to_string(addresses).unwrap();
    let order: Vec<usize> = ["{\"okta\":", ",\"scim\":", ",\"ssm\":", ",\"control\":"]
        .iter()
        .map(|key| line.find(key).unwrap())
        .collect();
    assert!(order[0] == 0 && order.is_sorted());
    let ports: std::collections::BTreeSet<u16> =
        [&addresses.okta, &addresses.scim, &addresses.ssm, &addresses.control]
            .map(|address| address.parse::<reqwest::Url>().unwrap().port().unwrap())
            .into();
    assert_eq!(ports.len(), 4);
    assert!(addresses.scim.ends_with("/scim/v2") && addresses.control.ends_with("/_sim"));
}

#[tokio::test]
async fn requests_are_counted_by_kind_until_reset() {
    let caller = Caller::new(Options::default()).await;
    let nothing = json!({ "total": 0, "okta": {}, "scim": {}, "ssm": {} });
    assert_eq!(caller.control("GET", "/requests", "").await.body, nothing);
    for _ in 0..3 {
        caller.okta("/api/v1/groups?limit=1").await;
    }
    caller.okta("/api/v1/users").await;
    let counted = json!({
        "total": 4, "okta": { "GET /api/v1/groups": 3, "GET /api/v1/users": 1 }, "scim": {}, "ssm": {},
    });
    assert_eq!(caller.control("GET", "/requests", "").await.body, counted);
    assert_eq!(caller.control("POST", "/requests/reset", "").await.status, 204);
    assert_eq!(caller.control("GET", "/requests", "").await.body, nothing);
}

#[tokio::test]
async fn the_source_comes_back_as_it_was_put() {
    let caller = Caller::new(Options::default()).await;
    let before = caller.control("GET", "/source", "").await.body;
    assert_eq!(before, Organisation::human().to_json());
    assert_eq!(caller.control("PUT", "/source", &before.to_string()).await.status, 204);
    assert_eq!(caller.control("GET", "/source", "").await.body, before);
}

#[tokio::test]
async fn a_source_that_was_edited_has_the_times_that_okta_would_have_moved() {
    let caller = Caller::new(Options::default()).await;
    let mut source = caller.simulator.source();
    let groups = source["groups"].as_array_mut().unwrap();
    let edited = groups.iter_mut().find(|group| group["profile"]["name"] == "xx_dev").unwrap();
    edited["members"].as_array_mut().unwrap().pop();
    let id = edited["id"].clone();
    caller.simulator.set_source(source.clone()).unwrap();
    let after = caller.simulator.source();
    let moved: Vec<&Value> = after["groups"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|group| group["lastMembershipUpdated"] != "2025-01-14T09:00:00.000Z")
        .map(|group| &group["id"])
        .collect();
    assert_eq!(moved, [&id]);
}

#[tokio::test]
async fn what_is_missing_in_a_source_is_filled_in() {
    let caller = Caller::new(Options::default()).await;
    let source = json!({
        "users": [{ "profile": { "login": "ann@example.com" } }, { "id": "bob", "profile": { "login": "bob@example.com" } }],
        "groups": [{ "profile": { "name": "devs" }, "members": ["ann@example.com", "bob"], "colour": "blue" }],
    });
    assert_eq!(caller.control("PUT", "/source", &source.to_string()).await.status, 204);
    let source = caller.simulator.source();
    assert_eq!(source["users"].as_array().unwrap().len(), 2);
    let ann = source["users"][0]["id"].as_str().unwrap();
    assert!(ann.starts_with("00u") && ann.len() == 20);
    assert_eq!(source["users"][0]["status"], "ACTIVE");
    assert_eq!(source["groups"][0]["type"], "OKTA_GROUP");
    assert_eq!(source["groups"][0]["members"], json!([ann, "bob"]));
    assert_eq!(source["groups"][0]["colour"], "blue", "unknown fields are kept");
}

#[tokio::test]
async fn a_source_that_is_none_is_refused_with_its_place_and_changes_nothing() {
    let caller = Caller::new(Options::default()).await;
    let before = caller.simulator.source();
    let ann = json!({ "profile": { "login": "ann" } });
    for (source, place) in [
        (json!([]), "document is not an object"),
        (json!({ "people": [] }), "people is neither"),
        (json!({ "users": [{ "profile": {} }] }), "users[0] has no \"profile\" with a \"login\""),
        (json!({ "users": [ann, ann] }), "users[1] has the login \"ann\", which another"),
        (
            json!({ "groups": [{ "profile": { "name": "g" }, "members": ["ann"] }] }),
            "groups[0].members[0] is \"ann\"",
        ),
    ] {
        let answer = caller.control("PUT", "/source", &source.to_string()).await;
        assert_eq!(answer.status, 400, "{source}");
        let error = answer.body["error"].as_str().unwrap().to_owned();
        assert!(error.contains(place), "{error}");
    }
    assert_eq!(caller.control("PUT", "/source", "{").await.status, 400);
    assert_eq!(caller.simulator.source(), before);
}

#[tokio::test]
async fn the_seventh_page_fails_and_only_that() {
    let caller = Caller::one_group(9, Options::default()).await;
    let fault = json!({ "service": "okta", "request": "GET /api/v1/groups/{id}/users", "nth": 7 });
    assert_eq!(caller.control("POST", "/faults", &fault.to_string()).await.status, 204);
    let mut next = Some(format!("/api/v1/groups/{}/users?limit=1", caller.group_id(THE_GROUP)));
    let mut statuses = Vec::new();
    while let Some(path) = next {
        caller.okta("/api/v1/groups").await;
        let answer = caller.okta(&path).await;
        statuses.push(answer.status);
        // A failed page is asked for once more.
        next = if answer.status == 200 { answer.link("next") } else { Some(path) };
        if answer.status != 200 {
            assert_eq!(answer.error(), (500, "E0000009"));
        }
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 500, 200, 200, 200]);
    assert_eq!(caller.control("GET", "/faults", "").await.body[0]["seen"], 10);
    assert_eq!(caller.simulator.requests().okta["GET /api/v1/groups/{id}/users"], 10);
    assert_eq!(caller.control("DELETE", "/faults", "").await.status, 204);
    assert_eq!(caller.control("GET", "/faults", "").await.body, json!([]));
}

#[tokio::test]
async fn a_fault_answers_what_it_was_told_to() {
    let caller = Caller::new(Options::default()).await;
    let faults = json!([
        { "service": "okta", "nth": 1, "status": 504 },
        { "service": "okta", "nth": 2, "status": 429, "headers": { "x-rate-limit-limit": "50", "retry-after": "1" } },
        { "service": "okta", "nth": 3, "times": 2, "status": 200, "body": [{ "id": 7 }] },
    ]);
    caller.simulator.add_fault(faults).unwrap();
    let gateway = caller.okta("/api/v1/groups").await;
    assert_eq!((gateway.status, gateway.header("content-type")), (504, "text/html"));
    let throttled = caller.okta("/api/v1/groups").await;
    assert_eq!((throttled.error(), throttled.header("x-rate-limit-limit")), ((429, "E0000047"), "50"));
    assert_eq!(caller.okta("/api/v1/users").await.body, json!([{ "id": 7 }]));
    assert_eq!(caller.okta("/api/v1/users").await.body, json!([{ "id": 7 }]));
    assert_eq!(caller.okta("/api/v1/groups").await.list().len(), 11);
}

#[tokio::test]
async fn a_connection_is_cut_before_the_answer_or_in_its_middle() {
    let caller = Caller::new(Options::default()).await;
    let faults = json!([
        { "service": "okta", "nth": 1, "cut": "connection" },
        { "service": "okta", "nth": 2, "cut": "body" },
    ]);
    caller.simulator.add_fault(faults).unwrap();
    let token = format!("SSWS {}", caller.simulator.okta_token());
    let url = format!("{}/api/v1/groups", caller.simulator.addresses().okta);
    let ask = || caller.http.get(&url).header("authorization", &token).send();
    assert!(ask().await.is_err(), "no answer at all");
    let torn = ask().await.unwrap();
    assert_eq!(torn.status(), 200);
    assert!(torn.content_length().unwrap() > 1000);
    assert!(torn.bytes().await.is_err(), "half an answer");
    assert_eq!(ask().await.unwrap().json::<Vec<Value>>().await.unwrap().len(), 11);
}

#[tokio::test]
async fn a_service_falls_silent_before_the_answer_or_in_its_middle_and_has_done_what_was_asked() {
    let caller = Caller::new(Options::default()).await;
    let faults = json!([
        { "service": "scim", "nth": 1, "hang": "answer" },
        { "service": "scim", "nth": 2, "hang": "answer", "after_write": true },
        { "service": "scim", "nth": 3, "hang": "body" },
    ]);
    caller.simulator.add_fault(faults).unwrap();
    let url = format!("{}/Groups", caller.simulator.addresses().scim);
    let create = |name: &str| {
        let body = json!({ "displayName": name }).to_string();
        let request = caller.http.post(&url).bearer_auth(caller.simulator.scim_token());
        let request = request.timeout(std::time::Duration::from_millis(300));
        request.header("content-type", "application/scim+json").body(body).send()
    };
    assert!(create("one").await.unwrap_err().is_timeout());
    assert!(create("two").await.unwrap_err().is_timeout());
    let stalled = create("three").await.unwrap();
    assert_eq!(stalled.status(), 201);
    assert!(stalled.bytes().await.unwrap_err().is_timeout(), "half an answer");
    assert_eq!(create("four").await.unwrap().status(), 201);
    let target = caller.simulator.target();
    let names: Vec<&Value> =
        target["groups"].as_array().unwrap().iter().map(|group| &group["displayName"]).collect();
    assert_eq!(names, ["two", "three", "four"]);
    assert_eq!(caller.simulator.requests().scim, BTreeMap::from([("POST /Groups".to_owned(), 4)]));
}

#[tokio::test]
async fn a_fault_of_parameter_store_is_its_own() {
    let caller = Caller::new(Options::default()).await;
    caller.simulator.add_fault(json!({ "service": "ssm", "request": "GetParameters" })).unwrap();
    let ask = || {
        caller.http.post(&caller.simulator.addresses().ssm).header("x-amz-target", "AmazonSSM.GetParameters")
    };
    let failed = Answer::of(ask()).await;
    assert_eq!((failed.status, &failed.body["__type"]), (500, &json!("InternalServerError")));
    assert_eq!(Answer::of(ask()).await.status, 400, "unsigned, but answered by the service itself");
    assert_eq!(caller.simulator.requests().ssm["GetParameters"], 2);
}

#[tokio::test]
async fn a_write_to_identity_center_can_be_done_and_fail_all_the_same() {
    let caller = Caller::new(Options::default()).await;
    let faults = json!([
        { "service": "scim", "request": "POST /Groups", "nth": 1, "status": 503 },
        { "service": "scim", "request": "POST /Groups", "nth": 2, "after_write": true },
        { "service": "scim", "request": "POST /Groups", "nth": 3, "after_write": true, "cut": "connection" },
    ]);
    caller.simulator.add_fault(faults).unwrap();
    let url = format!("{}/Groups", caller.simulator.addresses().scim);
    let create = |name: &str| {
        let body = json!({ "displayName": name }).to_string();
        let request = caller.http.post(&url).bearer_auth(caller.simulator.scim_token());
        request.header("content-type", "application/scim+json").body(body).send()
    };
    assert_eq!(create("one").await.unwrap().status(), 503);
    assert_eq!(create("two").await.unwrap().status(), 500);
    assert!(create("three").await.is_err());
    assert_eq!(create("four").await.unwrap().status(), 201);
    let target = caller.control("GET", "/target", "").await.body;
    let names: Vec<&Value> =
        target["groups"].as_array().unwrap().iter().map(|group| &group["displayName"]).collect();
    assert_eq!(names, ["two", "three", "four"]);
    assert_eq!(caller.simulator.requests().scim, BTreeMap::from([("POST /Groups".to_owned(), 4)]));
}

#[tokio::test]
async fn what_stands_in_identity_center_can_be_replaced() {
    let caller = Caller::new(Options::default()).await;
    let target = json!({ "users": [], "groups": [{ "displayName": "by hand", "members": [] }] });
    assert_eq!(caller.control("PUT", "/target", &target.to_string()).await.status, 204);
    assert_eq!(caller.simulator.target()["groups"][0]["displayName"], "by hand");
    let again = caller.control("GET", "/target", "").await.body;
    caller.simulator.set_target(again.clone()).unwrap();
    assert_eq!(caller.simulator.target(), again);
    assert_eq!(caller.control("PUT", "/target", r#"{"users":[{}]}"#).await.status, 400);
}

#[tokio::test]
async fn a_group_can_vanish_between_the_list_and_its_members() {
    let caller = Caller::new(Options::default()).await;
    let id = caller.group_id("R&D");
    let mut source = caller.simulator.source();
    source["groups"].as_array_mut().unwrap().retain(|group| group["id"] != id.as_str());
    let fault = json!({ "service": "okta", "request": "GET /api/v1/groups/{id}/users", "source": source });
    caller.simulator.add_fault(fault).unwrap();
    assert_eq!(caller.okta("/api/v1/groups").await.list().len(), 11);
    let path = format!("/api/v1/groups/{id}/users");
    assert_eq!(caller.okta(&path).await.error(), (404, "E0000007"));
    assert_eq!(caller.okta("/api/v1/groups").await.list().len(), 10);
}

#[tokio::test]
async fn what_is_no_fault_is_refused() {
    let caller = Caller::new(Options::default()).await;
    for fault in [
        json!({}),
        json!({ "service": "github" }),
        json!({ "service": "okta", "nht": 1 }),
        json!({ "service": "okta", "nth": 0 }),
        json!({ "service": "okta", "status": 99 }),
        json!({ "service": "okta", "cut": "throat" }),
        json!({ "service": "okta", "hang": "head" }),
        json!({ "service": "okta", "hang": "body", "cut": "body" }),
        json!({ "service": "okta", "source": [] }),
        json!({ "service": "okta", "headers": { "a b": "c" } }),
        json!([{ "service": "okta" }, 7]),
    ] {
        let answer = caller.control("POST", "/faults", &fault.to_string()).await;
        assert_eq!(answer.status, 400, "{fault}");
    }
    assert_eq!(caller.control("GET", "/faults", "").await.body, json!([]));
}

#[tokio::test]
async fn a_stopped_simulator_answers_nobody() {
    let caller = Caller::new(Options::default()).await;
    let addresses = caller.simulator.addresses().clone();
    caller.okta("/api/v1/groups").await;
    caller.simulator.stop().await;
    let by_address =
        BTreeMap::from([("okta", addresses.okta), ("ssm", addresses.ssm), ("control", addresses.control)]);
    for (service, address) in by_address {
        assert!(caller.http.get(address).send().await.is_err(), "{service}");
    }
}
