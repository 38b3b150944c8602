//! What comes after `usher plan`, `usher sync` and `usher apply`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use usher_core::plan_hash::PlanHash;

use super::RunArguments;

/// How a plan is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a comment of a pull request.
    Markdown,
    /// One page that loads nothing from anywhere.
    Html,
}

#[derive(Args, Debug)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// Exit with 3 when there is something to do.
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// How to print the plan.
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with = "json")]
    format: Option<Format>,
    /// Keep the plan in this file, for `usher apply`. One that is there is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Plan from a file that `usher snapshot save` wrote. Nobody is asked, and no secret is read.
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,
}

impl PlanArguments {
    /// How the plan is printed.
    pub(crate) fn format(&self) -> Format {
        if self.run.json { Format::Json } else { self.format.unwrap_or_default() }
    }
}

#[derive(Args, Debug)]
pub(crate) struct SyncArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// Stop after the plan; write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Let the one plan of this hash pass the guards, whatever it takes away. A refusal prints it.
    #[arg(long, value_name = "HASH")]
    pub(crate) allow: Option<PlanHash>,
    /// Write only if the plan is the one of this hash, which `usher plan` printed.
    #[arg(long, value_name = "HASH")]
    pub(crate) expect_hash: Option<PlanHash>,
}

#[derive(Args, Debug)]
pub(crate) struct ApplyArguments {
    /// The plan: a file that `usher plan --out` or `usher undo --out` wrote.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The configuration it was made with.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// The journal that it was made from, where `usher undo` was told another than the configuration's.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// The policy plugin it was made with, where the command line named one.
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<String>,
    /// Let the one plan of this hash pass the guards, whatever it takes away. A refusal prints it.
    #[arg(long, value_name = "HASH")]
    pub(crate) allow: Option<PlanHash>,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// Name every person, however many.
    #[arg(long)]
    pub(crate) all: bool,
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
    /// Tell the policies this time instead of the clock's, in seconds since 1970.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) now: Option<u64>,
}

impl ApplyArguments {
    /// The run that makes the plan again, over these groups alone if any are named.
    pub(crate) fn run(&self, groups: Vec<String>) -> RunArguments {
        RunArguments {
            groups,
            config: self.config.clone(),
            plugin: self.plugin.clone(),
            json: self.json,
            all: self.all,
            quiet: self.quiet,
            plugin_fuel: self.plugin_fuel,
            plugin_memory: self.plugin_memory,
            plugin_timeout: self.plugin_timeout,
            now: self.now,
        }
    }
}
