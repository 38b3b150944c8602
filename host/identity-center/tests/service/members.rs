//! Who is in which group.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use usher_core::id::{ScimGroupId, ScimUserId};
use usher_identity_center::{IdentityCenter, ScimError};

use crate::fake::{Fake, Reply, Seen, group, old_page, page, refusal, user};

fn group_ids(count: usize) -> Vec<ScimGroupId> {
    (0..count).map(|n| ScimGroupId::new(format!("g{n}"))).collect()
}

fn user_ids(count: usize) -> Vec<ScimUserId> {
    (0..count).map(|n| ScimUserId::new(format!("u{n}"))).collect()
}

fn number(id: &str) -> usize {
    id[1..].parse().unwrap()
}

/// User n is in group n modulo 3 when there are three groups, and so on.
fn is_in(user: usize, group: usize, groups: usize) -> bool {
    user % groups == group
}

fn expected(groups: usize, users: usize) -> BTreeMap<ScimGroupId, BTreeSet<ScimUserId>> {
    let members = |group: usize| {
        user_ids(users).into_iter().filter(|id| is_in(number(id.as_str()), group, groups)).collect()
    };
    group_ids(groups).into_iter().enumerate().map(|(n, id)| (id, members(n))).collect()
}

/// A store with that many of both that knows the given attributes in filters.
async fn store(groups: usize, users: usize, known: &'static [&'static str]) -> Fake {
    Fake::start(move |seen, _| answer(seen, groups, users, known)).await
}

fn answer(seen: &Seen, groups: usize, users: usize, known: &[&str]) -> Reply {
    let Some(filter) = &seen.filter else { return refusal(400, "only members are asked for here") };
    let all_users: Vec<Value> = user_ids(users).iter().map(|id| user(id.as_str())).collect();
    if known.contains(&"groups.value")
        && let Some(id) = seen.wanted("groups.value")
    {
        let found: Vec<Value> = all_users
            .into_iter()
            .enumerate()
            .filter(|(n, _)| is_in(*n, number(&id), groups))
            .map(|(_, user)| user)
            .collect();
        return page(&found, None);
    }
    if known.contains(&"members.value")
        && let Some(id) = seen.wanted("members.value")
    {
        let found = (0..groups).filter(|n| is_in(number(&id), *n, groups)).map(|n| group(&format!("g{n}")));
        return page(&found.collect::<Vec<_>>(), None);
    }
    if known.contains(&"members") && filter.starts_with("id eq") {
        let parts: Vec<&str> = filter.split('"').collect();
        let found = is_in(number(parts[3]), number(parts[1]), groups);
        return old_page(&if found { vec![group(parts[1])] } else { Vec::new() });
    }
    refusal(400, "Request is unparsable, syntactically incorrect, or violates schema.")
}

fn count(client: &IdentityCenter, request: &str) -> u64 {
    client.requests().by_request.get(request).copied().unwrap_or(0)
}

#[tokio::test]
async fn a_whole_reading_costs_no_request_more_than_it_must() {
    let fake = Fake::start(|seen, _| match (&seen.filter, seen.is("GET /Users")) {
        (None, true) => {
            let start = seen.line.rsplit_once("cursor=").map_or(0, |(_, start)| start.parse().unwrap());
            let users: Vec<Value> = (start..start + 100).map(|n| user(&format!("u{n}"))).collect();
            page(&users, (start < 300).then(|| (start + 100).to_string()).as_deref())
        }
        (None, false) => page(&group_ids(50).iter().map(|id| group(id.as_str())).collect::<Vec<_>>(), None),
        _ => {
            let group = number(&seen.wanted("groups.value").unwrap());
            page(&(0..40).map(|n| user(&format!("u{}", (group * 7 + n) % 400))).collect::<Vec<_>>(), None)
        }
    })
    .await;
    let client = fake.client();
    let users = client.users().await.unwrap().items;
    let groups: Vec<ScimGroupId> =
        client.groups().await.unwrap().items.into_iter().map(|group| group.id).collect();
    let users: Vec<ScimUserId> = users.into_iter().map(|user| user.id).collect();
    let members = client.members(&groups, &users).await.unwrap();
    assert!(members.len() == 50 && members.values().all(|members| members.len() == 40));
    assert_eq!((count(&client, "GET /Users"), count(&client, "GET /Groups")), (4 + 50, 1));
    assert_eq!(client.requests().total(), 55);
    assert!(
        fake.lines().contains(&"GET /Users?count=100&cursor&filter=groups.value%20eq%20%22g49%22".to_owned())
    );
    assert!(client.notices().is_empty());
}

#[tokio::test]
async fn the_side_with_fewer_questions_is_asked() {
    let fake = store(30, 4, &["groups.value", "members.value"]).await;
    let client = fake.client();
    assert_eq!(client.members(&group_ids(30), &user_ids(4)).await.unwrap(), expected(30, 4));
    assert_eq!((count(&client, "GET /Groups"), count(&client, "GET /Users")), (4, 0));

    let fake = store(4, 30, &["groups.value", "members.value"]).await;
    let client = fake.client();
    assert_eq!(client.members(&group_ids(4), &user_ids(30)).await.unwrap(), expected(4, 30));
    assert_eq!((count(&client, "GET /Groups"), count(&client, "GET /Users")), (0, 4));
}

