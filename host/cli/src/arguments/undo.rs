//! What comes after `usher undo`.

use std::path::PathBuf;

use clap::Args;
use usher_core::content::UndoOf;

use super::Format;

#[derive(Args, Debug)]
pub(crate) struct UndoArguments {
    /// The run: its id or the beginning of it, as `usher journal show` tells it, or `latest`.
    #[arg(value_name = "RUN")]
    pub(crate) run: String,
    /// Keep the plan in this file, for `usher apply`. One that is there is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Delete the accounts and groups that the run created, instead of deactivating the accounts and keeping the groups empty.
    #[arg(long)]
    delete_created: bool,
    /// Take back only what was done to this person: by userName, Okta id or id in Identity Center.
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// Take back only what was done to this group: by its name in AWS, key or id in Identity Center.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The journal, instead of the configuration's.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// The configuration.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// Exit with 3 when there is something to do.
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// How to print the plan.
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with = "json")]
    format: Option<Format>,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    json: bool,
    /// Name every person, however many.
    #[arg(long)]
    pub(crate) all: bool,
    /// No progress on stderr.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl UndoArguments {
    /// How the plan is printed.
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format.unwrap_or_default() }
    }

    /// What is to be taken back, of a run as it was asked for.
    pub(crate) fn what(&self) -> UndoOf {
        UndoOf {
            run: self.run.clone(),
            delete_created: self.delete_created,
            person: self.person.clone(),
            group: self.group.clone(),
        }
    }
}
