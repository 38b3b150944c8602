//! The result of a case, for a person.

use std::fmt;

use crate::expectation::{Difference, harmless, shown};

/// What came of one case. Displayed as several lines, without a line break at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseReport {
    /// The case's name.
    pub name: String,
    /// Its line in the file, from 1.
    pub line: usize,
    /// What is not as it should be; empty when the case passes. A runner may add its own.
    pub findings: Vec<Finding>,
}

impl CaseReport {
    /// Whether all came as expected.
    pub fn passes(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is about: "group `aws-admins`", "configuration".
    pub about: String,
    /// The line of the file, if it is about an item.
    pub line: Option<usize>,
    /// The fields that differ.
    pub differences: Vec<Difference>,
    /// What else is to be said.
    pub remark: Option<String>,
}

impl Finding {
    /// A finding in words alone, such as that a limit was exceeded.
    pub fn remark(about: impl Into<String>, remark: impl Into<String>) -> Self {
        Self { about: about.into(), line: None, differences: Vec::new(), remark: Some(remark.into()) }
    }
}

impl fmt::Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passes() { "passes" } else { "fails" };
        write!(f, "case `{}` {verdict} (line {})", harmless(&self.name), self.line)?;
        for finding in &self.findings {
            write!(f, "\n{finding}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}", harmless(&self.about))?;
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        for Difference { path, expected, actual } in &self.differences {
            write!(
                f,
                "\n    {path}\n      expected  {}\n      got       {}",
                shown(expected),
                shown(actual)
            )?;
        }
        for line in self.remark.iter().flat_map(|remark| remark.lines()) {
            write!(f, "\n    {}", harmless(line))?;
        }
        Ok(())
    }
}
