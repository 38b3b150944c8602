//! What an expression sees of one group or one person.

use std::collections::HashMap;
use std::sync::Arc;

use cel::objects::{Key, Map};
use cel::{Context, Env, Value};
use usher_guest::{Account, Attributes, Group, User};

use crate::account::FIELDS;
use crate::configuration::{Cell, Table};
use crate::rules::Rules;

type Fields = HashMap<Key, Value>;

/// `now` and `tables`.
pub(crate) fn common(env: Arc<Env>, now: u64, tables: &[Table]) -> Context<'static, 'static> {
    let mut context = Context::with_env(env);
    context.add_variable_from_value("now", i64::try_from(now).unwrap_or(i64::MAX));
    let rows = |table: &Table| {
        map(table.rows.iter().map(|(key, value)| (key.as_str().into(), cell(value))).collect())
    };
    context.add_variable_from_value(
        "tables",
        map(tables.iter().map(|table| (table.name.as_str().into(), rows(table))).collect()),
    );
    context
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Text(value) => text(value),
        Cell::Integer(number) => Value::Int(*number),
        Cell::Number(number) => Value::Float(*number),
        Cell::Boolean(boolean) => Value::Bool(*boolean),
        Cell::List(cells) => list(cells.iter().map(self::cell)),
    }
}

/// `group`, beside what is common.
pub(crate) fn of_group<'a>(rules: &'a Rules, group: &Group) -> Context<'a, 'static> {
    let mut fields = Fields::from([
        ("id".into(), text(&group.id)),
        ("name".into(), text(&group.name)),
        ("origin".into(), text(group.origin.word())),
        ("attributes".into(), map(attributes(&group.attributes))),
    ]);
    if let Some(description) = &group.description {
        fields.insert("description".into(), text(description));
    }
    context(rules, "group", fields)
}

/// `user` and `draft`, beside what is common, as far as the rules speak of them.
pub(crate) fn of_user<'a>(rules: &'a Rules, user: &User) -> Context<'a, 'static> {
    let spoken = rules.spoken;
    let mut fields = attributes(&user.attributes);
    if spoken.id {
        fields.insert("id".into(), text(&user.id));
    }
    if spoken.status {
        fields.insert("status".into(), text(user.status.word()));
    }
    if spoken.groups {
        fields.insert("groups".into(), list(user.groups.iter().map(|key| text(key))));
    }
    let mut context = context(rules, "user", fields);
    if spoken.draft {
        context.add_variable_from_value("draft", map(draft(&user.draft)));
    }
    context
}

fn context<'a>(rules: &'a Rules, name: &str, fields: Fields) -> Context<'a, 'static> {
    let mut context = rules.common.new_inner_scope();
    context.add_variable_from_value(name, map(fields));
    context
}

fn attributes(attributes: &Attributes) -> Fields {
    attributes.iter().map(|(name, value)| (name.into(), attribute(value))).collect()
}

fn attribute(value: &usher_guest::Value) -> Value {
    match value {
        usher_guest::Value::Text(value) => text(value),
        usher_guest::Value::Integer(number) => Value::Int(*number),
        usher_guest::Value::Number(number) => Value::Float(*number),
        usher_guest::Value::Boolean(boolean) => Value::Bool(*boolean),
        usher_guest::Value::Texts(texts) => list(texts.iter().map(|value| text(value))),
        usher_guest::Value::Integers(numbers) => list(numbers.iter().map(|number| Value::Int(*number))),
        usher_guest::Value::Numbers(numbers) => list(numbers.iter().map(|number| Value::Float(*number))),
    }
}

/// The parts `name`, `address` and `work` are always there, so that `has(draft.work.costCenter)` needs no second guard.
fn draft(account: &Account) -> Fields {
    let mut parts: HashMap<&str, Fields> =
        ["name", "address", "work"].map(|part| (part, Fields::new())).into();
    let mut fields = Fields::from([("active".into(), Value::Bool(account.active))]);
    for field in &FIELDS {
        let Some(value) = (field.get)(account).filter(|value| !value.is_empty()) else { continue };
        match field.name.split_once('.') {
            Some((part, name)) => parts.entry(part).or_default().insert(name.into(), text(value)),
            None => fields.insert(field.name.into(), text(value)),
        };
    }
    fields.extend(parts.into_iter().map(|(part, fields)| (part.into(), map(fields))));
    fields
}

fn text(text: &str) -> Value {
    Value::String(Arc::new(text.to_owned()))
}

fn list(values: impl Iterator<Item = Value>) -> Value {
    Value::List(Arc::new(values.collect()))
}

fn map(fields: Fields) -> Value {
    Value::Map(Map { map: Arc::new(fields) })
}
