//! Lists and look-ups.

use serde_json::{Value, json};
use usher_core::actual::Completeness;
use usher_identity_center::ScimError;

use crate::fake::{Fake, Reply, TOKEN, counted_page, group, old_page, page, refusal, user};

fn users(range: std::ops::Range<usize>) -> Vec<Value> {
    range.map(|n| user(&format!("u{n:04}"))).collect()
}

#[tokio::test]
async fn cursors_are_followed_to_the_end_whatever_the_size_of_a_page() {
    let fake = Fake::start(|_, before| match before {
        0 => page(&users(0..100), Some("a+/=")),
        1 => page(&users(100..103), Some("b")),
        2 => page(&[], Some("c")),
        _ => page(&users(103..104), None),
    })
    .await;
    let reading = fake.client().users().await.unwrap();
    assert_eq!(reading.items.len(), 104);
    assert_eq!(reading.items[103].external_id.as_deref(), Some("00uu0103"));
    assert_eq!(reading.completeness, Completeness::Complete);
    let lines = [
        "GET /Users?count=100&cursor",
        "GET /Users?count=100&cursor=a%2B%2F%3D",
        "GET /Users?count=100&cursor=b",
        "GET /Users?count=100&cursor=c",
    ];
    assert_eq!(fake.lines(), lines);
    assert_eq!(fake.seen()[0].authorization, format!("Bearer {TOKEN}"));
    assert_eq!(fake.seen()[0].content_type, "application/scim+json");
}

#[tokio::test]
async fn whether_the_token_is_let_in_is_one_request_that_follows_no_page() {
    let fake = Fake::start(|_, _| page(&[group("g1")], Some("more"))).await;
    fake.client().lets_in().await.unwrap();
    assert_eq!(fake.lines(), ["GET /Groups?count=1"]);
    let fake = Fake::start(|_, _| refusal(401, "no")).await;
    assert!(matches!(fake.client().lets_in().await, Err(ScimError::Unauthorized(_))));
    assert_eq!(fake.lines().len(), 1);
}

#[tokio::test]
async fn a_cursor_that_comes_again_does_not_turn_for_ever() {
    let fake = Fake::start(|_, before| {
        page(&users(before..before + 1), Some(if before % 2 == 0 { "a" } else { "b" }))
    })
    .await;
    let error = fake.client().users().await.unwrap_err();
    assert!(matches!(error, ScimError::BadAnswer { .. }), "{error}");
    assert_eq!(fake.lines().len(), 3);
}

#[tokio::test]
async fn a_failed_page_never_makes_a_shorter_list() {
    let fake = Fake::start(|_, before| match before {
        0 => page(&users(0..100), Some("a")),
        _ => refusal(400, "Invalid cursor"),
    })
    .await;
    assert!(matches!(fake.client().users().await, Err(ScimError::Refused { .. })));
    assert_eq!(fake.lines().len(), 2);
}

#[tokio::test]
async fn a_silent_cut_is_noticed_and_tried_out_once_for_users_and_groups() {
    // As AWS answered before it had cursors: 50 at most, totalResults the size of the page, startIndex passed over.
    let fake = Fake::start(|seen, _| {
        let cut: Vec<Value> = match seen.is("GET /Users") {
            true => users(0..50),
            false => (0..50).map(|n| group(&format!("g{n}"))).collect(),
        };
        old_page(&cut)
    })
    .await;
    let client = fake.client();
    let users = client.users().await.unwrap();
    let groups = client.groups().await.unwrap();
    assert_eq!((users.items.len(), users.completeness), (50, Completeness::Partial));
    assert_eq!((groups.items.len(), groups.completeness), (50, Completeness::Partial));
    let lines =
        ["GET /Users?count=100&cursor", "GET /Users?count=100&startIndex=51", "GET /Groups?count=100&cursor"];
    assert_eq!(fake.lines(), lines);
    assert_eq!(client.notices().len(), 1);
}

