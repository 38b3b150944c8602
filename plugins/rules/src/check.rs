//! A parsed expression against what it may speak of and call; on the way, what it reads.

use std::collections::BTreeSet;

use cel::IdedExpr;
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators};
use usher_guest::near;

use crate::functions;
use crate::names::{Meaning, Scope, Written, meaning};
use crate::pattern;

/// How deep an expression may be nested. The tree is walked by recursion, here and when it is evaluated, on a stack that is bounded.
pub(crate) const DEPTH_LIMIT: usize = 100;

/// What is told to whoever asks whether a named expression is there.
const NO_HAS: &str = "an expression always has a value; only attributes can be asked for";

/// Something that is wrong at a node of the tree.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The node, by which the parser knows its place.
    pub(crate) node: u64,
    pub(crate) message: String,
}

/// What an expression reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads {
    /// Whether it reads anything of a group, and anything of a person.
    pub(crate) group: bool,
    pub(crate) person: bool,
    pub(crate) group_attributes: BTreeSet<String>,
    /// In the order they are written, each time they are.
    pub(crate) user_attributes: Vec<(u64, String)>,
    /// The named expressions.
    pub(crate) expressions: BTreeSet<String>,
}

/// Checks the whole tree, all faults at once, and says what it reads.
pub(crate) fn check(
    tree: &IdedExpr,
    scope: Scope,
    written: &Written,
    is_type: &dyn Fn(&str) -> bool,
) -> (Reads, Vec<Fault>) {
    let reads = Reads::default();
    let mut check = Check { scope, written, is_type, reads, bound: Vec::new(), depth: 0, faults: Vec::new() };
    check.expression(tree);
    (check.reads, check.faults)
}

