//! The answers that say no, in the service's own words (reference §2.8).

use serde_json::{Value, json};
use thiserror::Error;

use super::clock;

/// Why a request is not done. What it displays is the `detail` of the body.
///
/// Texts that nobody has recorded (401, 404 for groups, 405, 429) are ours; their shape is assumed to be the common
/// one (reference §9, 2).
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The text that hides nearly every cause.
    #[error("Request is unparsable, syntactically incorrect, or violates schema.")]
    Unparsable,
    #[error(
        "Current PATCH support allows omitting \"path\" attribute only for Add and Replace operations modifying a \
         single attribute."
    )]
    PathOmitted,
    #[error("Replacing group memberships is not supported.")]
    ReplacingMembers,
    #[error("{} validation errors detected: {}", .0.len(), .0.join("; "))]
    Constraints(Vec<String>),
    #[error("List attribute {0} exceeds allowed limit of 1")]
    ListLimit(&'static str),
    #[error("USER does not exist.")]
    NoSuchUser,
    #[error("GROUP does not exist.")]
    NoSuchGroup,
    #[error("Refused to create a new, duplicate resource.")]
    Duplicate,
    #[error("The bearer token is missing, expired or not this tenant's.")]
    Unauthorized,
    #[error("Resource does not exist.")]
    NoSuchPath,
    #[error("Method is not allowed on this resource.")]
    NoSuchMethod,
    #[error("Rate exceeded")]
    Throttled,
}

impl Refusal {
    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Unparsable
            | Self::PathOmitted
            | Self::ReplacingMembers
            | Self::Constraints(_)
            | Self::ListLimit(_) => 400,
            Self::Unauthorized => 401,
            Self::NoSuchUser | Self::NoSuchGroup | Self::NoSuchPath => 404,
            Self::NoSuchMethod => 405,
            Self::Duplicate => 409,
            Self::Throttled => 429,
        }
    }

    /// The body, with both `schema` and `schemas`, and the status as a string.
    pub(crate) fn body(&self, request_id: &str) -> Value {
        const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
        json!({
            "schema": [ERROR],
            "schemas": [ERROR],
            "detail": self.to_string(),
            "status": self.status().to_string(),
            "exceptionRequestId": request_id,
            "timeStamp": clock::error_stamp(jiff::Timestamp::now()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_body_has_the_members_and_order_that_were_observed() {
        let body = Refusal::Duplicate.body("5d0c1f1e-8a56-4a6e-9f55-2f1d6f0a7b3c");
        let stamp = body["timeStamp"].as_str().unwrap().to_owned();
        assert_eq!(
            body.to_string(),
            format!(
                r#"{{"schema":["urn:ietf:params:scim:api:messages:2.0:Error"],"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"Refused to create a new, duplicate resource.","status":"409","exceptionRequestId":"5d0c1f1e-8a56-4a6e-9f55-2f1d6f0a7b3c","timeStamp":"{stamp}"}}"#
            )
        );
    }
}
