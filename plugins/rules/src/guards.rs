//! Which optional attributes an expression reads without asking first whether they are there.
//!
//! A read is guarded by what must be true when it is reached: `has(user.a) && user.a == 'x'`, `!has(user.a) || user.a == 'x'`,
//! `has(user.a) ? user.a : 'none'`. In CEL the order of `&&` and `||` does not matter: a side that fails gives way to one that decides.

use std::collections::BTreeSet;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, operators};

use crate::account::{FIELDS, Kind};
use crate::check::{asked_by_in, path};
use crate::tree;

/// Attributes that are there, by path: `user.department`, `group.attributes.owner`, `draft.title`.
pub(crate) type Facts = BTreeSet<String>;

/// Attributes that Okta demands of everybody unless an administrator has made the names optional (reference okta.md, profile).
const ALWAYS: [&str; 7] =
    ["user.id", "user.status", "user.groups", "user.login", "user.email", "user.firstName", "user.lastName"];

/// What must be there when the expression is true, or when it is false.
pub(crate) fn facts(node: &IdedExpr, when: bool) -> Facts {
    match &node.expr {
        Expr::Select(select) if select.test && when => path(node).map(written).into_iter().collect(),
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_NOT, [inner]) => facts(inner, !when),
            (operators::LOGICAL_AND, [left, right]) => both_or_either(left, right, when, true),
            (operators::LOGICAL_OR, [left, right]) => both_or_either(left, right, when, false),
            (name, arguments) if when => {
                let asked = asked_by_in(name, arguments);
                asked.map(|(root, name)| format!("{root}.{name}")).into_iter().collect()
            }
            _ => Facts::new(),
        },
        _ => Facts::new(),
    }
}

/// Both sides of `&&` are true when it is, both of `||` false when it is; otherwise only what both sides know is known.
fn both_or_either(left: &IdedExpr, right: &IdedExpr, when: bool, both_when: bool) -> Facts {
    let (left, right) = (facts(left, when), facts(right, when));
    if when == both_when { &left | &right } else { &left & &right }
}

/// The optional attributes that are read without a guard, with the node of the first such read of each.
pub(crate) fn unguarded(node: &IdedExpr, known: &Facts) -> Vec<(u64, String)> {
    let mut walk = Walk { found: Vec::new(), bound: Vec::new() };
    walk.expression(node, known);
    walk.found
}

struct Walk {
    found: Vec<(u64, String)>,
    bound: Vec<String>,
}

impl Walk {
    fn expression(&mut self, node: &IdedExpr, known: &Facts) {
        if let Expr::Select(select) = &node.expr
            && select.test
        {
            // What it asks for may be absent; what that is part of may not.
            if path(node).is_none() {
                self.expression(&select.operand, known);
            }
            return;
        }
        if let Some((root, segments)) = path(node)
            && !segments.is_empty()
            && !self.bound.iter().any(|bound| bound == root)
        {
            let path = written((root, segments));
            if is_optional(&path) && !known.contains(&path) && self.found.iter().all(|(_, it)| *it != path) {
                self.found.push((node.id, path));
            }
            return;
        }
        match &node.expr {
            Expr::Call(call) => self.call(call, known),
            Expr::Comprehension(it) => {
                self.expression(&it.iter_range, known);
                let before = self.bound.len();
                self.bound.extend([it.iter_var.clone(), it.accu_var.clone()]);
                self.bound.extend(it.iter_var2.clone());
                for inner in [&it.accu_init, &it.loop_cond, &it.loop_step, &it.result] {
                    self.expression(inner, known);
                }
                self.bound.truncate(before);
            }
            _ => tree::children(node).into_iter().for_each(|child| self.expression(child, known)),
        }
    }

