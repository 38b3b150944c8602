//! An explanation as text: one block for each object, one line for each step, the conclusion last.

use std::fmt::Write;

use usher_core::decision::Reason;
use usher_core::quote::quoted;
use usher_core::source::GroupOrigin;
use usher_engine::explain::{
    Becomes, Conclusion, GroupExplained, GroupStep, InGroup, PersonExplained, PersonStep, Said, Verdict,
    WouldChange,
};

use super::plan::differences;
use crate::escape::plain;
use crate::style::{BOLD, DIM, GREEN, YELLOW};

/// People whom a name may mean.
pub(crate) fn people(people: &[PersonExplained]) -> String {
    let mut out = several(people.len(), "people");
    for person in people {
        let ids = [
            person.okta_id.as_ref().map(|id| format!("Okta {id}")),
            person.scim_id.as_ref().map(|id| format!("AWS {id}")),
        ];
        let mut block = Block::begin(&mut out, &person.label, ids);
        for step in &person.steps {
            person_step(&mut block, step);
        }
        block.end(&person.conclusion);
    }
    out
}

/// Groups that a name may mean.
pub(crate) fn groups(groups: &[GroupExplained]) -> String {
    let mut out = several(groups.len(), "groups");
    for group in groups {
        let ids = [
            group.key.as_ref().map(|key| format!("key {key}")),
            group.scim_id.as_ref().map(|id| format!("AWS {id}")),
        ];
        let mut block = Block::begin(&mut out, &group.label, ids);
        for step in &group.steps {
            group_step(&mut block, step);
        }
        block.end(&group.conclusion);
    }
    out
}

fn several(number: usize, what: &str) -> String {
    if number > 1 { format!("{number} {what} may be meant:\n\n") } else { String::new() }
}

/// Lines under one heading; what stands in front of a line is told once.
struct Block<'a> {
    out: &'a mut String,
    told: &'static str,
}

impl<'a> Block<'a> {
    fn begin(out: &'a mut String, label: &str, ids: [Option<String>; 2]) -> Self {
        let ids: Vec<String> = ids.into_iter().flatten().map(|id| plain(&id)).collect();
        let _ = writeln!(out, "{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}", plain(label), ids.join(", "));
        Self { out, told: "" }
    }

    fn line(&mut self, front: &'static str, text: &str) {
        let shown = if front == self.told { "" } else { front };
        self.told = front;
        let _ = writeln!(self.out, "  {shown:<9} {text}");
    }

    fn end(self, conclusion: &Conclusion) {
        let (style, word) = match conclusion.verdict {
            Verdict::InStep => (GREEN, "in step"),
            Verdict::WouldChange => (YELLOW, "would change"),
            Verdict::LeftAlone => (YELLOW, "left alone"),
            Verdict::NotSynced => (YELLOW, "not synced"),
            Verdict::NotOurs => (DIM, "not ours"),
        };
        let _ = writeln!(self.out, "  {style}→ {word}{style:#}: {}\n", plain(&conclusion.message));
    }
}

fn person_step(block: &mut Block<'_>, step: &PersonStep) {
    match step {
        PersonStep::InOkta { login, email, status, in_a_read_group, .. } => {
            let mut text = status.word().to_owned();
            for (name, value) in [("login", login), ("mail", email)] {
                if let Some(value) = value {
                    let _ = write!(text, ", {name} {}", plain(value));
                }
            }
            if !in_a_read_group {
                text.push_str("; in no group that was read, so Okta was asked for this one");
            }
            block.line("Okta", &text);
        }
        PersonStep::NotInOkta { id: Some(id) } => {
            block.line("Okta", &format!("has nobody of the id {} (any more)", plain(id.as_str())));
        }
        PersonStep::NotInOkta { id: None } => {
            block.line("Okta", "is not asked: the account carries no Okta id")
        }
        PersonStep::NotAskedOfOkta { .. } => {
            block.line("Okta", "what was read does not say where this person is")
        }
        PersonStep::MemberOf { name, becomes, .. } => {
            block.line("Okta", &format!("member of {}: {}", quoted(name), became(becomes)));
        }
        PersonStep::OtherGroupsUnknown => {
            block.line("Okta", "other groups are not told: a snapshot holds those that were read");
        }
        PersonStep::Decided { said, why, changes, groups } => {
            let mut text = match said {
                Said::Keep => "takes the account as drafted".to_owned(),
                Said::Sync if changes.is_empty() => "takes the account as drafted".to_owned(),
                Said::Sync => format!("writes {}", differences(changes)),
                Said::Skip => "skips".to_owned(),
                Said::Hold => "holds".to_owned(),
            };
            if let Some(groups) = groups {
                let names: Vec<String> = groups.iter().map(|name| plain(name)).collect();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let _ = write!(text, "; groups instead of those given: {names}");
            }
            block.line("Policy", &format!("{text}{}", because(why)));
        }
        PersonStep::Held { why } => {
            block.line("Usher", &format!("leaves what stands as it is{}", because(why)))
        }
        PersonStep::InAws { id, user_name, external_id, active, is_theirs } => {
            let state = if *active { "active" } else { "inactive" };
            let owner = match external_id {
                Some(id) => format!("externalId {}", plain(id)),
                None => "no externalId".to_owned(),
            };
            let whose = if *is_theirs { "" } else { "the userName is held by another account: " };
            let id = plain(id.as_str());
            block.line("AWS", &format!("{whose}{}, {state}, {owner}, id {id}", plain(user_name)));
        }
        PersonStep::NotInAws { certain } => block.line("AWS", no_such("account", *certain)),
        PersonStep::InGroup { group, should_be, is } => {
            let text = match (should_be, is) {
                (true, Some(true)) => "is in",
                (true, Some(false)) => "should be in, and is not yet:",
                (true, None) => "should be in; its members were not read:",
                (false, _) => "is in, and should not be:",
            };
            block.line("AWS", &format!("{text} {}", in_group(group)));
        }
        PersonStep::Contested(conflict) => contested(block, conflict),
        PersonStep::WouldChange(change) => would_change(block, change),
    }
}

