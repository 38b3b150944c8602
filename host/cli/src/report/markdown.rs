//! A plan for the comment of a pull request. Whatever came from Okta, AWS or a policy stands in code spans, where Markdown reads
//! nothing into it.

use std::fmt::Write;

use usher_core::content::{Object, Step};
use usher_core::plan::AttributeChange;

use super::plan::summary;
use super::result::{Ending, RunReport};
use super::undo;
use crate::escape::plain;

/// How many members of an addition are named. Whoever loses something is always named.
pub(super) const NAMES_TOLD: usize = 12;

/// How many steps are listed at most: a comment has a longest size.
pub(super) const STEPS_TOLD: usize = 250;

/// The plan as Markdown.
pub(crate) fn plan(report: &RunReport) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "### Usher: {}\n", summary(&report.plan));
    match &report.content.undo_of {
        Some(undo_of) => {
            let _ = writeln!(out, "{} in {}\n", code(&undo::heading(undo_of)), code(&report.content.target));
        }
        None => {
            let _ =
                writeln!(out, "From {} to {}\n", code(&report.content.source), code(&report.content.target));
        }
    }
    if let Some(advice) = undo::advice(report) {
        let _ = writeln!(out, "**Note:** {}\n", code(advice));
    }
    if let Ending::Refused(refused) = &report.ending {
        let _ = writeln!(out, "**Refused by the guards; nothing is written.**\n");
        for line in &refused.lines[1..] {
            let _ = writeln!(out, "- {}", code(line));
        }
        if let Some(command) = &refused.command {
            let _ = writeln!(out, "\nTo allow this one plan: {}", code(command));
        }
        out.push('\n');
    }
    let (taking, giving): (Vec<&Step>, Vec<&Step>) =
        report.content.operations.iter().partition(|step| takes_away(step));
    section(&mut out, "Takes away", &taking);
    section(&mut out, "Changes and adds", &giving);
    left_alone(&mut out, report);
    list(&mut out, "Notes", report.plan.notes.iter().map(|note| code(note)));
    if !report.content.operations.is_empty() {
        let _ = writeln!(out, "Plan {}", code(&report.hash.to_string()));
    }
    out
}

fn takes_away(step: &Step) -> bool {
    matches!(step.kind.as_str(), "deactivate-user" | "delete-user" | "delete-group" | "remove-members")
}

fn section(out: &mut String, heading: &str, steps: &[&Step]) {
    list(out, heading, steps.iter().map(|step| line(step)));
}

/// As many as a comment has room for; of the others, how many.
fn list(out: &mut String, heading: &str, lines: impl ExactSizeIterator<Item = String>) {
    if lines.len() == 0 {
        return;
    }
    let rest = lines.len().saturating_sub(STEPS_TOLD);
    let _ = writeln!(out, "**{heading}**\n");
    for line in lines.take(STEPS_TOLD) {
        let _ = writeln!(out, "- {line}");
    }
    if rest > 0 {
        let _ = writeln!(out, "- … and {rest} more");
    }
    out.push('\n');
}

fn line(step: &Step) -> String {
    let verb = step.kind.replace('-', " ");
    let mut out = format!("{verb} {}", code(&step.object.name));
    // Of an account that comes or goes, all attributes would be too much to read here.
    if !matches!(step.kind.as_str(), "create-user" | "delete-user" | "create-group" | "delete-group") {
        let changes: Vec<String> = step.changes.iter().map(difference).collect();
        if !changes.is_empty() {
            let _ = write!(out, ": {}", changes.join(", "));
        }
    }
    if !step.members.is_empty() {
        let most = if takes_away(step) { usize::MAX } else { NAMES_TOLD };
        let _ = write!(out, " ({}): {}", step.members.len(), names(&step.members, most));
    }
    let why = &step.reason;
    let _ = write!(out, " · {} by {}", code(&why.message), code(&format!("{}: {}", why.policy, why.rule)));
    out
}

pub(super) fn difference(change: &AttributeChange) -> String {
    let value = |value: &Option<String>| value.as_ref().map_or("none".to_owned(), |value| code(value));
    format!("{} {} → {}", code(&change.attribute), value(&change.before), value(&change.after))
}

fn names(members: &[Object], most: usize) -> String {
    let mut told: Vec<String> = members.iter().take(most).map(|member| code(&member.name)).collect();
    if members.len() > told.len() {
        told.push(format!("… and {} more", members.len() - told.len()));
    }
    told.join(", ")
}

fn left_alone(out: &mut String, report: &RunReport) {
    let plan = &report.plan;
    let held =
        plan.held_users.iter().chain(&plan.held_groups).chain(&plan.kept_users).chain(&plan.kept_groups);
    let mut lines: Vec<String> =
        held.map(|left| format!("{}: {}", code(&left.label), code(&left.why.message))).collect();
    lines.extend(
        plan.unread_groups.iter().map(|name| format!("{}: its members could not be read", code(name))),
    );
    lines.extend(plan.conflicts.iter().map(|conflict| {
        let parties: Vec<String> = conflict.parties.iter().map(|party| code(party)).collect();
        format!(
            "conflict over {}: {}. {}",
            code(&conflict.contested),
            parties.join(", "),
            code(&conflict.advice)
        )
    }));
    list(out, "Left alone", lines.into_iter());
}

/// A code span, with more backticks around it than stand in it.
pub(super) fn code(text: &str) -> String {
    let text = plain(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_gets_out_of_its_code_span() {
        let shown = ["a", "", "a`b", "`", "``x", "**a** <b> @team #1", "a\nb"].map(code);
        assert_eq!(
            shown,
            ["`a`", "`  `", "``a`b``", "`` ` ``", "``` ``x ```", "`**a** <b> @team #1`", "`a\\u{a}b`"]
        );
    }
}
