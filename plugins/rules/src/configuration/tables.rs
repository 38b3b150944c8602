//! `[policy.config.tables.NAME]`: from what Okta says to what AWS shall say.

use serde_json::Value;

use super::{Reader, below, kind};

/// A table and its rows, as they are written.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) rows: Vec<(String, Cell)>,
}

/// What stands in a table.
#[derive(Debug)]
pub(crate) enum Cell {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    List(Vec<Cell>),
}

impl Reader {
    pub(super) fn tables(&mut self, value: &Value) -> Vec<Table> {
        let Some(tables) = self.table(value, "/tables") else { return Vec::new() };
        let mut read = Vec::new();
        for (name, value) in tables {
            let pointer = below("/tables", name);
            let Some(table) = self.table(value, &pointer) else { continue };
            let rows = table.iter().filter_map(|(key, value)| match cell(value) {
                Some(cell) => Some((key.clone(), cell)),
                None => {
                    let message = format!(
                        "`{key}` must be a text, a number, true or false, or a list of those, not {}",
                        kind(value)
                    );
                    self.wrong(below(&pointer, key), message);
                    None
                }
            });
            read.push(Table { name: name.clone(), rows: rows.collect() });
        }
        read
    }
}

fn cell(value: &Value) -> Option<Cell> {
    match value {
        Value::Array(list) => list.iter().map(single).collect::<Option<_>>().map(Cell::List),
        value => single(value),
    }
}

fn single(value: &Value) -> Option<Cell> {
    match value {
        Value::String(text) => Some(Cell::Text(text.clone())),
        Value::Bool(boolean) => Some(Cell::Boolean(*boolean)),
        Value::Number(number) => {
            number.as_i64().map(Cell::Integer).or_else(|| number.as_f64().map(Cell::Number))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
