//! From the text to the model. All mistakes are collected, none ends the reading.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use toml_edit::{Datetime, Document, Offset};

use crate::account;
use crate::expectation::Expectation;
use crate::file::{Case, CaseFile, CaseGroup, CaseUser, ExpectedProblem, Limits};
use crate::problem::{CaseFileError, CaseProblem};
use crate::reader::{Reader, Section, line_of};
use crate::value::{CaseOrigin, CaseStatus, CaseValue};

/// The version of the format.
const VERSION: u64 = 1;

const GROUP_VERDICTS: [&str; 3] = ["sync", "skip", "hold"];
const USER_VERDICTS: [&str; 4] = ["keep", "sync", "skip", "hold"];

impl CaseFile {
    /// Reads a case file. The caller knows its path, and names it beside an error.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, each with its line: no TOML, a version that is not known, an unknown key, a value of the wrong kind, an id or
    /// a name twice.
    pub fn parse(text: &str) -> Result<Self, CaseFileError> {
        let document = Document::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let message = error.message().trim().replace('\n', ", ");
            CaseFileError { problems: vec![CaseProblem { line, message }] }
        })?;
        let mut reader = Reader::new(text);
        let file = read(&mut reader, &Section::root(document.as_table()));
        let problems = reader.into_problems();
        if problems.is_empty() { Ok(file) } else { Err(CaseFileError { problems }) }
    }
}

fn read(reader: &mut Reader, root: &Section<'_>) -> CaseFile {
    let version = reader.count(root, "version");
    match version {
        Some(VERSION) => {}
        // Whatever else is in there means something that this program does not know.
        Some(other) => {
            reader.complain(
                root,
                "version",
                &format!("is {other}, and this Usher reads version {VERSION} only"),
            );
            return CaseFile { version: other, ..empty() };
        }
        None if root.has("version") => {}
        None => reader.complain(root, "version", &format!("is missing: write `version = {VERSION}` on top")),
    }
    reader.only(root, &["version", "config", "now", "limits", "case"]);
    let limits = reader.section(root, "limits").map(|section| {
        reader.only(&section, &["fuel-per-item"]);
        Limits { fuel_per_item: reader.count(&section, "fuel-per-item") }
    });
    let config = reader.object(root, "config").unwrap_or_else(|| json!({}));
    let now = now(reader, root);
    let mut names = BTreeMap::new();
    let mut cases = Vec::new();
    for section in reader.sections(root, "case") {
        let case = case(reader, &section);
        once(reader, &mut names, "case", &case.name, section.line);
        cases.push(case);
    }
    if cases.is_empty() && !root.has("case") {
        reader.complain_at(1, "there is no case: begin one with `[[case]]`");
    }
    CaseFile { version: VERSION, config, now, limits: limits.unwrap_or_default(), cases }
}

fn empty() -> CaseFile {
    CaseFile { version: VERSION, config: json!({}), now: None, limits: Limits::default(), cases: Vec::new() }
}

/// Complains about the second of two that have one name.
fn once(reader: &mut Reader, seen: &mut BTreeMap<String, usize>, what: &str, name: &str, line: usize) {
    if let Some(first) = seen.insert(name.to_owned(), line) {
        reader.complain_at(line, format!("{what} `{name}` is there twice, first in line {first}"));
    }
}

fn case(reader: &mut Reader, section: &Section<'_>) -> Case {
    reader.only(section, &["name", "config", "now", "group", "user", "expect-problems"]);
    let mut ids = BTreeMap::new();
    let mut groups = Vec::new();
    for section in reader.sections(section, "group") {
        let group = group(reader, &section);
        once(reader, &mut ids, "the group with the id", &group.id, section.line);
        groups.push(group);
    }
    let mut ids = BTreeMap::new();
    let mut users = Vec::new();
    for section in reader.sections(section, "user") {
        let user = user(reader, &section);
        once(reader, &mut ids, "the person with the id", &user.id, section.line);
        users.push(user);
    }
    let expect_problems: Vec<_> = reader
        .sections(section, "expect-problems")
        .iter()
        .map(|problem| {
            reader.only(problem, &["pointer", "message"]);
            ExpectedProblem {
                pointer: reader.text(problem, "pointer"),
                message: reader.text(problem, "message"),
            }
        })
        .collect();
    if section.has("expect-problems") && !(groups.is_empty() && users.is_empty()) {
        let message = "names problems of the configuration: then the policy is asked about nobody, so the case may have no group and no user";
        reader.complain(section, "expect-problems", message);
    }
    Case {
        name: reader.required(section, "name").unwrap_or_default(),
        config: reader.object(section, "config"),
        now: now(reader, section),
        groups,
        users,
        expect_problems,
        line: section.line,
    }
}

