//! Repeats, waits and refusals, seen through a client.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::client::Okta;
use crate::error::OktaError;
use crate::fake::{Fake, TOKEN, group, html, page, refusal, settings};

/// A rate limit's headers on an answer.
fn limited(mut response: Response, limit: u64, remaining: u64, reset: u64) -> Response {
    for (name, value) in [("limit", limit), ("remaining", remaining), ("reset", reset)] {
        let name: axum::http::HeaderName = format!("x-rate-limit-{name}").parse().unwrap();
        response.headers_mut().insert(name, value.into());
    }
    response
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// The error of one read, and the number of requests it took. No error shows the token.
async fn failure(fake: &Fake) -> (OktaError, usize) {
    let error = fake.client().all_groups().await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    (error, fake.paths().len())
}

#[tokio::test]
async fn every_request_shows_the_token_and_asks_for_json() {
    let fake = Fake::answering(|_, _, _| page(&json!([]))).await;
    fake.client_with(|settings| settings.token = format!("SSWS {TOKEN}\n").into())
        .all_groups()
        .await
        .unwrap();
    let headers = &fake.asked()[0].headers;
    assert_eq!(headers["authorization"], format!("SSWS {TOKEN}"));
    assert_eq!(headers["accept"], "application/json");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("usher/"));
}

#[test]
fn a_token_that_cannot_be_one_is_refused_before_anything_is_sent() {
    for token in ["", " \n", "two words", "line\nline", "tök"] {
        let mut settings = settings("http://127.0.0.1:9");
        settings.token = token.into();
        assert!(matches!(Okta::new(settings), Err(OktaError::MalformedToken)), "{token:?}");
    }
}

