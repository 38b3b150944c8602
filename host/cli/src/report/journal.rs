//! A journal as text: one block a run, one line an operation.

use std::fmt::Write;

use usher_engine::journal::line::{Attribute, Change, Outcome};
use usher_engine::journal::{Attempt, Run};

use crate::escape::{plain, plain_lines};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW};

/// Runs, the oldest first.
pub(crate) fn runs(runs: &[Run]) -> String {
    let mut out = String::new();
    for run in runs {
        one(&mut out, run);
    }
    if runs.is_empty() {
        out.push_str("Nothing of the kind is in the journal.\n");
    }
    out
}

fn one(out: &mut String, run: &Run) {
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}  {}", plain(&run.run), plain(&run.began));
    let policies: Vec<String> = run
        .policies
        .iter()
        .map(|policy| format!("{} {}", plain(&policy.name), plain(&policy.digest)))
        .collect();
    let plan = run.plan.as_deref().map_or(String::new(), |plan| format!("; plan {}", plain(plan)));
    let (usher, host) = (plain(&run.usher), plain(&run.host));
    let decided = match policies.as_slice() {
        [] => "no policy: another run was taken back".to_owned(),
        policies => format!("policy {}", policies.join(", ")),
    };
    let _ = writeln!(
        out,
        "  {DIM}usher {usher} on {host} (process {}), {} operations{plan}; {decided}{DIM:#}",
        run.pid, run.operations,
    );
    for attempt in &run.attempts {
        line(out, attempt);
    }
    let _ = match (&run.ended, &run.ended_early) {
        (Some(at), None) => writeln!(out, "  ended {}\n", plain(at)),
        (Some(at), Some(why)) => {
            writeln!(out, "  {RED}ended early{RED:#} {}: {}\n", plain(at), plain_lines(why))
        }
        (None, _) => writeln!(out, "  {YELLOW}did not end{YELLOW:#}: it was stopped, or is writing now\n"),
    };
}

fn line(out: &mut String, attempt: &Attempt) {
    let (style, word) = match attempt.result {
        Some(Outcome::Done) => (GREEN, "done"),
        Some(Outcome::DoneWithout) => (YELLOW, "done in part"),
        Some(Outcome::Failed) => (RED, "failed"),
        None => (YELLOW, "outcome not known"),
    };
    let why = format!("{} ({})", plain(&attempt.change.reason), plain(&attempt.change.rule));
    let _ = writeln!(
        out,
        "  #{} {style}{word}{style:#}  {}  {DIM}{}{DIM:#}",
        attempt.operation,
        change(&attempt.change),
        why.trim()
    );
    if !attempt.missing.is_empty() {
        let names: Vec<String> = attempt.missing.iter().map(|name| plain(name)).collect();
        let _ = writeln!(out, "      without {}", names.join(", "));
    }
    if let Some(error) = &attempt.error {
        let _ = writeln!(out, "      {}", plain_lines(error).replace('\n', "\n      "));
    }
    let requests: Vec<String> = attempt.requests.iter().map(request).collect();
    if !requests.is_empty() {
        let _ = writeln!(out, "      {DIM}{}{DIM:#}", requests.join(", "));
    }
}

fn change(change: &Change) -> String {
    let mut text = plain(&change.kind);
    if let Some(user) = &change.user {
        let id = user.okta_id.as_deref().map_or(String::new(), |id| format!(" ({})", plain(id)));
        let _ = write!(text, " {}{id}", plain(&user.user_name));
    }
    if let Some(group) = &change.group {
        let _ = write!(text, " \"{}\" ({})", plain(&group.display_name), plain(&group.key));
    }
    if !change.members.is_empty() {
        let names: Vec<String> = change.members.iter().map(|user| plain(&user.user_name)).collect();
        let _ = write!(text, "  {}", names.join(", "));
    }
    let attributes: Vec<String> = change.attributes.iter().map(attribute).collect();
    if !attributes.is_empty() {
        let _ = write!(text, "  {}", attributes.join(", "));
    }
    text
}

fn attribute(attribute: &Attribute) -> String {
    let value = |value: &Option<String>| match value {
        Some(value) => format!("\"{}\"", plain(value)),
        None => "none".to_owned(),
    };
    format!("{} {} → {}", plain(&attribute.name), value(&attribute.before), value(&attribute.after))
}

fn request(request: &usher_engine::journal::line::Request) -> String {
    let status = request.status.map_or("no answer".to_owned(), |status| status.to_string());
    let id = request.id.as_deref().map_or(String::new(), |id| format!(" [request id {}]", plain(id)));
    format!("{} {status}{id}", plain(&request.request))
}
