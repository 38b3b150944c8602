//! What comes after `usher check`.

use clap::Args;

use super::RunArguments;
use super::deciding::{DecidingArguments, SandboxArguments};

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) deciding: DecidingArguments,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
    /// Ask nobody: check the file and what the policies say of it, and not whether secrets, Okta, its attributes and groups, and
    /// Identity Center can be had.
    #[arg(long)]
    pub(crate) offline: bool,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

impl CheckArguments {
    /// A run with the same policies.
    pub(crate) fn run(&self) -> RunArguments {
        RunArguments {
            json: self.json,
            quiet: true,
            sandbox: self.sandbox.clone(),
            ..RunArguments::of(&self.deciding)
        }
    }
}
