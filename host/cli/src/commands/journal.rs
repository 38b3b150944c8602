//! `usher journal`: what was changed, and whether the record of it is whole.

use std::path::PathBuf;

use anyhow::anyhow;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use usher_core::quote::quoted;
use usher_engine::journal::line::Change;
use usher_engine::journal::{Reading, Run, read, whom};

use crate::arguments::journal::{JournalArguments, JournalCommand, ShowArguments, WhichJournal};
use crate::configuration::Configuration;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::notice::notice;
use crate::report::journal as report;

/// The version of the JSON's shape.
const VERSION: u32 = 1;

/// Runs the command that the arguments name.
pub(crate) fn journal(arguments: &JournalArguments) -> Result<ExitStatus, Failure> {
    match &arguments.command {
        JournalCommand::Verify(arguments) => verify(arguments),
        JournalCommand::Show(arguments) => show(arguments),
    }
}

fn verify(arguments: &WhichJournal) -> Result<ExitStatus, Failure> {
    let path = path(arguments)?;
    let reading = read(&path)?;
    let unfinished: Vec<&str> = unfinished(&reading).collect();
    if arguments.json {
        outln!(
            "{:#}",
            json!({
                "version": VERSION,
                "file": path.display().to_string(),
                "whole": reading.problem.is_none(),
                "problem": reading.problem,
                "lines": reading.lines,
                "runs": reading.runs.len(),
                "unfinished": unfinished,
                "tornBytes": reading.torn,
                "last": reading.last,
            })
        );
    } else if reading.problem.is_none() {
        outln!(
            "{} is whole: {} lines, {} runs.",
            plain(&path.display().to_string()),
            reading.lines,
            reading.runs.len()
        );
        if let Some(last) = &reading.last {
            outln!("The last line is {last}. Kept elsewhere, it shows later whether the end was cut off.");
        }
    }
    tell_end(&reading);
    match &reading.problem {
        Some(problem) if !arguments.json => {
            Err(broken(&path.display().to_string(), problem.line, &problem.what))
        }
        Some(_) => Ok(ExitStatus::Failed),
        None => Ok(ExitStatus::Done),
    }
}

fn show(arguments: &ShowArguments) -> Result<ExitStatus, Failure> {
    let path = path(&arguments.of)?;
    let since = arguments.since.as_deref().map(|text| since(text, Timestamp::now())).transpose()?;
    let mut reading = read(&path)?;
    let runs: Vec<Run> = std::mem::take(&mut reading.runs);
    let runs: Vec<Run> = runs.into_iter().filter_map(|run| narrowed(run, arguments, since)).collect();
    if arguments.of.json {
        outln!(
            "{:#}",
            json!({ "version": VERSION, "runs": runs, "problem": reading.problem, "tornBytes": reading.torn })
        );
    } else {
        out!("{}", report::runs(&runs));
    }
    tell_end(&reading);
    match &reading.problem {
        Some(problem) if !arguments.of.json => {
            Err(broken(&path.display().to_string(), problem.line, &problem.what))
        }
        Some(_) => Ok(ExitStatus::Failed),
        None => Ok(ExitStatus::Done),
    }
}

fn path(arguments: &WhichJournal) -> Result<PathBuf, Failure> {
    if let Some(file) = &arguments.file {
        return Ok(file.clone());
    }
    let configuration = Configuration::read(&arguments.config).map_err(Failure::usage)?;
    configuration.keeping.journal.ok_or_else(|| {
        Failure::usage(anyhow!(
            "no journal is kept: {} has no `journal.path`\nhint: set it, or name a journal with --journal",
            arguments.config.display()
        ))
    })
}

fn broken(path: &str, line: u64, what: &str) -> Failure {
    anyhow!(
        "{path}:{line}: {what}\nhint: what stands before the line that was changed is whole; compare the rest with a copy, and find out who changed it"
    )
    .into()
}

/// Runs that were ended in the middle; one that is writing now looks the same.
fn unfinished(reading: &Reading) -> impl Iterator<Item = &str> {
    reading.runs.iter().filter(|run| run.ended.is_none()).map(|run| run.run.as_str())
}

/// How the file ends; of one that is not whole nothing is known of its end.
fn tell_end(reading: &Reading) {
    if reading.problem.is_some() {
        return;
    }
    if reading.torn > 0 {
        let torn = reading.torn;
        talkln!(
            "{}",
            notice(&format!(
                "the last {torn} bytes are a torn line; the next run that writes puts them aside"
            ))
        );
    }
    for run in unfinished(reading) {
        talkln!("{}", notice(&format!("the run {run} did not end: it was stopped, or is writing now")));
    }
}

/// The run, with those attempts that are asked for; none when nothing of it is.
fn narrowed(mut run: Run, arguments: &ShowArguments, since: Option<Timestamp>) -> Option<Run> {
    if arguments.run.as_deref().is_some_and(|id| !run.run.starts_with(id)) {
        return None;
    }
    let began = run.began.parse::<Timestamp>().ok();
    if since.is_some_and(|since| began.is_some_and(|began| began < since)) {
        return None;
    }
    if arguments.person.is_none() && arguments.group.is_none() {
        return Some(run);
    }
    let is_of = |change: &Change| {
        let person = arguments.person.as_deref().is_none_or(|wanted| {
            change.user.iter().chain(&change.members).any(|user| whom::is_person(user, wanted))
                || change.user.is_some() && whom::was_called(change, wanted)
        });
        let group = arguments.group.as_deref().is_none_or(|wanted| {
            let group = change.group.as_ref();
            group.is_some_and(|group| whom::is_group(group, wanted) || whom::was_called(change, wanted))
        });
        person && group
    };
    run.attempts.retain(|attempt| {
        let made = |wanted: &Option<String>| wanted.is_some() && attempt.target_id == *wanted;
        is_of(&attempt.change) || made(&arguments.person) || made(&arguments.group)
    });
    (!run.attempts.is_empty()).then_some(run)
}

/// A time, a date (its beginning in UTC), or so long ago.
fn since(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    if let Ok(day) = text.parse::<Date>()
        && let Ok(start) = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))
    {
        return Ok(start);
    }
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let seconds = match unit {
        "d" => 86_400,
        "h" => 3600,
        "min" => 60,
        "s" => 1,
        _ => 0,
    };
    let ago =
        number.parse::<i64>().ok().filter(|_| seconds > 0).and_then(|number| number.checked_mul(seconds));
    ago.and_then(|ago| now.checked_sub(SignedDuration::from_secs(ago)).ok()).ok_or_else(|| {
        Failure::usage(anyhow!(
            "{} is no time\nhint: write 2026-03-01, 2026-03-01T08:00:00Z, or how long ago: 7d, 12h, 30min",
            quoted(text)
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_moment_a_day_or_so_long_ago() {
        let now: Timestamp = "2026-03-08T12:00:00Z".parse().unwrap();
        let at = |text: &str| since(text, now).unwrap().to_string();
        assert_eq!(at("2026-03-01T08:00:00+01:00"), "2026-03-01T07:00:00Z");
        assert_eq!(at("2026-03-01"), "2026-03-01T00:00:00Z");
        assert_eq!(at("7d"), "2026-03-01T12:00:00Z");
        assert_eq!(at("90min"), "2026-03-08T10:30:00Z");
        for wrong in ["", "d", "7", "7w", "yesterday", "99999999999999999999d", "9999999999999d"] {
            assert!(since(wrong, now).is_err(), "{wrong}");
        }
    }
}
