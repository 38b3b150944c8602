//! Systems Manager Parameter Store: GetParameter and GetParameters, JSON 1.1.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::requests::Shared;

/// The most names that GetParameters takes.
const MOST_NAMES: usize = 10;

/// How a parameter is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParameterType {
    /// A text.
    String,
    /// Texts with commas between them.
    StringList,
    /// A text that is of no use without `WithDecryption`.
    SecureString,
}

impl ParameterType {
    fn as_str(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
        }
    }
}

#[derive(Clone, Debug)]
struct Parameter {
    value: String,
    kind: ParameterType,
    version: u32,
    modified: i64,
}

/// A Parameter Store; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ssm(Shared<BTreeMap<String, Parameter>>);

impl Ssm {
    /// Puts a parameter, over one of the same name.
    pub(crate) fn put(&self, name: &str, value: &str, kind: ParameterType) {
        let modified = Timestamp::now().as_second();
        self.0.with(|parameters| {
            let version = parameters.get(name).map_or(1, |before| before.version + 1);
            parameters
                .insert(name.to_owned(), Parameter { value: value.to_owned(), kind, version, modified });
        });
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().route("/", post(answer)).with_state(self.clone())
    }

    /// Looks one up by name, `name:version` or ARN.
    fn find(&self, asked: &str, region: &str, is_decrypted: bool) -> Option<Value> {
        let (_, path) =
            asked.split_once(":parameter").filter(|_| asked.starts_with("arn:")).unwrap_or(("", asked));
        let (name, version) = match path.rsplit_once(':') {
            Some((name, version)) => (name, Some(version.parse::<u32>().ok()?)),
            None => (path, None),
        };
        let (name, parameter) = self.0.with(|parameters| {
            let bare = name.strip_prefix('/').filter(|_| asked.starts_with("arn:"));
            let found = parameters.get_key_value(name).or_else(|| parameters.get_key_value(bare?));
            found.map(|(name, parameter)| (name.clone(), parameter.clone()))
        })?;
        if version.is_some_and(|version| version != parameter.version) {
            return None;
        }
        let slash = if name.starts_with('/') { "" } else { "/" };
        let value = match parameter.kind {
            ParameterType::SecureString if !is_decrypted => nonsense(&parameter.value),
            _ => parameter.value,
        };
        let mut answer = json!({
            "ARN": format!("arn:aws:ssm:{region}:123456789012:parameter{slash}{name}"),
            "DataType": "text",
            "LastModifiedDate": parameter.modified,
            "Name": name,
            "Type": parameter.kind.as_str(),
            "Value": value,
            "Version": parameter.version,
        });
        if let Some(version) = version {
            answer["Selector"] = json!(format!(":{version}"));
        }
        Some(answer)
    }
}

/// What a SecureString looks like to one who did not ask for decryption: base64 that has nothing of the value in it.
fn nonsense(value: &str) -> String {
    let mut random = fastrand::Rng::with_seed(value.len() as u64);
    let scrambled: String = (0..value.len() + 60).map(|_| random.alphanumeric()).collect();
    format!("AQICAHi{scrambled}==")
}

/// The operation that a request names, or how it would be counted.
pub(crate) fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.strip_prefix("AmazonSSM.").unwrap_or(if target.is_empty() { "(no target)" } else { target })
}

async fn answer(State(ssm): State<Ssm>, headers: HeaderMap, body: Bytes) -> Response {
    let authorization =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if authorization.is_empty() {
        return error("MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    let Some(region) = region(authorization) else {
        return error(
            "IncompleteSignatureException",
            "Authorization header requires 'Credential' and 'Signature' parameters.",
        );
    };
    if !headers.contains_key("x-amz-target") {
        return error("UnknownOperationException", "");
    }
    let operation = operation(&headers);
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
        return error("SerializationException", "");
    };
    let is_decrypted = asked.get("WithDecryption").and_then(Value::as_bool).unwrap_or(false);
    match operation {
        "GetParameter" => get_parameter(&ssm, &asked, region, is_decrypted),
        "GetParameters" => get_parameters(&ssm, &asked, region, is_decrypted),
        _ => error("UnknownOperationException", ""),
    }
}

fn get_parameter(ssm: &Ssm, asked: &Value, region: &str, is_decrypted: bool) -> Response {
    let Some(name) = asked.get("Name").and_then(Value::as_str) else {
        return error("ValidationException", &must_not_be_null("name"));
    };
    match ssm.find(name, region, is_decrypted) {
        Some(parameter) => done(&json!({ "Parameter": parameter })),
        None => error("ParameterNotFound", &format!("Parameter {name} not found.")),
    }
}

fn get_parameters(ssm: &Ssm, asked: &Value, region: &str, is_decrypted: bool) -> Response {
    let Some(names) = asked.get("Names").and_then(Value::as_array) else {
        return error("ValidationException", &must_not_be_null("names"));
    };
    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
    if names.is_empty() || names.len() > MOST_NAMES {
        let bound = if names.is_empty() { "greater than or equal to 1" } else { "less than or equal to 10" };
        return error(
            "ValidationException",
            &format!(
                "1 validation error detected: Value '[{}]' at 'names' failed to satisfy constraint: Member must have \
                 length {bound}",
                names.join(", ")
            ),
        );
    }
    let (mut parameters, mut invalid) = (Vec::new(), Vec::new());
    for name in names {
        match ssm.find(name, region, is_decrypted) {
            Some(parameter) => parameters.push(parameter),
            None => invalid.push(name),
        }
    }
    done(&json!({ "InvalidParameters": invalid, "Parameters": parameters }))
}

/// The region in a SigV4 header: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/ssm/aws4_request, …, Signature=…`.
fn region(authorization: &str) -> Option<&str> {
    let (_, credential) = authorization.strip_prefix("AWS4-")?.split_once("Credential=")?;
    authorization.contains("Signature=").then(|| credential.split('/').nth(2)).flatten()
}

fn must_not_be_null(name: &str) -> String {
    format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
    )
}

fn done(body: &Value) -> Response {
    reply(StatusCode::OK, body)
}

fn error(kind: &str, message: &str) -> Response {
    reply(StatusCode::BAD_REQUEST, &json!({ "__type": kind, "message": message }))
}

fn reply(status: StatusCode, body: &Value) -> Response {
    let id: String = (0..32).map(|_| fastrand::digit(16)).collect();
    let id = format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]);
    let headers =
        [(header::CONTENT_TYPE.as_str(), "application/x-amz-json-1.1".to_owned()), ("x-amzn-requestid", id)];
    (status, headers, body.to_string()).into_response()
}