#[tokio::test]
async fn a_short_list_of_an_old_store_is_whole() {
    let fake = Fake::start(|_, _| old_page(&users(0..49))).await;
    let client = fake.client();
    let reading = client.users().await.unwrap();
    assert_eq!((reading.items.len(), reading.completeness), (49, Completeness::Complete));
    assert_eq!(fake.lines().len(), 1);
    assert!(client.notices().is_empty());
}

#[tokio::test]
async fn a_store_with_indexes_is_read_to_its_end() {
    let fake = Fake::start(|seen, _| {
        let start = seen.line.rsplit_once("startIndex=").map_or(1, |(_, start)| start.parse().unwrap());
        counted_page(&users(start - 1..(start + 19).min(45)), 45)
    })
    .await;
    let reading = fake.client().users().await.unwrap();
    assert_eq!((reading.items.len(), reading.completeness), (45, Completeness::Complete));
    let lines = [
        "GET /Users?count=100&cursor",
        "GET /Users?count=100&startIndex=21",
        "GET /Users?count=100&startIndex=41",
    ];
    assert_eq!(fake.lines(), lines);
}

#[tokio::test]
async fn a_store_that_refuses_cursors_is_asked_by_index() {
    for status in [400, 501] {
        let fake = Fake::start(move |seen, _| match seen.line.contains("cursor") {
            true => refusal(status, "Pagination by cursor is not supported"),
            false => counted_page(&users(0..7), 7),
        })
        .await;
        let client = fake.client();
        assert_eq!(client.users().await.unwrap().items.len(), 7);
        assert_eq!(client.users().await.unwrap().completeness, Completeness::Complete);
        let index = "GET /Users?count=100&startIndex=1";
        assert_eq!(fake.lines(), ["GET /Users?count=100&cursor", index, index]);
    }
}

#[tokio::test]
async fn an_answer_without_a_list_is_never_taken_for_an_empty_one() {
    for odd in
        [json!({}), json!({"totalResults": 3}), json!([]), json!({"Resources": [{"userName": "no id"}]})]
    {
        let answer = odd.clone();
        let fake = Fake::start(move |_, _| Reply::json(200, &answer)).await;
        let error = fake.client().users().await.unwrap_err();
        assert!(matches!(error, ScimError::BadAnswer { .. }), "{odd}: {error}");
    }
    let fake = Fake::start(|_, _| Reply::json(200, &json!({"totalResults": 0}))).await;
    assert_eq!(fake.client().users().await.unwrap().items, []);
}

#[tokio::test]
async fn a_look_up_escapes_the_name_and_compares_again() {
    let name = "R&D \"x\"\\";
    let fake = Fake::start(move |seen, _| {
        let wanted = seen.wanted("displayName").unwrap();
        old_page(&[
            json!({"id": "g0", "displayName": wanted.to_lowercase()}),
            json!({"id": "g1", "displayName": wanted}),
            json!({"id": "g2", "displayName": "another"}),
        ])
    })
    .await;
    let found = fake.client().find_group_by_display_name(name).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.display_name.as_str()), ("g1", name));
    assert_eq!(fake.lines(), ["GET /Groups?filter=displayName%20eq%20%22R%26D%20%5C%22x%5C%22%5C%5C%22"]);
}

#[tokio::test]
async fn a_store_that_passes_a_filter_over_finds_nobody_wrongly() {
    let fake = Fake::start(|seen, _| match seen.is("GET /Users") {
        true => old_page(&users(0..3)),
        false => old_page(&[group("g1")]),
    })
    .await;
    let client = fake.client();
    assert_eq!(client.find_user_by_external_id("00u-other").await.unwrap(), None);
    assert_eq!(client.find_user_by_user_name("other").await.unwrap(), None);
    assert_eq!(client.find_group_by_external_id("00g-other").await.unwrap(), None);
    assert_eq!(
        client.find_user_by_user_name("U0001@CORP.example").await.unwrap().unwrap().id.as_str(),
        "u0001"
    );
}
