//! `usher plugin test --snapshot`: the laws that hold for every policy, over an organisation as it is. Whatever it decides of whom, it must
//! decide it in every fresh instance, alone, in batches and in any order, and so that the host can use it.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};
use usher_cases::{Case, CaseFile, Finding, Limits as CaseLimits, Outcome};
use usher_core::decision::{GroupDecision, GroupVerdict, UserDecision, UserVerdict};
use usher_core::desired::{Scope, UserToDecide};
use usher_core::figures::grouped;
use usher_core::selection::Selection;
use usher_engine::Snapshot;
use usher_policy::{ConfiguredPolicy, LogLine, PolicyEngine, PolicyError};

use super::asked;
use super::opened::unconfigured;
use super::test::{finding, subject};
use super::trial::{Candidate, judge};
use crate::arguments::trial::TestArguments;
use crate::cases::items;
use crate::cases::questions::{group_answer, user_answer};
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::notice::{log_line, notice};
use crate::policy_config::PolicyConfig;
use crate::style::{GREEN, RED};

/// Findings that are told as text; all of them stand in the JSON.
const SHOWN: usize = 20;

/// Tries the policy over the snapshot and tells what it found.
pub(super) fn test(arguments: &TestArguments, file: &Path) -> Result<ExitStatus, Failure> {
    let snapshot = Snapshot::read(file).map_err(Failure::usage)?;
    let (name, component) = subject(&arguments.subject)?;
    let config = match &arguments.config {
        Some(path) => PolicyConfig::read(path, &arguments.subject)?,
        None => PolicyConfig::empty(),
    };
    let limits = arguments.sandbox.over(config.limits);
    let config = config.value;
    let engine = PolicyEngine::new(limits.clone())?;
    let loaded = engine.load(&name, &component).map_err(Failure::usage)?;
    let log = loaded.log().clone();
    let policy = loaded.configure(&config, snapshot.now);
    let mut policy =
        policy.map_err(|error| unconfigured(error, arguments.config.as_deref()).after(log.take()))?;
    let candidate = Candidate { engine: &engine, name, component, limits };

    let tried = match Reading::of(&mut policy, &snapshot) {
        Ok(reading) => Tried::of(&candidate, &config, &snapshot, &policy, &reading),
        Err(error) => Tried::failed(&error, log.take()),
    };
    let status = if tried.findings.is_empty() { ExitStatus::Done } else { ExitStatus::Failed };
    if let Some(note) = &tried.note {
        talkln!("{}", notice(note));
    }
    if arguments.json {
        outln!("{:#}", tried.to_json(&candidate.name, file, status));
    } else {
        out!("{}", tried.text(&candidate.name, file));
    }
    Ok(status)
}

/// What a policy says of a snapshot when it is asked as in a run.
struct Reading {
    groups: Vec<GroupDecision>,
    people: Vec<UserToDecide>,
    users: Vec<UserDecision>,
    note: Option<String>,
}

impl Reading {
    fn of(policy: &mut ConfiguredPolicy, snapshot: &Snapshot) -> Result<Self, PolicyError> {
        let groups = policy.decide_groups(&snapshot.groups)?;
        let (people, note) = asked::people(snapshot, &snapshot.groups, &groups);
        let users = policy.decide_users(&people)?;
        Ok(Self { groups, people, users, note })
    }

    fn outcome(&self) -> Outcome {
        Outcome::Decided {
            groups: self.groups.iter().map(group_answer).collect(),
            users: self.users.iter().map(user_answer).collect(),
        }
    }

    /// Which answers the host does not take as they are: names, keys and accounts that AWS would refuse, and groups that do not agree.
    fn refusals(&self, snapshot: &Snapshot, case: &Case) -> Vec<Finding> {
        let selection = Selection::new(&snapshot.groups, &self.groups);
        let desired = selection.desired(&snapshot.reading, &self.people, &self.users, Scope::Whole);
        let mut findings = Vec::new();
        for (decision, group) in self.groups.iter().zip(&case.groups) {
            if let (GroupVerdict::Sync(_), Some(left)) =
                (&decision.verdict, desired.held_groups.get(&decision.id))
            {
                findings.push(refused(group.label(), &left.why.message));
            }
        }
        for (decision, user) in self.users.iter().zip(&case.users) {
            if let (UserVerdict::Keep | UserVerdict::Sync(_), Some(left)) =
                (&decision.verdict, desired.held_users.get(&decision.id))
            {
                findings.push(refused(user.label(), &left.why.message));
            }
        }
        findings.extend(desired.conflicts.iter().map(|conflict| {
            let said = format!("contested by {}; {}", conflict.parties.join(" and "), conflict.advice);
            Finding::remark(conflict.contested.clone(), said)
        }));
        findings
    }
}

fn refused(about: String, why: &str) -> Finding {
    Finding::remark(about, format!("the answer would be refused, and what stands be left as it is: {why}"))
}

