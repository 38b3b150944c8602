//! Repeats, bounds and counts.

use std::time::Duration;

use usher_core::id::{ScimGroupId, ScimUserId};
use usher_identity_center::{IdentityCenter, ScimError, Settings};

use crate::fake::{Fake, Reply, page, refusal, user};

#[tokio::test]
async fn a_throttled_request_is_repeated_until_it_is_answered() {
    let fake = Fake::start(|_, before| match before {
        0 => refusal(429, "Rate exceeded"),
        1 => refusal(429, "Rate exceeded").header("retry-after", "0"),
        _ => page(&[user("u1")], None),
    })
    .await;
    let client = fake.client();
    assert_eq!(client.users().await.unwrap().items.len(), 1);
    assert_eq!(client.requests().by_request["GET /Users"], 3);
    assert!(client.requests().waited > Duration::ZERO);
}

#[tokio::test]
async fn patience_with_throttling_ends_and_ends_the_run() {
    let fake = Fake::start(|_, _| refusal(429, "Rate exceeded")).await;
    let error = fake.client().users().await.unwrap_err();
    assert!(matches!(error, ScimError::Throttled { attempts: 3, .. }), "{error}");
    assert!(error.ends_the_run());
    assert_eq!(fake.lines().len(), 3);
}

#[tokio::test]
async fn a_failing_service_and_a_broken_answer_are_asked_again() {
    for first in [
        refusal(500, "Internal"),
        Reply::text(502, "text/html", "<html>Bad gateway</html>"),
        page(&[user("u1")], None).cut(),
    ] {
        let fake =
            Fake::start(move |_, before| if before == 0 { first.clone() } else { page(&[user("u1")], None) })
                .await;
        assert_eq!(fake.client().users().await.unwrap().items.len(), 1);
        assert_eq!(fake.lines().len(), 2);
    }
}

#[tokio::test]
async fn only_a_service_that_is_away_ends_the_run_and_not_one_bad_record() {
    for (status, ends) in [(500, false), (503, true)] {
        let fake = Fake::start(move |_, _| refusal(status, "no")).await;
        let error = fake.client().update_group(&ScimGroupId::new("g"), Some("x"), None).await.unwrap_err();
        assert!(matches!(error, ScimError::Failing { attempts: 3, .. }), "{error}");
        assert_eq!(error.ends_the_run(), ends);
        assert_eq!(fake.lines().len(), 3);
    }
}

#[tokio::test]
async fn what_is_refused_is_not_asked_again() {
    for status in [400, 401, 403, 404, 409, 413, 501] {
        let fake =
            Fake::start(move |seen, _| if seen.is("GET") { page(&[], None) } else { refusal(status, "no") })
                .await;
        fake.client().update_group(&ScimGroupId::new("g"), Some("x"), None).await.unwrap_err();
        assert_eq!(fake.lines().iter().filter(|line| line.starts_with("PATCH")).count(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_silent_service_is_left_after_its_time() {
    let fake = Fake::start_slow(Duration::from_secs(30), |_, _| page(&[], None)).await;
    let client =
        IdentityCenter::new(Settings { timeout: Duration::from_millis(20), ..fake.settings() }).unwrap();
    let error = client.users().await.unwrap_err();
    assert!(matches!(error, ScimError::TimedOut { attempts: 3, .. }), "{error}");
    assert!(error.ends_the_run());
    assert_eq!(client.requests().total(), 3);
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_allowed() {
    let fake = Fake::start_slow(Duration::from_millis(20), |_, _| page(&[user("u1")], None)).await;
    let client = IdentityCenter::new(Settings { concurrency: 3, ..fake.settings() }).unwrap();
    let groups: Vec<ScimGroupId> = (0..20).map(|n| ScimGroupId::new(format!("g{n}"))).collect();
    let users: Vec<ScimUserId> = (0..90).map(|n| ScimUserId::new(format!("u{n}"))).collect();
    assert_eq!(client.members(&groups, &users).await.unwrap().len(), 20);
    assert_eq!(fake.most_at_once(), 3);
}
