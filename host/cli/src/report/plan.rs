//! A plan for a tired person: what goes first, what is taken away in full, what is added in short.

use std::collections::BTreeMap;
use std::fmt::Write;

use usher_core::content::UndoOf;
use usher_core::decision::Reason;
use usher_core::moved::Moved;
use usher_core::plan::{AttributeChange, Change, Operation, Plan, UserRef};
use usher_core::plan_hash::PlanHash;
use usher_engine::Outcome;
use usher_engine::Reading;
use usher_engine::prepare::Seen;
use usher_engine::state::Why;

use super::result::{Ending, RunReport};
use super::undo;
use crate::escape::plain;
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW};

/// How many names of an addition are told unless `--all` is given. What is taken away is always told in full.
const NAMES_TOLD: usize = 12;

/// A section of lines under a heading; nothing at all when there is no line.
struct Section {
    heading: &'static str,
    lines: Vec<String>,
}

impl Section {
    fn new(heading: &'static str) -> Self {
        Self { heading, lines: Vec::new() }
    }

    fn write_to(&self, out: &mut String) {
        if !self.lines.is_empty() {
            let _ = writeln!(out, "\n{BOLD}{}{BOLD:#}", self.heading);
            for line in &self.lines {
                let _ = writeln!(out, "  {line}");
            }
        }
    }
}

/// The plan as text.
pub(crate) fn plan(plan: &Plan, seen: &Seen, undo_of: Option<&UndoOf>, hash: &PlanHash, all: bool) -> String {
    let mut out = String::new();
    let (users, groups) = (count(seen.target_users, "user"), count(seen.target_groups, "group"));
    let _ = match undo_of {
        Some(undo_of) => {
            let heading = plain(&undo::heading(undo_of));
            writeln!(out, "{heading}. Identity Center: {users}, {groups}.")
        }
        None => writeln!(
            out,
            "Okta: {} with {}. Identity Center: {users}, {groups}{}.",
            count(seen.selected_groups, "group"),
            count(seen.people, "person"),
            if seen.target_complete { "" } else { " (it cannot list everything, so no leaver can be found)" },
        ),
    };
    if let Some(line) = reading(&seen.reading) {
        let _ = writeln!(out, "{line}");
    }
    self::users(&plan.operations, all).write_to(&mut out);
    self::groups(&plan.operations).write_to(&mut out);
    members(&plan.operations, all).write_to(&mut out);
    left_alone(plan, seen, all).write_to(&mut out);
    let _ = writeln!(out, "\n{BOLD}Plan:{BOLD:#} {}", summary(plan));
    if !plan.operations.is_empty() {
        let _ = writeln!(out, "{BOLD}Hash:{BOLD:#} {hash}");
    }
    out
}

/// How much of that was read now, where a run may do with less than everything.
fn reading(reading: &Reading) -> Option<String> {
    match reading {
        Reading::Full { why: Why::NoState | Why::Narrowed } => None,
        Reading::Full { why } => Some(dim(&format!("Everything was read: {why}."))),
        Reading::Incremental { since, groups, people, target_groups } => {
            let target = target_groups.map_or_else(
                || "nothing".to_owned(),
                |groups| format!("the lists and the members of {}", count(groups, "group")),
            );
            Some(dim(&format!(
                "Since {since:.0} (Okta's clock): {} changed; the members of {} were read in Okta, and {target} in Identity Center.",
                count(*people, "person"),
                count(*groups, "group"),
            )))
        }
    }
}

/// What is taken away first, then each kind by name.
fn in_reading_order(operations: &[Operation]) -> Vec<&Operation> {
    let mut ordered: Vec<&Operation> = operations.iter().collect();
    ordered.sort_by_cached_key(|operation| {
        let takes_away = takes_away(&operation.change);
        (!takes_away, subject(&operation.change))
    });
    ordered
}

/// Whether what stood is no longer there, or no longer of use, afterwards.
fn takes_away(change: &Change) -> bool {
    matches!(change, Change::DeactivateUser { .. } | Change::DeleteUser { .. } | Change::DeleteGroup { .. })
}

