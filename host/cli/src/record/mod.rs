//! `usher plan --record`: what each policy was asked and what it answered, as case files.
//!
//! `folder` says which file is whose and which may be replaced, and `transcript` makes a case file of what a policy was asked.

mod folder;
mod transcript;

use std::path::{Path, PathBuf};

use usher_cases::NotWritten;
use usher_policy::{ConfiguredPolicy, PolicyChain, Transcript};

use crate::arguments::RunArguments;
use crate::configuration::Configuration;
use crate::exit::Failure;
use crate::policies;
use folder::RecordFile;

/// A recording that may begin: every file that it will write is free, or its own.
pub(crate) struct Recording {
    files: Vec<RecordFile>,
    each: usize,
}

/// A file that was written.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// What reports call the policy.
    pub(crate) policy: String,
    /// How it is named on a command line.
    pub(crate) component: String,
    pub(crate) path: PathBuf,
    pub(crate) groups: usize,
    pub(crate) groups_asked: usize,
    pub(crate) users: usize,
    pub(crate) users_asked: usize,
}

/// Why nothing is recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("{} is no folder\nhint: --record takes a folder, which is made when it is not there", .0.display())]
    NotAFolder(PathBuf),
    #[error(
        "{} was not written by `usher plan --record`, or was changed since; it is left as it is\nhint: record into another folder, or \
         move that file away", .0.display()
    )]
    Foreign(PathBuf),
    #[error("{} cannot be used ({source})\nhint: name a folder that may be read and written to", path.display())]
    Unusable { path: PathBuf, source: std::io::Error },
    #[error(
        "what `{policy}` was asked cannot be recorded: {source}\nhint: without --record the plan is made all the same"
    )]
    NotWritten { policy: String, source: NotWritten },
    #[error(
        "the configuration was changed while the run went on: `{policy}` was not there before\nhint: run it again"
    )]
    Renamed { policy: String },
}

impl Recording {
    /// Looks whether the folder may be written to, and makes it. Nothing else is read before this.
    pub(crate) fn begin(folder: &Path, each: u32, arguments: &RunArguments) -> Result<Self, Failure> {
        let configuration = Configuration::read(&arguments.deciding.config).map_err(Failure::usage)?;
        let row = policies::row(arguments, &configuration);
        let row = row.into_iter().map(|section| (section.name, section.component));
        let files = folder::files(folder, row.collect()).map_err(Failure::usage)?;
        Ok(Self { files, each: usize::try_from(each).unwrap_or(usize::MAX) })
    }

    /// Has the policies write down what they are asked.
    pub(crate) fn listen(&self, policies: &mut PolicyChain) {
        policies.record(self.each);
    }

    /// Writes what they wrote down, a file for each policy.
    pub(crate) fn write(&self, policies: &PolicyChain) -> Result<Vec<Recorded>, RecordError> {
        policies.transcripts().map(|(name, policy, transcript)| self.one(name, policy, transcript)).collect()
    }

    fn one(
        &self,
        name: &str,
        policy: &ConfiguredPolicy,
        transcript: &Transcript,
    ) -> Result<Recorded, RecordError> {
        let file = self.files.iter().find(|file| file.policy == name);
        let file = file.ok_or_else(|| RecordError::Renamed { policy: name.to_owned() })?;
        let cases = transcript::case_file(policy, transcript).written();
        let cases = cases.map_err(|source| RecordError::NotWritten { policy: name.to_owned(), source })?;
        file.write(&transcript::about(&file.component, policy), &cases)?;
        Ok(Recorded {
            policy: name.to_owned(),
            component: file.component.clone(),
            path: file.path.clone(),
            groups: transcript.groups().len(),
            groups_asked: transcript.groups_asked(),
            users: transcript.users().len(),
            users_asked: transcript.users_asked(),
        })
    }
}
