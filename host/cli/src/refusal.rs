//! What policies say against their configurations, with the places in the file where it stands.

use std::path::Path;

use usher_policy::{ConfigProblem, PolicyError};

use crate::configuration::{FilePlace, parts, place};
use crate::report::escape::plain;

/// Problems of one policy that are told; more are counted. A person mends far fewer before trying again.
const TOLD: usize = 100;

/// Explains a line of [`config_problem`].
pub(crate) const HINT: &str = "a place in the file, then a path within the policy's configuration; where the file's column is not told, \
                               the numbers after the path are line and column in the text that stands there";

/// A policy that did not take its configuration.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: PolicyError,
    /// Keys and indices from the top of the file to the configuration.
    pub(crate) config_place: Vec<String>,
}

/// What all of them say, one after another.
pub(crate) fn of_row(file: &Path, refused: &[Refused]) -> anyhow::Error {
    // It was read before. If it is gone by now, the paths within the configuration must do.
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let shown = plain(&file.display().to_string());
    let told: Vec<String> = refused.iter().map(|refused| of_one(&shown, &text, refused)).collect();
    anyhow::anyhow!("{}", told.join("\n"))
}

fn of_one(file: &str, text: &str, Refused { error, config_place }: &Refused) -> String {
    let (name, problems) = match error {
        PolicyError::Config { name, problems } if !problems.is_empty() => (name, problems),
        other => return other.to_string(),
    };
    let mut told = format!("the policy {name} refuses its configuration:");
    for problem in problems.iter().take(TOLD) {
        let path = config_place.iter().cloned().chain(parts(&problem.pointer));
        let line = config_problem(file, place(text, path, problem.position), problem);
        told.push_str(&format!("\n  {line}"));
    }
    if problems.len() > TOLD {
        told.push_str(&format!("\n  and {} more", problems.len() - TOLD));
    }
    format!("{told}\nhint: {HINT}")
}

/// `usher.toml:23:14: /groups/0/when: …`, or `usher.toml:23: /groups/0/when:2:10: …` where the file's column is not known.
pub(crate) fn config_problem(file: &str, place: Option<FilePlace>, problem: &ConfigProblem) -> String {
    match place {
        None => format!("{file}: {problem}"),
        Some(FilePlace { line, column: None }) => format!("{file}:{line}: {problem}"),
        Some(FilePlace { line, column: Some(column) }) => {
            let problem = ConfigProblem { position: None, ..problem.clone() };
            format!("{file}:{line}:{column}: {problem}")
        }
    }
}
