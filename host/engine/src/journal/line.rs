//! The lines of a journal, version 1. What is stored is spelled out here and not taken from the model, so that the model can
//! change and files stay readable.

use serde::{Deserialize, Serialize};

/// The version that is written, and the only one there is so far.
pub const VERSION: u32 = 1;

/// What stands as `previous` in the first line.
pub const NONE_BEFORE: &str = "none";

/// The first look at a line: enough to say whether it can be read.
#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) version: u32,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    /// [`VERSION`].
    pub version: u32,
    /// From 1, without a gap.
    pub number: u64,
    /// The digest of the line before, as it stands in the file without its line end; [`NONE_BEFORE`] in the first.
    pub previous: String,
    /// When it was written: RFC 3339, UTC.
    pub at: String,
    /// Which run wrote it.
    pub run: String,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Event {
    /// A run begins to write.
    Begin {
        /// The program's version.
        usher: String,
        /// On which machine.
        host: String,
        /// As which process.
        pid: u32,
        /// The content hash of the plan, when it has one.
        plan: Option<String>,
        /// The address of the source; older journals do not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// The address of the target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<String>,
        /// How many operations the plan has.
        operations: usize,
        /// Who decided, in the order in which they were asked.
        policies: Vec<Policy>,
    },
    /// An operation is about to be attempted.
    Intent {
        /// Its place in the plan, from 1.
        operation: usize,
        /// What is to be changed.
        change: Change,
    },
    /// What came of it.
    Outcome {
        /// Its place in the plan, from 1.
        operation: usize,
        /// In a word.
        result: Outcome,
        /// Why it failed, or what ended the run.
        error: Option<String>,
        /// Members who were left out, since they have no account.
        missing: Vec<String>,
        /// Identity Center's id of what was changed or made, when it is known.
        target_id: Option<String>,
        /// Every request that was sent for it, repeats and look-ups too.
        requests: Vec<Request>,
    },
    /// The run has ended.
    End {
        /// Operations that were done, wholly or in part.
        done: usize,
        /// Operations that failed.
        failed: usize,
        /// Operations whose turn did not come.
        not_attempted: usize,
        /// Why their turn did not come.
        ended_early: Option<String>,
    },
    /// The file ended in the middle of a line, which was put elsewhere.
    Repaired {
        /// How many bytes were torn.
        bytes: u64,
        /// Where they were put.
        kept_in: String,
    },
}

/// A policy that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// What reports call it.
    pub name: String,
    /// The version that the plugin gives itself.
    pub version: String,
    /// Of the component's bytes.
    pub digest: String,
    /// Of its configuration.
    pub config_digest: String,
}

/// What an operation changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// `create-user`, `remove-members`, …
    pub kind: String,
    /// Whose account, when one is changed.
    pub user: Option<User>,
    /// Which group, when one is changed.
    pub group: Option<Group>,
    /// Who joins or leaves it.
    pub members: Vec<User>,
    /// Each attribute before and after.
    pub attributes: Vec<Attribute>,
    /// The rule that said so.
    pub rule: String,
    /// Why, for a person.
    pub reason: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Okta's id.
    pub okta_id: Option<String>,
    /// Identity Center's id; none for one that is yet to be made.
    pub scim_id: Option<String>,
    /// The userName.
    pub user_name: String,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// Its identity.
    pub key: String,
    /// Identity Center's id; none for one that is yet to be made.
    pub scim_id: Option<String>,
    /// Its name after the operation.
    pub display_name: String,
}

/// An attribute before and after; none is one that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attribute {
    /// The SCIM name.
    pub name: String,
    /// What stood.
    pub before: Option<String>,
    /// What was to stand.
    pub after: Option<String>,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The target took it.
    Done,
    /// The target took it but for some members.
    DoneWithout,
    /// It did not; or it is not known whether it did, as the error then says.
    Failed,
}

/// A request to Identity Center.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// Method and path template.
    pub request: String,
    /// The answer's status; none when no answer came.
    pub status: Option<u16>,
    /// AWS's id of the request.
    pub id: Option<String>,
}
