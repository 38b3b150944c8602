//! What comes after `usher explain`.

use std::path::PathBuf;

use clap::Args;

use super::RunArguments;
use super::deciding::{DecidingArguments, SandboxArguments};

#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    /// A person: by login, mail address, Okta id, or by userName or id in Identity Center.
    #[arg(value_name = "PERSON", required_unless_present = "group")]
    pub(crate) person: Option<String>,
    /// A group instead of a person: by its name in Okta or in AWS, by an id of either, or by its key.
    #[arg(long, value_name = "NAME", conflicts_with = "person")]
    pub(crate) group: Option<String>,
    /// Explain from a file that `usher snapshot save` wrote. Nobody is asked, and no secret is read.
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) deciding: DecidingArguments,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress on stderr.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Tell the policies this time instead of the clock's (or the snapshot's), in seconds since 1970.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) now: Option<u64>,
}

impl ExplainArguments {
    /// The run that is explained: the very one of `usher plan`.
    pub(crate) fn run(&self) -> RunArguments {
        RunArguments {
            json: self.json,
            quiet: self.quiet,
            now: self.now,
            sandbox: self.sandbox.clone(),
            ..RunArguments::of(&self.deciding)
        }
    }
}
