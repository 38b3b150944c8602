//! A comparison for a tired person: the count first, then who loses something, then the rest; last the plans.

use std::fmt::Write;

use anstyle::Style;
use usher_core::compare::Pair;
use usher_core::desired::Conflict;
use usher_core::moved::Moved;

use super::block::{self, Because, Block, Fact, Kind, Member};
use super::{ComparisonReport, SideReport, headline};
use crate::escape::plain;
use crate::report::plan::{count, differences, more, shorten};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW};

/// The comparison as text. What is taken away is told in full, the rest unless it is much or `all` is asked for.
pub(crate) fn comparison(report: &ComparisonReport, all: bool) -> String {
    let comparison = &report.comparison;
    let mut out = String::new();
    for (letter, side) in [("A", &report.sides.a), ("B", &report.sides.b)] {
        let _ = writeln!(out, "{BOLD}{letter}{BOLD:#}  {}", plain(&side.shown));
    }
    if let Some(policy) = &report.replaced {
        let _ = writeln!(out, "{DIM}each in place of the policy {}{DIM:#}", plain(policy));
    }
    if report.redacted {
        let _ = writeln!(out, "{DIM}names in {} are not the real ones{DIM:#}", plain(&report.snapshot));
    }
    let _ = writeln!(out, "\n{BOLD}{}{BOLD:#}", headline(comparison));

    let mut sections = Sections { out, all };
    let (groups, people) = (&comparison.groups, &comparison.people);
    sections.blocks("Groups", "group", &block::groups(&groups.otherwise));
    sections.blocks("People", "person", &block::people(&people.otherwise));
    sections.blocks(
        "Groups, the same for another reason",
        "group",
        &block::groups_by_reason(&groups.other_reason),
    );
    sections.blocks(
        "People, the same for another reason",
        "person",
        &block::people_by_reason(&people.other_reason),
    );
    sections.operations(&comparison.operations);
    sections.conflicts(&comparison.conflicts);
    if !comparison.is_same() {
        sections.plans(&report.sides);
    }
    sections.out
}

struct Sections {
    out: String,
    /// Whether everyone is named, however many.
    all: bool,
}

impl Sections {
    fn heading(&mut self, heading: &str) {
        let _ = writeln!(self.out, "\n{BOLD}{heading}{BOLD:#}");
    }