#[tokio::test]
async fn a_large_group_is_read_page_by_page() {
    let fake = Fake::start(|seen, _| match seen.line.contains("cursor=2") {
        false => page(&(0..100).map(|n| user(&format!("u{n}"))).collect::<Vec<_>>(), Some("2")),
        true => page(&[user("u100")], None),
    })
    .await;
    let members = fake.client().members(&group_ids(1), &user_ids(300)).await.unwrap();
    assert_eq!(members[&ScimGroupId::new("g0")].len(), 101);
    let filter = "&filter=groups.value%20eq%20%22g0%22";
    let lines =
        [format!("GET /Users?count=100&cursor{filter}"), format!("GET /Users?count=100&cursor=2{filter}")];
    assert_eq!(fake.lines(), lines);
}

#[tokio::test]
async fn a_store_without_the_one_filter_is_asked_by_the_other_and_tried_out_once() {
    let fake = store(3, 9, &["members.value"]).await;
    let client = fake.client();
    for _ in 0..2 {
        assert_eq!(client.members(&group_ids(3), &user_ids(9)).await.unwrap(), expected(3, 9));
    }
    assert_eq!((count(&client, "GET /Users"), count(&client, "GET /Groups")), (1, 18));
}

#[tokio::test]
async fn a_store_without_both_filters_is_asked_pair_by_pair() {
    let fake = store(3, 9, &["members"]).await;
    let client = fake.client();
    assert_eq!(client.members(&group_ids(3), &user_ids(9)).await.unwrap(), expected(3, 9));
    // Two filters tried, one pair tried, then every pair.
    assert_eq!((count(&client, "GET /Users"), count(&client, "GET /Groups")), (1, 1 + 1 + 27));
    assert_eq!(client.notices().len(), 1);
}

#[tokio::test]
async fn where_groups_show_their_members_a_filter_that_finds_nobody_is_not_believed() {
    let fake = Fake::start(|seen, _| {
        let shown = |n: usize| json!({"id": format!("g{n}"), "displayName": "x", "members": [{"value": format!("u{n}")}]});
        match seen.line.as_str() {
            "GET /Groups?count=100&cursor" => page(&[shown(0), shown(1)], None),
            "GET /Groups/g0" => Reply::json(200, &shown(0)),
            "GET /Groups/g1" => Reply::json(200, &json!({"id": "g1", "displayName": "x"})),
            _ => page(&[], None),
        }
    })
    .await;
    let client = fake.client();
    client.groups().await.unwrap();
    let members = client.members(&group_ids(2), &user_ids(5)).await.unwrap();
    let expected: [(ScimGroupId, BTreeSet<ScimUserId>); 2] =
        [(ScimGroupId::new("g0"), [ScimUserId::new("u0")].into()), (ScimGroupId::new("g1"), BTreeSet::new())];
    assert_eq!(members, BTreeMap::from(expected));
    assert_eq!(count(&client, "GET /Groups/{id}"), 2);
    // The list of groups, one filter tried, two groups.
    assert_eq!(client.requests().total(), 4);
    assert_eq!(client.notices().len(), 1);
}

#[tokio::test]
async fn a_filter_that_is_passed_over_puts_nobody_into_every_group() {
    let fake = Fake::start(|seen, _| match seen.line.as_str() {
        line if line.starts_with("GET /Users") => page(&[user("u0"), user("u1")], None),
        line if line.starts_with("GET /Groups?") => page(&[group("g0"), group("g1")], None),
        _ => Reply::json(200, &json!({"id": "g0"})),
    })
    .await;
    let error = fake.client().members(&group_ids(2), &user_ids(2)).await.unwrap_err();
    assert!(matches!(error, ScimError::MembersUnreadable), "{error}");
}

#[tokio::test]
async fn a_group_of_everybody_is_still_read_by_the_filter() {
    let fake = Fake::start(|seen, _| match seen.wanted("groups.value").as_deref() {
        Some("g0") => page(&[user("u0"), user("u1")], None),
        _ => page(&[], None),
    })
    .await;
    let client = fake.client();
    let members = client.members(&group_ids(2), &user_ids(2)).await.unwrap();
    assert_eq!(members[&ScimGroupId::new("g0")].len(), 2);
    assert_eq!(members[&ScimGroupId::new("g1")].len(), 0);
    assert_eq!(client.requests().total(), 3);
}

#[tokio::test]
async fn a_group_that_vanished_is_missing_and_not_empty() {
    let fake = Fake::start(|seen, _| match seen.wanted("groups.value").as_deref() {
        Some("g1") => refusal(404, "GROUP does not exist."),
        _ => page(&[user("u0")], None),
    })
    .await;
    let members = fake.client().members(&group_ids(3), &user_ids(9)).await.unwrap();
    let read: Vec<&str> = members.keys().map(ScimGroupId::as_str).collect();
    assert_eq!(read, ["g0", "g2"]);
}

#[tokio::test]
async fn one_failed_question_fails_the_reading() {
    let fake = Fake::start(|seen, _| match seen.wanted("groups.value").as_deref() {
        Some("g7") => refusal(500, "Internal"),
        _ => page(&[user("u0")], None),
    })
    .await;
    let error = fake.client().members(&group_ids(9), &user_ids(90)).await.unwrap_err();
    assert!(matches!(error, ScimError::Failing { attempts: 3, .. }), "{error}");
}

#[tokio::test]
async fn nothing_is_asked_for_no_groups_and_for_no_users() {
    let fake = store(3, 3, &[]).await;
    let client = fake.client();
    assert!(client.members(&[], &user_ids(3)).await.unwrap().is_empty());
    let empty = client.members(&group_ids(2), &[]).await.unwrap();
    assert!(empty.len() == 2 && empty.values().all(BTreeSet::is_empty));
    assert_eq!(client.requests().total(), 0);
}
