//! From the model to the text, for case files that a program records.

use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::expectation::Expectation;
use crate::file::{Case, CaseFile, CaseGroup, CaseUser, ExpectedProblem};
use crate::problem::CaseFileError;
use crate::text::text_value;
use crate::update::{changes, dotted, recorded, toml_of};
use crate::value::{CaseOrigin, CaseStatus, CaseValue};

/// Why a case file cannot be written so that it says what was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// Its text is no case file: an id is there twice, or one is empty.
    #[error("no case file can say it: {0}")]
    Unreadable(#[source] CaseFileError),
    /// Its text says something else.
    #[error("TOML cannot say all of it: it has no null, and no whole number above 9,223,372,036,854,775,807")]
    Otherwise,
}

impl Expectation {
    /// What a case file records of a decision: verdict, rule, groups, and what differs from the draft (null for a group).
    pub fn recorded(decision: &Json, draft: &Json) -> Self {
        let mut fields = recorded(decision, draft);
        if let Some(Json::Array(groups)) = fields.get_mut("groups") {
            for group in groups.iter_mut().filter(|group| group.is_string()) {
                *group = Json::Object(Map::from_iter([("name".to_owned(), group.take())]));
            }
        }
        Self::new(fields)
    }
}

impl Expectation {
    /// The same with all that was said: the reason's message too, and of a person that the given groups stay.
    pub fn recorded_whole(decision: &Json, draft: &Json) -> Self {
        let Self(mut fields) = Self::recorded(decision, draft);
        fields.insert("message".to_owned(), decision["message"].clone());
        let is_let_through = matches!(decision["verdict"].as_str(), Some("keep" | "sync"));
        if is_let_through && decision["groups"].is_null() {
            fields.insert("groups".to_owned(), "".into());
        }
        Self::new(fields)
    }
}

impl CaseUser {
    /// Has this person begin with that account, whatever the attributes say: only what differs from the draft is written.
    pub fn begin_with(&mut self, account: &Json) {
        let differing = changes(&crate::draft::draft(&self.attributes, self.status), account);
        self.draft_overrides = differing.as_object().is_some_and(|it| !it.is_empty()).then_some(differing);
    }
}

impl CaseFile {
    /// The text of the file. Reading it gives the same model, lines apart; what TOML cannot hold, such as a null within the
    /// configuration, is left out.
    pub fn to_toml(&self) -> String {
        let mut document = DocumentMut::new();
        document.insert("version", number(self.version));
        if let Some(now) = self.now {
            document.insert("now", number(now));
        }
        if self.config.as_object().is_some_and(|config| !config.is_empty()) {
            document.insert("config", Item::Table(table_of(&self.config)));
        }
        if let Some(fuel) = self.limits.fuel_per_item {
            document.insert("limits", Item::Table(Table::from_iter([("fuel-per-item", number(fuel))])));
        }
        document.insert("case", Item::ArrayOfTables(self.cases.iter().map(case).collect()));
        document.to_string()
    }

    /// The text of the file, after it was read again and found to say the same.
    ///
    /// # Errors
    ///
    /// [`NotWritten`] when it does not.
    pub fn written(&self) -> Result<String, NotWritten> {
        let text = self.to_toml();
        let read = without_lines(Self::parse(&text).map_err(NotWritten::Unreadable)?);
        let meant = without_lines(self.clone());
        // A number that is none (NaN) does not equal itself, and is written all the same.
        if read == meant || format!("{read:?}") == format!("{meant:?}") {
            Ok(text)
        } else {
            Err(NotWritten::Otherwise)
        }
    }
}

/// Lines are where the text has them.
fn without_lines(mut file: CaseFile) -> CaseFile {
    for case in &mut file.cases {
        case.line = 0;
        case.groups.iter_mut().for_each(|group| group.line = 0);
        case.users.iter_mut().for_each(|user| user.line = 0);
    }
    file
}

fn case(case: &Case) -> Table {
    let mut table = Table::new();
    table.insert("name", text(&case.name));
    if let Some(now) = case.now {
        table.insert("now", number(now));
    }
    if let Some(config) = case.config.as_ref().and_then(toml_of) {
        table.insert("config", value(config));
    }
    if !case.expect_problems.is_empty() {
        table.insert("expect-problems", value(case.expect_problems.iter().map(problem).collect::<Array>()));
    }
    for (key, items) in [
        ("group", case.groups.iter().map(group).collect::<ArrayOfTables>()),
        ("user", case.users.iter().map(user).collect()),
    ] {
        if !items.is_empty() {
            table.insert(key, Item::ArrayOfTables(items));
        }
    }
    table
}