fn group_step(block: &mut Block<'_>, step: &GroupStep) {
    match step {
        GroupStep::InOkta { id, name, origin, becomes, members } => {
            let origin = match origin {
                GroupOrigin::Okta => "made in Okta",
                GroupOrigin::App => "of an application",
                GroupOrigin::BuiltIn => "Okta's own",
            };
            let members = match members {
                Some(number) => format!(", {number} in it"),
                None => String::new(),
            };
            block.line(
                "Okta",
                &format!("{} ({}), {origin}{members}: {}", quoted(name), plain(id.as_str()), became(becomes)),
            );
        }
        GroupStep::NotInOkta => block.line("Okta", "no group that was asked for becomes this one"),
        GroupStep::Wanted { display_name, members } => {
            block.line("Policy", &format!("wants {} with {members} in it", quoted(display_name)));
        }
        GroupStep::LeftOut { skipped, held } => {
            for (rule, number) in skipped {
                block.line("Policy", &format!("skips {number} of them by rule `{}`", plain(rule)));
            }
            for (login, why) in held {
                block.line("Policy", &format!("holds {} {}", plain(login), plain(why)));
            }
        }
        GroupStep::InAws { id, display_name, external_id, members } => {
            let owner = match external_id {
                Some(id) => format!("externalId {}", plain(id)),
                None => "no externalId".to_owned(),
            };
            let members = match members {
                Some(number) => format!("{number} in it"),
                None => "its members were not read".to_owned(),
            };
            block.line(
                "AWS",
                &format!("{}, {owner}, id {}, {members}", quoted(display_name), plain(id.as_str())),
            );
        }
        GroupStep::NotInAws { certain } => block.line("AWS", no_such("group", *certain)),
        GroupStep::Contested(conflict) => contested(block, conflict),
        GroupStep::WouldChange(change) => would_change(block, change),
    }
}

fn no_such(what: &str, certain: bool) -> &'static str {
    match (what, certain) {
        ("account", true) => "has no account for this person",
        ("account", false) => "could not list everybody, and showed no account for this person",
        (_, true) => "has no such group",
        (_, false) => "could not list everything, and showed no such group",
    }
}

fn became(becomes: &Becomes) -> String {
    match becomes {
        Becomes::Synced { groups, why } => {
            let names: Vec<String> = groups.iter().map(in_group).collect();
            format!("selected, becomes {}{}", names.join(", "), because(why))
        }
        Becomes::Skipped { why } => format!("skipped{}", because(why)),
        Becomes::Held { why } => format!("held{}", because(why)),
        Becomes::NotAskedFor => "not among the groups that are asked for".to_owned(),
    }
}

fn in_group(group: &InGroup) -> String {
    quoted(&group.display_name).to_string()
}

fn because(why: &Reason) -> String {
    let text = match why.message.as_str() {
        "" => format!("rule `{}`", plain(&why.rule)),
        message => format!("rule `{}`: {}", plain(&why.rule), plain(message)),
    };
    format!("  {DIM}({text}){DIM:#}")
}

fn contested(block: &mut Block<'_>, conflict: &usher_core::desired::Conflict) {
    let parties: Vec<String> = conflict.parties.iter().map(|party| plain(party)).collect();
    let text =
        format!("{}: {}; {}", plain(&conflict.contested), parties.join(" · "), plain(&conflict.advice));
    block.line("Contested", &text);
}

fn would_change(block: &mut Block<'_>, change: &WouldChange) {
    let mut text = change.kind.to_owned();
    if let Some(group) = &change.group {
        let _ = write!(text, " {}", in_group(group));
    }
    if !change.changes.is_empty() {
        let _ = write!(text, "  {}", differences(&change.changes));
    }
    if !change.members.is_empty() {
        let names: Vec<String> = change.members.iter().map(|name| plain(name)).collect();
        let _ = write!(text, "  {}", names.join(", "));
    }
    block.line("Plan", &format!("{text}{}", because(&change.why)));
}
