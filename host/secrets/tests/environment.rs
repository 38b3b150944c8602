//! What the environment of the process decides. A test's own environment cannot be changed safely, so each of these runs
//! the ignored test below in a child process with an environment of its own.

use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use secrecy::ExposeSecret;
use usher_secrets::{SecretRef, Secrets};

/// Resolves `ssm:okta` and prints the value or the error.
#[tokio::test]
#[ignore = "the child of the other tests"]
async fn child() {
    let reference = SecretRef::Ssm("okta".into());
    match Secrets::resolve(std::slice::from_ref(&reference)).await {
        Ok(values) => println!("value: {}", values[&reference].expose_secret()),
        Err(error) => println!("error: {error}"),
    }
}

/// What the child prints with nothing but these variables.
fn child_with(variables: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().expect("a directory for the child");
    let output = Command::new(std::env::current_exe().expect("this very program"))
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env_clear()
        .env("HOME", home.path())
        // No test waits for a metadata service.
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .output()
        .expect("the child runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "Hunter2")];

#[tokio::test(flavor = "multi_thread")]
async fn the_address_in_aws_endpoint_url_ssm_is_asked_with_the_environments_credentials() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let calls = seen.clone();
    let router = Router::new().fallback(move |headers: HeaderMap| {
        calls.lock().unwrap().push(headers["authorization"].to_str().unwrap().to_owned());
        async {
            (
                [("content-type", "application/x-amz-json-1.1")],
                r#"{"Parameters":[{"Name":"okta","Value":"v1"}]}"#,
            )
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let variables = [KEYS[0], KEYS[1], ("AWS_REGION", "eu-west-1"), ("AWS_ENDPOINT_URL_SSM", url.as_str())];
    let printed = child_with(&variables);
    assert!(printed.contains("value: v1"), "{printed}");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert!(
        seen[0].contains("Credential=AKIDEXAMPLE/") && seen[0].contains("/eu-west-1/ssm/aws4_request"),
        "{seen:?}"
    );
}

#[test]
fn without_credentials_the_ways_to_give_them_are_told() {
    let printed = child_with(&[("AWS_REGION", "eu-west-1"), ("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:9")]);
    assert!(printed.contains("error: no AWS credentials can be had to read ssm:okta with"), "{printed}");
    assert!(printed.contains("AWS_PROFILE"), "{printed}");
}

#[test]
fn an_instance_whose_metadata_service_fails_has_no_credentials() {
    let printed = child_with(&[
        ("AWS_EC2_METADATA_DISABLED", "false"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:0"),
        ("AWS_REGION", "eu-west-1"),
    ]);
    assert!(printed.contains("error: no AWS credentials can be had to read ssm:okta with"), "{printed}");
}

#[test]
fn without_a_region_the_ways_to_set_it_are_told() {
    let printed = child_with(&[KEYS[0], KEYS[1]]);
    assert!(printed.contains("error: no AWS region is set") && printed.contains("AWS_REGION"), "{printed}");
    assert!(!printed.contains("Hunter2"), "{printed}");
}