fn problem(problem: &ExpectedProblem) -> Value {
    let ExpectedProblem { pointer, message } = problem;
    let fields = [("pointer", pointer), ("message", message)];
    let fields = fields.into_iter().filter_map(|(key, text)| Some((key, text_value(text.as_ref()?))));
    fields.collect::<InlineTable>().into()
}

fn group(group: &CaseGroup) -> Table {
    let mut table = Table::new();
    table.insert("name", text(&group.name));
    if group.name.trim().is_empty() || group.id != format!("00g-{}", group.name) {
        table.insert("id", text(&group.id));
    }
    if let Some(description) = &group.description {
        table.insert("description", text(description));
    }
    if group.origin != CaseOrigin::default() {
        table.insert("origin", value(group.origin.word()));
    }
    if !group.attributes.is_empty() {
        let attributes = group.attributes.iter().map(|(name, value)| (name.as_str(), attribute(value)));
        table.insert("attributes", value(attributes.collect::<InlineTable>()));
    }
    expect(&mut table, group.expect.as_ref());
    table
}

fn user(user: &CaseUser) -> Table {
    let mut table = Table::new();
    let login = user.attributes.get("login").and_then(CaseValue::as_text).filter(|it| !it.trim().is_empty());
    if let Some(login) = login {
        table.insert("login", text(login));
    }
    if login.is_none() || user.id != format!("00u-{}", user.login) {
        table.insert("id", text(&user.id));
    }
    if user.status != CaseStatus::default() {
        table.insert("status", value(user.status.word()));
    }
    if !user.groups.is_empty() {
        table.insert("groups", value(user.groups.iter().map(|key| text_value(key)).collect::<Array>()));
    }
    let attributes = user.attributes.iter().filter(|(name, _)| login.is_none() || *name != "login");
    let attributes: InlineTable = attributes.map(|(name, value)| (name.as_str(), attribute(value))).collect();
    if !attributes.is_empty() {
        table.insert("attributes", value(attributes));
    }
    if let Some(Json::Object(changes)) = &user.draft_overrides {
        table.insert("draft", Item::Table(dotted(changes)));
    }
    expect(&mut table, user.expect.as_ref());
    table
}

fn expect(table: &mut Table, expect: Option<&Expectation>) {
    let Some(expect) = expect else { return };
    let mut fields = expect.fields().clone();
    // Names where nothing else is named, as an author writes them.
    if let Some(Json::Array(groups)) = fields.get_mut("groups")
        && groups.iter().all(|group| group.as_object().is_some_and(|group| group.keys().eq(["name"])))
    {
        groups.iter_mut().for_each(|group| *group = group["name"].take());
    }
    table.insert("expect", Item::Table(dotted(&fields)));
}

fn attribute(attribute: &CaseValue) -> Value {
    match attribute {
        CaseValue::Text(text) => text_value(text),
        CaseValue::Integer(number) => (*number).into(),
        CaseValue::Number(number) => (*number).into(),
        CaseValue::Boolean(boolean) => (*boolean).into(),
        CaseValue::Texts(texts) => texts.iter().map(|text| text_value(text)).collect::<Array>().into(),
        CaseValue::Integers(numbers) if numbers.is_empty() => empty_list_of("integers"),
        CaseValue::Numbers(numbers) if numbers.is_empty() => empty_list_of("numbers"),
        CaseValue::Integers(numbers) => numbers.iter().copied().collect::<Array>().into(),
        CaseValue::Numbers(numbers) => numbers.iter().copied().collect::<Array>().into(),
    }
}

/// An empty list is one of texts unless it says otherwise.
fn empty_list_of(kind: &str) -> Value {
    InlineTable::from_iter([(kind, Value::from(Array::new()))]).into()
}

fn text(text: &str) -> Item {
    value(text_value(text))
}

/// An object under a header of its own.
fn table_of(object: &Json) -> Table {
    let fields = object.as_object().into_iter().flatten();
    fields.filter_map(|(key, field)| Some((key.as_str(), value(toml_of(field)?)))).collect()
}

/// TOML's numbers end where a signed one does, which no time and no limit reaches.
fn number(number: u64) -> Item {
    value(i64::try_from(number).unwrap_or(i64::MAX))
}
