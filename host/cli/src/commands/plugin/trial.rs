//! Puts one case to a policy in the sandbox, three times, each in a fresh instance: as it is written, one item a call, and in
//! reverse. What a policy decides must not depend on that.

use serde_json::{Value as Json, json};
use usher_cases::{Case, CaseFile, CaseGroup, CaseReport, CaseUser, ConfigProblem, Finding, Outcome};
use usher_core::figures::grouped;
use usher_policy::{CallUsage, ConfiguredPolicy, Limits, LogLine, PolicyEngine, PolicyError, Terms};

use crate::cases::questions::{Questions, group_answer, user_answer};

/// A policy that is tried.
pub(crate) struct Candidate<'a> {
    pub(crate) engine: &'a PolicyEngine,
    /// How messages call it.
    pub(crate) name: String,
    pub(crate) component: Vec<u8>,
    pub(crate) limits: Limits,
}

/// What came of one case.
pub(crate) struct Trial {
    pub(crate) report: CaseReport,
    /// What of the report does not hang on what is expected: two answers to one item, too much fuel.
    pub(crate) beside: Vec<Finding>,
    /// The answers to the case as it is written.
    pub(crate) outcome: Outcome,
    pub(crate) fuel: Fuel,
    /// What the policy logged meanwhile.
    pub(crate) log: Vec<LogLine>,
}

/// What each group and person took in a call of its own, in the order of the case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fuel {
    pub(crate) groups: Vec<u64>,
    pub(crate) users: Vec<u64>,
}

/// How the items of a case are put to the policy.
#[derive(Clone, Copy)]
enum Order {
    AsWritten,
    OneByOne,
    Reversed,
}

/// Tries a case of a file and judges it.
pub(crate) fn judge(candidate: &Candidate<'_>, file: &CaseFile, case: &Case) -> Trial {
    let mut fuel = Fuel::default();
    let mut log = Vec::new();
    let questions = match Questions::of(file, case) {
        Ok(questions) => questions,
        Err(error) => {
            let outcome = Outcome::Failed(format!("the draft cannot be put together: {error}"));
            return Trial { report: case.check(&outcome), beside: Vec::new(), outcome, fuel, log };
        }
    };
    // A case may allow more than the default; whether it is kept to is measured, so that the item can be named.
    let allowed = file.limits.fuel_per_item;
    let limits = Limits {
        fuel_per_item: candidate.limits.fuel_per_item.max(allowed.unwrap_or_default()),
        ..candidate.limits.clone()
    };
    let mut ask = |order, log: &mut Vec<LogLine>| {
        let terms = Terms { limits: limits.clone(), digest: None };
        let policy = candidate.engine.load_on(&candidate.name, &candidate.component, terms);
        let policy = policy.and_then(|loaded| {
            let said = loaded.log().clone();
            let policy = loaded.configure(&questions.config, questions.now);
            log.extend(said.take());
            policy
        });
        outcome(policy.and_then(|mut policy| {
            let answers = answers(&mut policy, &questions, order, &mut fuel);
            log.extend(policy.take_log());
            answers
        }))
    };
    let first = ask(Order::AsWritten, &mut log);
    let mut beside = Vec::new();
    for (order, how) in
        [(Order::OneByOne, "when asked one by one"), (Order::Reversed, "when asked in reverse order")]
    {
        let other = ask(order, &mut Vec::new());
        beside.extend(case.compare_runs(&first, &other, how));
    }
    if let Some(allowed) = allowed {
        beside.extend(too_much(case.groups.iter().map(CaseGroup::label), &fuel.groups, allowed));
        beside.extend(too_much(case.users.iter().map(CaseUser::label), &fuel.users, allowed));
    }
    let mut report = case.check(&first);
    report.findings.extend(beside.iter().cloned());
    Trial { report, beside, outcome: first, fuel, log }
}

