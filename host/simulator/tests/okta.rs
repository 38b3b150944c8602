//! What a reader of Okta can rely on, and what must trip one who relies on more.

mod client;

use std::time::Duration;

use client::{Answer, Caller, THE_GROUP};
use serde_json::{Value, json};
use usher_simulator::{Change, Options, Organisation, UserStatus};

#[tokio::test]
async fn a_token_is_let_in_with_and_without_a_blank() {
    let caller = Caller::new(Options::default()).await;
    let url = format!("{}/api/v1/groups", caller.simulator.addresses().okta);
    let token = caller.simulator.okta_token();
    let ask = async |authorization: Option<String>| {
        let request = caller.http.get(&url);
        let request = match authorization {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        };
        let answer = Answer::of(request).await;
        let (status, code) = answer.error();
        (status, code.to_owned())
    };
    assert_eq!(ask(Some(format!("SSWS {token}"))).await.0, 200);
    assert_eq!(ask(Some(format!("SSWS{token}"))).await.0, 200);
    assert_eq!(ask(Some(format!("SSWS {token}x"))).await, (401, "E0000011".to_owned()));
    assert_eq!(ask(Some(format!("Bearer {token}"))).await, (403, "E0000005".to_owned()));
    assert_eq!(ask(None).await, (403, "E0000005".to_owned()));
}

