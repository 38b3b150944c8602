//! Groups that are written out in an expression, as `{"name": …, "key": …}` or as a text: what is wrong with one of them is wrong for
//! everybody, and found before anybody is read.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, LiteralValue, operators};
use usher_guest::near;

use crate::check::Fault;
use crate::kinds::{self, Kind};
use crate::place::Purpose;
use crate::target_groups::is_key;

/// The fields of a group.
const FIELDS: [&str; 2] = ["name", "key"];

/// What is wrong with the groups, or keys of groups, that an expression gives, each with its node.
pub(crate) fn faults(tree: &IdedExpr, purpose: Purpose) -> Vec<Fault> {
    let mut walk = Walk { gives_keys: purpose == Purpose::Keys, faults: Vec::new() };
    if matches!(purpose, Purpose::Groups | Purpose::Keys) {
        walk.value(tree, false);
    }
    walk.faults
}

/// The text that a node is, if it is one.
pub(crate) fn text(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// What a node comes to: itself, or what stands behind the `?` of a choice.
pub(crate) fn branches(node: &IdedExpr) -> Vec<&IdedExpr> {
    match &node.expr {
        Expr::Call(call) if call.func_name == operators::CONDITIONAL => {
            call.args.iter().skip(1).flat_map(branches).collect()
        }
        _ => vec![node],
    }
}

/// The parts of a list that is written out; none when the node is no such list.
pub(crate) fn parts(node: &IdedExpr) -> Option<Vec<&IdedExpr>> {
    match &node.expr {
        Expr::List(list) => Some(list.elements.iter().collect()),
        _ => None,
    }
}

/// The lists that a node joins by `+`.
pub(crate) fn joined(node: &IdedExpr) -> Option<&[IdedExpr]> {
    match &node.expr {
        Expr::Call(call) if call.func_name == operators::ADD && kinds::kind(node).0 == Some(Kind::List) => {
            Some(&call.args)
        }
        _ => None,
    }
}

struct Walk {
    gives_keys: bool,
    faults: Vec<Fault>,
}

impl Walk {
    fn fault(&mut self, node: &IdedExpr, message: impl Into<String>) {
        self.faults.push(Fault { node: node.id, message: message.into() });
    }

    fn value(&mut self, node: &IdedExpr, in_list: bool) {
        for node in branches(node) {
            match (parts(node), joined(node), &node.expr) {
                (Some(parts), ..) if !in_list => parts.into_iter().for_each(|part| self.value(part, true)),
                (_, Some(lists), _) if !in_list => lists.iter().for_each(|list| self.value(list, false)),
                // `list.map(item, …)`: each turn adds a list of one to what was gathered.
                (.., Expr::Comprehension(it)) if !in_list && kinds::kind(node).0 == Some(Kind::List) => {
                    self.value(&it.loop_step, false);
                }
                _ => self.one(node, in_list),
            }
        }
    }

    fn one(&mut self, node: &IdedExpr, in_list: bool) {
        if let Expr::Map(map) = &node.expr
            && !self.gives_keys
        {
            return self.map(node, map.entries.iter().map(|entry| &entry.expr));
        }
        if text(node).is_some_and(|name| name.trim().is_empty()) && !self.gives_keys {
            return self.fault(node, "gives an empty name");
        }
        let Some(kind) = kinds::kind(node).0 else { return };
        let is_right = kind == Kind::Text || kind == Kind::List && !in_list;
        if !is_right {
            let wanted = if self.gives_keys { "the key of a group" } else { "a name" };
            self.fault(node, format!("gives {}, not {wanted}", kind.words()));
        }
    }

    fn map<'a>(&mut self, node: &IdedExpr, entries: impl Iterator<Item = &'a EntryExpr>) {
        let mut may_have_name = false;
        for entry in entries {
            let EntryExpr::MapEntry(entry) = entry else { continue };
            match text(&entry.key) {
                Some(field @ ("name" | "key")) => {
                    may_have_name |= field == "name";
                    branches(&entry.value).into_iter().for_each(|value| self.field(field, value));
                }
                Some(other) => {
                    may_have_name |= near::near(other, FIELDS) == Some("name");
                    let suggestion = near::suggestion(other, &FIELDS);
                    self.fault(&entry.key, format!("a group has no `{other}`; {suggestion}"));
                }
                None => may_have_name = true,
            }
        }
        if !may_have_name {
            self.fault(node, "gives a group without `name`");
        }
    }

    fn field(&mut self, field: &str, value: &IdedExpr) {
        if let Some(kind) = kinds::kind(value).0.filter(|kind| *kind != Kind::Text) {
            return self
                .fault(value, format!("gives a group whose `{field}` is {}, not a text", kind.words()));
        }
        match (field, text(value)) {
            ("name", Some(name)) if name.trim().is_empty() => self.fault(value, "gives an empty name"),
            ("key", Some(key)) if !is_key(key) => {
                let message =
                    format!("gives the key `{key}`; a key is 1 to 128 letters, digits, `.`, `_` or `-`");
                self.fault(value, message);
            }
            _ => {}
        }
    }
}
