//! A comparison for the comment of a pull request. Whatever came from Okta, AWS or a policy stands in code spans.

use std::fmt::Write;

use usher_core::compare::Pair;
use usher_core::moved::Moved;

use super::block::{self, Because, Block, Fact, Kind, Member};
use super::{ComparisonReport, headline};
use crate::report::markdown::{NAMES_TOLD, STEPS_TOLD, code, difference};
use crate::report::plan::count;

/// The comparison as Markdown.
pub(crate) fn comparison(report: &ComparisonReport) -> String {
    let comparison = &report.comparison;
    let mut out = String::new();
    let _ = writeln!(out, "### Usher: what the policy changes\n\n{}\n", headline(comparison));
    for (letter, side) in [("A", &report.sides.a), ("B", &report.sides.b)] {
        let _ = writeln!(out, "- {letter}: {}; plan: {}", code(&side.shown), side.summary);
        for line in &side.refused {
            let _ = writeln!(out, "  - **the guards would refuse it**: {}", code(line));
        }
    }
    if let Some(policy) = &report.replaced {
        let _ = writeln!(out, "- each in place of the policy {}", code(policy));
    }
    if report.redacted {
        let _ = writeln!(out, "- names in {} are not the real ones", code(&report.snapshot));
    }
    out.push('\n');
    let (groups, people) = (&comparison.groups, &comparison.people);
    section(&mut out, "Groups", "group", &block::groups(&groups.otherwise));
    section(&mut out, "People", "person", &block::people(&people.otherwise));
    section(
        &mut out,
        "Groups, the same for another reason",
        "group",
        &block::groups_by_reason(&groups.other_reason),
    );
    section(
        &mut out,
        "People, the same for another reason",
        "person",
        &block::people_by_reason(&people.other_reason),
    );
    operations(&mut out, &comparison.operations);
    for (letter, conflicts) in [("A", &comparison.conflicts.a), ("B", &comparison.conflicts.b)] {
        let told = conflicts.iter().map(|it| format!("{}: {}", code(&it.contested), code(&it.advice)));
        list(&mut out, &format!("Contested in {letter} alone"), told.collect());
    }
    out
}

fn section(out: &mut String, heading: &str, noun: &str, blocks: &[Block<'_>]) {
    // What is lost comes first, and all of it.
    let lost = blocks.iter().filter(|block| block.kind == Kind::Takes).count();
    list_of(out, heading, blocks.iter().map(|block| item(noun, block)).collect(), STEPS_TOLD.max(lost));
}

fn list(out: &mut String, heading: &str, items: Vec<String>) {
    list_of(out, heading, items, STEPS_TOLD);
}

fn list_of(out: &mut String, heading: &str, items: Vec<String>, most: usize) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "**{heading}**\n");
    for item in items.iter().take(most) {
        let _ = writeln!(out, "- {item}");
    }
    if items.len() > most {
        let _ = writeln!(out, "- … and {} more", items.len() - most);
    }
    out.push('\n');
}

/// One item of a list, with its own list below.
fn item(noun: &str, block: &Block<'_>) -> String {
    let most = if block.kind == Kind::Takes { usize::MAX } else { NAMES_TOLD };
    let verdicts = block.verdicts.map(|verdict| verdict.word());
    let verdict = match verdicts.is_same() {
        true => verdicts.a.to_owned(),
        false => format!("{} → {}", verdicts.a, verdicts.b),
    };
    let is_told_of_each = block.members.iter().any(|member| !member.facts.is_empty());
    let number = match block.members.len() {
        1 => String::new(),
        number => format!("{}: ", count(number, noun)),
    };
    let mut each: Vec<String> = block.members.iter().take(most).map(of_one).collect();
    if block.members.len() > each.len() {
        each.push(format!("… and {} more", block.members.len() - each.len()));
    }
    let loss = if block.kind == Kind::Takes { "**takes away** · " } else { "" };
    let separator = if is_told_of_each { "; " } else { ", " };
    let mut out = format!("{loss}{verdict} · {number}{}", each.join(separator));
    for fact in &block.facts {
        let _ = write!(out, "\n  - {}", told(fact));
    }
    let whys = whys(noun, &block.whys);
    if whys.is_same() {
        let _ = write!(out, "\n  - A, B: {}", whys.a);
    } else {
        let _ = write!(out, "\n  - A: {}\n  - B: {}", whys.a, whys.b);
    }
    out
}

fn of_one(member: &Member<'_>) -> String {
    let facts: Vec<String> = member.facts.iter().map(told).collect();
    match facts.is_empty() {
        true => code(member.name),
        false => format!("{} {}", code(member.name), facts.join(", ")),
    }
}

fn told(fact: &Fact<'_>) -> String {
    match fact {
        Fact::Account(changes) => changes.iter().map(difference).collect::<Vec<_>>().join(", "),
        Fact::Joins(groups) => format!("joins {}", names(groups)),
        Fact::Leaves(groups) => format!("leaves {}", names(groups)),
        Fact::Becomes(becomes) => format!("becomes {} → {}", names(&becomes.a), names(&becomes.b)),
    }
}

fn names(names: &[&str]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
}

fn whys(noun: &str, whys: &Pair<Option<Because<'_>>>) -> Pair<String> {
    whys.map(|because| match because {
        Some(Because { why, of }) => {
            let mut text = code(&format!("{}: {}", why.policy, why.rule));
            if !why.message.is_empty() {
                let _ = write!(text, ": {}", code(&why.message));
            }
            if let Some(name) = of {
                let _ = write!(text, " (as said of {}; others have a message of their own)", code(name));
            }
            text
        }
        None if noun == "group" => "not among the groups that are asked for".to_owned(),
        None => "in no group that is selected".to_owned(),
    })
}

fn operations(out: &mut String, operations: &[Moved]) {
    let told = operations.iter().map(|Moved { subject, no_longer, now }| {
        let mut item = code(&subject.name);
        for (side, facts) in [("A", no_longer), ("B", now)] {
            for fact in facts {
                let _ = write!(item, "\n  - only in {side}: {}", code(fact));
            }
        }
        item
    });
    list(out, "In the plans", told.collect());
}