#[tokio::test]
async fn pages_of_groups_hold_every_group_once_in_the_order_of_ids() {
    let organisation = Organisation::generated(3, 449, 449, 1).unwrap();
    let caller = Caller::new(Options { organisation, ..Options::default() }).await;
    let (groups, pages) = caller.walk("/api/v1/groups?limit=200").await;
    assert_eq!(pages, [200, 200, 49]);
    let ids: Vec<&str> = groups.iter().map(|group| group["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
    assert_eq!(caller.simulator.requests().okta["GET /api/v1/groups"], 3);
    assert_eq!(caller.simulator.requests().okta_total(), 3);
}

#[tokio::test]
async fn self_and_next_stand_on_two_lines_and_self_names_the_limit_that_counts() {
    let caller = Caller::one_group(250, Options::default()).await;
    let base = caller.simulator.addresses().okta.clone();
    let users = caller.okta("/api/v1/users?limit=500").await;
    assert_eq!(users.headers.get_all("link").iter().count(), 2);
    assert_eq!(users.link("self").unwrap(), format!("{base}/api/v1/users?limit=200"));
    assert!(users.link("next").unwrap().starts_with(&format!("{base}/api/v1/users?after=")));
    assert_eq!(users.list().len(), 200);

    let members = caller.okta(&format!("/api/v1/groups/{}/users", caller.group_id(THE_GROUP))).await;
    assert!(members.link("self").unwrap().ends_with("/users?limit=1000"));
    assert_eq!(members.link("next"), None);
    assert_eq!(members.list().len(), 250);

    let found =
        caller.okta_query("/api/v1/groups", &[("filter", "type eq \"OKTA_GROUP\""), ("limit", "7")]).await;
    let expected =
        format!("{base}/api/v1/groups?limit=7&filter=type+eq+%22OKTA%5FGROUP%22").replace("%5F", "_");
    assert_eq!(found.link("self").unwrap(), expected);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_query() {
    let caller = Caller::one_group(30, Options::default()).await;
    let next = caller.okta("/api/v1/users?limit=10").await.link("next").unwrap();
    let cursor = next.split_once("after=").unwrap().1.split('&').next().unwrap();
    let foreign = caller.okta(&format!("/api/v1/groups?after={cursor}&limit=10")).await;
    assert_eq!(foreign.error(), (400, "E0000001"));
    let invented = caller.okta("/api/v1/users?after=00u1&limit=10").await;
    assert_eq!(invented.error(), (400, "E0000001"));
    assert_eq!(caller.okta(&next).await.list().len(), 10);
}

#[tokio::test]
async fn short_pages_end_early_and_still_hold_everyone() {
    let caller = Caller::one_group(25, Options { short_pages: true, ..Options::default() }).await;
    let path = format!("/api/v1/groups/{}/users?limit=10", caller.group_id(THE_GROUP));
    let (members, pages) = caller.walk(&path).await;
    assert_eq!((members.len(), pages), (25, vec![5; 5]));
}

#[tokio::test]
async fn members_of_every_status_come_back_with_their_whole_profile() {
    let caller = Caller::new(Options::default()).await;
    let path = format!("/api/v1/groups/{}/users", caller.group_id("xx_dev"));
    // `filter` is not known here, and what is not known has no effect.
    let answer = caller.okta_query(&path, &[("filter", "status eq \"ACTIVE\"")]).await;
    let count = |status: &str| answer.list().iter().filter(|user| user["status"] == status).count();
    assert_eq!((count("ACTIVE"), count("SUSPENDED"), count("DEPROVISIONED")), (9, 1, 1));
    let suspended = answer.list().iter().find(|user| user["status"] == "SUSPENDED").unwrap();
    let id = suspended["id"].as_str().unwrap();
    assert_eq!(
        suspended,
        &json!({
            "id": id, "status": "SUSPENDED",
            "created": "2025-01-14T09:00:00.000Z", "activated": "2025-01-14T09:00:00.000Z",
            "statusChanged": "2025-01-14T09:00:00.000Z", "lastLogin": null,
            "lastUpdated": "2025-01-14T09:00:00.000Z", "passwordChanged": "2025-01-14T09:00:00.000Z",
            "type": { "id": "oty1usher2simulator3" },
            "profile": {
                "login": "pavel.novak@example.com", "email": "pavel.novak@example.com", "firstName": "Pavel",
                "lastName": "Novák", "department": "Engineering", "title": "Engineer",
            },
            "credentials": { "provider": { "type": "OKTA", "name": "OKTA" } },
            "_links": { "self": { "href": format!("{}/api/v1/users/{id}", caller.simulator.addresses().okta) } },
        })
    );
    let empty = caller.okta(&format!("/api/v1/groups/{}/users", caller.group_id("aws-break-glass"))).await;
    assert_eq!((empty.status, empty.list().len(), empty.link("next")), (200, 0, None));
}

#[tokio::test]
async fn a_user_list_without_a_query_leaves_the_deprovisioned_out() {
    let caller = Caller::new(Options::default()).await;
    let (everyone, pages) = caller.walk("/api/v1/users").await;
    assert_eq!((everyone.len(), pages), (280, vec![200, 80]));
    let ask = async |name: &str, value: &str| caller.okta_query("/api/v1/users", &[(name, value)]).await;
    assert_eq!(ask("filter", "status eq \"DEPROVISIONED\"").await.list().len(), 1);
    assert_eq!(ask("search", "status eq \"deprovisioned\"").await.list().len(), 1);
    assert_eq!(ask("filter", "status eq \"deprovisioned\"").await.list().len(), 0);
    assert_eq!(ask("search", "profile.department eq \"Sales\"").await.list().len(), 200);
    assert_eq!(ask("q", "Rita").await.list().len(), 0);
    assert_eq!(ask("search", "profile.title co \"Eng\"").await.error(), (400, "E0000031"));
    assert_eq!(ask("filter", "profile.title eq \"Lead\"").await.error(), (400, "E0000031"));
}

#[tokio::test]
async fn search_finds_names_exactly_by_prefix_and_by_alternatives() {
    let caller = Caller::new(Options::default()).await;
    let ask = async |search: &str| {
        let answer = caller.okta_query("/api/v1/groups", &[("search", search), ("limit", "200")]).await;
        assert_eq!(answer.status, 200, "{search}");
        answer.names().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ask(r#"profile.name eq "xx_dev""#).await, ["xx_dev"]);
    assert_eq!(ask(r#"profile.name eq "XX_DEV""#).await, ["xx_dev"], "values have no case");
    assert_eq!(ask(r#"profile.name sw "xx_dev""#).await, ["xx_dev", "xx_devops"]);
    assert_eq!(
        ask(r#"profile.name eq "R&D" or profile.name eq "東京オフィス""#).await,
        ["R&D", "東京オフィス"]
    );
    assert_eq!(ask(r#"type eq "BUILT_IN""#).await, ["Everyone"]);
    assert_eq!(ask(r#"type eq "OKTA_GROUP" and profile.name sw "aws-""#).await.len(), 4);
    assert_eq!(ask(r#"profile.name eq "nobody""#).await, Vec::<String>::new());
    for wrong in
        [r#"profile.name ne "a""#, "profile.name", r#"profile.name%20eq%20%22a%22"#, r#"name eq "a""#]
    {
        let answer = caller.okta_query("/api/v1/groups", &[("search", wrong)]).await;
        assert_eq!(answer.error(), (400, "E0000031"), "{wrong}");
        assert_eq!(answer.body["errorCauses"].as_array().unwrap().len(), 1, "{wrong}");
    }
    let filter = caller.okta_query("/api/v1/groups", &[("filter", r#"profile.name eq "xx_dev""#)]).await;
    assert_eq!(filter.error(), (400, "E0000031"));
}

#[tokio::test]
async fn search_sorts_and_pages_in_that_order() {
    let caller = Caller::new(Options::default()).await;
    let sorted = async |order: &str| {
        let query = [
            ("search", r#"type eq "OKTA_GROUP""#),
            ("sortBy", "profile.name"),
            ("sortOrder", order),
            ("limit", "3"),
        ];
        let first = caller.okta_query("/api/v1/groups", &query).await;
        let (rest, pages) = caller.walk(&first.link("next").unwrap()).await;
        assert_eq!(pages, [3, 3, 1]);
        let names = first
            .list()
            .iter()
            .chain(&rest)
            .map(|group| group["profile"]["name"].as_str().unwrap().to_lowercase());
        names.collect::<Vec<_>>()
    };
    let (up, down) = (sorted("asc").await, sorted("desc").await);
    assert_eq!(up.len(), 10);
    assert!(up.is_sorted());
    assert!(down.iter().rev().is_sorted());
}

#[tokio::test]
async fn q_is_a_prefix_stops_at_300_and_has_no_link() {
    let groups: Vec<Value> =
        (0..350).map(|n| json!({ "profile": { "name": format!("eng-{n:03}") } })).collect();
    let groups: Vec<Value> = groups.into_iter().chain([json!({ "profile": { "name": "eng" } })]).collect();
    let organisation = Organisation::from_json(&json!({ "groups": groups }).to_string()).unwrap();
    let caller = Caller::new(Options { organisation, ..Options::default() }).await;
    let answer = caller.okta("/api/v1/groups?q=ENG").await;
    assert_eq!(answer.list().len(), 300);
    assert_eq!(answer.list()[0]["profile"]["name"], "eng", "the exact name comes first");
    assert_eq!(answer.headers.get_all("link").iter().count(), 0);
    assert_eq!(caller.okta("/api/v1/groups?q=eng-34").await.list().len(), 10);
    assert_eq!(caller.okta("/api/v1/groups?q=ng").await.list().len(), 0);
}

#[tokio::test]
async fn one_object_is_found_by_id_and_a_user_by_login_too() {
    let caller = Caller::new(Options::default()).await;
    let id = caller.group_id("R&D");
    let group = caller.okta(&format!("/api/v1/groups/{id}")).await;
    assert_eq!((group.status, &group.body["profile"]["name"]), (200, &json!("R&D")));
    assert_eq!(group.body["objectClass"], json!(["okta:user_group"]));
    let missing = caller.okta("/api/v1/groups/00g00000000000000000").await;
    assert_eq!(missing.error(), (404, "E0000007"));
    assert_eq!(
        missing.body["errorSummary"],
        "Not found: Resource not found: 00g00000000000000000 (UserGroup)"
    );
    assert_eq!(caller.okta("/api/v1/groups/00g00000000000000000/users").await.error(), (404, "E0000007"));

    let margaret = caller.okta("/api/v1/users/MHamilton@corp.example.com").await;
    assert_eq!(margaret.body["profile"]["email"], "margaret.hamilton@example.com");
    let id = margaret.body["id"].as_str().unwrap();
    assert_eq!(caller.okta(&format!("/api/v1/users/{id}")).await.body, margaret.body);
    assert_eq!(caller.okta("/api/v1/users/mhamilton").await.body["id"], id);
    assert_eq!(caller.okta("/api/v1/users/margaret.hamilton@example.com").await.error(), (404, "E0000007"));
    let groups = caller.okta(&format!("/api/v1/users/{id}/groups")).await;
    assert_eq!(groups.names(), ["Everyone", "R&D", "aws-admins"]);
    let kinds = caller.simulator.requests().okta;
    assert_eq!(kinds["GET /api/v1/users/{id}"], 4);
    assert_eq!(kinds["GET /api/v1/users/{id}/groups"], 1);
    assert_eq!(kinds["GET /api/v1/groups/{id}"], 2);
    assert_eq!(kinds["GET /api/v1/groups/{id}/users"], 1);
}

#[tokio::test]
async fn statistics_come_when_asked_for() {
    let caller = Caller::new(Options::default()).await;
    let plain = caller.okta("/api/v1/groups").await;
    assert!(plain.list().iter().all(|group| group.get("_embedded").is_none()));
    let with_stats = caller.okta("/api/v1/groups?expand=stats,app").await;
    let counted =
        with_stats.list().iter().map(|group| group["_embedded"]["stats"]["usersCount"].as_u64().unwrap());
    assert_eq!(counted.max(), Some(281));
}

#[tokio::test]
async fn the_groups_bucket_runs_dry_and_says_when_it_is_full_again() {
    let caller = Caller::new(Options { okta_rate_limit: Some(2), ..Options::default() }).await;
    let first = caller.okta("/api/v1/groups?limit=1").await;
    assert_eq!((first.header("x-rate-limit-limit"), first.header("x-rate-limit-remaining")), ("2", "1"));
    let reset: i64 = first.header("x-rate-limit-reset").parse().unwrap();
    assert!(reset > 1_700_000_000, "seconds since 1970");
    // Answers with 404 count too.
    assert_eq!(caller.okta("/api/v1/groups/nobody/users").await.header("x-rate-limit-remaining"), "0");
    let refused = caller.okta("/api/v1/groups?limit=1").await;
    assert_eq!(refused.error(), (429, "E0000047"));
    assert_eq!(refused.header("x-rate-limit-remaining"), "0");
    assert_eq!(refused.header("x-rate-limit-reset"), reset.to_string());
    assert!(!refused.headers.contains_key("retry-after"));
    // One user is in another bucket, four times as large.
    let user = caller.okta("/api/v1/users/ada.lovelace@example.com").await;
    assert_eq!((user.status, user.header("x-rate-limit-limit")), (200, "8"));
    assert_eq!(caller.simulator.requests().okta_total(), 4);
}

#[tokio::test]
async fn too_many_at_once_are_refused_with_a_limit_of_0() {
    let options = Options { okta_concurrency: Some(0), ..Options::default() };
    let refused = Caller::new(options).await.okta("/api/v1/groups").await;
    assert_eq!(refused.error(), (429, "E0000047"));
    assert_eq!((refused.header("x-rate-limit-limit"), refused.header("x-rate-limit-remaining")), ("0", "0"));
}

#[tokio::test]
async fn every_answer_names_its_request_and_is_json() {
    let caller = Caller::new(Options::default()).await;
    for path in ["/api/v1/groups", "/api/v1/nothing", "/api/v1/groups/nobody"] {
        let answer = caller.okta(path).await;
        assert_eq!(answer.header("x-okta-request-id").len(), 32, "{path}");
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
    }
    assert_eq!(caller.okta("/api/v1/nothing").await.error(), (404, "E0000008"));
    let token = format!("SSWS {}", caller.simulator.okta_token());
    let url = format!("{}/api/v1/groups", caller.simulator.addresses().okta);
    let posted = Answer::of(caller.http.post(&url).header("authorization", &token)).await;
    assert_eq!(posted.error(), (405, "E0000022"));
    let html = caller.http.get(&url).header("authorization", &token).header("accept", "text/html");
    assert_eq!(Answer::of(html).await.error(), (406, "E0000122"));
    for limit in ["-1", "many"] {
        assert_eq!(caller.okta(&format!("/api/v1/groups?limit={limit}")).await.error(), (400, "E0000001"));
    }
    assert_eq!(caller.okta("/api/v1/groups?limit=0").await.list().len(), 0);
}

#[tokio::test]
async fn search_answers_from_an_older_copy_and_nothing_else_does() {
    let options = Options { okta_search_lag: Duration::from_secs(3600), ..Options::default() };
    let caller = Caller::new(options).await;
    let rename = Change::RenameGroup { group: "xx_dev".to_owned(), name: "yy_dev".to_owned() };
    caller.simulator.change(rename).unwrap();
    let search = async |name: &str| {
        let search = format!("profile.name eq \"{name}\"");
        caller.okta_query("/api/v1/groups", &[("search", &search)]).await.list().len()
    };
    assert_eq!((search("xx_dev").await, search("yy_dev").await), (1, 0));
    assert!(caller.okta("/api/v1/groups").await.names().contains(&"yy_dev"));
    let one = caller.okta(&format!("/api/v1/groups/{}", caller.group_id("yy_dev"))).await;
    assert_eq!(one.body["profile"]["name"], "yy_dev");
}

#[tokio::test]
async fn only_the_time_that_a_change_concerns_moves() {
    const THEN: &str = "2025-01-14T09:00:00.000Z";
    let caller = Caller::new(Options::default()).await;
    let (dev, rnd) = (caller.group_id("xx_dev"), caller.group_id("R&D"));
    let ada = "ada.lovelace@example.com".to_owned();
    let happen = |change| caller.simulator.change(change).unwrap();
    happen(Change::AddMember { group: "xx_dev".to_owned(), user: ada.clone() });
    happen(Change::RenameGroup { group: "R&D".to_owned(), name: "Research".to_owned() });
    happen(Change::SetStatus { user: ada.clone(), status: UserStatus::Deprovisioned });
    let dev = caller.okta(&format!("/api/v1/groups/{dev}")).await.body;
    assert_eq!((dev["lastUpdated"] == THEN, dev["lastMembershipUpdated"] == THEN), (true, false));
    let rnd = caller.okta(&format!("/api/v1/groups/{rnd}")).await.body;
    assert_eq!((rnd["lastUpdated"] == THEN, rnd["lastMembershipUpdated"] == THEN), (false, true));
    let ada = caller.okta(&format!("/api/v1/users/{ada}")).await.body;
    assert_eq!((ada["statusChanged"] == THEN, ada["created"] == THEN), (false, true));
    assert!(dev["lastMembershipUpdated"].as_str().unwrap().ends_with(".000Z"), "whole seconds");
}

#[tokio::test]
async fn next_may_name_another_host_or_never_end() {
    let host = Some("https://acme.okta.com".to_owned());
    let caller = Caller::one_group(5, Options { okta_next_host: host, ..Options::default() }).await;
    let next = caller.okta("/api/v1/users?limit=2").await.link("next").unwrap();
    assert!(next.starts_with("https://acme.okta.com/api/v1/users?after="), "{next}");

    let caller = Caller::one_group(5, Options { okta_endless_next: true, ..Options::default() }).await;
    let first = caller.okta("/api/v1/users").await;
    let second = caller.okta(&first.link("next").unwrap()).await;
    assert_eq!(second.link("next"), first.link("next"));
}

#[tokio::test]
async fn large_member_pages_can_time_out() {
    let options = Options { okta_members_time_out_above: Some(200), ..Options::default() };
    let caller = Caller::new(options).await;
    let path = format!("/api/v1/groups/{}/users", caller.group_id("R&D"));
    assert_eq!(caller.okta(&path).await.error(), (500, "E0000009"));
    assert_eq!(caller.okta(&format!("{path}?limit=200")).await.list().len(), 8);
}

#[tokio::test]
async fn the_schema_tells_base_attributes_from_custom_ones() {
    let profile = json!({ "login": "a@example.com", "awsCostCentres": ["a1"], "level": 3, "isOnCall": true });
    let organisation =
        Organisation::from_json(&json!({ "users": [{ "profile": profile }] }).to_string()).unwrap();
    let caller = Caller::new(Options { organisation, ..Options::default() }).await;
    let schema = caller.okta("/api/v1/meta/schemas/user/default").await.body;
    let base = schema["definitions"]["base"]["properties"].as_object().unwrap();
    assert_eq!((base.len(), base.contains_key("userType")), (31, true));
    let custom = &schema["definitions"]["custom"]["properties"];
    assert_eq!(custom.as_object().unwrap().len(), 3);
    assert_eq!(custom["awsCostCentres"]["type"], "array");
    assert_eq!(custom["awsCostCentres"]["items"]["type"], "string");
    assert_eq!(
        (&custom["level"]["type"], &custom["isOnCall"]["type"]),
        (&json!("integer"), &json!("boolean"))
    );
}

#[tokio::test]
async fn the_schema_of_groups_describes_those_of_oktas_own() {
    let groups = json!([
        { "type": "OKTA_GROUP", "profile": { "name": "a", "description": null, "awsName": "x", "unset": null } },
        { "type": "APP_GROUP", "profile": { "name": "b", "samAccountName": "b" } },
    ]);
    let organisation = Organisation::from_json(&json!({ "groups": groups }).to_string()).unwrap();
    let caller = Caller::new(Options { organisation, ..Options::default() }).await;
    let schema = caller.okta("/api/v1/meta/schemas/group/default").await.body;
    let names = |part: &str| -> Vec<String> {
        schema["definitions"][part]["properties"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names("base"), ["name", "description"]);
    assert_eq!(names("custom"), ["awsName"]);
    assert_eq!(schema["definitions"]["base"]["required"], json!(["name"]));
}

#[tokio::test]
async fn skinny_members_come_without_credentials() {
    let caller = Caller::new(Options::default()).await;
    let members = caller.okta(&format!("/api/v1/groups/{}/skinny_users", caller.group_id("R&D"))).await;
    assert_eq!(members.list().len(), 8);
    assert!(
        members.list().iter().all(|user| user.get("credentials").is_none() && user.get("profile").is_some())
    );
}
