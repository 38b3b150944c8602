//! Takes values out of a TOML document and remembers what was wrong with them, and where.

use std::fmt::Display;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use usher_core::near;
use usher_core::quote::quoted;
use usher_secrets::SecretRef;

use super::place::line_of;
use super::{Groups, Problem};

/// The one section that may be written as several tables.
const ROW: &str = "policy";

/// A document being read, with the problems found so far.
pub(super) struct Reader<'a> {
    text: &'a str,
    document: DeTable<'a>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, Vec<Problem>> {
        match DeTable::parse(text) {
            Ok(document) => Ok(Self { text, document: document.into_inner(), problems: Vec::new() }),
            Err(error) => {
                let line = error.span().map(|span| line_of(text, span.start));
                let written = line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
                let message = if error.message() == "duplicate key" && is_head_of_row(written) {
                    format!("`{ROW}` is there already; for several policies write `[[{ROW}]]` for each")
                } else {
                    error.message().to_owned()
                };
                Err(vec![Problem { line, message }])
            }
        }
    }

    /// In the order of the file; what stands nowhere in it comes last.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        self.problems
    }

    /// Complains about every top-level key that is none of these.
    pub(super) fn only_sections(&mut self, known: &[&str]) {
        let unknown = unknown_keys(self.text, &self.document, "", known);
        self.problems.extend(unknown);
        for section in known {
            let Some(value) = self.document.get(*section) else { continue };
            let several = if *section == ROW { format!(", or several `[[{ROW}]]`") } else { String::new() };
            if !(value.get_ref().is_table() || *section == ROW && is_row(value.get_ref())) {
                let line = Some(line_of(self.text, value.span().start));
                let message =
                    format!("`{section}` must be a table: `[{section}]` on a line of its own{several}");
                self.problems.push(Problem { line, message });
            }
        }
    }

    /// Complains about every key of a section that is none of these.
    pub(super) fn only_keys(&mut self, section: &str, known: &[&str]) {
        if let Some(table) = self.section(section) {
            let unknown = unknown_keys(self.text, table, &format!("{section}."), known);
            self.problems.extend(unknown);
        }
    }

    /// Whether a section is there, with nothing in it.
    pub(super) fn is_empty(&self, section: &str) -> bool {
        self.section(section).is_some_and(|table| table.is_empty())
    }

    /// Complains about every key of a section that is one of these and no table.
    pub(super) fn only_tables(&mut self, section: &str, keys: &[&str]) {
        for key in keys {
            if let Some(value) = self.value(section, key).filter(|value| !value.get_ref().is_table()) {
                let line = Some(line_of(self.text, value.span().start));
                self.problems.push(Problem { line, message: format!("`{section}.{key}` must be a table") });
            }
        }
    }

    /// Complains about a key of a section that is not several tables, `[[…]]`.
    pub(super) fn only_rows(&mut self, section: &str, key: &str) {
        if self.value(section, key).is_some_and(|value| !is_row(value.get_ref())) {
            self.complain(section, key, "must be one table or more, each under its own `[[…]]`");
        }
    }

    /// How many tables a section has that was written as several, `[[…]]`; none when it is a single one or absent.
    pub(super) fn length(&self, path: &str) -> Option<usize> {
        let value = match path.rsplit_once('.') {
            Some((section, key)) => self.value(section, key)?.get_ref(),
            None => self.document.get(path)?.get_ref(),
        };
        is_row(value).then(|| value.as_array().map_or(0, |items| items.len()))
    }

    /// Complains about one of several tables.
    pub(super) fn complain_of_item(&mut self, section: &str, at: usize, message: &str) {
        let row = match section.rsplit_once('.') {
            Some((section, key)) => self.value(section, key),
            None => self.document.get(section),
        };
        let value = row.and_then(|value| value.get_ref().as_array()?.get(at));
        let line = value.map(|value| line_of(self.text, value.span().start));
        self.problems.push(Problem { line, message: format!("`{section}[{at}]`: {message}") });
    }

    /// A text that may be absent, and must parse when it is there.
    pub(super) fn optional<T, E: Display>(
        &mut self,
        section: &str,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.optional_text(section, key)?;
        parse(&text).map_err(|error| self.complain(section, key, &error.to_string())).ok()
    }

    /// One of some words, with what it means; may be absent.
    pub(super) fn choice<T: Copy>(&mut self, section: &str, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.value(section, key)?.get_ref().as_str().unwrap_or_default().to_owned();
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let in_quotes: Vec<String> = words.iter().map(|(word, _)| quoted(word).to_string()).collect();
            let (last, first) = in_quotes.split_last()?;
            let near = near::names(&text, words.iter().map(|(word, _)| *word), 1);
            let near = near.first().map_or(String::new(), |near| format!("; did you mean {}?", quoted(near)));
            self.complain(section, key, &format!("must be {} or {last}{near}", first.join(", ")));
        }
        found
    }

    /// A whole number that may be absent.
    pub(super) fn whole_number(&mut self, section: &str, key: &str, least: i64, most: i64) -> Option<u64> {
        let value = self.value(section, key)?.get_ref();
        let number = value.as_integer().and_then(|it| i64::from_str_radix(it.as_str(), it.radix()).ok());
        let number =
            number.filter(|number| (least..=most).contains(number)).and_then(|it| u64::try_from(it).ok());
        if number.is_none() {
            self.complain(section, key, &format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    /// A text that must be there and must parse.
    pub(super) fn required<T, E: Display>(
        &mut self,
        section: &str,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Some(text) = self.optional_text(section, key) else {
            if self.value(section, key).is_none() {
                let message =
                    format!("`{section}.{key}` is missing; `{key} = \"…\"` belongs under `[{section}]`");
                self.problems.push(Problem { line: None, message });
            }
            return None;
        };
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.complain(section, key, &error.to_string());
                None
            }
        }
    }

    /// A text that may be absent.
    pub(super) fn optional_text(&mut self, section: &str, key: &str) -> Option<String> {
        let text = self.value(section, key)?.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.complain(section, key, "must be a text in quotes");
        }
        text
    }

    /// A list of group names, or a reference to one.
    pub(super) fn groups(&mut self, section: &str, key: &str) -> Groups {
        match self.read_groups(section, key) {
            Ok(groups) => groups,
            Err(message) => {
                self.complain(section, key, &message);
                Groups::All
            }
        }
    }

    fn read_groups(&self, section: &str, key: &str) -> Result<Groups, String> {
        let Some(value) = self.value(section, key) else { return Ok(Groups::All) };
        match value.get_ref() {
            DeValue::String(text) => {
                let reference = text.parse::<SecretRef>();
                reference.map(Groups::Referenced).map_err(|_| {
                    "must be a list of names, or a reference such as \"ssm:groups_to_sync\" to a comma-separated one"
                        .to_owned()
                })
            }
            DeValue::Array(items) => {
                let names: Option<Vec<String>> =
                    items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
                let names = names.ok_or("must hold names in quotes only")?;
                if names.is_empty() {
                    return Err("is empty, so that nothing would be synced; name groups, or remove the line to let the \
                                policy decide over all"
                        .to_owned());
                }
                if names.iter().any(|name| name.trim().is_empty()) {
                    return Err("holds an empty name".to_owned());
                }
                Ok(Groups::Named(names))
            }
            _ => Err("must be a list of names".to_owned()),
        }
    }

    /// A table as JSON; an empty object when it is absent.
    pub(super) fn json(&mut self, section: &str, key: &str) -> serde_json::Value {
        let Some(value) = self.value(section, key) else { return serde_json::json!({}) };
        if !value.get_ref().is_table() {
            self.complain(section, key, "must be a table");
            return serde_json::json!({});
        }
        // The document was parsed before, so this cannot fail; the plain values are easier to turn into JSON.
        let document = toml::Value::Table(self.text.parse().unwrap_or_default());
        let table = steps(section).try_fold(&document, |value, (key, at)| match at {
            Some(at) => value.get(key)?.get(at),
            None => value.get(key),
        });
        let config = table.and_then(|table| table.get(key)).cloned();
        config.map_or(serde_json::json!({}), to_json)
    }

    /// A table by its path: `policy`, `policy.limits`, or `policy[0].limits` where there are several.
    fn section(&self, path: &str) -> Option<&DeTable<'a>> {
        steps(path).try_fold(&self.document, |table, (key, at)| {
            let value = table.get(key)?.get_ref();
            match at {
                Some(at) => value.as_array()?.get(at)?.get_ref().as_table(),
                None => value.as_table(),
            }
        })
    }

    pub(super) fn value(&self, section: &str, key: &str) -> Option<&Spanned<DeValue<'a>>> {
        self.section(section)?.get(key)
    }

    pub(super) fn complain(&mut self, section: &str, key: &str, message: &str) {
        let at = self.value(section, key).or_else(|| self.document.get(section));
        let line = at.map(|value| line_of(self.text, value.span().start));
        self.problems.push(Problem { line, message: format!("`{section}.{key}`: {message}") });
    }
}

