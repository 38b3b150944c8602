//! What lies between two plans, person by person and group by group.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::content::{Content, Object, Step, Type};
use crate::quote::quoted;

/// Somebody or something of which the two plans differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// Who or what.
    pub subject: Object,
    /// What the first plan would do and the second would not.
    pub no_longer: Vec<String>,
    /// What the second would do and the first would not.
    pub now: Vec<String>,
}

/// Where two plans differ: first people, then groups. Empty when they differ in the order of their steps alone.
pub fn between(first: &Content, second: &Content) -> Vec<Moved> {
    let (before, after) = (facts(first), facts(second));
    let subjects: BTreeSet<&Subject> = before.keys().chain(after.keys()).collect();
    let moved = subjects.into_iter().filter_map(|subject| {
        let none = (None, BTreeSet::new());
        let (one, before) = before.get(subject).unwrap_or(&none);
        let (other, after) = after.get(subject).unwrap_or(&none);
        let only =
            |these: &BTreeSet<String>, those: &BTreeSet<String>| these.difference(those).cloned().collect();
        let (no_longer, now): (Vec<_>, Vec<_>) = (only(before, after), only(after, before));
        let is_same = no_longer.is_empty() && now.is_empty();
        let object = other.or(*one).filter(|_| !is_same)?;
        Some(Moved { subject: object.clone(), no_longer, now })
    });
    moved.collect()
}

/// By what a user or group is found again in another plan: its key, or the target's id when it has none.
pub(crate) type Subject = (Type, String);

pub(crate) fn subject(object: &Object) -> Subject {
    let key = object.external_id.as_ref().or(object.id.as_ref()).unwrap_or(&object.name);
    (object.r#type, key.clone())
}

/// What a plan does to each, in words, each with its reason.
type Facts<'a> = BTreeMap<Subject, (Option<&'a Object>, BTreeSet<String>)>;

fn facts(content: &Content) -> Facts<'_> {
    let mut facts = Facts::new();
    for step in &content.operations {
        let why = format!("({}: {})", step.reason.rule, step.reason.message);
        let is_membership = matches!(step.kind.as_str(), "add-members" | "remove-members");
        if !is_membership {
            add(&mut facts, &step.object, format!("{} {why}", verb(step)));
        }
        for change in &step.changes {
            let value = |value: &Option<String>| {
                value.as_ref().map_or("none".to_owned(), |it| quoted(it).to_string())
            };
            let told = format!("{} {} → {}", change.attribute, value(&change.before), value(&change.after));
            add(&mut facts, &step.object, told);
        }
        let what = match step.kind.as_str() {
            "remove-members" => "leave",
            "delete-group" => "lose, as it is deleted,",
            _ => "join",
        };
        for member in &step.members {
            add(&mut facts, member, format!("{what} the group {} {why}", quoted(&step.object.name)));
        }
    }
    facts
}

fn add<'a>(facts: &mut Facts<'a>, object: &'a Object, fact: String) {
    let entry = facts.entry(subject(object)).or_default();
    entry.0.get_or_insert(object);
    entry.1.insert(fact);
}

/// `deactivate`, `rename` …: the kind without what it is done to.
fn verb(step: &Step) -> &str {
    step.kind.split_once('-').map_or(step.kind.as_str(), |(verb, _)| verb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Why;
    use crate::plan::AttributeChange;

    fn object(r#type: Type, key: &str, name: &str) -> Object {
        Object { r#type, id: None, external_id: Some(key.into()), name: name.into() }
    }

    fn step(kind: &str, object: Object, members: &[Object]) -> Step {
        let reason = Why { policy: "rules".into(), rule: "default".into(), message: "said so".into() };
        Step { stage: 0, kind: kind.into(), object, changes: vec![], members: members.to_vec(), reason }
    }

    fn content(operations: Vec<Step>) -> Content {
        Content { source: "okta".into(), target: "aws".into(), named_groups: None, undo_of: None, operations }
    }

    fn ann() -> Object {
        object(Type::User, "00u1", "ann")
    }

    fn bob() -> Object {
        object(Type::User, "00u2", "bob")
    }

    fn team() -> Object {
        object(Type::Group, "00g1", "team")
    }

    fn told(first: Vec<Step>, second: Vec<Step>) -> Vec<String> {
        let moved = between(&content(first), &content(second));
        let lines = moved.iter().flat_map(|it| {
            let line = |sign: &str, fact: &String| format!("{sign} {}: {fact}", it.subject.name);
            let no_longer = it.no_longer.iter().map(|fact| line("-", fact)).collect::<Vec<_>>();
            no_longer.into_iter().chain(it.now.iter().map(|fact| line("+", fact)).collect::<Vec<_>>())
        });
        lines.collect()
    }

    #[test]
    fn equal_plans_have_nothing_between_them_whatever_their_requests() {
        let one = vec![step("add-members", team(), &[ann(), bob()])];
        let two = vec![step("add-members", team(), &[bob()]), step("add-members", team(), &[ann()])];
        assert_eq!(told(one.clone(), one.clone()), Vec::<String>::new());
        assert_eq!(told(one, two), Vec::<String>::new());
    }

    #[test]
    fn what_moved_is_told_of_each_person() {
        let first =
            vec![step("deactivate-user", ann(), &[]), step("remove-members", team(), &[ann(), bob()])];
        let second = vec![step("remove-members", team(), &[ann()]), step("add-members", team(), &[bob()])];
        assert_eq!(
            told(first, second),
            [
                "- ann: deactivate (default: said so)",
                "- bob: leave the group \"team\" (default: said so)",
                "+ bob: join the group \"team\" (default: said so)",
            ]
        );
    }

    #[test]
    fn another_value_or_another_reason_is_a_difference() {
        let titled = |title: &str, why: &str| {
            let mut step = step("update-user", ann(), &[]);
            let (before, after) = (None, Some(title.to_owned()));
            step.changes = vec![AttributeChange { attribute: "title".into(), before, after }];
            step.reason.message = why.into();
            vec![step]
        };
        assert_eq!(
            told(titled("Boss", "a"), titled("Lead", "a")),
            ["- ann: title none → \"Boss\"", "+ ann: title none → \"Lead\""]
        );
        assert_eq!(
            told(titled("Boss", "a"), titled("Boss", "b")),
            ["- ann: update (default: a)", "+ ann: update (default: b)"]
        );
    }

    #[test]
    fn a_name_is_told_as_it_is_written() {
        let mut group = team();
        group.name = "टीम".into();
        let told = told(vec![], vec![step("add-members", group, &[bob()])]);
        assert_eq!(told, ["+ bob: join the group \"टीम\" (default: said so)"]);
    }
}
