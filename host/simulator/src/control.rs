//! `/_sim`: looking behind the services, and steering them, while a program under test runs.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::simulator::Stage;

pub(crate) fn router(stage: Stage) -> Router {
    Router::new()
        .route("/_sim/requests", get(requests))
        .route("/_sim/requests/reset", post(reset))
        .route("/_sim/target", get(target).put(set_target))
        .route("/_sim/source", get(source).put(set_source))
        .route("/_sim/clock", post(advance))
        .route("/_sim/faults", get(faults).post(add_fault).delete(clear_faults))
        .layer(DefaultBodyLimit::disable())
        .with_state(stage)
}

async fn requests(State(stage): State<Stage>) -> Response {
    ok(&stage.requests().to_json())
}

async fn reset(State(stage): State<Stage>) -> StatusCode {
    stage.reset_requests();
    StatusCode::NO_CONTENT
}

async fn target(State(stage): State<Stage>) -> Response {
    ok(&stage.scim.target())
}

async fn set_target(State(stage): State<Stage>, body: Bytes) -> Response {
    done(parsed(&body).and_then(|target| stage.scim.replace(target)))
}

async fn source(State(stage): State<Stage>) -> Response {
    ok(&stage.source.now().to_json())
}

async fn set_source(State(stage): State<Stage>, body: Bytes) -> Response {
    done(parsed(&body).and_then(|source| stage.source.replace(source).map_err(|error| error.to_string())))
}

async fn advance(State(stage): State<Stage>, body: Bytes) -> Response {
    done(parsed(&body).and_then(|body| {
        let seconds = body.get("advance").and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
        let seconds = seconds.ok_or_else(|| "wanted: {\"advance\": seconds}".to_owned())?;
        stage.source.advance(seconds);
        Ok(())
    }))
}

async fn faults(State(stage): State<Stage>) -> Response {
    ok(&stage.faults.list())
}

async fn add_fault(State(stage): State<Stage>, body: Bytes) -> Response {
    done(parsed(&body).and_then(|fault| stage.faults.add(fault)))
}

async fn clear_faults(State(stage): State<Stage>) -> StatusCode {
    stage.faults.clear();
    StatusCode::NO_CONTENT
}

fn parsed(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("not JSON: {error}"))
}

fn done(result: Result<(), String>) -> Response {
    match result {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, ok(&json!({ "error": error }))).into_response(),
    }
}

fn ok(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
