//! `usher plugin test`: a policy's cases in the real sandbox, each three times.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Value, json};
use usher_cases::{Case, CaseReport, Difference, Finding, Outcome};
use usher_plugin_build::{BuildError, Language, LockFile};
use usher_policy::{Digest, Limits, PolicyEngine};

use super::build::{self, Component};
use super::case_files::{self, Cases};
use super::snapshot_test;
use super::source_files::{SourceFiles, source_places};
use super::trial::{Candidate, Trial, judge};
use crate::arguments::trial::TestArguments;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::notice::log_line;
use crate::reference::component;
use crate::style::{DIM, GREEN, RED};

/// Tests once, or again and again.
pub(crate) fn test(arguments: &TestArguments) -> Result<ExitStatus, Failure> {
    if !arguments.watch {
        return round(arguments);
    }
    let places = watched(arguments);
    loop {
        let seen = SourceFiles::seen(&places);
        if let Err(failure) = round(arguments) {
            failure.print(arguments.json);
        }
        // What `--update` wrote is no change to wait for.
        let seen = if arguments.update { SourceFiles::seen(&places) } else { seen };
        talkln!("{DIM}waiting for a change; Ctrl-C ends{DIM:#}");
        seen.wait_for_change(&places);
    }
}

/// Everything that the outcome depends on. Of a policy that is built, also what it is built from.
fn watched(arguments: &TestArguments) -> Vec<PathBuf> {
    let subject = Path::new(&arguments.subject);
    let mut places = if subject.is_dir() {
        let mut places = source_places(subject);
        places.push(subject.join("cases"));
        places
    } else {
        vec![subject.to_owned()]
    };
    places.extend(arguments.snapshot.iter().chain(&arguments.config).cloned());
    // The folder of a pattern, for a file that will fit it.
    places.extend(arguments.cases.iter().map(|place| match place.parent() {
        Some(folder) if !place.exists() => folder.to_owned(),
        _ => place.clone(),
    }));
    places
}

fn round(arguments: &TestArguments) -> Result<ExitStatus, Failure> {
    if let Some(file) = &arguments.snapshot {
        return snapshot_test::test(arguments, file);
    }
    let files = cases(arguments)?;
    let (name, component) = subject(&arguments.subject)?;
    let limits = arguments.sandbox.over(Limits::default());
    let engine = PolicyEngine::new(limits.clone())?;
    // What is no policy at all is no failed case.
    engine.load(&name, &component).map_err(Failure::usage)?;
    let candidate = Candidate { engine: &engine, name, component, limits };

    let mut results = Vec::new();
    for file in &files {
        let mut trials: Vec<Trial> =
            file.file.cases.iter().map(|case| judge(&candidate, &file.file, case)).collect();
        let updated = arguments.update && update(file, &mut trials)?;
        results.push(FileResult { file, trials, updated });
    }
    let failed =
        results.iter().flat_map(|result| &result.trials).filter(|trial| !trial.report.passes()).count();
    let status = if failed == 0 { ExitStatus::Done } else { ExitStatus::Failed };
    if arguments.json {
        outln!("{:#}", to_json(&candidate.name, &results, status));
    } else {
        out!("{}", text(&results));
    }
    Ok(status)
}

/// The cases of one file, tried.
struct FileResult<'a> {
    file: &'a Cases,
    trials: Vec<Trial>,
    updated: bool,
}

/// The case files that are meant, read.
fn cases(arguments: &TestArguments) -> Result<Vec<Cases>, Failure> {
    let folder = Path::new(&arguments.subject);
    let places = match arguments.cases.as_slice() {
        [] if folder.is_dir() && Language::of(folder).is_none() => {
            return Err(Failure::usage(BuildError::NoPackage { folder: folder.to_owned() }));
        }
        [] if folder.is_dir() => vec![folder.join("cases").join("*.toml")],
        [] if !folder.exists() && !arguments.subject.contains(':') => {
            return Err(Failure::usage(anyhow::anyhow!(
                "there is no folder and no file {}\nhint: name the folder of a policy, the one with its Cargo.toml, package.json or policy.py, or a policy with \
                 --cases FILE",
                arguments.subject
            )));
        }
        [] => {
            return Err(Failure::usage(anyhow::anyhow!(
                "no cases are named for {}\nhint: name them with --cases FILE, or a snapshot with --snapshot FILE; only the folder of a policy has cases of its own",
                arguments.subject
            )));
        }
        named => named.to_vec(),
    };
    case_files::read(case_files::find(&places)?)
}

