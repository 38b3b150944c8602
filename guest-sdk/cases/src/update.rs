//! Rewrites the expectations of a case file to what came. Everything else stays as the author wrote it, comments too.

use serde_json::{Map, Value as Json};
use toml_edit::{Array, DocumentMut, InlineTable, Item, KeyMut, Table, TableLike, Value};

use crate::expectation::Expectation;
use crate::file::{Case, CaseFile};
use crate::outcome::{ConfigProblem, Outcome, by_id};
use crate::problem::{CaseFileError, CaseProblem};
use crate::text::text_value;

/// The text of the file with the expectations that `outcomes`, one for each case in order, would meet. Fields that were named stay the named
/// ones; an item without an expectation gets one with its verdict, rule, groups and what differs from the draft. A case that failed stays as
/// it is, and so does one whose configuration was refused although it asks about somebody: those are to be mended, not to be expected.
///
/// # Errors
///
/// As [`CaseFile::parse`].
pub fn updated(text: &str, outcomes: &[Outcome]) -> Result<String, CaseFileError> {
    let file = CaseFile::parse(text)?;
    let mut document = text.parse::<DocumentMut>().map_err(|error| CaseFileError {
        problems: vec![CaseProblem { line: 1, message: error.message().to_owned() }],
    })?;
    let cases = tables_mut(document.as_table_mut(), "case");
    for ((table, case), outcome) in cases.into_iter().zip(&file.cases).zip(outcomes) {
        if case.check(outcome).passes() && case_is_complete(case) {
            continue;
        }
        match outcome {
            Outcome::Decided { groups, users } => {
                table.remove("expect-problems");
                for (item, wanted) in tables_mut(table, "group").into_iter().zip(&case.groups) {
                    let decision = by_id(groups).get(wanted.id.as_str()).copied();
                    update_item(item, wanted.expect.as_ref(), decision, &Json::Null);
                }
                for (item, wanted) in tables_mut(table, "user").into_iter().zip(&case.users) {
                    let decision = by_id(users).get(wanted.id.as_str()).copied();
                    update_item(item, wanted.expect.as_ref(), decision, &wanted.draft());
                }
            }
            Outcome::Refused(problems) if case.groups.is_empty() && case.users.is_empty() => {
                replace(table, "expect-problems", Item::Value(problem_list(problems)));
            }
            Outcome::Refused(_) | Outcome::Failed(_) => {}
        }
    }
    Ok(document.to_string())
}

fn case_is_complete(case: &Case) -> bool {
    case.groups.iter().all(|group| group.expect.is_some())
        && case.users.iter().all(|user| user.expect.is_some())
}

fn tables_mut<'t>(table: &'t mut dyn TableLike, key: &str) -> Vec<&'t mut dyn TableLike> {
    match table.get_mut(key) {
        Some(Item::ArrayOfTables(tables)) => {
            tables.iter_mut().map(|table| table as &mut dyn TableLike).collect()
        }
        Some(Item::Value(Value::Array(items))) => {
            let tables = items.iter_mut().filter_map(Value::as_inline_table_mut);
            tables.map(|table| table as &mut dyn TableLike).collect()
        }
        _ => Vec::new(),
    }
}

fn update_item(
    item: &mut dyn TableLike,
    expect: Option<&Expectation>,
    decision: Option<&Json>,
    draft: &Json,
) {
    let Some(decision) = decision else { return };
    let wanted = match expect {
        Some(expect) if expect.compare(decision).is_empty() => return,
        Some(expect) => corrected(expect.fields(), decision),
        None => recorded(decision, draft),
    };
    let inline = item.get("expect").is_some_and(Item::is_inline_table);
    match item.get_mut("expect").and_then(Item::as_table_like_mut) {
        Some(table) => assign(table, &wanted, inline),
        // A verdict alone, or nothing.
        None => {
            let verdict_alone = wanted.len() == 1;
            let new = match wanted.get("verdict") {
                Some(verdict) if verdict_alone => toml_of(verdict).map(Item::Value),
                _ => Some(Item::Table(dotted(&wanted))),
            };
            if let Some(new) = new {
                replace(item, "expect", new);
            }
        }
    }
}

