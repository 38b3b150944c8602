//! What comes after `usher journal`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub(crate) struct JournalArguments {
    #[command(subcommand)]
    pub(crate) command: JournalCommand,
}

impl JournalArguments {
    /// Whether the result was asked for as JSON.
    pub(crate) fn is_json(&self) -> bool {
        match &self.command {
            JournalCommand::Verify(arguments) => arguments.json,
            JournalCommand::Show(arguments) => arguments.of.json,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Check that no line was changed, taken out or put in, and say how it ends.
    Verify(WhichJournal),
    /// Tell what was changed, when, by which rule, and what AWS answered.
    Show(ShowArguments),
}

/// Which file, and how to tell of it.
#[derive(Args, Debug)]
pub(crate) struct WhichJournal {
    /// The journal, instead of the configuration's.
    #[arg(long = "journal", alias = "file", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The configuration, whose `journal.path` names the journal.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) of: WhichJournal,
    /// Only what concerns this person: by userName, Okta id or id in Identity Center.
    #[arg(long, value_name = "PERSON")]
    pub(crate) person: Option<String>,
    /// Only what concerns this group: by its name in AWS, key or id in Identity Center.
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,
    /// Only runs that began at this time or later: 2026-03-01, 2026-03-01T08:00:00Z, or so long ago: 7d, 12h, 30min.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only this run, by its id or the beginning of it.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
}
