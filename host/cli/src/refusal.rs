//! What policies say against their configurations, with the places in the file where it stands.

use std::path::{Path, PathBuf};

use usher_policy::{ConfigProblem, PolicyError};

use crate::configuration::{FilePlace, parts, place};
use crate::escape::plain;

/// Problems of one policy that are told; more are counted. A person mends far fewer before trying again.
const TOLD: usize = 100;

/// Explains a line of [`config_problem`].
pub(crate) const HINT: &str =
    "each line has a place in the file, then a path within the policy's configuration";

/// A policy that did not take its configuration.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: PolicyError,
    /// Keys and indices from the top of the file to the configuration.
    pub(crate) config_place: Vec<String>,
    /// The file in which it stands, when that is another than the row's.
    pub(crate) config_file: Option<PathBuf>,
}

/// What all of them say, one after another.
pub(crate) fn of_row(file: &Path, refused: &[Refused]) -> anyhow::Error {
    let told: Vec<String> = refused.iter().map(|refused| of_one(file, refused)).collect();
    anyhow::anyhow!("{}", told.join("\n"))
}

fn of_one(file: &Path, Refused { error, config_place, config_file }: &Refused) -> String {
    let file = config_file.as_deref().unwrap_or(file);
    // It was read before. If it is gone by now, the paths within the configuration must do.
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let file = plain(&file.display().to_string());
    let (name, problems) = match error {
        PolicyError::Config { name, problems } if !problems.is_empty() => (name, problems),
        other => return other.to_string(),
    };
    let mut told = format!("the policy {name} refuses its configuration:");
    let placed = in_order(problems, |problem| {
        place(&text, config_place.iter().cloned().chain(parts(&problem.pointer)), problem.position)
    });
    for (place, problem) in placed.into_iter().take(TOLD) {
        told.push_str(&format!("\n  {}", config_problem(&file, place, problem)));
    }
    if problems.len() > TOLD {
        told.push_str(&format!("\n  and {} more", problems.len() - TOLD));
    }
    format!("{told}\nhint: {HINT}")
}

/// Each problem with its place, in the order of the file; what has no place in it comes last, and what has the same keeps its order.
pub(crate) fn in_order(
    problems: &[ConfigProblem],
    place_of: impl Fn(&ConfigProblem) -> Option<FilePlace>,
) -> Vec<(Option<FilePlace>, &ConfigProblem)> {
    let mut placed: Vec<_> = problems.iter().map(|problem| (place_of(problem), problem)).collect();
    placed.sort_by_key(|(place, _)| place.map_or((usize::MAX, None), |place| (place.line, place.column)));
    placed
}

/// `usher.toml:23:14: /groups/0/when: …`, or `usher.toml:23: /groups/0/when, line 2, column 10 of its text: …` where the file's column is
/// not known.
pub(crate) fn config_problem(file: &str, place: Option<FilePlace>, problem: &ConfigProblem) -> String {
    let ConfigProblem { pointer, message, position } = problem;
    let column = place.and_then(|place| place.column);
    let numbers = [place.map(|place| place.line), column].into_iter().flatten();
    let numbers: String = numbers.map(|number| format!(":{number}")).collect();
    let pointer = if pointer.is_empty() { "the whole" } else { pointer };
    let within = match position {
        Some((line, character)) if column.is_none() => {
            format!(", line {line}, column {character} of its text")
        }
        _ => String::new(),
    };
    format!("{file}{numbers}: {pointer}{within}: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_in_the_order_of_the_file() {
        let problem = |message: &str| ConfigProblem {
            pointer: String::new(),
            message: message.to_owned(),
            position: None,
        };
        let problems = ["2:7", "", "2", "1:9", "2:3"].map(problem);
        let placed = in_order(&problems, |problem| {
            let mut numbers = problem.message.split(':').map(|number| number.parse().ok());
            Some(FilePlace { line: numbers.next().flatten()?, column: numbers.next().flatten() })
        });
        let told: Vec<_> = placed.iter().map(|(_, problem)| problem.message.as_str()).collect();
        assert_eq!(told, ["1:9", "2", "2:3", "2:7", ""]);
    }

    #[test]
    fn a_place_that_the_file_has_needs_no_place_in_the_text() {
        let problem = ConfigProblem {
            pointer: "/groups/0/when".into(),
            message: "is odd".into(),
            position: Some((2, 10)),
        };
        let told = |place| config_problem("a.toml", place, &problem);
        assert_eq!(
            told(Some(FilePlace { line: 23, column: Some(14) })),
            "a.toml:23:14: /groups/0/when: is odd"
        );
        let within = "/groups/0/when, line 2, column 10 of its text: is odd";
        assert_eq!(told(Some(FilePlace { line: 23, column: None })), format!("a.toml:23: {within}"));
        assert_eq!(told(None), format!("a.toml: {within}"));
        let whole = ConfigProblem { pointer: String::new(), position: None, ..problem.clone() };
        assert_eq!(config_problem("a.toml", None, &whole), "a.toml: the whole: is odd");
    }
}