fn users(operations: &[Operation], all: bool) -> Section {
    let mut section = Section::new("Users");
    let mut created = Vec::new();
    for operation in in_reading_order(operations) {
        let why = why(operation);
        match &operation.change {
            Change::CreateUser { user, account } => created.push(format!(
                "{GREEN}+ create{GREEN:#}      {}  {}{why}",
                name(user),
                plain(&account.display_name)
            )),
            Change::AdoptUser { user, changes, .. } => section.lines.push(format!(
                "{YELLOW}> adopt{YELLOW:#}       {}  {}{why}",
                name(user),
                differences(changes)
            )),
            Change::UpdateUser { user, changes, .. } => section.lines.push(format!(
                "{YELLOW}~ update{YELLOW:#}      {}  {}{why}",
                name(user),
                differences(changes)
            )),
            Change::DeactivateUser { user, .. } => {
                section.lines.push(format!("{RED}- deactivate{RED:#}  {}{why}", name(user)));
            }
            Change::DeleteUser { user, .. } => {
                section.lines.push(format!("{RED}- delete{RED:#}      {}{why}", name(user)));
            }
            Change::ReactivateUser { user, changes, .. } => section.lines.push(format!(
                "{GREEN}+ reactivate{GREEN:#}  {}  {}{why}",
                name(user),
                differences(changes)
            )),
            _ => {}
        }
    }
    let told = shorten(&created, all);
    section.lines.extend(told.iter().cloned());
    if told.len() < created.len() {
        section.lines.push(more(created.len() - told.len()));
    }
    section
}

fn groups(operations: &[Operation]) -> Section {
    let mut section = Section::new("Groups");
    for operation in in_reading_order(operations) {
        let why = why(operation);
        match &operation.change {
            Change::CreateGroup { group, .. } => {
                let line = format!("{GREEN}+ create{GREEN:#}      {}{why}", plain(&group.display_name));
                section.lines.push(line);
            }
            Change::DeleteGroup { group, members } => section.lines.push(format!(
                "{RED}- delete{RED:#}      {}  with {}{why}",
                plain(&group.display_name),
                count(members.len(), "member")
            )),
            Change::AdoptGroup { group, changes } => section.lines.push(format!(
                "{YELLOW}> adopt{YELLOW:#}       {}  {}{why}",
                plain(&group.display_name),
                differences(changes)
            )),
            Change::RenameGroup { before, after, .. } => section.lines.push(format!(
                "{YELLOW}~ rename{YELLOW:#}      {} → {}{why}",
                plain(before),
                plain(after)
            )),
            _ => {}
        }
    }
    section
}

/// The reason of an operation, and the rule that gave it.
fn why(operation: &Operation) -> String {
    let Reason { rule, message, .. } = &operation.why;
    // Where no rule spoke there is nothing to tell, but why somebody goes is told always.
    if rule == "default" && !takes_away(&operation.change) {
        return String::new();
    }
    let text = if message.is_empty() { format!("({rule})") } else { format!("{message} ({rule})") };
    format!("  {}", dim(&text))
}

/// What happens to the members of one group, for one reason.
type Joint<'a> = BTreeMap<(&'a str, String), Vec<String>>;

fn members(operations: &[Operation], all: bool) -> Section {
    let (mut added, mut removed): (Joint<'_>, Joint<'_>) = Default::default();
    for operation in operations {
        let (into, group, members) = match &operation.change {
            Change::CreateGroup { group, members } if !members.is_empty() => (&mut added, group, members),
            Change::AddMembers { group, members } => (&mut added, group, members),
            Change::RemoveMembers { group, members } => (&mut removed, group, members),
            _ => continue,
        };
        let line = into.entry((&group.display_name, why(operation))).or_default();
        line.extend(members.iter().map(name));
    }
    let mut section = Section::new("Members");
    for ((group, why), names) in &removed {
        let (group, count, names) = (plain(group), names.len(), names.join(", "));
        section.lines.push(format!("{RED}- {group}{RED:#}  {count}: {names}{why}"));
    }
    for ((group, why), names) in &added {
        let (group, count, told) = (plain(group), names.len(), shorten(names, all));
        let rest = match count - told.len() {
            0 => String::new(),
            rest => format!(" {}", more(rest)),
        };
        section.lines.push(format!("{GREEN}+ {group}{GREEN:#}  {count}: {}{rest}{why}", told.join(", ")));
    }
    section
}