fn group(reader: &mut Reader, section: &Section<'_>) -> CaseGroup {
    reader.only(section, &["id", "name", "description", "origin", "attributes", "expect"]);
    // Whoever names the id may record a group as odd as Okta has it.
    let name =
        if section.has("id") { reader.present(section, "name") } else { reader.required(section, "name") };
    let name = name.unwrap_or_default();
    let origin = reader.word(section, "origin", CaseOrigin::WORDS);
    CaseGroup {
        id: id(reader, section, "00g", &name),
        description: reader.text(section, "description"),
        origin: origin.as_deref().and_then(CaseOrigin::of_word).unwrap_or_default(),
        attributes: reader.attributes(section, "attributes"),
        expect: expectation(reader, section, &GROUP_VERDICTS, &["verdict", "rule", "message", "groups"]),
        line: section.line,
        name,
    }
}

fn user(reader: &mut Reader, section: &Section<'_>) -> CaseUser {
    reader.only(section, &["id", "login", "status", "attributes", "groups", "draft", "expect"]);
    let mut attributes = reader.attributes(section, "attributes");
    let login = login(reader, section, &mut attributes);
    let status = reader.word(section, "status", CaseStatus::WORDS);
    let mut groups = reader.texts(section, "groups").unwrap_or_default();
    groups.sort_unstable();
    CaseUser {
        id: id(reader, section, "00u", &login),
        status: status.as_deref().and_then(CaseStatus::of_word).unwrap_or_default(),
        attributes,
        groups,
        draft_overrides: account_fields(reader, section, "draft"),
        expect: expectation(
            reader,
            section,
            &USER_VERDICTS,
            &["verdict", "rule", "message", "groups", "account"],
        ),
        line: section.line,
        login,
    }
}

/// The login, which is among the attributes too. Somebody of whom the id is named may have none.
fn login(reader: &mut Reader, section: &Section<'_>, attributes: &mut BTreeMap<String, CaseValue>) -> String {
    if section.has("id") && !section.has("login") {
        return attributes.get("login").and_then(CaseValue::as_text).unwrap_or_default().to_owned();
    }
    let login = reader.required(section, "login").unwrap_or_default();
    let other = attributes.insert("login".to_owned(), CaseValue::Text(login.clone()));
    if other.is_some_and(|other| other.as_text() != Some(&login)) {
        reader.complain(section, "login", "and `attributes.login` differ; `login` alone is enough");
    }
    login
}

fn id(reader: &mut Reader, section: &Section<'_>, prefix: &str, name: &str) -> String {
    if section.has("id") {
        reader.required(section, "id").unwrap_or_default()
    } else {
        format!("{prefix}-{name}")
    }
}

/// `expect`: a verdict alone, or a table.
fn expectation(
    reader: &mut Reader,
    section: &Section<'_>,
    verdicts: &[&str],
    keys: &[&str],
) -> Option<Expectation> {
    if section.item("expect")?.is_str() {
        let verdict = reader.word(section, "expect", verdicts)?;
        return Some(Expectation::new(Map::from_iter([("verdict".to_owned(), verdict.into())])));
    }
    let expect = reader.section(section, "expect")?;
    reader.only(&expect, keys);
    let mut expected = Map::new();
    if let Some(verdict) = reader.word(&expect, "verdict", verdicts) {
        expected.insert("verdict".to_owned(), verdict.into());
    }
    if let Some(account) = account_fields(reader, &expect, "account") {
        expected.insert("account".to_owned(), account);
    }
    if let Some(groups) = target_groups(reader, &expect) {
        expected.insert("groups".to_owned(), groups);
    }
    for key in ["rule", "message"] {
        if let Some(text) = reader.text(&expect, key) {
            expected.insert(key.to_owned(), text.into());
        }
    }
    Some(Expectation::new(expected))
}

