//! What is wrong with a case file.

use std::fmt;

/// All that is wrong with a case file. The caller knows its path and says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct CaseFileError {
    /// The problems in the order of their lines; at least one.
    pub problems: Vec<CaseProblem>,
}

/// One thing that is wrong with a case file. Displayed as "line 3: unknown key …".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for CaseProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

fn lines(problems: &[CaseProblem]) -> String {
    problems.iter().map(CaseProblem::to_string).collect::<Vec<_>>().join("\n")
}
