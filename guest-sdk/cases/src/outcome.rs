//! What came of a case, and whether it is what was expected.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::expectation::{Difference, Expectation};
use crate::file::{Case, ExpectedProblem};
use crate::report::{CaseReport, Finding};

/// What came of running a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The policy decided: one decision for each group and person, in the documented form (docs/cases.md).
    Decided {
        /// Of the groups.
        groups: Vec<Json>,
        /// Of the people.
        users: Vec<Json>,
    },
    /// The policy found the configuration wrong.
    Refused(Vec<ConfigProblem>),
    /// There are no decisions for another reason, in words for a person: a trap, a limit, a wrong answer.
    Failed(String),
}

/// What a policy said is wrong with its configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigProblem {
    /// A JSON Pointer.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

impl Case {
    /// Whether it came as expected. An item without an expectation must be decided all the same.
    pub fn check(&self, outcome: &Outcome) -> CaseReport {
        let findings = match outcome {
            Outcome::Decided { .. } if !self.expect_problems.is_empty() => {
                vec![Finding::remark("configuration", "problems were expected, and the policy found none")]
            }
            Outcome::Decided { groups, users } => {
                let (groups, users) = (by_id(groups), by_id(users));
                let of_groups = self.groups.iter().filter_map(|it| {
                    check_item(
                        || it.label(),
                        it.line,
                        it.expect.as_ref(),
                        groups.get(it.id.as_str()).copied(),
                    )
                });
                let of_users = self.users.iter().filter_map(|it| {
                    check_item(|| it.label(), it.line, it.expect.as_ref(), users.get(it.id.as_str()).copied())
                });
                of_groups.chain(of_users).collect()
            }
            Outcome::Refused(problems) => check_problems(&self.expect_problems, problems),
            Outcome::Failed(message) => vec![Finding::remark("policy", message.clone())],
        };
        CaseReport { name: self.name.clone(), line: self.line, findings }
    }

    /// Where a second run of this case, made in another way, decided otherwise of the same item. `how` says the other way so that it
    /// completes "decided otherwise …": "when asked in reverse order".
    pub fn compare_runs(&self, first: &Outcome, second: &Outcome, how: &str) -> Vec<Finding> {
        match (first, second) {
            (
                Outcome::Decided { groups, users },
                Outcome::Decided { groups: other_groups, users: other_users },
            ) => {
                let mut findings = Vec::new();
                for (decisions, others) in [(groups, other_groups), (users, other_users)] {
                    let others = by_id(others);
                    for (id, decision) in by_id(decisions) {
                        let other = others.get(id).copied().unwrap_or(&Json::Null);
                        if decision != other {
                            let differences = all_differences(decision, other);
                            let remark = Some(format!("decided otherwise {how}"));
                            findings.push(Finding { about: self.label(id), line: None, differences, remark });
                        }
                    }
                }
                findings
            }
            _ if first == second => Vec::new(),
            // What failed in itself is reported by `check`.
            (Outcome::Failed(_), _) => Vec::new(),
            (_, Outcome::Failed(message)) => {
                vec![Finding::remark("policy", format!("it failed only {how}: {message}"))]
            }
            _ => vec![Finding::remark("configuration", format!("judged otherwise {how}"))],
        }
    }

    /// How an item is named to a person.
    pub(crate) fn label(&self, id: &str) -> String {
        if let Some(group) = self.groups.iter().find(|group| group.id == id) {
            return group.label();
        }
        match self.users.iter().find(|user| user.id == id) {
            Some(user) => user.label(),
            None => format!("`{id}`"),
        }
    }
}

fn check_item(
    label: impl Fn() -> String,
    line: usize,
    expect: Option<&Expectation>,
    decision: Option<&Json>,
) -> Option<Finding> {
    let Some(decision) = decision else {
        return Some(Finding { line: Some(line), ..Finding::remark(label(), "the policy gave no decision") });
    };
    let differences = expect.map(|expect| expect.compare(decision)).unwrap_or_default();
    if differences.is_empty() {
        return None;
    }
    let (rule, message) = (decision["rule"].as_str()?, decision["message"].as_str().unwrap_or_default());
    let remark = Some(format!("it was decided by the rule `{rule}`: {message}"));
    Some(Finding { about: label(), line: Some(line), differences, remark })
}

pub(crate) fn by_id(decisions: &[Json]) -> BTreeMap<&str, &Json> {
    decisions.iter().filter_map(|decision| Some((decision["id"].as_str()?, decision))).collect()
}

/// Every field in which two decisions differ.
fn all_differences(one: &Json, other: &Json) -> Vec<Difference> {
    let fields = one.as_object().cloned().unwrap_or_default();
    let differences = Expectation::new(fields).compare(other);
    if !differences.is_empty() {
        return differences;
    }
    // Only the other has a field.
    let fields = other.as_object().cloned().unwrap_or_default();
    let swapped = |it: Difference| Difference { path: it.path, expected: it.actual, actual: it.expected };
    Expectation::new(fields).compare(one).into_iter().map(swapped).collect()
}

fn check_problems(expected: &[ExpectedProblem], found: &[ConfigProblem]) -> Vec<Finding> {
    let mut left: Vec<&ConfigProblem> = found.iter().collect();
    let mut findings = Vec::new();
    for wanted in expected {
        match left.iter().position(|found| wanted.is_met_by(found)) {
            Some(index) => {
                left.remove(index);
            }
            None => findings
                .push(Finding::remark("configuration", format!("expected {wanted}; it was not found"))),
        }
    }
    let said = |found: &ConfigProblem| {
        let ConfigProblem { pointer, message } = found;
        Finding::remark("configuration", format!("not expected: at {}: {message}", json!(pointer)))
    };
    findings.extend(left.into_iter().map(said));
    findings
}

impl ExpectedProblem {
    fn is_met_by(&self, found: &ConfigProblem) -> bool {
        let Self { pointer, message } = self;
        pointer.as_ref().is_none_or(|pointer| *pointer == found.pointer)
            && message.as_ref().is_none_or(|part| found.message.contains(part.as_str()))
    }
}

impl std::fmt::Display for ExpectedProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a problem")?;
        if let Some(pointer) = &self.pointer {
            write!(f, " at {}", json!(pointer))?;
        }
        if let Some(message) = &self.message {
            write!(f, " that says {}", json!(message))?;
        }
        Ok(())
    }
}
