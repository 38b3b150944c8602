//! What a case file holds.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::expectation::Expectation;
use crate::value::{CaseOrigin, CaseStatus, CaseValue};

/// The time that a case has unless it says otherwise, in seconds since 1970: 1 January 2026, 00:00 UTC.
pub const NOW: u64 = 1_767_225_600;

/// A case file.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseFile {
    /// The version of the format; 1.
    pub version: u64,
    /// The policy's configuration, an object. A case may have its own.
    pub config: Json,
    /// The time of the run in seconds since 1970, if the file says one.
    pub now: Option<u64>,
    /// What the policy may use. Only the sandbox can measure it.
    pub limits: Limits,
    /// The cases, in the order of the file; at least one.
    pub cases: Vec<Case>,
}

impl CaseFile {
    /// The configuration of one of the cases.
    pub fn config_of<'a>(&'a self, case: &'a Case) -> &'a Json {
        case.config.as_ref().unwrap_or(&self.config)
    }

    /// The time of one of the cases, in seconds since 1970: its own, the file's, or [`NOW`].
    pub fn now_of(&self, case: &Case) -> u64 {
        case.now.or(self.now).unwrap_or(NOW)
    }
}

/// What a policy may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Units of work that no group and no person may exceed in a call of its own.
    pub fuel_per_item: Option<u64>,
}

/// One case: what the policy is asked and what it should answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name; no other of the file has it.
    pub name: String,
    /// The configuration instead of the file's.
    pub config: Option<Json>,
    /// The time instead of the file's, in seconds since 1970.
    pub now: Option<u64>,
    /// The groups it is asked about.
    pub groups: Vec<CaseGroup>,
    /// The people it is asked about.
    pub users: Vec<CaseUser>,
    /// What is wrong with the configuration. When this names anything, nobody is asked about.
    pub expect_problems: Vec<ExpectedProblem>,
    /// The line of the file, from 1.
    pub line: usize,
}

/// A group as Okta has it, and the decision that is expected.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseGroup {
    /// Okta's id; `00g-` and the name unless the file says otherwise. No other group of the case has it.
    pub id: String,
    /// Its name; blank only where the file names the id.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// Where it was made.
    pub origin: CaseOrigin,
    /// The profile attributes. Whoever runs the case hands over those that the policy's needs name.
    pub attributes: BTreeMap<String, CaseValue>,
    /// What is expected, if anything is.
    pub expect: Option<Expectation>,
    /// The line of the file, from 1.
    pub line: usize,
}

/// A person as Okta has them, and the decision that is expected.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseUser {
    /// Okta's id; `00u-` and the login unless the file says otherwise. No other person of the case has it.
    pub id: String,
    /// The login; it is among the attributes too. Empty for somebody who has none, of whom the file names the id.
    pub login: String,
    /// The status in Okta.
    pub status: CaseStatus,
    /// The profile attributes. Whoever runs the case hands over those that the policy's needs name.
    pub attributes: BTreeMap<String, CaseValue>,
    /// Keys of the AWS groups that the group decisions give this person, sorted.
    pub groups: Vec<String>,
    /// What differs from the draft that the host makes of the profile, as a policy before this one would leave it.
    pub draft_overrides: Option<Json>,
    /// What is expected, if anything is.
    pub expect: Option<Expectation>,
    /// The line of the file, from 1.
    pub line: usize,
}

impl CaseGroup {
    /// How it is named to a person: "group `aws-admins`".
    pub fn label(&self) -> String {
        format!("group `{}`", filled(&self.name).unwrap_or(&self.id))
    }
}

impl CaseUser {
    /// How the person is named to another: "user `ann@acme.example`".
    pub fn label(&self) -> String {
        format!("user `{}`", filled(&self.login).unwrap_or(&self.id))
    }

    /// The account that the host would write, with this case's changes: an object with the contract's names in kebab-case.
    pub fn draft(&self) -> Json {
        let draft = crate::draft::draft(&self.attributes, self.status);
        match &self.draft_overrides {
            Some(changes) => crate::account::changed(draft, changes),
            None => draft,
        }
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.trim().is_empty())
}

/// A mistake in the configuration that should be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedProblem {
    /// Its JSON Pointer, if it matters.
    pub pointer: Option<String>,
    /// A part of its message, if it matters.
    pub message: Option<String>,
}
