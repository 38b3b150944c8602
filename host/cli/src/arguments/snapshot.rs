//! What comes after `usher snapshot`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::RunArguments;

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
    /// The configuration.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// A policy plugin to use in place of the configuration's (a .wasm file, builtin:NAME, or oci://…).
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<String>,
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
    /// How many times the default amount of work a policy may do for one call and one item.
    #[arg(long, value_name = "FACTOR", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) plugin_fuel: u64,
    /// How many MiB of memory a policy may use, whatever the configuration allows. [default: 256]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub(crate) plugin_memory: Option<u64>,
    /// How many seconds one call of a policy may take, whatever the configuration allows. [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) plugin_timeout: Option<u64>,
}

impl SaveArguments {
    /// The run whose reading is saved.
    pub(crate) fn run(&self) -> RunArguments {
        RunArguments {
            groups: Vec::new(),
            config: self.config.clone(),
            plugin: self.plugin.clone(),
            json: self.json,
            all: false,
            quiet: self.quiet,
            plugin_fuel: self.plugin_fuel,
            plugin_memory: self.plugin_memory,
            plugin_timeout: self.plugin_timeout,
            now: None,
        }
    }
}
