//! The parsed expression as a tree: what stands below a node, and how much there is.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, LiteralValue};

/// What stands directly below a node, in the order it is written.
pub(crate) fn children(node: &IdedExpr) -> Vec<&IdedExpr> {
    match &node.expr {
        Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) => Vec::new(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entries(&entry.expr)).collect(),
        Expr::Struct(record) => record.entries.iter().flat_map(|entry| entries(&entry.expr)).collect(),
        Expr::Comprehension(it) => {
            vec![&it.iter_range, &it.accu_init, &it.loop_cond, &it.loop_step, &it.result]
        }
    }
}

fn entries(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
        EntryExpr::StructField(field) => vec![&field.value],
    }
}

/// The same, to be changed.
pub(crate) fn children_mut(node: &mut IdedExpr) -> Vec<&mut IdedExpr> {
    match &mut node.expr {
        Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) => Vec::new(),
        Expr::Select(select) => vec![&mut select.operand],
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(&mut call.args).collect(),
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Map(map) => map.entries.iter_mut().flat_map(|entry| entries_mut(&mut entry.expr)).collect(),
        Expr::Struct(record) => {
            record.entries.iter_mut().flat_map(|entry| entries_mut(&mut entry.expr)).collect()
        }
        Expr::Comprehension(it) => {
            let it = it.as_mut();
            vec![&mut it.iter_range, &mut it.accu_init, &mut it.loop_cond, &mut it.loop_step, &mut it.result]
        }
    }
}

fn entries_mut(entry: &mut EntryExpr) -> Vec<&mut IdedExpr> {
    match entry {
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
        EntryExpr::StructField(field) => vec![&mut field.value],
    }
}

/// Whether this name stands anywhere in it: as a variable, as a field, or as a text, by which a field can be read too.
pub(crate) fn mentions(node: &IdedExpr, name: &str) -> bool {
    let here = match &node.expr {
        Expr::Ident(ident) => ident == name,
        Expr::Select(select) => select.field == name,
        Expr::Literal(LiteralValue::String(text)) => text.inner() == name,
        _ => false,
    };
    here || children(node).into_iter().any(|child| mentions(child, name))
}

/// How many nodes deep it is.
pub(crate) fn depth(node: &IdedExpr) -> usize {
    1 + children(node).into_iter().map(depth).max().unwrap_or(0)
}
