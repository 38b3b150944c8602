//! Okta's error objects.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error as Okta answers it. Statuses and codes: reference "Errors".
#[derive(Clone, Debug)]
pub(super) struct OktaError {
    status: StatusCode,
    code: &'static str,
    summary: String,
    causes: Vec<String>,
}

impl OktaError {
    pub(super) fn new(status: StatusCode, code: &'static str, summary: &str, causes: &[&str]) -> Self {
        let causes = causes.iter().map(|cause| (*cause).to_owned()).collect();
        Self { status, code, summary: summary.to_owned(), causes }
    }

    /// A parameter that Okta does not understand.
    pub(super) fn invalid(parameter: &str, cause: &str) -> Self {
        let summary = format!("Api validation failed: {parameter}");
        Self::new(StatusCode::BAD_REQUEST, "E0000001", &summary, &[cause])
    }

    /// A `search` or `filter` that Okta does not understand.
    pub(super) fn bad_expression(cause: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "E0000031", "Invalid search criteria.", &[cause])
    }

    pub(super) fn no_session() -> Self {
        Self::new(StatusCode::FORBIDDEN, "E0000005", "Invalid session", &[])
    }

    pub(super) fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "E0000011", "Invalid token provided", &[])
    }

    pub(super) fn not_found(id: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({kind})");
        Self::new(StatusCode::NOT_FOUND, "E0000007", &summary, &[])
    }

    pub(super) fn unknown_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "E0000008", "The requested path was not found", &[])
    }

    pub(super) fn unsupported_method() -> Self {
        let summary = "The endpoint does not support the provided HTTP method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "E0000022", summary, &[])
    }

    pub(super) fn too_many_requests() -> Self {
        let summary = "API call exceeded rate limit due to too many requests.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "E0000047", summary, &[])
    }

    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "E0000009", "Internal Server Error", &[])
    }

    fn body(&self) -> Value {
        let causes: Vec<Value> = self.causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
        let id: String = (0..22).map(|_| fastrand::alphanumeric()).collect();
        json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": format!("oae{id}"),
            "errorCauses": causes,
        })
    }
}

impl IntoResponse for OktaError {
    fn into_response(self) -> Response {
        json_answer(self.status, self.body().to_string())
    }
}

/// The body that usually comes with a status.
pub(crate) fn usual_error(status: StatusCode) -> Value {
    let error = match status.as_u16() {
        401 => OktaError::invalid_token(),
        403 => OktaError::new(
            status,
            "E0000006",
            "You do not have permission to perform the requested action",
            &[],
        ),
        404 => OktaError::not_found("00g00000000000000000", "UserGroup"),
        429 => OktaError::too_many_requests(),
        503 => OktaError::new(status, "E0000100", "The search service is temporarily unavailable.", &[]),
        400 => OktaError::invalid("limit", "limit: The field is invalid"),
        _ => OktaError::internal(),
    };
    error.body()
}

pub(super) fn json_answer(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
