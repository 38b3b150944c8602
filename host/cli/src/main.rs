//! The command `usher`: parses its arguments, runs one command, says what went wrong, exits.

#[macro_use]
mod output;

mod arguments;
mod commands;
mod configuration;
mod connect;
mod exit;
mod interruption;
mod keeping;
mod lock_store;
mod mention;
mod pinning;
mod policies;
mod progress;
mod record;
mod reference;
mod refusal;
mod remark;
mod remembered;
mod report;
mod sides;
mod trust;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    match commands::run(&arguments) {
        Ok(status) => status.into(),
        Err(failure) => {
            failure.print(arguments.is_json());
            failure.status.into()
        }
    }
}
