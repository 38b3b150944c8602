//! Parts of an expression that are the same for everybody: computed once when the policy is configured, so that one that always
//! fails is a mistake in the rule and not in every person. A pattern that comes out of such a part is checked too.

use std::collections::BTreeSet;

use cel::common::ast::Expr;
use cel::{Context, IdedExpr, Value};

use crate::check::{Fault, path};
use crate::failure::cause;
use crate::pattern;
use crate::tree;

/// How deep a part is at most that is computed beforehand: nobody writes constants deeper, and computing goes by recursion.
const DEPTH: usize = 30;

/// What always fails, each with its node. `common` holds what is the same for every item.
pub(crate) fn faults(tree: &IdedExpr, common: &Context) -> Vec<Fault> {
    let mut walk = Walk { common, faults: Vec::new() };
    if walk.needs(tree).is_some_and(|bound| bound.is_empty()) {
        walk.compute(tree);
    }
    walk.faults
}

struct Walk<'a> {
    common: &'a Context<'a, 'a>,
    faults: Vec<Fault>,
}

impl<'a> Walk<'a> {
    /// The variables of macros around the node that its value needs; none when it needs the item at hand or has a fault already. The
    /// parts that are the same for everybody are computed as soon as they end.
    fn needs(&mut self, node: &'a IdedExpr) -> Option<BTreeSet<&'a str>> {
        if let Some((root, _)) = path(node) {
            return match root {
                "now" | "tables" => Some(BTreeSet::new()),
                "user" | "group" | "draft" | "expressions" => None,
                bound => Some([bound].into()),
            };
        }
        let children = tree::children(node);
        let needs: Vec<_> = children.iter().map(|child| self.needs(child)).collect();
        let all: Option<BTreeSet<&str>> =
            needs.iter().cloned().collect::<Option<Vec<_>>>().map(|all| all.into_iter().flatten().collect());
        if all.as_ref().is_some_and(BTreeSet::is_empty) {
            return all;
        }
        let before = self.faults.len();
        for (child, needs) in children.iter().zip(needs) {
            if needs.is_some_and(|bound| bound.is_empty()) {
                self.compute(child);
            }
        }
        self.pattern(node);
        let mut all = all.filter(|_| self.faults.len() == before)?;
        if let Expr::Comprehension(it) = &node.expr {
            let variables = [Some(&it.iter_var), Some(&it.accu_var), it.iter_var2.as_ref()];
            for name in variables.into_iter().flatten() {
                all.remove(name.as_str());
            }
        }
        Some(all)
    }

    fn compute(&mut self, node: &IdedExpr) {
        if !matches!(node.expr, Expr::Literal(_))
            && tree::depth(node) <= DEPTH
            && let Err(error) = self.common.resolve(node)
        {
            self.faults.push(Fault { node: node.id, message: format!("always fails: {}", cause(&error)) });
        }
    }

    /// A pattern that is not written as one text: `user.login.matches(tables.patterns["a"])`.
    fn pattern(&mut self, node: &IdedExpr) {
        if let Expr::Call(call) = &node.expr
            && call.func_name == "matches"
            && let Some(pattern) = call.args.last().filter(|it| !matches!(it.expr, Expr::Literal(_)))
            && let Ok(Value::String(text)) = self.common.resolve(pattern)
            && let Err(message) = pattern::check(&text)
        {
            self.faults.push(Fault { node: node.id, message });
        }
    }
}
