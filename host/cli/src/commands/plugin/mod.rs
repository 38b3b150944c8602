//! `usher plugin`: one file a subcommand.

mod inspect;

use crate::arguments::plugin::PluginCommand;
use crate::exit::{ExitStatus, Failure};

/// Runs the subcommand that the arguments name.
pub(crate) async fn run(command: &PluginCommand) -> Result<ExitStatus, Failure> {
    match command {
        PluginCommand::Inspect(arguments) => inspect::inspect(arguments),
    }
}
