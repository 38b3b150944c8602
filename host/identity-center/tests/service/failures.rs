//! Wrong tokens, wrong addresses, wrong answers: one paragraph each, with the next step, and never the token.

use secrecy::SecretString;
use url::Url;
use usher_core::id::ScimGroupId;
use usher_identity_center::{IdentityCenter, ScimError, Settings};

use crate::fake::{Fake, Reply, TOKEN, page, refusal};

async fn error_of(reply: Reply) -> ScimError {
    let fake = Fake::start(move |_, _| reply.clone()).await;
    let error = fake.client().users().await.unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(TOKEN), "{text}");
    }
    error
}

#[tokio::test]
async fn a_token_that_is_not_accepted_ends_the_run_with_what_to_do() {
    let error = error_of(refusal(401, &format!("bad token {TOKEN}"))).await;
    assert!(matches!(error, ScimError::Unauthorized(_)) && error.ends_the_run());
    assert_eq!(
        error.to_string(),
        "Identity Center does not accept the SCIM access token (GET /Users was answered 401: bad token (token) [request id \
         req-1])\nhint: a token ends one year after it was made, and belongs to one endpoint: make a new one in the IAM Identity \
         Center console under Settings > Automatic provisioning, and compare the SCIM endpoint shown there with \
         `identity_center.scim_endpoint`"
    );
    let error = error_of(refusal(403, "no")).await;
    assert!(matches!(error, ScimError::Forbidden(_)) && error.ends_the_run());
}

#[tokio::test]
async fn an_address_without_scim_is_said_to_be_one() {
    let not_there = error_of(Reply::text(404, "text/html", "<html>not here</html>")).await;
    assert!(matches!(not_there, ScimError::WrongEndpoint { .. }) && not_there.ends_the_run(), "{not_there}");
    let moved =
        error_of(Reply::text(302, "text/html", "").header("location", "http://127.0.0.1:9/login")).await;
    assert!(matches!(moved, ScimError::WrongEndpoint { .. }) && moved.ends_the_run(), "{moved}");
    let page = error_of(Reply::text(200, "text/html; charset=utf-8", "<html>Sign in</html>")).await;
    assert!(matches!(page, ScimError::NotScim { .. }) && page.ends_the_run());
    assert!(page.to_string().contains("its content type is text/html"), "{page}");
}

#[tokio::test]
async fn a_refusal_that_hides_its_cause_says_where_the_cause_stands() {
    let hidden = refusal(400, "Request is unparsable, syntactically incorrect, or violates schema.");
    let fake = Fake::start(move |_, _| hidden.clone()).await;
    let error = fake.client().update_group(&ScimGroupId::new("g"), Some("x"), None).await.unwrap_err();
    assert!(matches!(error, ScimError::Refused { .. }) && !error.ends_the_run());
    assert!(error.to_string().contains("[request id req-1]\nhint: AWS gives this answer"), "{error}");
    let fake = Fake::start(|_, _| refusal(413, "too large")).await;
    let error = fake.client().update_group(&ScimGroupId::new("g"), Some("x"), None).await.unwrap_err();
    assert!(matches!(error, ScimError::TooLarge { .. }) && !error.ends_the_run());
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_tried_and_left() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let fake = Fake::start(|_, _| page(&[], None)).await;
    let endpoint = Url::parse(&format!("http://{address}/tenant/scim/v2")).unwrap();
    let client = IdentityCenter::new(Settings { endpoint, ..fake.settings() }).unwrap();
    let error = client.users().await.unwrap_err();
    assert!(matches!(&error, ScimError::Unreachable { host, .. } if *host == address), "{error}");
    assert!(error.ends_the_run());
    assert_eq!(client.requests().total(), 2);
}

#[tokio::test]
async fn a_host_without_tls_is_not_asked_twice() {
    let fake = Fake::start(|_, _| page(&[], None)).await;
    let endpoint = Url::parse(&format!("https://{}/tenant/scim/v2", fake.address)).unwrap();
    let client = IdentityCenter::new(Settings { endpoint, ..fake.settings() }).unwrap();
    let error = client.users().await.unwrap_err();
    assert!(matches!(error, ScimError::Tls { .. }) && error.ends_the_run(), "{error}");
    assert_eq!(client.requests().total(), 1);
    assert_eq!(fake.lines().len(), 0);
}

#[tokio::test]
async fn a_token_is_trimmed_and_one_with_a_line_break_inside_is_refused() {
    let fake = Fake::start(|_, _| page(&[], None)).await;
    let with =
        |token: &str| IdentityCenter::new(Settings { token: SecretString::from(token), ..fake.settings() });
    with(&format!(" {TOKEN}\n")).unwrap().users().await.unwrap();
    assert_eq!(fake.seen()[0].authorization, format!("Bearer {TOKEN}"));
    let error = with("two\nlines").unwrap_err();
    assert!(matches!(error, ScimError::UnusableToken) && error.ends_the_run());
}

#[tokio::test]
async fn the_client_never_shows_its_token() {
    let fake = Fake::start(|_, _| page(&[], None)).await;
    assert!(!format!("{:?}", fake.client()).contains(TOKEN));
}
