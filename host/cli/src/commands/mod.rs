//! One file a command.

mod check;
mod compare;
mod conclude;
mod demo;
mod explain;
mod journal;
pub(crate) mod plugin;
mod run;
mod simulate;
mod snapshot;
mod undo;

use crate::arguments::{Arguments, Command};
use crate::exit::{ExitStatus, Failure};

/// Runs the command that the arguments name.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitStatus, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match &arguments.command {
            Command::Plan(arguments) => match arguments.compare.wanted() {
                Some(wanted) => compare::compare(arguments, wanted).await,
                None => run::plan(arguments).await,
            },
            Command::Sync(arguments) => run::sync(arguments).await,
            Command::Apply(arguments) => run::apply(arguments).await,
            Command::Check(arguments) => check::check(arguments).await,
            Command::Explain(arguments) => explain::explain(arguments).await,
            Command::Journal(arguments) => journal::journal(arguments),
            Command::Undo(arguments) => undo::undo(arguments).await,
            Command::Plugin(arguments) => plugin::run(&arguments.command).await,
            Command::Snapshot(arguments) => snapshot::snapshot(arguments).await,
            Command::Demo(arguments) => demo::demo(arguments).await,
            Command::Simulate(arguments) => simulate::simulate(arguments).await,
        }
    })
}
