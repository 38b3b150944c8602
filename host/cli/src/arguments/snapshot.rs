//! What comes after `usher snapshot`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::RunArguments;
use super::deciding::{DecidingArguments, SandboxArguments};

#[derive(Args, Debug)]
pub(crate) struct SnapshotArguments {
    #[command(subcommand)]
    pub(crate) command: SnapshotCommand,
}

impl SnapshotArguments {
    /// Whether the result was asked for as JSON.
    pub(crate) fn is_json(&self) -> bool {
        let SnapshotCommand::Save(arguments) = &self.command;
        arguments.json
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Read both sides as a plan does, and keep what was read in a file. Writes nothing to AWS.
    ///
    /// The file holds people's profiles. Only its owner may read it.
    Save(SaveArguments),
}

#[derive(Args, Debug)]
pub(crate) struct SaveArguments {
    /// The file; one that is there is replaced.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) deciding: DecidingArguments,
    /// Read the members of every group, on both sides, so that policies which select other groups can be tried on it.
    /// Costs more requests.
    #[arg(long)]
    pub(crate) all_groups: bool,
    /// Replace names, addresses, values and ids by others of the same shape, the same everywhere.
    #[arg(long)]
    pub(crate) redact: bool,
    /// Keep the names of groups and of custom attributes, by which rules go.
    #[arg(long, requires = "redact")]
    pub(crate) keep_group_names: bool,
    /// Print what was saved as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress on stderr.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
}

impl SaveArguments {
    /// The run whose reading is saved.
    pub(crate) fn run(&self) -> RunArguments {
        RunArguments {
            json: self.json,
            quiet: self.quiet,
            sandbox: self.sandbox.clone(),
            ..RunArguments::of(&self.deciding)
        }
    }
}
