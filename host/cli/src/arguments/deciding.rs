//! Who decides in a run, and how much it may use: the same for every command that makes a plan.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use usher_policy::Limits;

use crate::configuration::bytes;

/// The configuration of a run, and with it its policies.
#[derive(Args, Clone, Debug)]
pub(crate) struct DecidingArguments {
    /// The configuration.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// A policy plugin to use in place of all those of the configuration (a .wasm file, builtin:NAME, or oci://…). It gets the
    /// configuration of the first.
    #[arg(long, value_name = "REF")]
    pub(crate) plugin: Option<String>,
}

/// What a policy may use.
#[derive(Args, Clone, Debug)]
pub(crate) struct SandboxArguments {
    /// How many times the default amount of work a policy may do for one call and one item.
    #[arg(long, value_name = "FACTOR", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) plugin_fuel: u64,
    /// How many MiB of memory a policy may use, whatever the configuration allows. [default: 256]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub(crate) plugin_memory: Option<u64>,
    /// How many seconds one call of a policy may take, whatever the configuration allows. [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) plugin_timeout: Option<u64>,
}

impl SandboxArguments {
    /// What the command line names wins over the configuration; the fuel of either is multiplied.
    pub(crate) fn over(&self, configured: Limits) -> Limits {
        Limits {
            configure_fuel: configured.configure_fuel.saturating_mul(self.plugin_fuel),
            fuel_per_item: configured.fuel_per_item.saturating_mul(self.plugin_fuel),
            wall_clock: self.plugin_timeout.map_or(configured.wall_clock, Duration::from_secs),
            memory: self.plugin_memory.map_or(configured.memory, bytes),
            ..configured
        }
    }
}

impl Default for SandboxArguments {
    /// What the configuration allows.
    fn default() -> Self {
        Self { plugin_fuel: 1, plugin_memory: None, plugin_timeout: None }
    }
}
