//! Reads a journal, and checks that it is whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Serialize;
use usher_policy::Digest;

use super::error::JournalError;
use super::line::{self, Change, Event, Line, Outcome, Policy, Request};
use super::tail;

/// What a journal holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The runs that wrote something, in their order.
    pub runs: Vec<Run>,
    /// How many lines were read.
    pub lines: u64,
    /// The digest of the last whole line: whoever keeps it elsewhere can tell later whether the end was cut off.
    pub last: Option<String>,
    /// How many bytes stand after the last whole line: a line that was torn.
    pub torn: u64,
    /// Why it is not to be trusted; the first such thing, after which nothing more is read.
    pub problem: Option<Problem>,
}

/// Something wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// From 1.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

/// One run's lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its id.
    pub run: String,
    /// When it began to write.
    pub began: String,
    /// The program's version.
    pub usher: String,
    /// On which machine.
    pub host: String,
    /// As which process.
    pub pid: u32,
    /// The content hash of its plan, when it had one.
    pub plan: Option<String>,
    /// The address of the source, where the journal says it.
    pub source: Option<String>,
    /// The address of the target, where the journal says it.
    pub target: Option<String>,
    /// How many operations the plan had.
    pub operations: usize,
    /// Who decided.
    pub policies: Vec<Policy>,
    /// What was attempted, in the order of the attempts.
    pub attempts: Vec<Attempt>,
    /// When it ended; none for one that was ended in the middle.
    pub ended: Option<String>,
    /// Why the rest of the plan was not attempted.
    pub ended_early: Option<String>,
}

/// One operation that was attempted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Its place in the plan, from 1.
    pub operation: usize,
    /// When.
    pub at: String,
    /// What was to be changed.
    pub change: Change,
    /// How it ended; none when the run ended before that was known.
    pub result: Option<Outcome>,
    /// Why it failed.
    pub error: Option<String>,
    /// Members who were left out.
    pub missing: Vec<String>,
    /// Identity Center's id of what was changed or made.
    pub target_id: Option<String>,
    /// Every request that was sent for it.
    pub requests: Vec<Request>,
}

/// Reads the whole file.
///
/// # Errors
/// A file that cannot be read. What is wrong within it is part of the reading.
pub fn read(path: &Path) -> Result<Reading, JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.display().to_string(), source };
    let mut lines = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut reading = Reading::default();
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    let mut previous = line::NONE_BEFORE.to_owned();
    loop {
        let mut bytes = Vec::new();
        if lines.read_until(b'\n', &mut bytes).map_err(unreadable)? == 0 {
            return Ok(reading);
        }
        if bytes.pop() != Some(b'\n') {
            reading.torn = bytes.len() as u64 + 1;
            return Ok(reading);
        }
        let number = reading.lines + 1;
        let taken = tail::parse(&bytes)
            .and_then(|line| in_place(line, number, &previous))
            .and_then(|line| reading.take(line, &mut open));
        if let Err(what) = taken {
            reading.problem = Some(Problem { line: number, what });
            return Ok(reading);
        }
        previous = Digest::of(&bytes).to_string();
        reading.lines = number;
        reading.last = Some(previous.clone());
    }
}

fn in_place(line: Line, number: u64, previous: &str) -> Result<Line, String> {
    if line.number != number {
        return Err(format!(
            "it is numbered {} where {number} is due: lines are missing or in another order",
            line.number
        ));
    }
    if line.previous != previous {
        return Err("it does not follow from the line before: one of the two was changed".to_owned());
    }
    Ok(line)
}

impl Reading {
    fn take(&mut self, line: Line, open: &mut BTreeMap<String, usize>) -> Result<(), String> {
        let Line { at, run, event, .. } = line;
        if let Event::Begin { usher, host, pid, plan, source, target, operations, policies } = event {
            open.insert(run.clone(), self.runs.len());
            let (attempts, ended, ended_early) = (Vec::new(), None, None);
            self.runs.push(Run {
                run,
                began: at,
                usher,
                host,
                pid,
                plan,
                source,
                target,
                operations,
                policies,
                attempts,
                ended,
                ended_early,
            });
            return Ok(());
        }
        if matches!(event, Event::Repaired { .. }) {
            return Ok(());
        }
        let begun = open.get(&run).and_then(|index| self.runs.get_mut(*index));
        let Some(begun) = begun else {
            return Err(format!("it belongs to the run {run}, which did not begin"));
        };
        match event {
            Event::Begin { .. } | Event::Repaired { .. } => {}
            Event::Intent { operation, change } => begun.attempts.push(Attempt {
                operation,
                at,
                change,
                result: None,
                error: None,
                missing: Vec::new(),
                target_id: None,
                requests: Vec::new(),
            }),
            Event::Outcome { operation, result, error, missing, target_id, requests } => {
                let attempt = begun.attempts.iter_mut().rev().find(|attempt| attempt.operation == operation);
                let Some(attempt) = attempt else {
                    return Err(format!(
                        "it tells what came of operation {operation}, which was not attempted"
                    ));
                };
                *attempt =
                    Attempt { result: Some(result), error, missing, target_id, requests, ..attempt.clone() };
            }
            Event::End { ended_early, .. } => {
                begun.ended = Some(at);
                begun.ended_early = ended_early;
            }
        }
        Ok(())
    }
}