/// The steps of a path, each with the place in a row when it names one.
fn steps(path: &str) -> impl Iterator<Item = (&str, Option<usize>)> {
    path.split('.').map(|step| match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
        Some((key, at)) => (key, at.parse().ok()),
        None => (step, None),
    })
}

/// Whether a value is `[[…]]`: one table or more.
fn is_row(value: &DeValue<'_>) -> bool {
    value
        .as_array()
        .is_some_and(|items| !items.is_empty() && items.iter().all(|item| item.get_ref().is_table()))
}

/// Whether a line of the file is `[policy]` or `[[policy]]`.
fn is_head_of_row(line: &str) -> bool {
    let head = line.split('#').next().unwrap_or_default();
    let name = head.trim().trim_start_matches('[').trim_end_matches(']').trim();
    head.trim_start().starts_with('[') && name == ROW
}

fn unknown_keys(text: &str, table: &DeTable<'_>, path: &str, known: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, _) in table.iter() {
        let name: &str = key.get_ref();
        if known.contains(&name) {
            continue;
        }
        let suggestion = match near::names(name, known.iter().copied(), 1).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let message = format!("unknown key `{path}{name}`; {suggestion}");
        problems.push(Problem { line: Some(line_of(text, key.span().start)), message });
    }
    problems
}

/// A value of TOML as JSON; a date is the text that it was.
pub(crate) fn to_json(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(boolean) => boolean.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, to_json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