/// Groups in AWS: a list of names, or of tables with `key` and `name`; an empty text is none at all.
fn target_groups(reader: &mut Reader, expect: &Section<'_>) -> Option<Json> {
    let item = expect.item("groups")?;
    if item.as_str() == Some("") {
        return Some("".into());
    }
    if item.as_array().is_some_and(|array| array.iter().all(toml_edit::Value::is_str)) {
        let names = reader.texts(expect, "groups")?;
        return Some(names.into_iter().map(|name| json!({ "name": name })).collect());
    }
    let mut groups = Vec::new();
    for group in reader.sections(expect, "groups") {
        reader.only(&group, &["key", "name"]);
        let mut expected = Map::new();
        for key in ["key", "name"] {
            if let Some(text) = reader.text(&group, key) {
                expected.insert(key.to_owned(), text.into());
            }
        }
        groups.push(Json::Object(expected));
    }
    Some(groups.into())
}

/// Some fields of an account.
fn account_fields(reader: &mut Reader, section: &Section<'_>, key: &str) -> Option<Json> {
    let section = reader.section(section, key)?;
    let records = account::RECORDS.iter().map(|(record, _)| *record);
    let known: Vec<&str> = account::TEXTS.into_iter().chain(["active"]).chain(records).collect();
    reader.only(&section, &known);
    let mut fields = Map::new();
    for field in section.keys() {
        let value = if let Some((_, known)) = account::RECORDS.iter().find(|(record, _)| *record == field) {
            record(reader, &section, field, known)
        } else if field == "active" {
            let active = section.item(field).and_then(toml_edit::Item::as_bool);
            if active.is_none() {
                reader.complain(&section, field, "must be true or false");
            }
            active.map(Json::from)
        } else {
            known.contains(&field).then(|| reader.text(&section, field)).flatten().map(Json::from)
        };
        if let Some(value) = value {
            fields.insert(field.to_owned(), value);
        }
    }
    Some(fields.into())
}

fn record(reader: &mut Reader, section: &Section<'_>, key: &str, known: &[&str]) -> Option<Json> {
    let section = reader.section(section, key)?;
    reader.only(&section, known);
    let fields =
        known.iter().filter_map(|field| Some(((*field).to_owned(), reader.text(&section, field)?.into())));
    Some(fields.collect::<Map<_, _>>().into())
}

/// The time of the run: seconds since 1970, or a date and time.
fn now(reader: &mut Reader, section: &Section<'_>) -> Option<u64> {
    let item = section.item("now")?;
    if item.is_integer() {
        return reader.count(section, "now");
    }
    let seconds = item.as_datetime().and_then(seconds_since_1970);
    if seconds.is_none() {
        reader.complain(section, "now", "must be a time with its offset, such as 2026-01-31T12:00:00Z, from 1970 on, or the seconds since 1970");
    }
    seconds
}

fn seconds_since_1970(time: &Datetime) -> Option<u64> {
    let (date, clock) = (time.date?, time.time?);
    let offset = match time.offset? {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes),
    };
    let days = days_since_1970(i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let minutes = days * 24 * 60 + i64::from(clock.hour) * 60 + i64::from(clock.minute) - offset;
    u64::try_from(minutes * 60 + i64::from(clock.second.unwrap_or_default())).ok()
}

/// Days from 1 January 1970 to a day of the Gregorian calendar: a year is counted from March, so that the leap day is its last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 1 March of the year 0 and 1 January 1970.
    year * 365 + leap_days + day_of_year - 719_468
}
