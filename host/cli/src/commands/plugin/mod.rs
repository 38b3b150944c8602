//! `usher plugin`: one file a subcommand.

mod asked;
mod bench;
mod build;
mod case_files;
mod check;
mod decided;
mod decided_text;
mod generated;
mod inspect;
mod measure;
pub(crate) mod needs_text;
mod new;
pub(crate) mod opened;
mod pin;
mod project;
mod pull;
mod push;
mod run;
mod schema;
mod sdk;
mod sign;
mod snapshot_test;
mod source_files;
mod test;
mod trial;
mod verify;

use crate::arguments::plugin::PluginCommand;
use crate::exit::{ExitStatus, Failure};

/// Runs the subcommand that the arguments name.
pub(crate) async fn run(command: &PluginCommand) -> Result<ExitStatus, Failure> {
    match command {
        PluginCommand::New(arguments) => new::new(arguments),
        PluginCommand::Build(arguments) => build::build(arguments),
        PluginCommand::Check(arguments) => check::check(arguments),
        PluginCommand::Inspect(arguments) => inspect::inspect(arguments),
        PluginCommand::Schema(arguments) => schema::schema(arguments),
        PluginCommand::Bench(arguments) => bench::bench(arguments),
        PluginCommand::Test(arguments) => test::test(arguments),
        PluginCommand::Run(arguments) => run::run(arguments),
        PluginCommand::Push(arguments) => push::push(arguments).await,
        PluginCommand::Pull(arguments) => pull::pull(arguments).await,
        PluginCommand::Sign(arguments) => sign::sign(arguments).await,
        PluginCommand::Verify(arguments) => verify::verify(arguments).await,
        PluginCommand::Pin(arguments) => pin::pin(arguments).await,
    }
}
