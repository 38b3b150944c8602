//! What comes after `usher check`.

use std::path::PathBuf;

use clap::Args;

use super::RunArguments;

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// The configuration.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// A policy plugin to check in place of all those of the configuration (a .wasm file, or builtin:NAME). It gets the
    /// configuration of the first.
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<String>,
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
            groups: Vec::new(),
            config: self.config.clone(),
            plugin: self.plugin.clone(),
            json: self.json,
            all: false,
            quiet: true,
            plugin_fuel: 1,
            plugin_memory: None,
            plugin_timeout: None,
            now: None,
        }
    }
}
