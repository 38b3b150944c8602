//! The command line. `change` holds what is special to `plan`, `sync` and `apply`; `check`, `explain`, `journal`, `undo`, `plugin` and `snapshot`
//! hold what comes after `usher check` and so on.

pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod journal;
pub(crate) mod plugin;
pub(crate) mod registry;
pub(crate) mod snapshot;
pub(crate) mod trial;
pub(crate) mod undo;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use change::{ApplyArguments, Format, PlanArguments, SyncArguments};

/// Brings people and groups from Okta into AWS IAM Identity Center, by rules of your own.
#[derive(Debug, Parser)]
#[command(name = "usher", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "\
Exit status: 0 done or nothing to do · 1 failed · 2 usage or configuration · 3 changes pending (plan --exit-code) · \
4 refused by a guard, too large a change · 5 partial: some records were left alone or failed, and are named · \
6 another run holds the lock")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Whether the command's result was asked for as JSON.
    pub(crate) fn is_json(&self) -> bool {
        match &self.command {
            Command::Plan(arguments) => arguments.format() == Format::Json,
            Command::Sync(arguments) => arguments.run.json,
            Command::Apply(arguments) => arguments.json,
            Command::Check(arguments) => arguments.json,
            Command::Explain(arguments) => arguments.json,
            Command::Journal(arguments) => arguments.is_json(),
            Command::Undo(arguments) => arguments.format() == Format::Json,
            Command::Plugin(arguments) => arguments.command.is_json(),
            Command::Snapshot(arguments) => arguments.is_json(),
            Command::Demo(_) | Command::Simulate(_) => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what a sync would change. Writes nothing.
    Plan(PlanArguments),
    /// Make Identity Center what Okta and the policy say.
    Sync(SyncArguments),
    /// Make it so by a plan that was saved, if it still is the plan; otherwise say what moved since.
    Apply(Box<ApplyArguments>),
    /// Check the configuration and its policies, and that Okta has what they read. Reads nobody, writes nothing.
    Check(check::CheckArguments),
    /// Tell why a person or a group is in AWS as it is, or is not there. Writes nothing.
    Explain(Box<explain::ExplainArguments>),
    /// Tell what was changed in AWS, when and why, and check that the record is whole.
    Journal(Box<journal::JournalArguments>),
    /// Show the plan that takes a run of the journal back, for `usher apply`. Writes nothing.
    Undo(Box<undo::UndoArguments>),
    /// Write, build, look into and try policy plugins.
    Plugin(Box<plugin::PluginArguments>),
    /// Keep what a run reads from both sides, to plan and to try policies without a network.
    Snapshot(Box<snapshot::SnapshotArguments>),
    /// Watch it work: a small organisation on the built-in simulator, synced, changed and synced again.
    Demo(DemoArguments),
    /// Run Okta, Identity Center and Parameter Store on loopback, with their quirks, until interrupted.
    ///
    /// Prints one line of JSON with the addresses when ready. The tokens stand in its Parameter Store under
    /// okta_api_token and amz_sso_api_token.
    Simulate(Box<SimulateArguments>),
}

/// What `plan` and `sync` have in common.
#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    /// Only these Okta groups, by their exact names, instead of those of the configuration. Such a run deactivates
    /// nobody for being absent: it does not see the other groups.
    #[arg(value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
    /// The configuration.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// A policy plugin to use in place of all those of the configuration (a .wasm file, builtin:NAME, or oci://…). It gets the
    /// configuration of the first.
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<String>,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// Name every person, however many.
    #[arg(long)]
    pub(crate) all: bool,
    /// No progress on stderr.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// How many times the default amount of work a policy may do for one call and one item.
    #[arg(long, value_name = "FACTOR", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) plugin_fuel: u64,
    /// How many MiB of memory a policy may use, whatever the configuration allows. [default: 256]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub(crate) plugin_memory: Option<u64>,
    /// How many seconds one call of a policy may take, whatever the configuration allows. [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) plugin_timeout: Option<u64>,
    /// Tell the policies this time instead of the clock's, in seconds since 1970: to repeat a run to the last bit.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) now: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct DemoArguments {
    /// Answer every simulated request so many milliseconds late, as a distant service would.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) latency_ms: u64,
}

#[derive(Args, Debug)]
pub(crate) struct SimulateArguments {
    /// The organisation, as JSON: {"users": [Okta users], "groups": [Okta groups, each with "members": [user ids]]}.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["users", "groups", "memberships", "seed"])]
    pub(crate) org: Option<PathBuf>,
    /// Generate an organisation of so many people.
    #[arg(long, value_name = "N", requires = "groups")]
    pub(crate) users: Option<usize>,
    /// … so many groups …
    #[arg(long, value_name = "N", requires = "users")]
    pub(crate) groups: Option<usize>,
    /// … and so many memberships, evenly: every group has exactly memberships / groups members.
    #[arg(long, value_name = "N", requires = "users")]
    pub(crate) memberships: Option<usize>,
    /// The same seed gives the same organisation.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Answer every request so many milliseconds late.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) latency_ms: u64,
    /// Requests a minute in Okta's groups bucket; the other buckets follow in proportion.
    #[arg(long, value_name = "N")]
    pub(crate) okta_rate_limit: Option<u32>,
    /// Reads a second and operation that Identity Center takes before it throttles.
    #[arg(long, value_name = "N")]
    pub(crate) scim_reads_per_second: Option<u32>,
    /// Writes a second and operation that Identity Center takes before it throttles.
    #[arg(long, value_name = "N")]
    pub(crate) scim_writes_per_second: Option<u32>,
    /// Membership changes a second that Identity Center takes before it throttles.
    #[arg(long, value_name = "N")]
    pub(crate) scim_members_per_second: Option<u32>,
    /// Identity Center as it was until 2025: 50 per page, no cursor, no way to list members.
    #[arg(long)]
    pub(crate) old_scim: bool,
    /// Pages that hold fewer objects than asked for.
    #[arg(long)]
    pub(crate) short_pages: bool,
    /// Do every Nth write and answer it with 429 all the same.
    #[arg(long, value_name = "N")]
    pub(crate) throttle_after_write: Option<u32>,
}
