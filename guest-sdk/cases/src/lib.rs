//! Case files: what a policy is asked, and what it should answer, in TOML. The guest SDK runs them natively, `usher plugin test` runs
//! the same files in the sandbox; both read, compare and rewrite them with this crate, which knows neither.
//!
//! ```
//! use usher_cases::{CaseFile, Outcome};
//!
//! let text = r#"
//!     version = 1
//!     [[case]]
//!     name = "admins"
//!     [[case.group]]
//!     name = "aws-admins"
//!     expect.verdict = "sync"
//!     expect.groups = ["admins"]
//! "#;
//! let file = CaseFile::parse(text).unwrap();
//! let skipped = serde_json::json!({ "id": "00g-aws-admins", "verdict": "skip", "groups": [], "rule": "r", "message": "" });
//! let report = file.cases[0].check(&Outcome::Decided { groups: vec![skipped], users: vec![] });
//! assert!(!report.passes());
//! assert_eq!(report.to_string().lines().next(), Some("case `admins` fails (line 3)"));
//! ```
//!
//! The format, and the JSON form of a decision: docs/cases.md. Read in this order: `file` (the model), `value`, `read` and `reader` (from text to
//! model, all mistakes at once), `account` and `draft` (the account that the host would write), `expectation` (how an answer is compared),
//! `outcome` and `report` (how a run is judged), `update` (how expectations are rewritten), `write` and `text` (how a file is recorded).

mod account;
mod draft;
mod expectation;
mod file;
mod outcome;
mod problem;
mod read;
mod reader;
mod report;
mod text;
mod update;
mod value;
mod write;

pub use draft::draft;
pub use expectation::{Difference, Expectation};
pub use file::{Case, CaseFile, CaseGroup, CaseUser, ExpectedProblem, Limits, NOW};
pub use outcome::{ConfigProblem, Outcome};
pub use problem::{CaseFileError, CaseProblem};
pub use report::{CaseReport, Finding};
pub use update::updated;
pub use value::{CaseOrigin, CaseStatus, CaseValue};
pub use write::NotWritten;
