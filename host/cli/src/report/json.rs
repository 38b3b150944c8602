//! A run as JSON, for programs: the plan, what came of each operation, what it cost.

use serde_json::{Value, json};
use usher_core::content::UndoOf;

use super::result::{Ending, PolicyReport, Refused, RunReport};
use crate::record::Recorded;

/// The version of this document's shape.
const VERSION: u32 = 1;

/// The whole report. Operations carry their outcome when they were applied.
pub(crate) fn run(report: &RunReport) -> Value {
    let mut plan = json!(report.plan);
    let (status, refused, ended_early) = match &report.ending {
        Ending::Planned => ("planned", Value::Null, Value::Null),
        Ending::Refused(refused) => ("refused", refusal(refused), Value::Null),
        Ending::Moved { .. } => ("moved", Value::Null, Value::Null),
        Ending::Applied(applied) => {
            let operations = plan.get_mut("operations").and_then(Value::as_array_mut);
            for (operation, outcome) in operations.into_iter().flatten().zip(&applied.outcomes) {
                operation["result"] = json!(outcome);
            }
            ("applied", Value::Null, json!(applied.ended_early))
        }
    };
    let moved = match &report.ending {
        Ending::Moved { expected, moved } => json!({ "expected": expected, "since": moved }),
        _ => Value::Null,
    };
    json!({
        "version": VERSION,
        "status": status,
        "exitStatus": report.status() as u8,
        "policies": report.policies.iter().map(policy).collect::<Vec<_>>(),
        "recorded": report.recorded.iter().map(recorded).collect::<Vec<_>>(),
        "seen": report.seen,
        "hash": report.hash,
        "undoOf": report.content.undo_of.as_ref().map(undo_of),
        "plan": plan,
        "refused": refused,
        "moved": moved,
        "endedEarly": ended_early,
        "requests": {
            "okta": report.okta.by_request,
            "identityCenter": report.identity_center.by_request,
            "waitedSeconds": (report.okta.waited + report.identity_center.waited).as_secs_f64(),
        },
        "seconds": report.took.as_secs_f64(),
    })
}

/// Which run the plan takes back.
fn undo_of(undo_of: &UndoOf) -> Value {
    let UndoOf { run, delete_created, person, group } = undo_of;
    json!({ "run": run, "deleteCreated": delete_created, "person": person, "group": group })
}

/// What was too much.
fn refusal(refused: &Refused) -> Value {
    let losses = refused.losses.iter().map(|loss| {
        json!({
            "guard": loss.guard,
            "lost": loss.lost,
            "standing": loss.standing,
            "limit": { "number": loss.limit.number, "percent": loss.limit.percent },
            "names": loss.names,
        })
    });
    json!({
        "message": refused.lines.join("\n"),
        "losses": losses.collect::<Vec<_>>(),
        "protected": refused.protected,
        "allow": refused.command,
    })
}

/// A case file that was written.
fn recorded(recorded: &Recorded) -> Value {
    let Recorded { policy, component, path, groups, groups_asked, users, users_asked } = recorded;
    json!({
        "policy": policy,
        "source": component,
        "file": path.display().to_string(),
        "groups": { "recorded": groups, "asked": groups_asked },
        "users": { "recorded": users, "asked": users_asked },
    })
}

/// Who decided. All of it is the same in every run that reads the same at the same `now`.
pub(super) fn policy(report: &PolicyReport) -> Value {
    let PolicyReport { name, provenance, usage } = report;
    json!({
        "name": name,
        "source": provenance.source,
        "plugin": provenance.plugin,
        "version": provenance.version,
        "digest": provenance.digest,
        "configDigest": provenance.config_digest,
        "contract": provenance.contract,
        "now": provenance.now,
        "fuel": {
            "start": usage.start.fuel,
            "configure": usage.configure.fuel,
            "decideGroups": usage.decide_groups.fuel,
            "decideUsers": usage.decide_users.fuel,
        },
        "decided": { "groups": usage.decide_groups.items, "users": usage.decide_users.items },
        "memoryBytes": usage.memory,
        "logLinesDropped": usage.log_lines_dropped,
    })
}
