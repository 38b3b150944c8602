//! A plan in a file: to be reviewed, kept, and applied if it still is the plan. Versions 1 and 2, described in docs/changes.md.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;
use usher_core::content::Content;
use usher_core::plan::Plan;
use usher_core::plan_hash::PlanHash;

use crate::whole_file;

/// What stands under `format`.
const FORMAT: &str = "usher-plan";

/// The version of a plan that comes from the two sides.
const VERSION: u64 = 1;

/// The version of a plan that takes a run back. Plans of the other kind are written as ever, so that every usher reads them.
const VERSION_OF_UNDO: u64 = 2;

/// A plan as it was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedPlan {
    /// What it would do.
    pub content: Content,
    /// What it is known by.
    pub hash: PlanHash,
}

/// Why a plan cannot be saved or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlanFileError {
    /// The file cannot be read.
    #[error("the plan {path} cannot be read ({source})\nhint: `usher plan --out FILE` makes one")]
    Unreadable {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error(
        "the plan {path} cannot be written ({source})\nhint: name a file in a folder that is there and may be written to"
    )]
    Unwritable {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is something else, or damaged.
    #[error("{path} is not a plan: {problem}\nhint: `usher plan --out FILE` makes one")]
    NotAPlan {
        /// Which file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file was written by another version of Usher.
    #[error(
        "the plan {path} is of version {found}; this usher reads the versions {VERSION} and {VERSION_OF_UNDO}\nhint: make it again, or apply it with the usher \
         that wrote it ({written_by})"
    )]
    OtherVersion {
        /// Which file.
        path: String,
        /// Its version.
        found: u64,
        /// Which program wrote it.
        written_by: String,
    },
    /// The content is not what the hash was made of.
    #[error(
        "the plan {path} was changed after it was written: it says {stated}, and its content comes to {found}\nhint: a plan is made \
         by `usher plan --out FILE` alone; change the rules or Okta, and make it again"
    )]
    Changed {
        /// Which file.
        path: String,
        /// The hash that stands in it.
        stated: PlanHash,
        /// The hash of its content.
        found: PlanHash,
    },
}

/// The first look at a file: enough to say what it is.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Head {
    format: Option<String>,
    version: Option<u64>,
    written_by: Option<String>,
}

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    format: String,
    version: u64,
    written_by: String,
    hash: PlanHash,
    content: Content,
    /// For people to read: what the plan leaves alone, and why. No part of the hash.
    left_alone: Value,
}

impl SavedPlan {
    /// Writes a plan to a file that only its owner may read.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn save(content: &Content, plan: &Plan, path: &Path) -> Result<(), PlanFileError> {
        let file = File {
            format: FORMAT.to_owned(),
            version: version(content),
            written_by: concat!("usher ", env!("CARGO_PKG_VERSION")).to_owned(),
            hash: content.hash(),
            content: content.clone(),
            left_alone: left_alone(plan),
        };
        whole_file::write(path, |writer| Ok(serde_json::to_writer_pretty(writer, &file)?))
            .map_err(|source| PlanFileError::Unwritable { path: path.display().to_string(), source })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read, is none of ours, is of another version, or was changed.
    pub fn read(path: &Path) -> Result<Self, PlanFileError> {
        let path_shown = || path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|source| PlanFileError::Unreadable { path: path_shown(), source })?;
        let not_a_plan = |problem: String| PlanFileError::NotAPlan { path: path_shown(), problem };
        let head: Head = serde_json::from_slice(&bytes).map_err(|error| not_a_plan(error.to_string()))?;
        if head.format.as_deref() != Some(FORMAT) {
            return Err(not_a_plan(format!("it has no \"format\": {FORMAT:?}")));
        }
        let stated_version = head.version;
        match stated_version {
            Some(VERSION | VERSION_OF_UNDO) => {}
            Some(found) => {
                let written_by = head.written_by.unwrap_or_else(|| "the file does not say which".to_owned());
                return Err(PlanFileError::OtherVersion { path: path_shown(), found, written_by });
            }
            None => return Err(not_a_plan("it has no \"version\"".to_owned())),
        }
        let File { hash: stated, content, .. } =
            serde_json::from_slice(&bytes).map_err(|error| not_a_plan(error.to_string()))?;
        if stated_version != Some(version(&content)) {
            let problem =
                format!("plans that take a run back are of version {VERSION_OF_UNDO}, and only they");
            return Err(not_a_plan(problem));
        }
        let found = content.hash();
        if found != stated {
            return Err(PlanFileError::Changed { path: path_shown(), stated, found });
        }
        Ok(Self { content, hash: stated })
    }
}

/// The first version that can hold it.
fn version(content: &Content) -> u64 {
    if content.undo_of.is_some() { VERSION_OF_UNDO } else { VERSION }
}

fn left_alone(plan: &Plan) -> Value {
    json!({
        "held-users": plan.held_users,
        "held-groups": plan.held_groups,
        "kept-users": plan.kept_users,
        "kept-groups": plan.kept_groups,
        "unread-groups": plan.unread_groups,
        "conflicts": plan.conflicts,
        "notes": plan.notes,
    })
}
