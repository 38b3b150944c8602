//! Takes values out of a TOML document and remembers what was wrong with them, and where.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use toml_edit::{InlineTable, Item, TableLike, Value};

use crate::problem::CaseProblem;
use crate::value::CaseValue;

/// How alike, from 0 to 1, a misspelt key and a known one must be for the known one to be suggested.
const ALIKE: f64 = 0.6;

/// The document's text, and the problems found so far.
pub(crate) struct Reader {
    /// Where each line but the first begins: a recorded file has so many that they are not counted again for each question.
    line_starts: Vec<usize>,
    problems: Vec<CaseProblem>,
}

/// A table of the document, with its path for messages and the line where it begins.
#[derive(Clone)]
pub(crate) struct Section<'t> {
    table: &'t dyn TableLike,
    path: String,
    pub(crate) line: usize,
}

impl<'t> Section<'t> {
    pub(crate) fn root(table: &'t dyn TableLike) -> Self {
        Self { table, path: String::new(), line: 1 }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'t str> {
        self.table.iter().filter(|(_, item)| !item.is_none()).map(|(key, _)| key)
    }

    pub(crate) fn item(&self, key: &str) -> Option<&'t Item> {
        self.table.get(key).filter(|item| !item.is_none())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.item(key).is_some()
    }

    fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

impl Reader {
    pub(crate) fn new(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { line_starts: ends.map(|(at, _)| at + 1).collect(), problems: Vec::new() }
    }

