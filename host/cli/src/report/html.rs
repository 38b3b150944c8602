//! A plan as one page that loads nothing from anywhere.

use std::fmt::Write;

use usher_core::content::Step;
use usher_core::desired::Left;

use super::plan::summary;
use super::result::{Ending, RunReport};
use super::undo;
use crate::escape::plain;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Usher: the plan</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; }
th, td { text-align: left; vertical-align: top; padding: .35em .6em; border-bottom: 1px solid #ddd; }
th { border-bottom: 2px solid #888; }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.takes td:nth-child(2) { color: #a40000; font-weight: 600; }
.why { color: #555; }
.refused { border-left: 4px solid #a40000; padding: .2em 1em; }
</style>
</head>
<body>
"#;

/// The plan as HTML.
pub(crate) fn plan(report: &RunReport) -> String {
    let mut out = String::from(HEAD);
    let _ = writeln!(out, "<h1>{}</h1>", text(&summary(&report.plan)));
    let content = &report.content;
    let _ = match &content.undo_of {
        Some(undo_of) => {
            writeln!(out, "<p>{} in <code>{}</code>", text(&undo::heading(undo_of)), text(&content.target))
        }
        None => writeln!(
            out,
            "<p>From <code>{}</code> to <code>{}</code>",
            text(&content.source),
            text(&content.target)
        ),
    };
    if let Some(advice) = undo::advice(report) {
        let _ = writeln!(out, "<p><strong>Note:</strong> {}", text(advice));
    }
    let _ = writeln!(out, "<p>Plan <code>{}</code>", text(&report.hash.to_string()));
    if let Ending::Refused(refused) = &report.ending {
        let _ = writeln!(
            out,
            "<div class=\"refused\"><p><strong>Refused by the guards; nothing is written.</strong>"
        );
        for line in &refused.lines[1..] {
            let _ = writeln!(out, "<p>{}", text(line));
        }
        if let Some(command) = &refused.command {
            let _ = writeln!(out, "<p>To allow this one plan: <code>{}</code>", text(command));
        }
        out.push_str("</div>\n");
    }
    if !content.operations.is_empty() {
        out.push_str("<h2>Operations</h2>\n<table>\n<tr><th>Stage<th>What<th>Whom<th>Change<th>Why</tr>\n");
        for step in &content.operations {
            row(&mut out, step);
        }
        out.push_str("</table>\n");
    }
    left_alone(&mut out, report);
    out.push_str("</body>\n</html>\n");
    out
}

fn row(out: &mut String, step: &Step) {
    let takes_away =
        matches!(step.kind.as_str(), "deactivate-user" | "delete-user" | "delete-group" | "remove-members");
    let class = if takes_away { " class=\"takes\"" } else { "" };
    let mut change = String::new();
    for it in &step.changes {
        let value = |value: &Option<String>| {
            value.as_ref().map_or("none".to_owned(), |it| format!("<code>{}</code>", text(it)))
        };
        let _ = write!(change, "{} {} → {}<br>", text(&it.attribute), value(&it.before), value(&it.after));
    }
    let members: Vec<String> = step.members.iter().map(|member| text(&member.name)).collect();
    change.push_str(&members.join(", "));
    let id = step.object.external_id.as_deref().unwrap_or_default();
    let _ = writeln!(
        out,
        "<tr{class}><td>{}<td>{}<td>{}<br><code>{}</code><td>{change}<td class=\"why\">{}<br>{}: {}</tr>",
        step.stage,
        text(&step.kind.replace('-', " ")),
        text(&step.object.name),
        text(id),
        text(&step.reason.message),
        text(&step.reason.policy),
        text(&step.reason.rule),
    );
}

fn left_alone(out: &mut String, report: &RunReport) {
    let plan = &report.plan;
    let row = |what: &str, Left { label, why }: &Left| {
        format!("<tr><td>{what}<td>{}<td>{}<br>{}</tr>\n", text(label), text(&why.message), text(&why.rule))
    };
    let mut rows = String::new();
    for left in plan.held_users.iter().chain(&plan.held_groups) {
        rows.push_str(&row("held", left));
    }
    for left in plan.kept_users.iter().chain(&plan.kept_groups) {
        rows.push_str(&row("kept", left));
    }
    for group in &plan.unread_groups {
        let _ = writeln!(rows, "<tr><td>unread<td>{}<td>its members could not be read</tr>", text(group));
    }
    for conflict in &plan.conflicts {
        let parties: Vec<String> = conflict.parties.iter().map(|party| text(party)).collect();
        let (contested, advice) = (text(&conflict.contested), text(&conflict.advice));
        let _ = writeln!(rows, "<tr><td>conflict<td>{contested}: {}<td>{advice}</tr>", parties.join(" · "));
    }
    for note in &plan.notes {
        let _ = writeln!(rows, "<tr><td>note<td colspan=\"2\">{}</tr>", text(note));
    }
    if !rows.is_empty() {
        let _ = write!(out, "<h2>Left alone</h2>\n<table>\n{rows}</table>\n");
    }
}

/// Text in which HTML reads nothing.
fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let shown = text("<script>alert('x')</script> & \"y\"\n");
        assert_eq!(shown, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;\\u{a}");
    }
}