/// What came of it.
struct Tried {
    groups: Option<Vec<Cost>>,
    users: Option<Vec<Cost>>,
    findings: Vec<Finding>,
    log: Vec<LogLine>,
    note: Option<String>,
}

/// What one item took in a call of its own.
struct Cost {
    id: String,
    label: String,
    fuel: u64,
}

impl Tried {
    fn of(
        candidate: &Candidate<'_>,
        config: &Value,
        snapshot: &Snapshot,
        policy: &ConfiguredPolicy,
        reading: &Reading,
    ) -> Self {
        let needs = policy.needs();
        let group = |group| items::group(group, &needs.group_attributes);
        let user = |user| items::user(user, &needs.user_attributes);
        let case = Case {
            name: "snapshot".to_owned(),
            config: None,
            now: None,
            groups: snapshot.groups.iter().map(group).collect(),
            users: reading.people.iter().map(user).collect(),
            expect_problems: Vec::new(),
            line: 0,
        };
        let mut file = CaseFile {
            version: 1,
            config: config.clone(),
            now: Some(snapshot.now),
            limits: CaseLimits::default(),
            cases: Vec::new(),
        };
        let trial = judge(candidate, &file, &case);
        file.cases.push(case);
        let case = &file.cases[0];
        let mut findings = case.compare_runs(&reading.outcome(), &trial.outcome, "when asked once more");
        findings.extend(trial.report.findings);
        findings.extend(reading.refusals(snapshot, case));
        let cost = |(id, label, fuel): (&String, String, &u64)| Cost { id: id.clone(), label, fuel: *fuel };
        let groups = case.groups.iter().zip(&trial.fuel.groups).map(|(it, fuel)| (&it.id, it.label(), fuel));
        let users = case.users.iter().zip(&trial.fuel.users).map(|(it, fuel)| (&it.id, it.label(), fuel));
        Self {
            groups: needs.groups.then(|| groups.map(cost).collect()),
            users: needs.users.then(|| users.map(cost).collect()),
            findings,
            log: trial.log,
            note: reading.note.clone(),
        }
    }

    /// A policy that gives no answer at all.
    fn failed(error: &PolicyError, log: Vec<LogLine>) -> Self {
        let findings = vec![Finding::remark("policy", error.to_string())];
        Self { groups: None, users: None, findings, log, note: None }
    }

    fn text(&self, policy: &str, file: &Path) -> String {
        let mut out = format!("{} over {}\n", plain(policy), plain(&file.display().to_string()));
        for (what, costs) in [("groups", &self.groups), ("people", &self.users)] {
            let _ = match costs.as_deref() {
                None => writeln!(out, "  {what:<7} not asked about"),
                Some(costs) => match costs.iter().max_by_key(|cost| cost.fuel) {
                    None => writeln!(out, "  {what:<7} none"),
                    Some(most) => writeln!(
                        out,
                        "  {what:<7} {}; each took {} units of fuel, and the most was {}, of {}",
                        grouped(costs.len() as u64),
                        grouped(mean(costs)),
                        grouped(most.fuel),
                        plain(&most.label),
                    ),
                },
            };
        }
        if self.findings.is_empty() {
            let _ = writeln!(
                out,
                "  {GREEN}ok{GREEN:#}      decided equally each time: asked again, one by one, and in reverse order; every answer can be used"
            );
            return out;
        }
        for finding in self.findings.iter().take(SHOWN) {
            for (at, line) in finding.to_string().lines().enumerate() {
                let _ = match at {
                    0 => writeln!(out, "  {RED}FAIL{RED:#}  {line}"),
                    _ => writeln!(out, "        {line}"),
                };
            }
        }
        if self.findings.len() > SHOWN {
            let _ = writeln!(
                out,
                "  and {} more; --json has all of them",
                grouped((self.findings.len() - SHOWN) as u64)
            );
        }
        for line in &self.log {
            let _ = writeln!(out, "        {}", log_line(line));
        }
        out
    }

    fn to_json(&self, policy: &str, file: &Path, status: ExitStatus) -> Value {
        let part = |costs: &Option<Vec<Cost>>| {
            costs.as_deref().map(|costs| {
                let item = |cost: &Cost| json!({ "id": cost.id, "label": cost.label, "fuel": cost.fuel });
                json!({
                    "asked": costs.len(),
                    "meanFuel": mean(costs),
                    "mostFuel": costs.iter().map(|cost| cost.fuel).max(),
                    "items": costs.iter().map(item).collect::<Vec<_>>(),
                })
            })
        };
        json!({
            "documentVersion": 1,
            "status": if status == ExitStatus::Done { "passed" } else { "failed" },
            "exitStatus": status as u8,
            "policy": policy,
            "snapshot": file.display().to_string(),
            "groups": part(&self.groups),
            "people": part(&self.users),
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "notes": self.note.iter().collect::<Vec<_>>(),
        })
    }
}

/// Rounded up; 0 of none.
fn mean(costs: &[Cost]) -> u64 {
    costs.iter().map(|cost| cost.fuel).sum::<u64>().div_ceil(costs.len().max(1) as u64)
}