fn outcome(answers: Result<[Vec<Json>; 2], PolicyError>) -> Outcome {
    match answers {
        Ok([groups, users]) => Outcome::Decided { groups, users },
        Err(PolicyError::Config { problems, .. }) => {
            let problem = |problem: usher_policy::ConfigProblem| ConfigProblem {
                pointer: problem.pointer,
                message: problem.message,
            };
            Outcome::Refused(problems.into_iter().map(problem).collect())
        }
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// The decisions about the groups and about the people.
fn answers(
    policy: &mut ConfiguredPolicy,
    questions: &Questions,
    order: Order,
    fuel: &mut Fuel,
) -> Result<[Vec<Json>; 2], PolicyError> {
    let Questions { groups, users, .. } = questions;
    let (groups, users) = match order {
        Order::AsWritten => (policy.decide_groups(groups)?, policy.decide_users(users)?),
        Order::OneByOne => {
            let groups = one_by_one(groups, &mut fuel.groups, |group| {
                policy.decide_groups(group).map(|decisions| (decisions, policy.usage().decide_groups))
            })?;
            let users = one_by_one(users, &mut fuel.users, |user| {
                policy.decide_users(user).map(|decisions| (decisions, policy.usage().decide_users))
            })?;
            (groups, users)
        }
        // People first: whether groups were asked about before must not matter either.
        Order::Reversed => {
            let users = policy.decide_users(&reversed(users))?;
            (policy.decide_groups(&reversed(groups))?, users)
        }
    };
    Ok([groups.iter().map(group_answer).collect(), users.iter().map(user_answer).collect()])
}

fn one_by_one<Q, D>(
    items: &[Q],
    fuel: &mut Vec<u64>,
    mut decide: impl FnMut(&[Q]) -> Result<(Vec<D>, CallUsage), PolicyError>,
) -> Result<Vec<D>, PolicyError> {
    let mut decisions = Vec::with_capacity(items.len());
    let mut before = 0;
    for item in items.chunks(1) {
        let (decision, usage) = decide(item)?;
        decisions.extend(decision);
        fuel.push(usage.fuel - before);
        before = usage.fuel;
    }
    Ok(decisions)
}

fn reversed<Q: Clone>(items: &[Q]) -> Vec<Q> {
    items.iter().rev().cloned().collect()
}

/// The item that took the most, when that was too much.
fn too_much(labels: impl Iterator<Item = String>, fuel: &[u64], allowed: u64) -> Option<Finding> {
    let over = fuel.iter().filter(|used| **used > allowed).count();
    let (label, used) = labels.zip(fuel).max_by_key(|(_, used)| **used).filter(|_| over > 0)?;
    let [used, limit] = [*used, allowed].map(grouped);
    let others = match over {
        1 => String::new(),
        over => format!("; so do {} more, which take less", over - 1),
    };
    Some(Finding::remark(
        label,
        format!("took {used} units of fuel, more than `fuel-per-item` = {limit} allows{others}"),
    ))
}

impl Fuel {
    /// The most that a group and a person took, for a program.
    pub(crate) fn to_json(&self) -> Json {
        json!({ "group": self.groups.iter().max(), "user": self.users.iter().max() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(fuel: &[u64], allowed: u64) -> Option<String> {
        let labels = (1..).map(|number| format!("user `{number}`"));
        too_much(labels, fuel, allowed).map(|finding| finding.to_string())
    }

    #[test]
    fn the_item_that_took_the_most_is_named() {
        assert_eq!(finding(&[10, 20], 20), None);
        assert_eq!(finding(&[], 0), None);
        let one = "  user `2`\n    took 2,000 units of fuel, more than `fuel-per-item` = 1,000 allows";
        assert_eq!(finding(&[10, 2_000], 1_000).as_deref(), Some(one));
        let two = finding(&[1_500, 2_000], 1_000);
        assert_eq!(two, Some(format!("{one}; so do 1 more, which take less")));
    }
}