    fn call(&mut self, call: &CallExpr, known: &Facts) {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => {
                self.expression(left, &(known | &facts(right, true)));
                self.expression(right, &(known | &facts(left, true)));
            }
            (operators::LOGICAL_OR, [left, right]) => {
                self.expression(left, &(known | &facts(right, false)));
                self.expression(right, &(known | &facts(left, false)));
            }
            (operators::CONDITIONAL, [condition, then, otherwise]) => {
                self.expression(condition, known);
                self.expression(then, &(known | &facts(condition, true)));
                self.expression(otherwise, &(known | &facts(condition, false)));
            }
            (name, arguments) if asked_by_in(name, arguments).is_some() => {}
            _ => {
                let parts = call.target.as_deref().into_iter().chain(&call.args);
                parts.for_each(|part| self.expression(part, known));
            }
        }
    }
}

fn written((root, segments): (&str, Vec<String>)) -> String {
    format!("{root}.{}", segments.join("."))
}

fn is_optional(path: &str) -> bool {
    match path.split_once('.') {
        Some(("user", _)) => !ALWAYS.contains(&path),
        Some(("group", field)) => field == "description" || field.starts_with("attributes."),
        Some(("draft", name)) => {
            FIELDS.iter().any(|field| field.name == name && field.kind == Kind::Optional)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::environment;

    fn found(expression: &str) -> Vec<String> {
        let tree = environment().parser().parse(expression).unwrap();
        unguarded(&tree, &Facts::new()).into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn a_read_behind_its_guard_is_guarded() {
        for guarded in [
            "has(user.a) && user.a == 'x'",
            "user.a == 'x' && has(user.a)",
            "!has(user.a) || user.a == 'x'",
            "has(user.a) ? user.a : 'none'",
            "!has(user.a) ? 'none' : user.a",
            "has(user.a) && has(user.b) && (user.a == 'x' || user.b == 'x')",
            "'a' in user && user.a == 'x'",
            "has(user.a) && ['x'].exists(item, item == user.a)",
            "(has(user.a) || has(user.a) && true) && user.a == 'x'",
            "has(draft.work.costCenter) && draft.work.costCenter == 'x' && draft.userName != ''",
            "user.login + user.email + user.firstName + user.lastName + user.status + group.name",
            "has(group.description) ? group.description : group.name",
            "user.groups.exists(key, key.startsWith('a'))",
        ] {
            assert_eq!(found(guarded), Vec::<String>::new(), "{guarded}");
        }
    }

    #[test]
    fn a_read_without_a_guard_is_named_once() {
        for (unguarded, paths) in [
            ("user.a == 'x' || user.a == 'y'", vec!["user.a"]),
            ("user['cost center'] == 'x'", vec!["user.cost center"]),
            ("has(user.a) || user.a == 'x'", vec!["user.a"]),
            ("has(user.a) ? user.b : user.a", vec!["user.b", "user.a"]),
            ("(has(user.a) || has(user.b)) && user.a == 'x'", vec!["user.a"]),
            ("!(has(user.a) && has(user.b)) || user.b == user.c", vec!["user.c"]),
            ("['x'].exists(item, item == user.a)", vec!["user.a"]),
            ("tables.regions[user.a]", vec!["user.a"]),
            (
                "group.description + group.attributes.owner",
                vec!["group.description", "group.attributes.owner"],
            ),
            ("draft.title", vec!["draft.title"]),
        ] {
            assert_eq!(found(unguarded), paths, "{unguarded}");
        }
    }

    #[test]
    fn what_is_called_guarded_does_not_fail() {
        let env = std::sync::Arc::new(environment());
        for guarded in [
            "user.a == 'x' && has(user.a)",
            "!(user.a == 'x' || !has(user.a))",
            "!(has(user.a) ? user.a == 'x' : false)",
        ] {
            let tree = env.parser().parse(guarded).unwrap();
            let mut context = cel::Context::with_env(std::sync::Arc::clone(&env));
            context.add_variable_from_value("user", std::collections::HashMap::<String, String>::new());
            assert!(context.resolve(&tree).is_ok(), "{guarded}");
        }
    }
}