struct Check<'a> {
    scope: Scope,
    written: &'a Written,
    is_type: &'a dyn Fn(&str) -> bool,
    reads: Reads,
    /// The variables of the macros around the node, such as `item` in `list.exists(item, …)`.
    bound: Vec<String>,
    depth: usize,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, node: u64, message: impl Into<String>) {
        self.faults.push(Fault { node, message: message.into() });
    }

    fn expression(&mut self, node: &IdedExpr) {
        if self.depth == DEPTH_LIMIT {
            // Once is enough, and nothing below is looked at.
            let message =
                format!("the expression is nested more than {DEPTH_LIMIT} deep; make it several rules");
            if self.faults.iter().all(|fault| fault.message != message) {
                self.fault(node.id, message);
            }
            return;
        }
        self.depth += 1;
        self.node(node);
        self.depth -= 1;
    }

    fn node(&mut self, node: &IdedExpr) {
        if let Some((root, segments)) = path(node)
            && !self.bound.iter().any(|bound| bound == root)
            && (self.scope.variables().contains(&root) || segments.is_empty())
        {
            // `has(user.sponsor)` is a selection too; of an expression it would ask nothing.
            if root == "expressions" && matches!(&node.expr, Expr::Select(select) if select.test) {
                return self.fault(node.id, NO_HAS);
            }
            return self.name(node.id, root, &segments);
        }
        match &node.expr {
            Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) => {}
            Expr::Select(select) => self.expression(&select.operand),
            Expr::Call(call) => {
                if let Some(attribute) = asked_by_in(&call.func_name, &call.args) {
                    let (root, name) = attribute;
                    if root == "expressions" {
                        return self.fault(node.id, NO_HAS);
                    }
                    if self.scope.variables().contains(&root) {
                        return self.name(node.id, root, &[name.to_owned()]);
                    }
                }
                if let Err(message) =
                    functions::check(&call.func_name, call.target.is_some(), call.args.len())
                {
                    self.fault(node.id, message);
                }
                if call.func_name == "matches"
                    && let Some(Expr::Literal(LiteralValue::String(text))) =
                        call.args.last().map(|last| &last.expr)
                    && let Err(message) = pattern::check(text.inner())
                {
                    self.fault(node.id, message);
                }
                call.target.iter().for_each(|target| self.expression(target));
                call.args.iter().for_each(|argument| self.expression(argument));
            }
            Expr::List(list) => list.elements.iter().for_each(|element| self.expression(element)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    match &entry.expr {
                        EntryExpr::MapEntry(entry) => {
                            self.expression(&entry.key);
                            self.expression(&entry.value);
                        }
                        EntryExpr::StructField(field) => self.expression(&field.value),
                    }
                }
            }
            Expr::Struct(record) => self.fault(node.id, format!("there is no type `{}`", record.type_name)),
            Expr::Comprehension(comprehension) => self.comprehension(node.id, comprehension),
        }
    }

    fn name(&mut self, node: u64, root: &str, segments: &[String]) {
        if !self.scope.variables().contains(&root) {
            if !(self.is_type)(root) {
                let message = self.unknown(root);
                self.fault(node, message);
            }
            return;
        }
        self.reads.group |= root == "group";
        self.reads.person |= matches!(root, "user" | "draft");
        match meaning(self.written, root, segments) {
            Ok(Meaning::Given) => {}
            Ok(Meaning::UserAttribute(name)) => self.reads.user_attributes.push((node, name)),
            Ok(Meaning::GroupAttribute(name)) => {
                self.reads.group_attributes.insert(name);
            }
            Ok(Meaning::Expression(name)) => self.named(node, name),
            Err(message) => self.fault(node, message),
        }
    }

    fn named(&mut self, node: u64, name: String) {
        match (self.scope, self.written.expressions.get(&name).copied().flatten()) {
            (Scope::Group, Some(Scope::User)) => {
                self.fault(
                    node,
                    format!("the expression `{name}` is about a person, this rule about a group"),
                );
            }
            (Scope::User, Some(Scope::Group)) => {
                self.fault(
                    node,
                    format!("the expression `{name}` is about a group, this rule about a person"),
                );
            }
            _ => {}
        }
        self.reads.expressions.insert(name);
    }

    fn unknown(&self, name: &str) -> String {
        match (self.scope, name) {
            (Scope::Group, "user" | "draft") => {
                format!(
                    "`{name}` is not known in a rule for groups; there are: {}",
                    self.scope.variables().join(", ")
                )
            }
            (Scope::User, "group") => {
                "`group` is not known in a rule for people; `user.groups` has the keys of the AWS groups"
                    .into()
            }
            (scope, _) => {
                format!("there is no variable `{name}`; {}", near::suggestion(name, scope.variables()))
            }
        }
    }

    fn comprehension(&mut self, node: u64, comprehension: &ComprehensionExpr) {
        let ComprehensionExpr {
            iter_range,
            iter_var,
            iter_var2,
            accu_var,
            accu_init,
            loop_cond,
            loop_step,
            result,
        } = comprehension;
        self.expression(iter_range);
        self.expression(accu_init);
        let before = self.bound.len();
        self.bound.push(accu_var.clone());
        for name in std::iter::once(iter_var).chain(iter_var2) {
            if self.scope.variables().contains(&name.as_str()) {
                self.fault(node, format!("`{name}` is a variable already; give the items another name"));
            }
            self.bound.push(name.clone());
        }
        self.expression(loop_cond);
        self.expression(loop_step);
        self.expression(result);
        self.bound.truncate(before);
    }
}

/// `user.department`, `user["cost center"]`, `draft.work.costCenter`: the variable it begins with, and what is read of it.
pub(crate) fn path(node: &IdedExpr) -> Option<(&str, Vec<String>)> {
    let mut segments = Vec::new();
    let mut node = node;
    loop {
        match &node.expr {
            Expr::Ident(root) => {
                segments.reverse();
                return Some((root, segments));
            }
            Expr::Select(select) => {
                segments.push(select.field.clone());
                node = &select.operand;
            }
            Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
                [operand, IdedExpr { expr: Expr::Literal(LiteralValue::String(key)), .. }] => {
                    segments.push(key.inner().to_owned());
                    node = operand;
                }
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// `"department" in user` reads an attribute too.
pub(crate) fn asked_by_in<'a>(function: &str, arguments: &'a [IdedExpr]) -> Option<(&'a str, &'a str)> {
    match arguments {
        [
            IdedExpr { expr: Expr::Literal(LiteralValue::String(name)), .. },
            IdedExpr { expr: Expr::Ident(root), .. },
        ] if function == operators::IN => Some((root, name.inner())),
        _ => None,
    }
}