#[tokio::test]
async fn nothing_that_can_be_shown_holds_the_token() {
    let okta = Okta::new(settings("http://127.0.0.1:9")).unwrap();
    assert!(!format!("{okta:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_failing_okta_is_asked_six_times() {
    let fake = Fake::answering(|_, _, _| html(502)).await;
    let (error, requests) = failure(&fake).await;
    assert!(matches!(error, OktaError::Unavailable { tries: 6, .. }), "{error}");
    assert_eq!(requests, 6);
}

#[tokio::test]
async fn a_passing_failure_is_repeated_and_marked_as_a_repeat() {
    let fake = Fake::answering(|number, _, _| match number {
        0 => refusal(503, "E0000181"),
        1 => html(504),
        _ => page(&json!([group("00g1", "a")])),
    })
    .await;
    let okta = fake.client();
    assert_eq!(okta.all_groups().await.unwrap().len(), 1);
    assert_eq!(okta.requests().total(), 3, "repeats are counted");
    let asked = fake.asked();
    assert!(!asked[0].headers.contains_key("x-okta-retry-for"));
    assert_eq!(asked[2].headers["x-okta-retry-for"], "req1");
    assert_eq!(asked[2].headers["x-okta-retry-count"], "2");
}

#[tokio::test]
async fn a_connection_that_breaks_within_an_answer_is_repeated() {
    let fake = Fake::answering(|number, _, _| {
        if number > 0 {
            return page(&json!([group("00g1", "a")]));
        }
        ([("content-type", "application/json"), ("content-length", "100")], cut_short()).into_response()
    })
    .await;
    assert_eq!(fake.client().all_groups().await.unwrap().len(), 1);
    assert_eq!(fake.paths().len(), 2);
}

/// Less than was promised; the server then cuts the connection.
fn cut_short() -> axum::body::Body {
    axum::body::Body::from("[{\"id\":")
}

#[tokio::test]
async fn a_429_waits_for_the_windows_reset_and_for_nothing_more() {
    let reset = now().as_secs() + 2;
    let answered_at = Arc::new(std::sync::Mutex::new(Vec::new()));
    let times = answered_at.clone();
    let fake = Fake::answering(move |number, _, _| {
        times.lock().unwrap().push(now());
        if number == 0 {
            return limited(refusal(429, "E0000047"), 50, 0, reset);
        }
        page(&json!([]))
    })
    .await;
    let okta = fake.client();
    okta.all_groups().await.unwrap();
    assert_eq!(fake.paths().len(), 2);
    let second = answered_at.lock().unwrap()[1];
    assert!(second + Duration::from_millis(1) >= Duration::from_secs(reset), "asked again before the reset");
    assert!(okta.requests().waited > Duration::ZERO);
}

#[tokio::test]
async fn a_429_for_too_many_at_once_is_repeated_soon() {
    // Its reset is an hour away, and merely a hint (okta.md §4.5).
    let reset = now().as_secs() + 3600;
    let fake = Fake::answering(move |number, _, _| {
        if number < 3 { limited(refusal(429, "E0000047"), 0, 0, reset) } else { page(&json!([])) }
    })
    .await;
    fake.client().all_groups().await.unwrap();
    assert_eq!(fake.paths().len(), 4);
}

#[tokio::test]
async fn a_429_without_end_ends_the_read() {
    let fake = Fake::answering(|_, _, _| refusal(429, "E0000047")).await;
    let (error, requests) = failure(&fake).await;
    assert!(matches!(error, OktaError::RateLimited { tries: 10, .. }), "{error}");
    assert_eq!(requests, 10);
}

#[tokio::test]
async fn the_reserve_of_the_window_is_left_alone() {
    let reset = now().as_secs() + 3600;
    let fake = Fake::answering(move |number, _, _| {
        limited(page(&json!([])), 10, 9_u64.saturating_sub(number as u64), reset)
    })
    .await;
    let okta = fake.client();
    for _ in 0..5 {
        okta.all_groups().await.unwrap();
    }
    assert_eq!(okta.requests().waited, Duration::ZERO);
    let sixth = tokio::time::timeout(Duration::from_millis(200), okta.all_groups()).await;
    assert!(sixth.is_err(), "the sixth waits for the reset");
    assert_eq!(fake.paths().len(), 5);
    assert!(okta.requests().waited > Duration::ZERO);
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_allowed() {
    let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, peak) = (under_way.clone(), most.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(move || {
        let (now, peak) = (now.clone(), peak.clone());
        async move {
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            page(&json!([]))
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut settings = settings(&base);
    settings.concurrency = 3;
    let okta = Arc::new(Okta::new(settings).unwrap());
    let reads: Vec<_> = (0..12)
        .map(|_| {
            let okta = okta.clone();
            tokio::spawn(async move { okta.all_groups().await.map(|_| ()) })
        })
        .collect();
    for read in reads {
        read.await.unwrap().unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(okta.requests().total(), 12);
}

#[tokio::test]
async fn refusals_are_told_apart_and_never_repeated() {
    type Check = fn(&OktaError) -> bool;
    let cases: [(Response, Check); 9] = [
        (refusal(401, "E0000011"), |e| matches!(e, OktaError::WrongToken { .. })),
        (refusal(401, "E0000015"), |e| matches!(e, OktaError::Unauthorised { .. })),
        (refusal(403, "E0000006"), |e| matches!(e, OktaError::Forbidden { .. })),
        (html(403), |e| matches!(e, OktaError::Forbidden { .. })),
        (refusal(400, "E0000031"), |e| matches!(e, OktaError::Refused { .. })),
        (refusal(404, "E0000008"), |e| matches!(e, OktaError::Refused { .. })),
        (html(404), |e| matches!(e, OktaError::NotOkta { .. })),
        (html(200), |e| matches!(e, OktaError::NotOkta { .. })),
        (page(&json!({ "not": "a list" })), |e| matches!(e, OktaError::BadAnswer { .. })),
    ];
    for (response, is_right) in cases {
        let response = std::sync::Mutex::new(Some(response));
        let fake =
            Fake::answering(move |_, _, _| response.lock().unwrap().take().expect("asked only once")).await;
        let (error, requests) = failure(&fake).await;
        assert!(is_right(&error), "{error:?}");
        assert!(error.to_string().contains("\nhint: "), "{error}");
        assert!(error.to_string().contains("127.0.0.1:"), "the host is named: {error}");
        assert_eq!(requests, 1, "{error}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_told_with_oktas_ids() {
    let fake = Fake::answering(|_, _, _| refusal(401, "E0000011")).await;
    let message = failure(&fake).await.0.to_string();
    assert!(
        message.contains("401 E0000011: Summary of E0000011; error id oae1; request id req1"),
        "{message}"
    );
    assert!(message.contains("Security > API > Tokens"), "{message}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Fake::answering(|_, _, _| page(&json!([]))).await;
    let to = format!("{}/login", elsewhere.base);
    let fake = Fake::answering(move |_, _, _| {
        (axum::http::StatusCode::FOUND, [("location", to.clone())]).into_response()
    })
    .await;
    let (error, requests) = failure(&fake).await;
    assert!(error.to_string().contains("302 redirects to 127.0.0.1:"), "{error}");
    assert_eq!((requests, elsewhere.paths().len()), (1, 0));
}

#[tokio::test]
async fn an_answer_cut_short_is_no_answer() {
    let fake = Fake::answering(|_, _, _| {
        ([("content-type", "application/json")], "[{\"id\":\"00g1\"}").into_response()
    })
    .await;
    let (error, _) = failure(&fake).await;
    assert!(error.to_string().contains("it ends too early"), "{error}");
}

#[tokio::test]
async fn a_host_that_nobody_knows_is_named() {
    let okta = Okta::new(settings("https://acme.okta.invalid")).unwrap();
    let error = okta.all_groups().await.unwrap_err();
    assert!(
        matches!(&error, OktaError::UnknownHost { host, .. } if host == "acme.okta.invalid"),
        "{error:?}"
    );
    assert_eq!(okta.requests().total(), 3);
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_error_and_not_repeated() {
    let fake = Fake::answering(|_, _, _| page(&json!([]))).await;
    let okta = Okta::new(settings(&fake.base.replace("http://", "https://"))).unwrap();
    let error = okta.all_groups().await.unwrap_err();
    assert!(matches!(&error, OktaError::Tls { .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:"), "{error}");
    assert_eq!(okta.requests().total(), 1);
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let okta = Okta::new(settings(&base)).unwrap();
    let error = okta.all_groups().await.unwrap_err();
    assert!(matches!(&error, OktaError::Unreachable { tries: 6, .. }), "{error:?}");
    assert_eq!(okta.requests().total(), 6);
}

#[tokio::test]
async fn a_server_that_never_answers_is_timed_out() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(&format!("http://{}", listener.local_addr().unwrap()));
    settings.read_timeout = Duration::from_millis(20);
    settings.retry.attempts = 2;
    let error = Okta::new(settings).unwrap().all_groups().await.unwrap_err();
    assert!(matches!(&error, OktaError::TimedOut { tries: 2, .. }), "{error:?}");
}