    /// The line of a byte, from 1.
    fn line_of(&self, byte: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= byte) + 1
    }

    /// The problems, the first line first.
    pub(crate) fn into_problems(mut self) -> Vec<CaseProblem> {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems
    }

    pub(crate) fn complain_at(&mut self, line: usize, message: impl Into<String>) {
        self.problems.push(CaseProblem { line, message: message.into() });
    }

    /// Complains about the value of a key, or, when there is none, about the section.
    pub(crate) fn complain(&mut self, section: &Section<'_>, key: &str, message: &str) {
        self.complain_at(self.line(section, key), format!("`{}` {message}", section.path(key)));
    }

    /// The line of a key, from 1; that of the section when the key is absent.
    pub(crate) fn line(&self, section: &Section<'_>, key: &str) -> usize {
        let span = section.table.key(key).and_then(toml_edit::Key::span);
        span.or_else(|| section.item(key).and_then(Item::span))
            .map_or(section.line, |span| self.line_of(span.start))
    }

    /// Complains about every key that is none of these.
    pub(crate) fn only(&mut self, section: &Section<'_>, known: &[&str]) {
        for key in section.keys().filter(|key| !known.contains(key)) {
            let message = format!("unknown key `{}`; {}", section.path(key), suggestion(key, known));
            self.complain_at(self.line(section, key), message);
        }
    }

    pub(crate) fn text(&mut self, section: &Section<'_>, key: &str) -> Option<String> {
        let text = section.item(key)?.as_str().map(str::to_owned);
        if text.is_none() {
            self.complain(section, key, "must be a text in quotes");
        }
        text
    }

    /// A text that must be there and hold something.
    pub(crate) fn required(&mut self, section: &Section<'_>, key: &str) -> Option<String> {
        let text = self.present(section, key)?;
        if text.trim().is_empty() {
            self.complain(section, key, "is empty");
        }
        Some(text)
    }

    /// A text that must be there, and may be blank.
    pub(crate) fn present(&mut self, section: &Section<'_>, key: &str) -> Option<String> {
        if !section.has(key) {
            self.complain(section, key, "is missing");
        }
        self.text(section, key)
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&mut self, section: &Section<'_>, key: &str) -> Option<u64> {
        let number = section.item(key)?.as_integer().and_then(|number| u64::try_from(number).ok());
        if number.is_none() {
            self.complain(section, key, "must be a whole number");
        }
        number
    }

    /// One of the words that there are for something.
    pub(crate) fn word(&mut self, section: &Section<'_>, key: &str, words: &[&str]) -> Option<String> {
        let word = self.text(section, key)?;
        if words.contains(&word.as_str()) {
            return Some(word);
        }
        self.complain(section, key, &format!("is \"{word}\"; {}", suggestion(&word, words)));
        None
    }

    pub(crate) fn texts(&mut self, section: &Section<'_>, key: &str) -> Option<Vec<String>> {
        let item = section.item(key)?;
        let texts = item.as_array().and_then(|array| {
            array.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.complain(section, key, "must be a list of texts in quotes");
        }
        texts
    }

    pub(crate) fn section<'t>(&mut self, section: &Section<'t>, key: &str) -> Option<Section<'t>> {
        let line = self.line(section, key);
        let table = section.item(key)?.as_table_like();
        if table.is_none() {
            self.complain(section, key, "must be a table");
        }
        table.map(|table| Section { table, path: section.path(key), line })
    }

    /// The tables of a list, `[[key]]` or inline.
    pub(crate) fn sections<'t>(&mut self, section: &Section<'t>, key: &str) -> Vec<Section<'t>> {
        let Some(item) = section.item(key) else { return Vec::new() };
        let path = section.path(key);
        let line =
            |span: Option<std::ops::Range<usize>>| span.map_or(section.line, |it| self.line_of(it.start));
        if let Some(tables) = item.as_array_of_tables() {
            let section =
                |table: &'t toml_edit::Table| Section { table, path: path.clone(), line: line(table.span()) };
            return tables.iter().map(section).collect();
        }
        let inline = item.as_array().and_then(|array| {
            let section = |value: &'t Value| {
                let table = value.as_inline_table()?;
                Some(Section { table, path: path.clone(), line: line(value.span()) })
            };
            array.iter().map(section).collect::<Option<Vec<_>>>()
        });
        if inline.is_none() {
            self.complain(section, key, &format!("must be a list of tables, each under `[[{path}]]`"));
        }
        inline.unwrap_or_default()
    }

    /// A table as a JSON object.
    pub(crate) fn object(&mut self, section: &Section<'_>, key: &str) -> Option<Json> {
        let table = self.section(section, key)?;
        Some(self.json_of_table(table.table, table.line))
    }

    fn json_of_table(&mut self, table: &dyn TableLike, line: usize) -> Json {
        let entries = table.iter().filter(|(_, item)| !item.is_none());
        entries
            .map(|(key, item)| (key.to_owned(), self.json_of_item(item, line)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn json_of_item(&mut self, item: &Item, line: usize) -> Json {
        let line = item.span().map_or(line, |span| self.line_of(span.start));
        match item {
            Item::None => Json::Null,
            Item::Value(value) => self.json_of_value(value, line),
            Item::Table(table) => self.json_of_table(table, line),
            Item::ArrayOfTables(tables) => {
                tables.iter().map(|table| self.json_of_table(table, line)).collect()
            }
        }
    }

    fn json_of_value(&mut self, value: &Value, line: usize) -> Json {
        match value {
            Value::String(text) => text.value().as_str().into(),
            Value::Integer(number) => (*number.value()).into(),
            Value::Float(number) => {
                if !number.value().is_finite() {
                    self.complain_at(line, "JSON, and so a configuration, has no such number");
                }
                (*number.value()).into()
            }
            Value::Boolean(boolean) => (*boolean.value()).into(),
            // What usher.toml does with one.
            Value::Datetime(time) => time.value().to_string().into(),
            Value::Array(items) => items.iter().map(|item| self.json_of_value(item, line)).collect(),
            Value::InlineTable(table) => self.json_of_table(table, line),
        }
    }

    /// Profile attributes.
    pub(crate) fn attributes(&mut self, section: &Section<'_>, key: &str) -> BTreeMap<String, CaseValue> {
        let Some(table) = self.section(section, key) else { return BTreeMap::new() };
        let mut attributes = BTreeMap::new();
        for name in table.keys() {
            match table.item(name).and_then(Item::as_value).and_then(attribute) {
                Some(value) => {
                    attributes.insert(name.to_owned(), value);
                }
                None => self.complain(
                    &table,
                    name,
                    "must be a text in quotes, a number, true or false, or a list of texts or of numbers, as Okta's attributes are",
                ),
            }
        }
        attributes
    }
}

fn attribute(value: &Value) -> Option<CaseValue> {
    Some(match value {
        Value::String(text) => CaseValue::Text(text.value().clone()),
        Value::Integer(number) => CaseValue::Integer(*number.value()),
        Value::Float(number) => CaseValue::Number(*number.value()),
        Value::Boolean(boolean) => CaseValue::Boolean(*boolean.value()),
        Value::Array(items) if items.iter().all(Value::is_str) => {
            CaseValue::Texts(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        Value::Array(items) if items.iter().all(Value::is_integer) => {
            CaseValue::Integers(items.iter().filter_map(Value::as_integer).collect())
        }
        Value::Array(items) if items.iter().all(Value::is_float) => {
            CaseValue::Numbers(items.iter().filter_map(Value::as_float).collect())
        }
        Value::InlineTable(kind) => list_of_kind(kind)?,
        Value::Array(_) | Value::Datetime(_) => return None,
    })
}

/// `{ integers = [] }` and `{ numbers = [] }`: an empty list says itself what it is a list of only when it is one of texts.
fn list_of_kind(kind: &InlineTable) -> Option<CaseValue> {
    let mut entries = kind.iter();
    let (name, items) = entries.next().filter(|_| kind.len() == 1)?;
    let items = items.as_array()?;
    match name {
        "integers" => items.iter().map(Value::as_integer).collect::<Option<_>>().map(CaseValue::Integers),
        "numbers" => items.iter().map(Value::as_float).collect::<Option<_>>().map(CaseValue::Numbers),
        _ => None,
    }
}

fn suggestion(word: &str, known: &[&str]) -> String {
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(word, known);
    let near = known
        .iter()
        .map(|known| (likeness(known), *known))
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    match near {
        Some((likeness, near)) if likeness >= ALIKE => format!("did you mean `{near}`?"),
        _ => format!("known here: {}", known.join(", ")),
    }
}

/// The line of a byte, from 1.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
