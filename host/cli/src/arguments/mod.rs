//! The command line. `deciding` holds what every command has that makes a plan, `change` what is special to `plan`, `sync` and `apply`,
//! `compare` what `plan` takes to compare;
//! `check`, `explain`, `journal`, `undo`, `plugin` and `snapshot` hold what comes after `usher check` and so on.

pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod deciding;
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
use deciding::{DecidingArguments, SandboxArguments};

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
    /// Check the configuration and its policies, and that all a run needs can be had. Reads nobody, writes nothing.
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
    #[command(flatten)]
    pub(crate) deciding: DecidingArguments,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// Name every person, however many.
    #[arg(long)]
    pub(crate) all: bool,
    /// No progress on stderr.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
    /// Tell the policies this time instead of the clock's, in seconds since 1970: to repeat a run to the last bit.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) now: Option<u64>,
}

impl RunArguments {
    /// A run over all that the configuration selects, by those who decide.
    pub(crate) fn of(deciding: &DecidingArguments) -> Self {
        Self {
            groups: Vec::new(),
            deciding: deciding.clone(),
            json: false,
            all: false,
            quiet: false,
            sandbox: SandboxArguments::default(),
            now: None,
        }
    }
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// The run that a command line means.
    fn run(line: &[&str]) -> RunArguments {
        let arguments =
            Arguments::try_parse_from(["usher"].iter().chain(line)).unwrap_or_else(|error| panic!("{error}"));
        match arguments.command {
            Command::Plan(arguments) => arguments.run,
            Command::Sync(arguments) => arguments.run,
            Command::Apply(arguments) => arguments.run(Vec::new()),
            Command::Check(arguments) => arguments.run(),
            Command::Explain(arguments) => arguments.run(),
            Command::Snapshot(arguments) => {
                let snapshot::SnapshotCommand::Save(arguments) = arguments.command;
                arguments.run()
            }
            other => panic!("no run: {other:?}"),
        }
    }

    const COMMANDS: [&[&str]; 6] = [
        &["plan"],
        &["sync"],
        &["apply", "p.json"],
        &["check"],
        &["explain", "ann"],
        &["snapshot", "save", "s.json"],
    ];

    #[test]
    fn every_command_that_plans_is_told_in_the_same_way_who_decides() {
        for command in COMMANDS {
            let run = run(&[command, &["-c", "other.toml", "--plugin", "builtin:prefix"]].concat());
            assert_eq!(run.deciding.config, PathBuf::from("other.toml"), "{command:?}");
            assert_eq!(run.deciding.plugin.as_deref(), Some("builtin:prefix"), "{command:?}");
            let SandboxArguments { plugin_fuel, plugin_memory, plugin_timeout } = run.sandbox;
            assert_eq!((plugin_fuel, plugin_memory, plugin_timeout), (1, None, None), "{command:?}");
        }
    }

    #[test]
    fn what_a_policy_may_use_is_handed_on() {
        let limits = ["--plugin-fuel", "3", "--plugin-memory", "64", "--plugin-timeout", "9"];
        for command in COMMANDS {
            let SandboxArguments { plugin_fuel, plugin_memory, plugin_timeout } =
                run(&[command, limits.as_slice()].concat()).sandbox;
            assert_eq!((plugin_fuel, plugin_memory, plugin_timeout), (3, Some(64), Some(9)), "{command:?}");
        }
    }

    #[test]
    fn what_commands_share_does_not_replace_what_is_said_of_them() {
        let root = Arguments::command();
        for command in root.get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.starts_with("What ") && !about.contains("and with it its policies"), "{about}");
        }
        let plan = root.find_subcommand("plan").and_then(clap::Command::get_about).map(ToString::to_string);
        assert_eq!(plan.as_deref(), Some("Show what a sync would change. Writes nothing"));
    }
}