/// The policy's name for messages, and its bytes. That of a folder is built, and what is tested is what lies in `target/policies`
/// afterwards: else somebody would ship what was built before.
pub(super) fn subject(subject: &str) -> Result<(String, Vec<u8>), Failure> {
    let folder = Path::new(subject);
    if !folder.is_dir() {
        return Ok((subject.to_owned(), component(subject)?));
    }
    let Component { name, file, bytes } =
        build::component(folder, LockFile::MayChange, None, Failure::usage)?;
    talkln!("testing {}, {}", plain(&file), Digest::of(&bytes));
    Ok((name, bytes))
}

/// Writes what came into the file as what is expected, and judges again what can be judged by that.
fn update(cases: &Cases, trials: &mut [Trial]) -> Result<bool, Failure> {
    let outcomes: Vec<Outcome> = trials.iter().map(|trial| trial.outcome.clone()).collect();
    let text = usher_cases::updated(&cases.text, &outcomes)?;
    if text == cases.text {
        return Ok(false);
    }
    let shown = cases.path.display();
    std::fs::write(&cases.path, &text).with_context(|| format!("the cases {shown} cannot be written"))?;
    let file = usher_cases::CaseFile::parse(&text)?;
    for (case, trial) in file.cases.iter().zip(trials) {
        trial.expect_anew(case);
    }
    Ok(true)
}

fn text(results: &[FileResult<'_>]) -> String {
    let mut out = String::new();
    for FileResult { file, trials, updated } in results {
        let note = if *updated { " (expectations rewritten)" } else { "" };
        let path = plain(&file.path.display().to_string());
        let _ = writeln!(out, "{path}{note}");
        for Trial { report, log, .. } in trials {
            if report.passes() {
                let _ = writeln!(out, "  {GREEN}ok{GREEN:#}    {}", plain(&report.name));
                continue;
            }
            let _ = writeln!(
                out,
                "  {RED}FAIL{RED:#}  {} {DIM}{path}:{}{DIM:#}",
                plain(&report.name),
                report.line
            );
            for finding in &report.findings {
                for line in finding.to_string().lines() {
                    let _ = writeln!(out, "      {line}");
                }
            }
            for line in log {
                let _ = writeln!(out, "        {}", log_line(line));
            }
        }
    }
    let reports: Vec<&CaseReport> =
        results.iter().flat_map(|result| &result.trials).map(|trial| &trial.report).collect();
    let passed = reports.iter().filter(|report| report.passes()).count();
    let noun = if reports.len() == 1 { "case" } else { "cases" };
    let _ = writeln!(out, "{} {noun}, {passed} passed, {} failed", reports.len(), reports.len() - passed);
    out
}

fn to_json(policy: &str, results: &[FileResult<'_>], status: ExitStatus) -> Value {
    let mut cases = Vec::new();
    for FileResult { file, trials, updated } in results {
        cases.extend(trials.iter().map(|trial| {
            let CaseReport { name, line, findings } = &trial.report;
            json!({
                "file": file.path.display().to_string(),
                "name": name,
                "line": line,
                "passed": trial.report.passes(),
                "findings": findings.iter().map(finding).collect::<Vec<_>>(),
                "mostFuel": trial.fuel.to_json(),
                "updated": updated,
            })
        }));
    }
    let passed = cases.iter().filter(|case| case["passed"] == true).count();
    json!({
        "documentVersion": 1,
        "status": if status == ExitStatus::Done { "passed" } else { "failed" },
        "exitStatus": status as u8,
        "policy": policy,
        "passed": passed,
        "failed": cases.len() - passed,
        "cases": cases,
    })
}

pub(super) fn finding(finding: &Finding) -> Value {
    let difference = |difference: &Difference| {
        let Difference { path, expected, actual } = difference;
        json!({ "path": path, "expected": expected, "actual": actual })
    };
    json!({
        "about": finding.about,
        "line": finding.line,
        "differences": finding.differences.iter().map(difference).collect::<Vec<_>>(),
        "remark": finding.remark,
    })
}

impl Trial {
    /// Judges the same answers by the expectations of a case that was rewritten. What was found beside them stands.
    fn expect_anew(&mut self, case: &Case) {
        let report = case.check(&self.outcome);
        self.report = CaseReport { findings: [report.findings, self.beside.clone()].concat(), ..report };
    }
}
