//! Rules, ready to be evaluated.

use std::sync::Arc;

use cel::{Env, IdedExpr};
use usher_guest::Needs;

use crate::account::Field;
use crate::configuration::{GroupOtherwise, UserOutcome};

/// A checked expression.
#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) tree: IdedExpr,
    /// As it was written.
    pub(crate) text: String,
}

/// A rule with its condition and what it does when that holds.
#[derive(Debug)]
pub(crate) struct Rule<O> {
    pub(crate) name: String,
    pub(crate) when: Expression,
    pub(crate) outcome: O,
    pub(crate) message: Option<Expression>,
}

/// What a rule does to a group.
#[derive(Debug)]
pub(crate) enum GroupOutcome {
    Sync(Expression),
    Skip,
    Hold,
}

/// The configured policy.
pub(crate) struct Rules {
    pub(crate) env: Arc<Env>,
    /// Seconds since 1970.
    pub(crate) now: i64,
    pub(crate) needs: Needs,
    pub(crate) groups: Vec<Rule<GroupOutcome>>,
    pub(crate) users: Vec<Rule<UserOutcome>>,
    pub(crate) account: Vec<(&'static Field, Expression)>,
    pub(crate) otherwise_groups: Option<GroupOtherwise>,
    pub(crate) otherwise_users: Option<UserOutcome>,
}