/// The expectation with the fields that it names, as they came.
fn corrected(fields: &Map<String, Json>, decision: &Json) -> Map<String, Json> {
    let mut wanted = Map::new();
    if fields.contains_key("verdict") || fields.contains_key("account") && !decision["account"].is_object() {
        wanted.insert("verdict".to_owned(), decision["verdict"].clone());
    }
    for (field, expected) in fields {
        let actual = decision.get(field).unwrap_or(&Json::Null);
        match field.as_str() {
            // Only a person who is synced has an account of their own.
            "account" if !actual.is_object() => {}
            "account" => {
                wanted.insert(field.clone(), named_fields(expected, actual));
            }
            "groups" => {
                let names_alone = names_alone(expected);
                wanted.insert(field.clone(), target_groups(actual, names_alone));
            }
            _ => {
                wanted.insert(field.clone(), actual.clone());
            }
        }
    }
    wanted
}

/// A new expectation: the verdict, the rule, the groups, and what differs from the draft.
pub(crate) fn recorded(decision: &Json, draft: &Json) -> Map<String, Json> {
    let mut wanted = Map::new();
    for field in ["verdict", "rule"] {
        wanted.insert(field.to_owned(), decision[field].clone());
    }
    if decision["verdict"] == "sync" || decision["verdict"] == "keep" {
        let groups = &decision["groups"];
        if groups.is_array() {
            wanted.insert("groups".to_owned(), target_groups(groups, false));
        }
    }
    if decision["account"].is_object() {
        let changes = changes(draft, &decision["account"]);
        if changes.as_object().is_some_and(|changes| !changes.is_empty()) {
            wanted.insert("account".to_owned(), changes);
        }
    }
    wanted
}

fn names_alone(expected: &Json) -> bool {
    let has_key = |group: &Json| group.get("key").is_some();
    expected.as_array().is_some_and(|groups| !groups.is_empty() && !groups.iter().any(has_key))
}

/// Groups as an author writes them: names, or tables when a key matters; an empty text when there is no list at all.
fn target_groups(actual: &Json, names_alone: bool) -> Json {
    let Some(groups) = actual.as_array() else { return "".into() };
    if names_alone || groups.iter().all(|group| group["key"].is_null()) {
        return groups.iter().map(|group| group["name"].clone()).collect();
    }
    let named = |group: &Json| {
        let fields = ["key", "name"].map(|field| (field.to_owned(), text_or_nothing(&group[field])));
        Json::Object(fields.into_iter().collect())
    };
    groups.iter().map(named).collect()
}

/// The fields of `expected`, with the values of `actual`.
fn named_fields(expected: &Json, actual: &Json) -> Json {
    match expected {
        Json::Object(fields) => {
            let actual = |field: &String| actual.get(field).unwrap_or(&Json::Null);
            fields
                .iter()
                .map(|(field, it)| (field.clone(), named_fields(it, actual(field))))
                .collect::<Map<_, _>>()
                .into()
        }
        _ => text_or_nothing(actual),
    }
}

/// The fields in which an account differs from its draft.
pub(crate) fn changes(draft: &Json, account: &Json) -> Json {
    let mut changes = Map::new();
    for (field, value) in account.as_object().into_iter().flatten() {
        let before = draft.get(field).unwrap_or(&Json::Null);
        let is_record = value.is_object() || before.is_object();
        if is_record {
            // A record that is gone has lost each of its fields.
            let gone: Map<_, _> = before
                .as_object()
                .into_iter()
                .flatten()
                .map(|(field, _)| (field.clone(), Json::Null))
                .collect();
            let value = if value.is_object() { value.clone() } else { gone.into() };
            let inner = self::changes(before, &value);
            if inner.as_object().is_some_and(|inner| !inner.is_empty()) {
                changes.insert(field.clone(), inner);
            }
        } else if value != before {
            changes.insert(field.clone(), text_or_nothing(value));
        }
    }
    changes.into()
}

