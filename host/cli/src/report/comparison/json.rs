//! A comparison for programs. Its shape is described in docs/snapshots.md.

use serde_json::{Value, json};

use super::{ComparisonReport, SideReport};
use crate::exit::ExitStatus;
use crate::report::json::policy;

/// The version of this document's shape.
const VERSION: u32 = 1;

/// The comparison as JSON.
pub(crate) fn comparison(report: &ComparisonReport, status: ExitStatus) -> Value {
    let ComparisonReport { comparison, sides, replaced, snapshot, redacted } = report;
    json!({
        "version": VERSION,
        "status": "compared",
        "exitStatus": status as u8,
        "same": comparison.is_same(),
        "snapshot": { "file": snapshot, "redacted": redacted },
        "replaced": replaced,
        "sides": sides.map(side),
        "people": comparison.people,
        "groups": comparison.groups,
        "operations": comparison.operations.iter().map(|moved| json!({
            "subject": moved.subject,
            "onlyInA": moved.no_longer,
            "onlyInB": moved.now,
        })).collect::<Vec<_>>(),
        "conflicts": comparison.conflicts,
    })
}

fn side(report: &SideReport) -> Value {
    json!({
        "reference": report.shown,
        "policies": report.policies.iter().map(policy).collect::<Vec<_>>(),
        "plan": { "hash": report.hash, "operations": report.operations, "summary": report.summary },
        "refusedByGuards": report.refused,
    })
}
