use std::io::{Read, Write};

use super::fake::{Answer, FakeStore, object_at, refusal};
use super::*;

fn found(e_tag: &str, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let mut all = vec![("etag", e_tag.to_owned())];
    all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
    (200, all, body.to_owned())
}

fn expected(version: &str) -> Expected {
    Expected::Version(Version::from(version.to_owned()))
}

#[tokio::test]
async fn an_object_is_read_with_its_version_and_its_age_by_the_stores_clock() {
    // Years behind this machine's.
    let times =
        [("last-modified", "Tue, 03 Jan 2012 10:00:00 GMT"), ("date", "Tue, 03 Jan 2012 10:01:07 GMT")];
    let store = FakeStore::answering(move |_| found("\"v1\"", &times, "content")).await;
    let stored = store.object("").await.read().await.unwrap().unwrap();
    assert_eq!(stored.bytes, b"content");
    assert_eq!(stored.version, Version::from("\"v1\"".to_owned()));
    assert_eq!(stored.age, Some(Duration::from_secs(67)));
    let asked = store.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].method.as_str(), asked[0].path.as_str()), ("GET", "/acme/folder/usher.lock"));
    let signed = asked[0].header("authorization").unwrap();
    assert!(signed.contains("Credential=AKIDEXAMPLE/") && signed.contains("/eu-west-1/s3/"), "{signed}");
}

#[tokio::test]
async fn a_store_that_tells_no_times_tells_no_age() {
    let store = FakeStore::answering(|_| found("\"v1\"", &[], "content")).await;
    assert_eq!(store.object("").await.read().await.unwrap().unwrap().age, None);
    let backwards =
        [("last-modified", "Tue, 03 Jan 2012 10:00:02 GMT"), ("date", "Tue, 03 Jan 2012 10:00:01 GMT")];
    let store = FakeStore::answering(move |_| found("\"v1\"", &backwards, "content")).await;
    assert_eq!(store.object("").await.read().await.unwrap().unwrap().age, Some(Duration::ZERO));
}

