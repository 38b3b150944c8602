//! What is written in `[policy.config]`, read key by key so that every mistake is found and named with its place.

mod account;
mod people;
mod tables;

use serde_json::{Map, Value};
use usher_guest::{Problem, Problems, near};

use crate::account::Field;

pub(crate) use people::{Memberships, PersonOutcome};
pub(crate) use tables::{Cell, Table};

/// A CEL expression as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) pointer: String,
    pub(crate) text: String,
}

/// What a rule does to a group when it applies.
#[derive(Debug)]
pub(crate) enum GroupOutcome {
    Sync(Text),
    Skip,
    Hold,
}

/// Whether a person comes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UserOutcome {
    Keep,
    Skip,
    Hold,
}

/// What becomes of a group that no rule applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupOtherwise {
    /// Under its own name.
    Sync,
    Skip,
    Hold,
}

#[derive(Debug)]
pub(crate) struct Rule<O> {
    pub(crate) name: String,
    pub(crate) when: Text,
    pub(crate) outcome: O,
    pub(crate) message: Option<Text>,
}

/// A configuration whose shape is right.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    pub(crate) groups: Vec<Rule<GroupOutcome>>,
    pub(crate) users: Vec<Rule<PersonOutcome>>,
    pub(crate) tables: Vec<Table>,
    /// By name.
    pub(crate) expressions: Vec<(String, Text)>,
    pub(crate) account: Vec<(&'static Field, Text)>,
    pub(crate) otherwise_groups: Option<GroupOtherwise>,
    pub(crate) otherwise_users: Option<UserOutcome>,
}

/// The keys of the configuration.
pub(crate) const KEYS: [&str; 6] = ["groups", "users", "account", "otherwise", "tables", "expressions"];

/// Named expressions in one configuration: they are put into one another by recursion, on a stack that is bounded.
const EXPRESSIONS_LIMIT: usize = 200;

/// Bytes of a rule's name: what the host shows of it.
const NAME_LIMIT: usize = 64;

impl Configuration {
    /// Reads everything that can be read, and says what could not.
    pub(crate) fn read(config: &Value) -> (Self, Problems) {
        let mut reader = Reader::default();
        let mut read = Self::default();
        if let Some(config) = reader.table(config, "") {
            reader.known(config, "", &KEYS);
            if let Some(tables) = config.get("tables") {
                read.tables = reader.tables(tables);
            }
            if let Some(expressions) = config.get("expressions") {
                read.expressions = reader.expressions(expressions);
            }
            if let Some(otherwise) = config.get("otherwise") {
                reader.otherwise(otherwise, &mut read);
            }
            if let Some(groups) = config.get("groups") {
                read.groups = reader.rules(groups, "/groups", Reader::group_outcome);
            }
            if let Some(users) = config.get("users") {
                read.users = reader.rules(users, "/users", Reader::person_outcome);
            }
            if let Some(account) = config.get("account") {
                reader.account(account, "/account", "", &mut read.account);
            }
        }
        (read, reader.problems)
    }
}

#[derive(Default)]
struct Reader {
    problems: Problems,
}

