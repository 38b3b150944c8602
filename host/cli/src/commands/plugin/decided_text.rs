//! Decisions for a person to read: each by itself, or counted by rule.

use std::fmt::Write;

use usher_core::decision::TargetGroup;

use super::decided::{Decided, counted};
use crate::escape::plain;
use crate::style::{BOLD, DIM, RED};

/// Every decision in full, under a heading; nothing when there is none.
pub(crate) fn each(heading: &str, items: &[Decided]) -> String {
    let mut out = String::new();
    for item in items {
        let _ =
            writeln!(out, "{heading} {BOLD}{}{BOLD:#} {DIM}({}){DIM:#}", plain(&item.label), plain(&item.id));
        let message = match item.why.message.as_str() {
            "" => String::new(),
            message => format!(": {}", plain(message)),
        };
        let _ = writeln!(out, "  {} by rule `{}`{message}", item.verdict, plain(&item.why.rule));
        if let Some(groups) = &item.groups {
            let names: Vec<String> = groups.iter().map(target).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let _ = writeln!(out, "  groups: {names}");
        }
        for change in &item.changes {
            let [draft, account] = [&change.draft, &change.account].map(|value| quoted(value.as_deref()));
            let _ = writeln!(out, "  {}: {draft} → {account}", change.field);
        }
        for problem in &item.problems {
            let _ = writeln!(out, "  {RED}held{RED:#}: {}", plain(problem));
        }
    }
    out
}

/// How many decisions each rule made, under a heading; nothing when there is none.
pub(crate) fn summary(heading: &str, items: &[Decided]) -> String {
    let mut out = String::new();
    if items.is_empty() {
        return out;
    }
    let _ = writeln!(out, "{BOLD}{heading}{BOLD:#}");
    for (verdict, rule, count) in counted(items) {
        let _ = writeln!(out, "  {count:>6}  {verdict:<4}  {}", plain(rule));
    }
    let refused = items.iter().filter(|item| !item.problems.is_empty()).count();
    if refused > 0 {
        let _ = writeln!(out, "  {RED}{refused:>6}  held{RED:#}  because AWS would refuse the account");
    }
    out
}

/// A name, with its key where the policy chose one. Without a name it is a group the person has been given anyway.
fn target(group: &TargetGroup) -> String {
    match (&group.key, group.display_name.as_str()) {
        (None, name) => plain(name),
        (Some(key), "") => format!("key {}", plain(key)),
        (Some(key), name) => format!("{} (key {})", plain(name), plain(key)),
    }
}

fn quoted(value: Option<&str>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("\"{}\"", plain(value)))
}
