//! The command line of `usher plugin`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct PluginArguments {
    #[command(subcommand)]
    pub(crate) command: PluginCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Say what a policy is, what it imports and, with --config, what it reads.
    Inspect(InspectArguments),
}

impl PluginCommand {
    /// Whether the command's result was asked for as JSON.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Self::Inspect(arguments) => arguments.json,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct InspectArguments {
    /// The policy: a .wasm file, or builtin:NAME.
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// Configure it, and say what it then decides and reads: a usher.toml, or the policy's own configuration as TOML or JSON.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}
