//! The command `usher`: parses its arguments, runs one command, says what went wrong, exits.

#[macro_use]
mod output;

mod arguments;
mod cases;
mod commands;
mod configuration;
mod connect;
mod escape;
mod exit;
mod interruption;
mod keeping;
mod lock_store;
mod mention;
mod misread;
mod notice;
mod pinning;
mod policies;
mod policy_config;
mod progress;
mod record;
mod reference;
mod refusal;
mod remark;
mod remembered;
mod report;
mod shell;
mod sides;
mod style;
mod trust;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = match arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misread::tell(&error, std::env::args_os().skip(1)),
    };
    match commands::run(&arguments) {
        Ok(status) => status.into(),
        Err(failure) => {
            failure.print(arguments.is_json());
            failure.status.into()
        }
    }
}
