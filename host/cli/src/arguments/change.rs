//! What comes after `usher plan`, `usher sync` and `usher apply`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use usher_core::plan_hash::PlanHash;

use super::RunArguments;
use super::compare::CompareArguments;
use super::deciding::{DecidingArguments, SandboxArguments};

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
    /// Exit with 3 when there is something to do or, with --compare, when anything differs.
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
    /// Write what each policy was asked and what it answered into this folder, as case files for `usher plugin test`. They hold people's
    /// profiles, and only you may read them.
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,
    /// Of every verdict and rule, record at most so many groups and so many people.
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "record", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) record_each: u32,
    #[command(flatten)]
    pub(crate) compare: CompareArguments,
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
    /// Read everything, whatever the state of the last run says.
    #[arg(long)]
    pub(crate) full: bool,
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
    #[command(flatten)]
    pub(crate) deciding: DecidingArguments,
    /// The journal that it was made from, where `usher undo` was told another than the configuration's.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
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
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
    /// Tell the policies this time instead of the clock's, in seconds since 1970.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) now: Option<u64>,
}

impl ApplyArguments {
    /// The run that makes the plan again, over these groups alone if any are named.
    pub(crate) fn run(&self, groups: Vec<String>) -> RunArguments {
        RunArguments {
            groups,
            json: self.json,
            all: self.all,
            quiet: self.quiet,
            sandbox: self.sandbox.clone(),
            now: self.now,
            ..RunArguments::of(&self.deciding)
        }
    }
}
