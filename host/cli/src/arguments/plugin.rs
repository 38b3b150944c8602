//! The command line of `usher plugin`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::deciding::SandboxArguments;
use super::registry::{PinArguments, PullArguments, PushArguments, SignArguments, VerifyArguments};
use super::trial::{PolicyRunArguments, TestArguments};

#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct PluginArguments {
    #[command(subcommand)]
    pub(crate) command: PluginCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Start a policy of your own: a project that builds, tests and runs at once.
    New(NewArguments),
    /// Build a policy to a component, and say what came out.
    Build(BuildArguments),
    /// Say what a policy is, what it imports and, with --config, what it reads.
    Inspect(InspectArguments),
    /// Say everything that a policy finds wrong with a configuration. Exits with 2 when there is anything.
    Check(CheckArguments),
    /// Print the JSON Schema of a policy's configuration.
    Schema(SchemaArguments),
    /// Measure a policy over generated groups and people, or over a snapshot, beside one that decides nothing.
    Bench(BenchArguments),
    /// Run a policy's case files in the sandbox, or try it over a snapshot.
    Test(TestArguments),
    /// Show what a policy decides over a snapshot, by rule or item by item.
    Run(PolicyRunArguments),
    /// Put a policy into a registry, and print the reference to paste.
    Push(PushArguments),
    /// Fetch a policy from a registry into a file.
    Pull(PullArguments),
    /// Sign a policy with a key: a file, or what lies in a registry.
    Sign(SignArguments),
    /// Say who of those whose signature counts signed a policy. Exits with 2 when nobody did.
    Verify(VerifyArguments),
    /// Write into a usher.toml the digests of the policies that it takes from registries.
    Pin(PinArguments),
}

impl PluginCommand {
    /// Whether the command's result was asked for as JSON.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Self::New(arguments) => arguments.json,
            Self::Build(arguments) => arguments.json,
            Self::Inspect(arguments) => arguments.json,
            Self::Check(arguments) => arguments.json,
            Self::Schema(arguments) => arguments.json,
            Self::Bench(arguments) => arguments.json,
            Self::Test(arguments) => arguments.json,
            Self::Run(arguments) => arguments.json,
            Self::Push(arguments) => arguments.json,
            Self::Pull(arguments) => arguments.json,
            Self::Sign(arguments) => arguments.json,
            Self::Verify(arguments) => arguments.json,
            Self::Pin(arguments) => arguments.json,
        }
    }
}

/// What a policy can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Rust,
    /// JavaScript or TypeScript.
    Js,
    Python,
}

#[derive(Args, Debug)]
pub(crate) struct NewArguments {
    /// The name of the policy, and of its folder.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Put the folder into this one, instead of here.
    #[arg(long = "in", value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// What it is written in.
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t = Language::Rust)]
    pub(crate) lang: Language,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BuildArguments {
    /// The folder of the policy, the one with its Cargo.toml, package.json or policy.py.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Where to put the component, instead of target/policies/NAME.wasm of its workspace.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Fail when Cargo.lock is missing or does not fit, instead of writing it. Of a policy in Rust only.
    #[arg(long)]
    pub(crate) locked: bool,
    /// Build again whenever a source changes, until interrupted.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct InspectArguments {
    /// The policy: a .wasm file, builtin:NAME, or oci://….
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// Configure it, and say what it then decides and reads: a usher.toml, or the policy's own configuration as TOML or JSON.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// The policy: a .wasm file, builtin:NAME, or oci://….
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// The configuration: a usher.toml, or the policy's own configuration as TOML or JSON.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
}

#[derive(Args, Debug)]
pub(crate) struct SchemaArguments {
    /// The policy: a .wasm file, builtin:NAME, or oci://….
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// Put the schema into a document that names the policy.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BenchArguments {
    /// The policy: a .wasm file, builtin:NAME, or oci://….
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// Its configuration: a usher.toml, or the policy's own configuration as TOML or JSON.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How many people to ask about; there are a tenth as many groups.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) items: u32,
    /// Ask about the groups and people in this file of `usher snapshot save` instead.
    #[arg(long, value_name = "FILE", conflicts_with = "items")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
}
