//! Rules, ready to be evaluated.

use cel::{Context, IdedExpr};
use usher_guest::Needs;

use crate::account::Field;
use crate::configuration::{GroupOtherwise, Memberships, UserOutcome};

/// A checked expression.
#[derive(Debug)]
pub(crate) struct Expression {
    /// With the named expressions in their places.
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
    pub(crate) message: Message,
}

/// What a person is told when a rule decides.
#[derive(Debug)]
pub(crate) enum Message {
    /// What the rule says itself.
    Computed(Expression),
    /// Its condition, on one line.
    Condition(String),
}

/// What a rule does to a group.
#[derive(Debug)]
pub(crate) enum GroupOutcome {
    Sync(Expression),
    Skip,
    Hold,
}

/// What a rule does to a person.
#[derive(Debug)]
pub(crate) struct PersonOutcome {
    /// None leaves it to the rules after this one.
    pub(crate) verdict: Option<UserOutcome>,
    pub(crate) memberships: Memberships<Expression>,
}

/// What rules about people speak of beside attributes. Whatever they do not speak of need not be put together for each person,
/// which was most of what a person cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoken {
    pub(crate) id: bool,
    pub(crate) status: bool,
    pub(crate) groups: bool,
    pub(crate) draft: bool,
}

/// The configured policy.
pub(crate) struct Rules {
    /// What is the same for every item: the functions, `now` and `tables`.
    pub(crate) common: Context<'static, 'static>,
    pub(crate) needs: Needs,
    pub(crate) spoken: Spoken,
    pub(crate) groups: Vec<Rule<GroupOutcome>>,
    pub(crate) users: Vec<Rule<PersonOutcome>>,
    pub(crate) account: Vec<(&'static Field, Expression)>,
    pub(crate) otherwise_groups: Option<GroupOtherwise>,
    pub(crate) otherwise_users: Option<UserOutcome>,
}