    fn blocks(&mut self, heading: &str, noun: &str, blocks: &[Block<'_>]) {
        if !blocks.is_empty() {
            self.heading(heading);
        }
        for block in blocks {
            self.block(noun, block);
        }
    }

    fn block(&mut self, noun: &str, block: &Block<'_>) {
        let (sign, style) = match block.kind {
            Kind::Takes => ("-", RED),
            Kind::Changes => ("~", YELLOW),
            Kind::Gives => ("+", GREEN),
            Kind::OtherReason => ("·", DIM),
        };
        let all = self.all || block.kind == Kind::Takes;
        let is_told_of_each = block.members.iter().any(|member| !member.facts.is_empty());
        let who = match block.members.as_slice() {
            [only] => plain(only.name),
            several if is_told_of_each => count(several.len(), noun),
            several => {
                let names: Vec<String> = several.iter().map(|member| plain(member.name)).collect();
                format!("{}: {}", count(several.len(), noun), shortened(&names, ", ", all))
            }
        };
        let verdicts = block.verdicts.map(|verdict| verdict.word());
        let verdict = match verdicts.is_same() {
            true => verdicts.a.to_owned(),
            false => format!("{} → {}", verdicts.a, verdicts.b),
        };
        let _ = writeln!(self.out, "  {style}{sign} {verdict}{style:#}  {who}");
        self.whys(noun, &block.whys);
        for fact in &block.facts {
            self.line(label(fact), &told(fact));
        }
        if is_told_of_each {
            let each: Vec<String> = block.members.iter().map(of_one).collect();
            for line in shorten(&each, all) {
                let _ = writeln!(self.out, "      {line}");
            }
            if let rest @ 1.. = each.len() - shorten(&each, all).len() {
                let _ = writeln!(self.out, "      {}", more(rest));
            }
        }
    }

    fn whys(&mut self, noun: &str, whys: &Pair<Option<Because<'_>>>) {
        let because = whys.map(|because| match because {
            Some(because) => reason(because),
            None if noun == "group" => "not among the groups that are asked for".to_owned(),
            None => "in no group that is selected".to_owned(),
        });
        if because.is_same() {
            self.line_of(DIM, "A, B", &because.a);
        } else {
            self.line_of(DIM, "A", &because.a);
            self.line_of(DIM, "B", &because.b);
        }
    }

    fn line(&mut self, label: &str, text: &str) {
        self.line_of(Style::new(), label, text);
    }

    fn line_of(&mut self, style: Style, label: &str, text: &str) {
        let _ = writeln!(self.out, "      {style}{label:<8} {text}{style:#}");
    }

    fn operations(&mut self, operations: &[Moved]) {
        if operations.is_empty() {
            return;
        }
        self.heading("In the plans");
        let told = shorten(operations, self.all);
        for Moved { subject, no_longer, now } in told {
            let _ = writeln!(self.out, "  {}", plain(&subject.name));
            for fact in no_longer {
                let _ = writeln!(self.out, "    {RED}- only in A{RED:#}  {}", plain(fact));
            }
            for fact in now {
                let _ = writeln!(self.out, "    {GREEN}+ only in B{GREEN:#}  {}", plain(fact));
            }
        }
        if let rest @ 1.. = operations.len() - told.len() {
            let _ = writeln!(self.out, "  {}", more(rest));
        }
    }

    fn conflicts(&mut self, conflicts: &Pair<Vec<Conflict>>) {
        for (letter, conflicts) in [("A", &conflicts.a), ("B", &conflicts.b)] {
            if !conflicts.is_empty() {
                self.heading(&format!("Contested in {letter} alone"));
            }
            for conflict in conflicts {
                let parties: Vec<String> = conflict.parties.iter().map(|party| plain(party)).collect();
                let (contested, advice) = (plain(&conflict.contested), plain(&conflict.advice));
                let _ = writeln!(self.out, "  {RED}!{RED:#} {contested}: {}  {advice}", parties.join(" · "));
            }
        }
    }

    fn plans(&mut self, sides: &Pair<SideReport>) {
        self.out.push('\n');
        for (letter, side) in [("A", &sides.a), ("B", &sides.b)] {
            let _ = writeln!(self.out, "{BOLD}Plan of {letter}:{BOLD:#} {}", side.summary);
            for line in &side.refused {
                let _ = writeln!(self.out, "  {RED}! the guards would refuse it{RED:#}: {}", plain(line));
            }
        }
    }
}

/// "ann  title none → "Dr""
fn of_one(member: &Member<'_>) -> String {
    let facts: Vec<String> = member.facts.iter().map(told).collect();
    format!("{}  {}", plain(member.name), facts.join("; "))
}

fn label(fact: &Fact<'_>) -> &'static str {
    match fact {
        Fact::Account(_) => "account",
        Fact::Joins(_) => "joins",
        Fact::Leaves(_) => "leaves",
        Fact::Becomes(_) => "becomes",
    }
}

fn told(fact: &Fact<'_>) -> String {
    match fact {
        Fact::Account(changes) => differences(changes),
        Fact::Joins(groups) | Fact::Leaves(groups) => quoted(groups),
        Fact::Becomes(becomes) => format!("{} → {}", quoted(&becomes.a), quoted(&becomes.b)),
    }
}

fn quoted(names: &[&str]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.iter().map(|name| format!("\"{}\"", plain(name))).collect::<Vec<_>>().join(", ")
}

fn reason(Because { why, of }: &Because<'_>) -> String {
    let whose = if why.policy == "usher" { " of Usher's own" } else { "" };
    let mut text = format!("rule `{}`{whose}", plain(&why.rule));
    if !why.message.is_empty() {
        let _ = write!(text, ": {}", plain(&why.message));
    }
    if let Some(name) = of {
        let _ = write!(text, "  (as said of {}; others have a message of their own)", plain(name));
    }
    text
}

fn shortened(names: &[String], separator: &str, all: bool) -> String {
    let told = shorten(names, all);
    let rest = match names.len() - told.len() {
        0 => String::new(),
        rest => format!(" {}", more(rest)),
    };
    format!("{}{rest}", told.join(separator))
}
