//! A run as JSON, for programs: the plan, what came of each operation, what it cost.

use serde_json::{Value, json};

use super::result::{Ending, RunReport};

/// The version of this document's shape.
const VERSION: u32 = 1;

/// The whole report. Operations carry their outcome when they were applied.
pub(crate) fn run(report: &RunReport) -> Value {
    let mut plan = json!(report.plan);
    let (status, refused, ended_early) = match &report.ending {
        Ending::Planned => ("planned", Value::Null, Value::Null),
        Ending::Refused { message } => ("refused", json!(message), Value::Null),
        Ending::Applied(applied) => {
            let operations = plan.get_mut("operations").and_then(Value::as_array_mut);
            for (operation, outcome) in operations.into_iter().flatten().zip(&applied.outcomes) {
                operation["result"] = json!(outcome);
            }
            ("applied", Value::Null, json!(applied.ended_early))
        }
    };
    json!({
        "version": VERSION,
        "status": status,
        "exitStatus": report.status() as u8,
        "seen": report.seen,
        "plan": plan,
        "refused": refused,
        "endedEarly": ended_early,
        "requests": {
            "okta": report.okta.by_request,
            "identityCenter": report.identity_center.by_request,
            "waitedSeconds": (report.okta.waited + report.identity_center.waited).as_secs_f64(),
        },
        "seconds": report.took.as_secs_f64(),
    })
}
