//! Runs case files natively.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use usher_cases::{
    Case, CaseFile, CaseGroup, CaseOrigin, CaseReport, CaseStatus, CaseUser, CaseValue, ConfigProblem,
    Outcome, updated,
};

use super::{Run, decision_json};
use crate::attributes::{Attributes, Value};
use crate::decision::{keep, sync};
use crate::group::{Group, Origin};
use crate::policy::Policy;
use crate::user::{Status, User};

/// Set to anything, this environment variable has the files rewritten to what the policy answers, instead of failing.
const UPDATE: &str = "USHER_UPDATE_CASES";

/// Runs all case files that match `files`, in which a `*` stands for anything within a file's name. Each case is run three times: in order, in
/// reverse order, and one item at a time, each with a fresh policy. Whoever is asked about must be decided equally each time.
///
/// With the environment variable `USHER_UPDATE_CASES` set, the expectations in the files are rewritten to what the policy answers; read
/// what has changed. Comments stay.
///
/// # Panics
///
/// When no file matches, one cannot be read, or a case does not come as expected: with all that is not as expected, of all files.
#[track_caller]
pub fn run_cases<P: Policy>(files: impl AsRef<Path>) {
    if let Err(failures) = run::<P>(files.as_ref(), std::env::var_os(UPDATE).is_some()) {
        panic!("{failures}");
    }
}

/// All that is not as expected, in words.
fn run<P: Policy>(pattern: &Path, update: bool) -> Result<(), String> {
    let files = matching(pattern)?;
    let mut failures = Vec::new();
    for path in files {
        let named = |what: String| format!("{}: {what}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| named(error.to_string()))?;
        let file = CaseFile::parse(&text).and_then(|file| {
            if !update {
                return Ok((file, None));
            }
            let outcomes: Vec<_> =
                file.cases.iter().map(|case| decided::<P>(&file, case, Order::Given)).collect();
            let text = updated(&text, &outcomes)?;
            Ok((CaseFile::parse(&text)?, Some(text)))
        });
        match file {
            Ok((file, rewritten)) => {
                if let Some(text) = rewritten {
                    std::fs::write(&path, text).map_err(|error| named(error.to_string()))?;
                }
                let reports = file.cases.iter().map(|case| report::<P>(&file, case));
                failures.extend(
                    reports.filter(|report| !report.passes()).map(|report| named(report.to_string())),
                );
            }
            Err(error) => failures.extend(error.problems.iter().map(|problem| named(problem.to_string()))),
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(format!("{}\n", failures.join("\n\n"))) }
}

fn report<P: Policy>(file: &CaseFile, case: &Case) -> CaseReport {
    let outcome = decided::<P>(file, case, Order::Given);
    let mut report = case.check(&outcome);
    for order in [Order::Reversed, Order::OneByOne] {
        let other = decided::<P>(file, case, order);
        report.findings.extend(case.compare_runs(&outcome, &other, order.words()));
    }
    report
}

/// In which order the policy is asked about the items of a case.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Given,
    Reversed,
    OneByOne,
}

impl Order {
    fn words(self) -> &'static str {
        match self {
            Self::Given => "when asked in the order of the file",
            Self::Reversed => "when asked in reverse order",
            Self::OneByOne => "when asked about this one alone",
        }
    }
}

fn decided<P: Policy>(file: &CaseFile, case: &Case, order: Order) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| decide::<P>(file, case, order)))
        .unwrap_or_else(|panic| Outcome::Failed(format!("it panicked: {}", panic_message(&*panic))))
}

fn decide<P: Policy>(file: &CaseFile, case: &Case, order: Order) -> Outcome {
    let config = file.config_of(case).to_string();
    let fresh = || {
        let policy = Run::at::<P>(&config, file.now_of(case));
        policy.map_err(|problems| {
            let problem = |problem: crate::Problem| ConfigProblem {
                pointer: problem.pointer,
                message: problem.message,
            };
            Outcome::Refused(problems.into_iter().map(problem).collect())
        })
    };
    let mut policy = match fresh() {
        Ok(policy) => policy,
        Err(refused) => return refused,
    };
    let (mut groups, mut users) = (Vec::new(), Vec::new());
    for item in items(case, order) {
        if order == Order::OneByOne {
            policy = match fresh() {
                Ok(policy) => policy,
                Err(refused) => return refused,
            };
        }
        match item {
            Item::Group(group) => groups.push(decide_group(&policy, group)),
            Item::User(user) => users.push(decide_user(&policy, user)),
        }
    }
    Outcome::Decided { groups, users }
}

