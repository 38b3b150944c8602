//! Named expressions: checked once, and put in wherever `expressions.NAME` is read.
//!
//! Putting in the tree needs no care about names: what an expression binds itself it binds inside, and the variables it reads
//! cannot be bound anew.

use std::collections::BTreeMap;

use cel::IdedExpr;

use crate::check::{DEPTH_LIMIT, Reads, path};
use crate::tree;

/// Nodes of one expression after everything is put in. A rule that a person wrote has some dozens; expressions that double
/// one another would have millions.
const SIZE_LIMIT: usize = 2_000;

/// The node of everything that was put in: it has no place in the text it was put into.
pub(crate) const ELSEWHERE: u64 = u64::MAX;

/// An expression with all others put in.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) tree: IdedExpr,
    size: usize,
    /// What it reads, and what the expressions in it read.
    pub(crate) reads: Reads,
}

/// The expressions that are ready to be put in.
#[derive(Debug, Default)]
pub(crate) struct NamedExpressions(BTreeMap<String, Named>);

impl NamedExpressions {
    pub(crate) fn get(&self, name: &str) -> Option<&Named> {
        self.0.get(name)
    }

    /// Adds one whose own expressions were added before.
    pub(crate) fn add(&mut self, name: String, tree: IdedExpr, mut reads: Reads) -> Result<(), String> {
        let tree = self.put_in(tree)?;
        for inner in std::mem::take(&mut reads.expressions) {
            self.extend(&mut reads, &inner);
        }
        self.0.insert(name, Named { size: self.size(&tree), tree, reads });
        Ok(())
    }

    /// Takes one out again that is of no use.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Adds to `reads` what an expression reads.
    pub(crate) fn extend(&self, reads: &mut Reads, name: &str) {
        let Some(named) = self.get(name) else { return };
        reads.group |= named.reads.group;
        reads.person |= named.reads.person;
        reads.group_attributes.extend(named.reads.group_attributes.iter().cloned());
        let attributes = named.reads.user_attributes.iter();
        reads.user_attributes.extend(attributes.map(|(_, name)| (ELSEWHERE, name.clone())));
    }

    /// The tree with every expression that it names in its place.
    pub(crate) fn put_in(&self, mut tree: IdedExpr) -> Result<IdedExpr, String> {
        // Before anything is copied, since copies can double.
        if self.size(&tree) > SIZE_LIMIT {
            return Err(format!(
                "with its expressions put in it has more than {SIZE_LIMIT} parts; make it several rules"
            ));
        }
        self.replace(&mut tree);
        if tree::depth(&tree) > DEPTH_LIMIT {
            return Err(format!(
                "with its expressions put in it is nested more than {DEPTH_LIMIT} deep; make it several rules"
            ));
        }
        Ok(tree)
    }

    fn size(&self, node: &IdedExpr) -> usize {
        match self.named_by(node) {
            Some(named) => named.size,
            None => 1 + tree::children(node).into_iter().map(|child| self.size(child)).sum::<usize>(),
        }
    }

    fn replace(&self, node: &mut IdedExpr) {
        match self.named_by(node) {
            Some(named) => {
                *node = named.tree.clone();
                move_elsewhere(node);
            }
            None => tree::children_mut(node).into_iter().for_each(|child| self.replace(child)),
        }
    }

    fn named_by(&self, node: &IdedExpr) -> Option<&Named> {
        match path(node)? {
            ("expressions", segments) => self.get(segments.first()?),
            _ => None,
        }
    }
}

fn move_elsewhere(node: &mut IdedExpr) {
    node.id = ELSEWHERE;
    tree::children_mut(node).into_iter().for_each(move_elsewhere);
}

/// The names in an order in which each comes after those it uses, and every circle that there is.
pub(crate) fn in_order(uses: &BTreeMap<String, Vec<String>>) -> (Vec<String>, Vec<Vec<String>>) {
    let mut order = Order { uses, done: Vec::new(), circles: Vec::new() };
    uses.keys().for_each(|name| order.visit(name, &mut Vec::new()));
    (order.done, order.circles)
}

struct Order<'a> {
    uses: &'a BTreeMap<String, Vec<String>>,
    done: Vec<String>,
    circles: Vec<Vec<String>>,
}

impl Order<'_> {
    fn visit(&mut self, name: &str, way: &mut Vec<String>) {
        if let Some(start) = way.iter().position(|before| before == name) {
            let circle = way[start..].to_vec();
            self.circles.push(circle);
            return;
        }
        let is_known_circle = self.circles.iter().flatten().any(|member| member == name);
        let Some(uses) = self.uses.get(name) else { return };
        if is_known_circle || self.done.iter().any(|done| done == name) {
            return;
        }
        way.push(name.to_owned());
        uses.iter().for_each(|used| self.visit(used, way));
        way.pop();
        self.done.push(name.to_owned());
    }
}
