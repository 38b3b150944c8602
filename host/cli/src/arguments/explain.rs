//! What comes after `usher explain`.

use std::path::PathBuf;

use clap::Args;

use super::RunArguments;

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
    /// The configuration.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// A policy plugin to use in place of the configuration's (a .wasm file, or builtin:NAME).
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<String>,
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
            groups: Vec::new(),
            config: self.config.clone(),
            plugin: self.plugin.clone(),
            json: self.json,
            all: false,
            quiet: self.quiet,
            plugin_fuel: 1,
            plugin_memory: None,
            plugin_timeout: None,
            now: self.now,
        }
    }
}