impl Reader {
    fn wrong(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem::at(pointer, message));
    }

    fn table<'a>(&mut self, value: &'a Value, pointer: &str) -> Option<&'a Map<String, Value>> {
        let table = value.as_object();
        if table.is_none() {
            self.wrong(pointer, format!("must be a table, not {}", kind(value)));
        }
        table
    }

    fn known(&mut self, table: &Map<String, Value>, pointer: &str, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
            self.wrong(below(pointer, key), format!("unknown key `{key}`; {}", near::suggestion(key, known)));
        }
    }

    /// A text that is there, or nothing and a problem when it is of another kind or blank.
    fn text(&mut self, table: &Map<String, Value>, pointer: &str, key: &str) -> Option<Text> {
        let pointer = below(pointer, key);
        match table.get(key)? {
            Value::String(text) if text.trim().is_empty() => self.wrong(pointer, format!("`{key}` is empty")),
            Value::String(text) => return Some(Text { pointer, text: text.clone() }),
            other => self.wrong(pointer, format!("`{key}` must be a text, not {}", kind(other))),
        }
        None
    }

    fn expressions(&mut self, value: &Value) -> Vec<(String, Text)> {
        let pointer = "/expressions";
        let Some(table) = self.table(value, pointer) else { return Vec::new() };
        if table.len() > EXPRESSIONS_LIMIT {
            let message =
                format!("at most {EXPRESSIONS_LIMIT} expressions can be named, here are {}", table.len());
            self.wrong(pointer, message);
            return Vec::new();
        }
        table.keys().filter_map(|name| Some((name.clone(), self.text(table, pointer, name)?))).collect()
    }

    fn otherwise(&mut self, value: &Value, read: &mut Configuration) {
        let pointer = "/otherwise";
        let Some(table) = self.table(value, pointer) else { return };
        self.known(table, pointer, &["groups", "users"]);
        read.otherwise_groups = self.word(
            table,
            pointer,
            "groups",
            &[("sync", GroupOtherwise::Sync), ("skip", GroupOtherwise::Skip), ("hold", GroupOtherwise::Hold)],
        );
        read.otherwise_users = self.word(table, pointer, "users", &USER_OUTCOMES);
    }

    /// One of a few words.
    fn word<T: Copy>(
        &mut self,
        table: &Map<String, Value>,
        pointer: &str,
        key: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let text = self.text(table, pointer, key)?;
        let found = words.iter().find(|(word, _)| *word == text.text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.wrong(
                text.pointer,
                format!("`{key}` must be {}, not \"{}\"", words.join(" or "), text.text),
            );
        }
        found
    }

    fn rules<O>(
        &mut self,
        value: &Value,
        pointer: &str,
        outcome: fn(&mut Self, &Map<String, Value>, &str, &str) -> Option<O>,
    ) -> Vec<Rule<O>> {
        let Some(list) = value.as_array() else {
            let example = format!("[[policy.config{}]]", pointer.replace('/', "."));
            self.wrong(pointer, format!("must be a list of rules, each written below a line `{example}`"));
            return Vec::new();
        };
        let mut names = Vec::new();
        let mut rules = Vec::new();
        for (index, value) in list.iter().enumerate() {
            let pointer = below(pointer, &index.to_string());
            let Some(table) = self.table(value, &pointer) else { continue };
            let name = self.name(table, &pointer, &names);
            // What the rule is called in the other problems, when it has no name.
            let label = name.clone().unwrap_or_else(|| format!("number {}", index + 1));
            names.extend(name.clone());
            let when = self.text(table, &pointer, "when");
            if !table.contains_key("when") {
                self.wrong(
                    &pointer,
                    format!("rule `{label}` has no `when`; one that always applies has `when = 'true'`"),
                );
            }
            let outcome = outcome(self, table, &pointer, &label);
            let message = self.text(table, &pointer, "message");
            if let (Some(when), Some(outcome)) = (when, outcome) {
                rules.push(Rule { name: label, when, outcome, message });
            }
        }
        rules
    }

    fn name(&mut self, table: &Map<String, Value>, pointer: &str, taken: &[String]) -> Option<String> {
        if !table.contains_key("name") {
            self.wrong(pointer, "the rule has no `name`; reports and counts speak of rules by name");
            return None;
        }
        let Text { pointer, text } = self.text(table, pointer, "name")?;
        if text.len() > NAME_LIMIT {
            self.wrong(
                &pointer,
                format!("the name of a rule has at most {NAME_LIMIT} bytes, this one has {}", text.len()),
            );
        }
        if taken.contains(&text) {
            self.wrong(&pointer, format!("another rule is called `{text}` already"));
        }
        Some(text)
    }

    fn group_outcome(
        &mut self,
        rule: &Map<String, Value>,
        pointer: &str,
        name: &str,
    ) -> Option<GroupOutcome> {
        self.known_in_rule(rule, pointer, name, &["name", "when", "sync", "then", "message"]);
        match (rule.contains_key("sync"), rule.contains_key("then")) {
            (true, true) => {
                self.wrong(
                    pointer,
                    format!("rule `{name}` has both `sync` and `then`; it must have one of them"),
                );
                None
            }
            (false, false) => {
                self.wrong(
                    pointer,
                    format!(
                        "rule `{name}` has neither `sync = 'a name'` nor `then = \"skip\"` or `\"hold\"`"
                    ),
                );
                None
            }
            (true, false) => self.text(rule, pointer, "sync").map(GroupOutcome::Sync),
            (false, true) => {
                let skips = self.word(rule, pointer, "then", &[("skip", true), ("hold", false)])?;
                Some(if skips { GroupOutcome::Skip } else { GroupOutcome::Hold })
            }
        }
    }

    fn known_in_rule(&mut self, rule: &Map<String, Value>, pointer: &str, name: &str, known: &[&str]) {
        for key in rule.keys().filter(|key| !known.contains(&key.as_str())) {
            let suggestion = near::suggestion(key, known);
            self.wrong(
                below(pointer, key),
                format!("rule `{name}` has an unknown key `{key}`; {suggestion}"),
            );
        }
    }
}

const USER_OUTCOMES: [(&str, UserOutcome); 3] =
    [("keep", UserOutcome::Keep), ("skip", UserOutcome::Skip), ("hold", UserOutcome::Hold)];

/// The pointer of a key below another pointer (RFC 6901).
fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}
