//! What is told of a plan that takes a run back, beside the plan itself.

use usher_core::content::UndoOf;

use super::result::{Ending, RunReport};

/// "Takes back the run X, only for the person Y".
pub(crate) fn heading(undo_of: &UndoOf) -> String {
    let UndoOf { run, delete_created, person, group } = undo_of;
    let mut text = format!("Takes back the run {run}");
    if let Some(person) = person {
        text.push_str(&format!(", only for the person {person}"));
    }
    if let Some(group) = group {
        text.push_str(&format!(", only in the group {group}"));
    }
    if *delete_created {
        text.push_str("; what it created is deleted");
    }
    text
}

/// That it does not last by itself, and what to do about it; none where nothing is taken back.
pub(crate) fn advice(report: &RunReport) -> Option<&'static str> {
    report.content.undo_of.as_ref().filter(|_| !report.plan.operations.is_empty())?;
    match report.ending {
        Ending::Planned | Ending::Refused(_) => Some(
            "the next sync makes these changes again as long as Okta and the policy say so: stop the scheduled runs, change Okta or the \
             rules, see by `usher plan` that nothing comes back, then `usher apply` this plan",
        ),
        Ending::Applied(_) => Some(
            "the next sync makes the changes again that were taken back, as long as Okta and the policy say so: change Okta or the rules \
             first, and see by `usher plan` that nothing comes back",
        ),
        Ending::Moved { .. } => None,
    }
}