enum Item<'c> {
    Group(&'c CaseGroup),
    User(&'c CaseUser),
}

/// Groups before people, as the host asks, unless the order is reversed.
fn items(case: &Case, order: Order) -> Vec<Item<'_>> {
    let groups = case.groups.iter().map(Item::Group);
    let mut items: Vec<_> = groups.chain(case.users.iter().map(Item::User)).collect();
    if order == Order::Reversed {
        items.reverse();
    }
    items
}

fn decide_group<P: Policy>(policy: &Run<P>, group: &CaseGroup) -> Json {
    let asked = Group {
        id: group.id.clone(),
        name: group.name.clone(),
        description: group.description.clone(),
        origin: match group.origin {
            CaseOrigin::Okta => Origin::Okta,
            CaseOrigin::App => Origin::App,
            CaseOrigin::BuiltIn => Origin::BuiltIn,
        },
        attributes: attributes(&group.attributes),
    };
    let decision = if policy.needs().groups {
        policy.group(&asked)
    } else {
        decision_json::by_default(sync(&group.name), "groups")
    };
    decision_json::of_group(&group.id, &decision)
}

fn decide_user<P: Policy>(policy: &Run<P>, user: &CaseUser) -> Json {
    let asked = User {
        id: user.id.clone(),
        status: status(user.status),
        groups: user.groups.clone(),
        attributes: attributes(&user.attributes),
        draft: serde_json::from_value(user.draft())
            .expect("the fields of a case's draft are those of an account"),
    };
    let decision =
        if policy.needs().users { policy.user(&asked) } else { decision_json::by_default(keep(), "users") };
    decision_json::of_user(&user.id, &decision)
}

fn attributes(attributes: &std::collections::BTreeMap<String, CaseValue>) -> Attributes {
    attributes.iter().map(|(name, value)| (name.clone(), value_of(value.clone()))).collect()
}

fn value_of(value: CaseValue) -> Value {
    match value {
        CaseValue::Text(text) => Value::Text(text),
        CaseValue::Integer(number) => Value::Integer(number),
        CaseValue::Number(number) => Value::Number(number),
        CaseValue::Boolean(boolean) => Value::Boolean(boolean),
        CaseValue::Texts(texts) => Value::Texts(texts),
        CaseValue::Integers(numbers) => Value::Integers(numbers),
        CaseValue::Numbers(numbers) => Value::Numbers(numbers),
    }
}

fn status(status: CaseStatus) -> Status {
    match status {
        CaseStatus::Staged => Status::Staged,
        CaseStatus::Provisioned => Status::Provisioned,
        CaseStatus::Active => Status::Active,
        CaseStatus::Recovery => Status::Recovery,
        CaseStatus::PasswordExpired => Status::PasswordExpired,
        CaseStatus::LockedOut => Status::LockedOut,
        CaseStatus::Suspended => Status::Suspended,
        CaseStatus::Deprovisioned => Status::Deprovisioned,
        CaseStatus::Other => Status::Other,
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

/// The files that match, sorted; at least one.
fn matching(pattern: &Path) -> Result<Vec<PathBuf>, String> {
    let shown = pattern.display();
    let name = pattern.file_name().and_then(|name| name.to_str()).ok_or(format!("{shown} names no file"))?;
    let folder = pattern.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|file| matches(name, file)) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() { Err(format!("no case file matches {shown}")) } else { Ok(files) }
}

/// Whether a name fits a pattern, in which `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, rest)) => name.strip_prefix(head).is_some_and(|tail| {
            tail.char_indices().map(|(at, _)| at).chain([tail.len()]).any(|at| matches(rest, &tail[at..]))
        }),
    }
}

#[cfg(test)]
mod tests;
