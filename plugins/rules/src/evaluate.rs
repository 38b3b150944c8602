//! One group, one person: the first rule that applies decides. A rule that fails on an item holds that item, under the rule's name.

use cel::{Context, Value};
use usher_guest::decision::{Decision, hold, keep, skip, sync, sync_account, sync_all};
use usher_guest::{Account, Group, GroupDecision, User, UserDecision};

use crate::account::{self, Field, Kind};
use crate::configuration::{GroupOtherwise, UserOutcome};
use crate::failure::{cause, kind};
use crate::memberships::Groups;
use crate::rules::{Expression, GroupOutcome, Message, Rule, Rules};
use crate::target_groups::target_groups;
use crate::variables;

/// What becomes of a group.
pub(crate) fn group(rules: &Rules, group: &Group) -> GroupDecision {
    if rules.groups.is_empty() && rules.otherwise_groups.is_none() {
        return sync(&group.name);
    }
    let context = variables::of_group(rules, group);
    match first(&rules.groups, &context) {
        First::Failed(rule, cause) => hold().because(rule, cause),
        First::Applies(rule) => {
            let decision = match &rule.outcome {
                GroupOutcome::Skip => skip(),
                GroupOutcome::Hold => hold(),
                GroupOutcome::Sync(names) => match target_groups(names, &context, &[]) {
                    Ok(groups) => sync_all(groups),
                    Err(cause) => return hold().because(&rule.name, format!("`sync` {cause}")),
                },
            };
            explained(decision, rule, &context)
        }
        First::None => match rules.otherwise_groups {
            None => skip().because("no-rule", "no rule applies to the group"),
            Some(GroupOtherwise::Sync) => sync(&group.name).because("otherwise", OTHERWISE),
            Some(GroupOtherwise::Skip) => skip().because("otherwise", OTHERWISE),
            Some(GroupOtherwise::Hold) => hold().because("otherwise", OTHERWISE),
        },
    }
}

/// What becomes of a person.
pub(crate) fn user(rules: &Rules, user: &User) -> UserDecision {
    let context = variables::of_user(rules, user);
    let mut groups = Groups::given(&user.groups);
    let mut decided: Option<(&str, String)> = None;
    let mut changed: Option<(&str, String)> = None;
    for rule in &rules.users {
        match applies(rule, &context) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(cause) => return hold().because(&rule.name, cause),
        }
        if let Err(cause) = groups.change(&rule.name, &rule.outcome.memberships, &context) {
            return hold().because(&rule.name, cause);
        }
        match rule.outcome.verdict {
            Some(UserOutcome::Skip) => return explained(skip(), rule, &context),
            Some(UserOutcome::Hold) => return explained(hold(), rule, &context),
            Some(UserOutcome::Keep) => {
                decided = Some((&rule.name, message(rule, &context)));
                break;
            }
            None if groups.by().last() == Some(&rule.name.as_str()) => {
                changed = Some((&rule.name, message(rule, &context)));
            }
            None => {}
        }
    }
    let (rule, mut message) = match (decided, rules.otherwise_users, changed) {
        (Some(decided), ..) => decided,
        (None, Some(UserOutcome::Skip), _) => return skip().because("otherwise", OTHERWISE),
        (None, Some(UserOutcome::Hold), _) => return hold().because("otherwise", OTHERWISE),
        (None, Some(UserOutcome::Keep), _) => ("otherwise", OTHERWISE.to_owned()),
        (None, None, Some(changed)) => changed,
        (None, None, None) => ("default", String::new()),
    };
    let others: Vec<_> = groups.by().iter().filter(|by| **by != rule).map(|by| format!("`{by}`")).collect();
    if !others.is_empty() {
        message = format!("{message}; groups changed by {}", others.join(", "));
    }
    let mut account = user.draft.clone();
    for (field, expression) in &rules.account {
        if let Err(cause) = write(&mut account, field, expression, &context) {
            return hold().because(format!("account.{}", field.name), cause);
        }
    }
    account::tidy(&mut account);
    let decision = if account == user.draft { keep() } else { sync_account(account) };
    let decision = decision.because(rule, message);
    match groups.changed() {
        Some(groups) => decision.groups(groups),
        None => decision,
    }
}

const OTHERWISE: &str = "no rule applies";

enum First<'a, O> {
    Applies(&'a Rule<O>),
    Failed(&'a str, String),
    None,
}

fn first<'a, O>(rules: &'a [Rule<O>], context: &Context) -> First<'a, O> {
    for rule in rules {
        match applies(rule, context) {
            Ok(true) => return First::Applies(rule),
            Ok(false) => {}
            Err(cause) => return First::Failed(&rule.name, cause),
        }
    }
    First::None
}

fn applies<O>(rule: &Rule<O>, context: &Context) -> Result<bool, String> {
    match context.resolve(&rule.when.tree) {
        Ok(Value::Bool(applies)) => Ok(applies),
        Ok(other) => Err(format!("`when` gives {}, not true or false", kind(&other))),
        Err(error) => Err(format!("`when` failed: {}", cause(&error))),
    }
}

fn explained<A, O>(decision: Decision<A>, rule: &Rule<O>, context: &Context) -> Decision<A> {
    decision.because(&rule.name, message(rule, context))
}

/// The rule's own message, or else its condition. A message that fails does not change what was decided.
fn message<O>(rule: &Rule<O>, context: &Context) -> String {
    match &rule.message {
        Message::Condition(condition) => condition.clone(),
        Message::Computed(message) => match context.resolve(&message.tree) {
            Ok(Value::String(text)) => text.to_string(),
            Ok(other) => format!("(its `message` gives {}, not a text)", kind(&other)),
            Err(error) => format!("(its `message` failed: {})", cause(&error)),
        },
    }
}

fn write(
    account: &mut Account,
    field: &Field,
    expression: &Expression,
    context: &Context,
) -> Result<(), String> {
    let value = context.resolve(&expression.tree).map_err(|error| format!("failed: {}", cause(&error)))?;
    match (field.kind, value) {
        (Kind::Flag, Value::Bool(active)) => account.active = active,
        (Kind::Flag, other) => return Err(format!("gives {}, not true or false", kind(&other))),
        (Kind::Optional, Value::Null) => field.set(account, None),
        (Kind::Required, Value::Null) => return Err("gives null, but AWS wants this field".to_owned()),
        (_, Value::String(text)) => field.set(account, Some(text.to_string())),
        (_, other) => {
            return Err(format!("gives {}, not a text; `string(…)` makes one of it", kind(&other)));
        }
    }
    Ok(())
}
