//! `[policy.config.account]`: an expression for each field.

use serde_json::Value;

use super::{Reader, Text, below, kind};
use crate::account::{self, Field};

impl Reader {
    /// `"work.costCenter" = …` and `work.costCenter = …`, which TOML reads as a table in a table, mean the same.
    pub(super) fn account(
        &mut self,
        value: &Value,
        pointer: &str,
        path: &str,
        fields: &mut Vec<(&'static Field, Text)>,
    ) {
        let Some(table) = self.table(value, pointer) else { return };
        for (key, value) in table {
            let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let pointer = below(pointer, key);
            if value.is_object() {
                self.account(value, &pointer, &name, fields);
                continue;
            }
            let Some(field) = Field::named(&name) else {
                let suggestion = account::suggestion(&name);
                self.wrong(pointer, format!("an account has no field `{name}`; {suggestion}"));
                continue;
            };
            if fields.iter().any(|(taken, _)| taken.name == field.name) {
                self.wrong(pointer, format!("the field `{}` is written twice", field.name));
                continue;
            }
            match value {
                Value::String(text) if !text.trim().is_empty() => {
                    fields.push((field, Text { pointer, text: text.clone() }));
                }
                Value::String(_) => {
                    self.wrong(
                        pointer,
                        format!("`{name}` is empty; `null` takes the field away, `'\"\"'` is an empty text"),
                    );
                }
                other => self.wrong(
                    pointer,
                    format!("`{name}` must be a text that holds an expression, not {}", kind(other)),
                ),
            }
        }
    }
}
