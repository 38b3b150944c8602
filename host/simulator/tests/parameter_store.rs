//! Parameter Store as an AWS SDK sees it.

mod client;

use client::{Answer, Caller};
use serde_json::{Value, json};
use usher_simulator::{Options, ParameterType};

const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/ssm/aws4_request, \
                         SignedHeaders=host;x-amz-date, Signature=0123";

async fn ask(caller: &Caller, operation: &str, body: Value) -> Answer {
    let request = caller.http.post(&caller.simulator.addresses().ssm);
    let request =
        request.header("authorization", SIGNATURE).header("x-amz-target", format!("AmazonSSM.{operation}"));
    Answer::of(request.header("content-type", "application/x-amz-json-1.1").body(body.to_string())).await
}

#[tokio::test]
async fn both_tokens_stand_there_from_the_start() {
    let caller = Caller::new(Options::default()).await;
    let names =
        json!({ "Names": ["okta_api_token", "amz_sso_api_token", "nothing"], "WithDecryption": true });
    let answer = ask(&caller, "GetParameters", names).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(answer.body["InvalidParameters"], json!(["nothing"]));
    let parameters = answer.body["Parameters"].as_array().unwrap();
    assert_eq!(parameters.len(), 2);
    assert_eq!(parameters[0]["Value"], caller.simulator.okta_token());
    assert_eq!(parameters[1]["Value"], caller.simulator.scim_token());
    assert_eq!(parameters[0]["Type"], "SecureString");
    assert_eq!(parameters[0]["ARN"], "arn:aws:ssm:eu-west-1:123456789012:parameter/okta_api_token");
    assert_eq!(caller.simulator.requests().ssm["GetParameters"], 1);
    assert_eq!(caller.simulator.requests().ssm_total(), 1);
}

#[tokio::test]
async fn who_forgets_to_decrypt_gets_nonsense() {
    let caller = Caller::new(Options::default()).await;
    caller.simulator.put_parameter("/usher/groups", "a,b", ParameterType::StringList);
    let names = json!({ "Names": ["okta_api_token", "/usher/groups"] });
    let parameters = ask(&caller, "GetParameters", names).await.body["Parameters"].clone();
    let value = parameters[0]["Value"].as_str().unwrap();
    assert!(value.starts_with("AQICAHi") && !value.contains(caller.simulator.okta_token()));
    assert_eq!(parameters[1]["Value"], "a,b");
}

#[tokio::test]
async fn a_parameter_is_found_by_version_and_by_arn() {
    let caller = Caller::new(Options::default()).await;
    caller.simulator.put_parameter("plain", "1", ParameterType::String);
    caller.simulator.put_parameter("plain", "2", ParameterType::String);
    let one = async |name: &str| ask(&caller, "GetParameter", json!({ "Name": name })).await;
    assert_eq!(one("plain").await.body["Parameter"]["Version"], 2);
    assert_eq!(one("plain:2").await.body["Parameter"]["Selector"], ":2");
    assert_eq!(
        one("arn:aws:ssm:eu-west-1:123456789012:parameter/plain").await.body["Parameter"]["Value"],
        "2"
    );
    let missing = one("plain:3").await;
    assert_eq!((missing.status, &missing.body["__type"]), (400, &json!("ParameterNotFound")));
}

#[tokio::test]
async fn eleven_names_or_none_are_refused() {
    let caller = Caller::new(Options::default()).await;
    for count in [0, 11] {
        let names: Vec<String> = (0..count).map(|n| format!("p{n}")).collect();
        let answer = ask(&caller, "GetParameters", json!({ "Names": names })).await;
        assert_eq!((answer.status, &answer.body["__type"]), (400, &json!("ValidationException")), "{count}");
    }
    let names: Vec<String> = (0..10).map(|n| format!("p{n}")).collect();
    let answer = ask(&caller, "GetParameters", json!({ "Names": names })).await;
    assert_eq!(answer.body["InvalidParameters"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn unsigned_requests_and_unknown_operations_are_refused() {
    let caller = Caller::new(Options::default()).await;
    let url = &caller.simulator.addresses().ssm;
    let unsigned = caller.http.post(url).header("x-amz-target", "AmazonSSM.GetParameters").body("{}");
    assert_eq!(Answer::of(unsigned).await.body["__type"], "MissingAuthenticationTokenException");
    let half = caller
        .http
        .post(url)
        .header("x-amz-target", "AmazonSSM.GetParameters")
        .header("authorization", "AWS4-X");
    assert_eq!(Answer::of(half.body("{}")).await.body["__type"], "IncompleteSignatureException");
    let unknown = ask(&caller, "DeleteParameter", json!({})).await;
    assert_eq!((unknown.status, &unknown.body["__type"]), (400, &json!("UnknownOperationException")));
}