fn left_alone(plan: &Plan, seen: &Seen, all: bool) -> Section {
    let mut section = Section::new("Left alone");
    for left in plan.held_users.iter().chain(&plan.held_groups) {
        let rule = dim(&format!("({})", left.why.rule));
        section.lines.push(format!(
            "{YELLOW}! held{YELLOW:#}        {}  {} {rule}",
            plain(&left.label),
            plain(&left.why.message)
        ));
    }
    for left in plan.kept_users.iter().chain(&plan.kept_groups) {
        let why = dim(&format!("{} ({})", left.why.message, left.why.rule));
        section.lines.push(format!("{YELLOW}! kept{YELLOW:#}        {}  {why}", plain(&left.label)));
    }
    for group in &plan.unread_groups {
        section.lines.push(format!(
            "{YELLOW}! unread{YELLOW:#}      {}  stays as it is: its members could not be read",
            plain(group)
        ));
    }
    for conflict in &plan.conflicts {
        let parties: Vec<String> = conflict.parties.iter().map(|party| plain(party)).collect();
        section.lines.push(format!(
            "{RED}! conflict{RED:#}    {}: {}  {}",
            plain(&conflict.contested),
            parties.join(" · "),
            plain(&conflict.advice)
        ));
    }
    for (rule, number) in &seen.skipped {
        section.lines.push(dim(&format!("· skipped by rule {rule}: {number}")));
    }
    let notes: Vec<String> = plan.notes.iter().map(|note| format!("{DIM}· {}{DIM:#}", plain(note))).collect();
    let told = shorten(&notes, all);
    section.lines.extend(told.iter().cloned());
    if told.len() < notes.len() {
        section.lines.push(more(notes.len() - told.len()));
    }
    section
}

/// One line that counts the operations, as a person would.
pub(crate) fn summary(plan: &Plan) -> String {
    if plan.operations.is_empty() {
        return "nothing to do".to_owned();
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut added, mut removed) = (0, 0);
    for operation in &plan.operations {
        match &operation.change {
            Change::AddMembers { members, .. } => added += members.len(),
            Change::RemoveMembers { members, .. } => removed += members.len(),
            Change::CreateGroup { members, .. } => {
                added += members.len();
                *kinds.entry("create-group").or_default() += 1;
            }
            other => *kinds.entry(other.kind()).or_default() += 1,
        }
    }
    let mut parts = Vec::new();
    let mut tell = |kind: &str, noun: &str, what: &str| {
        if let Some(number) = kinds.get(kind) {
            parts.push(format!("{what} {}", count(*number, noun)));
        }
    };
    tell("deactivate-user", "user", "deactivate");
    tell("delete-user", "user", "delete");
    tell("delete-group", "group", "delete");
    tell("reactivate-user", "user", "reactivate");
    tell("update-user", "user", "update");
    tell("adopt-user", "user", "adopt");
    tell("create-user", "user", "create");
    tell("rename-group", "group", "rename");
    tell("adopt-group", "group", "adopt");
    tell("create-group", "group", "create");
    if removed > 0 {
        parts.push(format!("remove {}", count(removed, "membership")));
    }
    if added > 0 {
        parts.push(format!("add {}", count(added, "membership")));
    }
    format!("{} ({})", parts.join(", "), count(plan.operations.len(), "request"))
}

/// What came of the plan, and what the run cost.
pub(crate) fn ending(report: &RunReport) -> String {
    let mut out = String::new();
    match &report.ending {
        Ending::Planned if report.plan.operations.is_empty() => {}
        Ending::Planned => {
            let _ = writeln!(
                out,
                "Nothing was written{}.",
                if report.dry_run { ": this was a plan" } else { "" }
            );
        }
        Ending::Refused(_) => {
            let _ = writeln!(out, "Nothing was written.");
        }
        Ending::Moved { moved, .. } => {
            out.push_str(&since(moved));
            let _ = writeln!(out, "Nothing was written.");
        }
        Ending::Applied(applied) => {
            for (operation, outcome) in report.plan.operations.iter().zip(&applied.outcomes) {
                let what = subject(&operation.change);
                match outcome {
                    Outcome::Done | Outcome::NotAttempted => {}
                    Outcome::DoneWithout { missing } => {
                        let names: Vec<String> = missing.iter().map(|name| plain(name)).collect();
                        let _ = writeln!(out, "{YELLOW}! {what}{YELLOW:#}: without {}", names.join(", "));
                    }
                    Outcome::Failed { error } => {
                        let _ = writeln!(
                            out,
                            "{RED}! {what} failed{RED:#}: {}",
                            crate::escape::plain_lines(error)
                        );
                    }
                }
            }
            let total = applied.outcomes.len();
            if applied.is_complete() {
                let _ = writeln!(out, "{GREEN}Done:{GREEN:#} {} written.", count(total, "operation"));
            } else {
                let _ = writeln!(
                    out,
                    "{RED}Partly done:{RED:#} {} of {total} operations written.",
                    applied.done()
                );
            }
            if let Some(why) = &applied.ended_early {
                let is_told =
                    |outcome: &Outcome| matches!(outcome, Outcome::Failed { error } if error == why);
                if !applied.outcomes.iter().any(is_told) {
                    let _ = writeln!(out, "{RED}!{RED:#} {}", crate::escape::plain_lines(why));
                }
                let _ = writeln!(
                    out,
                    "The run ended early; what was written stands. Run it again once the cause is mended."
                );
            }
        }
    }
    let _ = writeln!(out, "{DIM}{}{DIM:#}", cost(report));
    out
}