fn text_or_nothing(value: &Json) -> Json {
    if value.is_null() { "".into() } else { value.clone() }
}

/// Makes the table hold these fields, touching no value that is right already.
fn assign(table: &mut dyn TableLike, wanted: &Map<String, Json>, inline: bool) {
    let gone: Vec<String> =
        table.iter().map(|(key, _)| key.to_owned()).filter(|key| !wanted.contains_key(key)).collect();
    for key in gone {
        table.remove(&key);
    }
    for (key, value) in wanted {
        match (table.get_mut(key), value) {
            (Some(item), Json::Object(fields)) if item.is_table_like() => {
                let inline = item.is_inline_table();
                if let Some(table) = item.as_table_like_mut() {
                    assign(table, fields, inline);
                }
            }
            (_, Json::Object(fields)) if !inline => {
                replace(table, key, Item::Table(dotted(fields)));
            }
            (_, value) => {
                if let Some(value) = toml_of(value)
                    && table.get(key).is_none_or(|old| !same(old, &value))
                {
                    replace(table, key, Item::Value(value));
                }
            }
        }
    }
}

/// Puts a value in the place of another, and leaves the comments around that.
fn replace(table: &mut dyn TableLike, key: &str, mut new: Item) {
    let before_key = table.key(key).map(|key| key.leaf_decor().clone());
    match (table.get_mut(key), new.as_table_mut()) {
        (Some(old), None) => {
            if let (Some(old), Some(new)) = (old.as_value(), new.as_value_mut()) {
                *new.decor_mut() = old.decor().clone();
            }
            *old = new;
        }
        (Some(old), Some(fields)) => {
            // A dotted key is written with the comments of its last part.
            if let (Some(comments), Some(mut first)) = (before_key, first_leaf(fields)) {
                *first.leaf_decor_mut() = comments;
            }
            *old = new;
        }
        (None, _) => {
            table.insert(key, new);
        }
    }
}

fn first_leaf(table: &mut Table) -> Option<KeyMut<'_>> {
    let (key, item) = table.iter_mut().next()?;
    match item {
        Item::Table(inner) => first_leaf(inner),
        _ => Some(key),
    }
}

/// Whether two values are the same, however they are written.
fn same(old: &Item, new: &Value) -> bool {
    let plain = |text: String| text.split_whitespace().collect::<String>();
    old.as_value().is_some_and(|old| match (old, new) {
        (Value::String(old), Value::String(new)) => old.value() == new.value(),
        (Value::Boolean(old), Value::Boolean(new)) => old.value() == new.value(),
        _ => plain(old.to_string()) == plain(new.to_string()),
    })
}

/// A table that is written as `expect.account.title = "…"`.
pub(crate) fn dotted(fields: &Map<String, Json>) -> Table {
    let mut table = Table::new();
    table.set_dotted(true);
    for (key, value) in fields {
        match value {
            Json::Object(fields) => {
                table.insert(key, Item::Table(dotted(fields)));
            }
            value => {
                if let Some(value) = toml_of(value) {
                    table.insert(key, Item::Value(value));
                }
            }
        }
    }
    table
}

/// A value in TOML, which has no null.
pub(crate) fn toml_of(value: &Json) -> Option<Value> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(boolean) => (*boolean).into(),
        Json::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64()?.into(),
        },
        Json::String(text) => text_value(text),
        Json::Array(items) => items.iter().filter_map(toml_of).collect::<Array>().into(),
        Json::Object(fields) => {
            let fields = fields.iter().filter_map(|(key, value)| Some((key.as_str(), toml_of(value)?)));
            fields.collect::<InlineTable>().into()
        }
    })
}

fn problem_list(problems: &[ConfigProblem]) -> Value {
    let table = |problem: &ConfigProblem| -> Value {
        let ConfigProblem { pointer, message } = problem;
        InlineTable::from_iter([("pointer", pointer.as_str()), ("message", message.as_str())]).into()
    };
    problems.iter().map(table).collect::<Array>().into()
}