#[tokio::test]
async fn conditions_are_sent_as_they_are_meant() {
    let store = FakeStore::answering(|_| found("\"v2\"", &[], "")).await;
    let object = store.object("").await;
    object.write_if(b"b".to_vec(), Expected::Absent).await.unwrap().unwrap();
    let version = object.write_if(b"c".to_vec(), expected("\"v1\"")).await.unwrap().unwrap();
    assert_eq!(version, Version::from("\"v2\"".to_owned()));
    let sent: Vec<_> = store
        .asked()
        .iter()
        .map(|asked| {
            let condition = |name| asked.header(name).map(str::to_owned);
            let body = String::from_utf8(asked.body.clone()).unwrap();
            (asked.method.to_string(), condition("if-none-match"), condition("if-match"), body)
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        sent,
        [
            ("PUT".to_owned(), some("*"), None, "b".to_owned()),
            ("PUT".to_owned(), None, some("\"v1\""), "c".to_owned()),
        ]
    );
}

#[tokio::test]
async fn whatever_s3_says_to_the_slower_one_is_a_conflict() {
    for (status, code) in
        [(412, "PreconditionFailed"), (409, "ConditionalRequestConflict"), (404, "NoSuchKey"), (412, "Other")]
    {
        let store = FakeStore::answering(move |_| refusal(status, code)).await;
        let object = store.object("").await;
        assert_eq!(
            object.write_if(b"x".to_vec(), expected("\"v1\"")).await.unwrap(),
            Err(Conflict),
            "{code}"
        );
        assert_eq!(store.asked().len(), 1, "a conflict is not repeated");
    }
}

#[tokio::test]
async fn encryption_is_asked_for_only_where_the_place_names_it() {
    for (options, algorithm, key) in [
        ("", None, None),
        ("?encryption=AES256", Some("AES256"), None),
        ("?encryption=aws:kms", Some("aws:kms"), None),
        ("?encryption=aws:kms&kms_key=alias/usher", Some("aws:kms"), Some("alias/usher")),
    ] {
        let store = FakeStore::answering(|_| found("\"v1\"", &[], "")).await;
        store.object(options).await.write_if(b"x".to_vec(), Expected::Absent).await.unwrap().unwrap();
        let asked = &store.asked()[0];
        assert_eq!(asked.header("x-amz-server-side-encryption"), algorithm, "{options}");
        assert_eq!(asked.header("x-amz-server-side-encryption-aws-kms-key-id"), key, "{options}");
    }
}

#[tokio::test]
async fn a_place_may_name_its_own_region_and_address() {
    let store = FakeStore::answering(|_| found("\"v1\"", &[], "")).await;
    let object =
        object_at("http://127.0.0.1:9", &format!("?region=eu-north-1&endpoint={}", store.url())).await;
    object.read().await.unwrap().unwrap();
    assert!(store.asked()[0].header("authorization").unwrap().contains("/eu-north-1/s3/"));
}

#[tokio::test]
async fn only_a_missing_object_is_nothing() {
    let store = FakeStore::answering(|_| refusal(404, "NoSuchKey")).await;
    assert_eq!(store.object("").await.read().await.unwrap(), None);
    for (status, code) in
        [(404, "NoSuchBucket"), (403, "AccessDenied"), (404, "Other"), (500, "InternalError")]
    {
        let store = FakeStore::answering(move |_| refusal(status, code)).await;
        assert!(store.object("").await.read().await.is_err(), "{code}");
    }
}

/// How the refusal of a read, a write and a removal is told.
async fn told(status: u16, code: &'static str) -> [String; 2] {
    let store = FakeStore::answering(move |_| {
        let mut answer = refusal(status, code);
        answer.1.push(("x-amz-bucket-region", "eu-north-1".to_owned()));
        answer
    })
    .await;
    let object = store.object("").await;
    let told = [
        object.read().await.unwrap_err().to_string(),
        object.write_if(b"x".to_vec(), expected("\"v1\"")).await.unwrap_err().to_string(),
    ];
    for text in &told {
        assert!(text.contains("s3://acme/folder/usher.lock"), "{text}");
        assert!(text.contains(&format!("{code}: what S3 says")), "{text}");
        assert!(text.contains("\nhint: ") && !text.contains("secret-key"), "{text}");
    }
    told
}

#[tokio::test]
async fn a_refusal_names_the_permission_that_is_missing() {
    let [read, write] = told(403, "AccessDenied").await;
    assert!(read.contains("s3:GetObject") && read.contains("s3:ListBucket"), "{read}");
    assert!(write.contains("s3:PutObject") && write.contains("kms:GenerateDataKey"), "{write}");
}

#[tokio::test]
async fn every_refusal_is_told_with_its_next_step() {
    for (status, code, expected) in [
        (404, "NoSuchBucket", "there is no bucket acme"),
        (301, "PermanentRedirect", "?region=eu-north-1\""),
        (400, "AuthorizationHeaderMalformed", "?region=eu-north-1\""),
        (400, "ExpiredToken", "aws sso login"),
        (403, "InvalidAccessKeyId", "aws sso login"),
        (403, "SignatureDoesNotMatch", "clock"),
        (400, "KMS.DisabledException", "KMS key"),
        (503, "SlowDown", "run again later"),
        (501, "NotImplemented", "conditional writes"),
        (500, "InternalError", "run again"),
    ] {
        for text in told(status, code).await {
            assert!(text.contains(expected), "{expected} is missing in:\n{text}");
        }
    }
}

#[tokio::test]
async fn a_failing_store_is_asked_again_and_a_refusing_one_is_not() {
    for (status, code, calls) in [(503, "SlowDown", 4), (500, "InternalError", 4), (403, "AccessDenied", 1)] {
        let store = FakeStore::answering(move |_| refusal(status, code)).await;
        store.object("").await.read().await.unwrap_err();
        assert_eq!(store.asked().len(), calls, "{code}");
    }
}

#[tokio::test]
async fn a_store_that_is_not_there_is_unreachable_and_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = object_at(&url, "").await.read().await.unwrap_err().to_string();
    assert!(error.contains(&format!("S3 at {url} cannot be reached")), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_cut_is_not_the_whole() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let answer = "HTTP/1.1 200 OK\r\netag: \"v1\"\r\ncontent-length: 100\r\n\r\nonly a part";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let error = object_at(&url, "").await.read().await.unwrap_err().to_string();
    assert!(error.contains("cannot be reached"), "{error}");
}

#[test]
fn without_a_region_the_ways_to_name_it_are_told() {
    let Ok(crate::Place::S3(bucket)) = crate::Place::parse("s3://acme/k") else { unreachable!() };
    let error = ObjectStore::with(None, &bucket).unwrap_err().to_string();
    assert!(error.contains("AWS_REGION") && error.contains("s3://acme/k?region="), "{error}");
}
