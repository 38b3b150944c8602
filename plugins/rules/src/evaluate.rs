//! One group, one person: the first rule that applies decides. A rule that fails on an item holds that item, under the rule's name.

use cel::objects::Key;
use cel::{Context, ExecutionError, Value};
use usher_guest::decision::{Decision, hold, keep, skip, sync, sync_account, sync_all};
use usher_guest::{Account, Group, GroupDecision, TargetGroup, User, UserDecision};

use crate::account::{self, Field, Kind};
use crate::configuration::{GroupOtherwise, UserOutcome};
use crate::rules::{Expression, GroupOutcome, Rule, Rules};
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
                GroupOutcome::Sync(names) => match target_groups(names, &context) {
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
    let (rule, message) = match first(&rules.users, &context) {
        First::Failed(rule, cause) => return hold().because(rule, cause),
        First::Applies(rule) => match rule.outcome {
            UserOutcome::Skip => return explained(skip(), rule, &context),
            UserOutcome::Hold => return explained(hold(), rule, &context),
            UserOutcome::Keep => (rule.name.as_str(), message(rule, &context)),
        },
        First::None => match rules.otherwise_users {
            Some(UserOutcome::Skip) => return skip().because("otherwise", OTHERWISE),
            Some(UserOutcome::Hold) => return hold().because("otherwise", OTHERWISE),
            Some(UserOutcome::Keep) => ("otherwise", OTHERWISE.to_owned()),
            None => ("default", String::new()),
        },
    };
    let mut account = user.draft.clone();
    for (field, expression) in &rules.account {
        if let Err(cause) = write(&mut account, field, expression, &context) {
            return hold().because(format!("account.{}", field.name), cause);
        }
    }
    account::tidy(&mut account);
    let decision = if account == user.draft { keep() } else { sync_account(account) };
    decision.because(rule, message)
}

const OTHERWISE: &str = "no rule applies";

enum First<'a, O> {
    Applies(&'a Rule<O>),
    Failed(&'a str, String),
    None,
}

fn first<'a, O>(rules: &'a [Rule<O>], context: &Context) -> First<'a, O> {
    for rule in rules {
        match context.resolve(&rule.when.tree) {
            Ok(Value::Bool(true)) => return First::Applies(rule),
            Ok(Value::Bool(false)) => {}
            Ok(other) => {
                let cause = format!("`when` gives {}, not true or false", kind(&other));
                return First::Failed(&rule.name, cause);
            }
            Err(error) => return First::Failed(&rule.name, format!("`when` {}", failed(&error))),
        }
    }
    First::None
}

fn explained<A, O>(decision: Decision<A>, rule: &Rule<O>, context: &Context) -> Decision<A> {
    decision.because(&rule.name, message(rule, context))
}

/// The rule's own message, or else its condition. A message that fails does not change what was decided.
fn message<O>(rule: &Rule<O>, context: &Context) -> String {
    match rule.message.as_ref().map(|message| context.resolve(&message.tree)) {
        Some(Ok(Value::String(text))) => text.to_string(),
        Some(Ok(other)) => format!("(its `message` gives {}, not a text)", kind(&other)),
        Some(Err(error)) => format!("(its `message` {})", failed(&error)),
        None => format!("because {}", rule.when.text.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

/// A name, a map with `name` and perhaps `key`, or a list of those.
fn target_groups(names: &Expression, context: &Context) -> Result<Vec<TargetGroup>, String> {
    match context.resolve(&names.tree).map_err(|error| failed(&error))? {
        Value::List(list) => list.iter().map(target_group).collect(),
        value => Ok(vec![target_group(&value)?]),
    }
}

fn target_group(value: &Value) -> Result<TargetGroup, String> {
    let group = match value {
        Value::String(name) => TargetGroup::new(name.as_str()),
        Value::Map(map) => {
            for (key, _) in map.map.iter() {
                if !matches!(key, Key::String(key) if matches!(key.as_str(), "name" | "key")) {
                    return Err(format!(
                        "gives a map with `{key}`; a group has `name` and, if it wants, `key`"
                    ));
                }
            }
            let field = |name: &str| match map.map.get(&Key::from(name)) {
                Some(Value::String(text)) => Ok(Some(text.as_str())),
                Some(other) => Err(format!("gives a group whose `{name}` is {}, not a text", kind(other))),
                None => Ok(None),
            };
            let name = field("name")?.ok_or("gives a group without `name`")?;
            match field("key")? {
                Some(key) if is_key(key) => TargetGroup::new(name).key(key),
                Some(key) => {
                    return Err(format!(
                        "gives the key `{key}`; a key is 1 to 128 letters, digits, `.`, `_` or `-`"
                    ));
                }
                None => TargetGroup::new(name),
            }
        }
        other => return Err(format!("gives {}, not a name", kind(other))),
    };
    if group.display_name.trim().is_empty() {
        return Err("gives an empty name".to_owned());
    }
    Ok(group)
}

fn is_key(key: &str) -> bool {
    (1..=128).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn write(
    account: &mut Account,
    field: &Field,
    expression: &Expression,
    context: &Context,
) -> Result<(), String> {
    let value = context.resolve(&expression.tree).map_err(|error| failed(&error))?;
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

/// What went wrong, in the words of somebody who wrote the rule.
fn failed(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(name) => {
            format!(
                "failed: there is no value for `{name}`; guard an attribute that may be absent with `has(…)`"
            )
        }
        error => format!("failed: {error}"),
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::String(_) => "a text".to_owned(),
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        other => format!("a value of type {}", other.type_of()),
    }
}