/// What moved, person by person.
fn since(moved: &[Moved]) -> String {
    let mut out = String::new();
    if !moved.is_empty() {
        let _ = writeln!(out, "\n{BOLD}What moved since{BOLD:#}");
    }
    for Moved { subject, no_longer, now } in moved {
        let _ = writeln!(out, "  {}", plain(&subject.name));
        for fact in no_longer {
            let _ = writeln!(out, "    {RED}- no longer{RED:#}  {}", plain(fact));
        }
        for fact in now {
            let _ = writeln!(out, "    {GREEN}+ now{GREEN:#}        {}", plain(fact));
        }
    }
    out
}

/// "Requests: Okta 14 (…), Identity Center 38 (…); 1.2 s."
fn cost(report: &RunReport) -> String {
    let part = |name: &str, counts: &BTreeMap<String, u64>| {
        let total: u64 = counts.values().sum();
        let detail: Vec<String> =
            counts.iter().map(|(request, number)| format!("{request} {number}")).collect();
        if detail.is_empty() {
            format!("{name} {total}")
        } else {
            format!("{name} {total} ({})", detail.join(", "))
        }
    };
    let waited = report.okta.waited + report.identity_center.waited;
    let waiting = if waited.as_millis() < 100 {
        String::new()
    } else {
        format!(", {:.1} s of them waiting for rate limits", waited.as_secs_f64())
    };
    format!(
        "Requests: {}; {}. Took {:.1} s{waiting}.",
        part("Okta", &report.okta.by_request),
        part("Identity Center", &report.identity_center.by_request),
        report.took.as_secs_f64(),
    )
}

fn subject(change: &Change) -> String {
    match change {
        Change::CreateUser { user, .. }
        | Change::AdoptUser { user, .. }
        | Change::UpdateUser { user, .. }
        | Change::DeactivateUser { user, .. }
        | Change::DeleteUser { user, .. }
        | Change::ReactivateUser { user, .. } => format!("{} {}", change.kind(), name(user)),
        Change::CreateGroup { group, .. }
        | Change::AdoptGroup { group, .. }
        | Change::RenameGroup { group, .. }
        | Change::AddMembers { group, .. }
        | Change::DeleteGroup { group, .. }
        | Change::RemoveMembers { group, .. } => format!("{} {}", change.kind(), plain(&group.display_name)),
    }
}

fn name(user: &UserRef) -> String {
    plain(&user.user_name)
}

pub(crate) fn differences(changes: &[AttributeChange]) -> String {
    let value = |value: &Option<String>| match value {
        Some(value) => format!("\"{}\"", plain(value)),
        None => "none".to_owned(),
    };
    let parts: Vec<String> = changes
        .iter()
        .map(|change| {
            format!("{} {} → {}", plain(&change.attribute), value(&change.before), value(&change.after))
        })
        .collect();
    parts.join(", ")
}

pub(super) fn shorten<T>(lines: &[T], all: bool) -> &[T] {
    // One line more than the limit is told rather than counted: "and 1 more" would take as much room.
    if all || lines.len() <= NAMES_TOLD + 1 { lines } else { &lines[..NAMES_TOLD] }
}

pub(super) fn more(rest: usize) -> String {
    format!("{DIM}… and {rest} more (--all names everyone){DIM:#}")
}

fn dim(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{DIM}{}{DIM:#}", plain(text)) }
}

/// "1 user", "2 users", "0 people".
pub(super) fn count(number: usize, noun: &str) -> String {
    match (number, noun) {
        (1, noun) => format!("1 {noun}"),
        (number, "person") => format!("{number} people"),
        (number, noun) => format!("{number} {noun}s"),
    }
}
