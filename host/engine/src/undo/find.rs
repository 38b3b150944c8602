//! Which run is meant.

use std::path::Path;

use super::error::UndoError;
use crate::journal::{Reading, Run};

/// What stands for the last run.
const LATEST: &str = "latest";

/// The run of this id, or of an id that begins so; `latest` is the last one. Only out of a journal that is whole.
///
/// # Errors
/// A journal that is not whole, and a name that is no run's or several runs'.
pub fn find<'a>(reading: &'a Reading, path: &Path, wanted: &str) -> Result<&'a Run, UndoError> {
    let path = path.display().to_string();
    if let Some(problem) = &reading.problem {
        return Err(UndoError::Broken { path, line: problem.line, what: problem.what.clone() });
    }
    let Some(last) = reading.runs.last() else { return Err(UndoError::NoRuns { path }) };
    if wanted == LATEST {
        return Ok(last);
    }
    if let Some(exact) = reading.runs.iter().find(|run| run.run == wanted) {
        return Ok(exact);
    }
    let begin_so: Vec<&Run> =
        reading.runs.iter().filter(|run| !wanted.is_empty() && run.run.starts_with(wanted)).collect();
    match begin_so.as_slice() {
        [only] => Ok(only),
        [] => Err(UndoError::UnknownRun { path, wanted: wanted.to_owned(), latest: last.run.clone() }),
        several => Err(UndoError::Ambiguous {
            wanted: wanted.to_owned(),
            runs: several.iter().map(|run| run.run.clone()).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Problem;

    fn run(id: &str) -> Run {
        Run {
            run: id.to_owned(),
            began: String::new(),
            usher: String::new(),
            host: String::new(),
            pid: 1,
            plan: None,
            source: None,
            target: None,
            operations: 0,
            policies: vec![],
            attempts: vec![],
            ended: None,
            ended_early: None,
        }
    }

    fn found(wanted: &str, runs: &[&str]) -> Result<String, UndoError> {
        let reading = Reading { runs: runs.iter().map(|id| run(id)).collect(), ..Reading::default() };
        find(&reading, Path::new("usher.jsonl"), wanted).map(|run| run.run.clone())
    }

    #[test]
    fn a_run_is_found_by_its_id_by_the_beginning_of_it_and_as_the_latest() {
        let runs = ["20260301-a", "20260301-ab", "20260302-c"];
        assert_eq!(found("20260302", &runs).unwrap(), "20260302-c");
        assert_eq!(found("20260301-a", &runs).unwrap(), "20260301-a", "though another begins so");
        assert_eq!(found("latest", &runs).unwrap(), "20260302-c");
        assert!(
            matches!(found("20260301", &runs), Err(UndoError::Ambiguous { runs, .. }) if runs.len() == 2)
        );
        for unknown in ["", "2027", "c"] {
            assert!(matches!(found(unknown, &runs), Err(UndoError::UnknownRun { .. })), "{unknown}");
        }
        assert!(matches!(found("latest", &[]), Err(UndoError::NoRuns { .. })));
    }

    #[test]
    fn no_run_is_found_in_a_journal_that_is_not_whole() {
        let problem = Some(Problem { line: 7, what: "it is numbered 9".into() });
        let reading = Reading { runs: vec![run("a")], problem, ..Reading::default() };
        let found = find(&reading, Path::new("usher.jsonl"), "a");
        assert!(matches!(found, Err(UndoError::Broken { line: 7, .. })), "{found:?}");
    }
}
