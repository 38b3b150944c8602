//! The command lines of `usher plugin test` and `usher plugin run`.

use std::path::PathBuf;

use clap::Args;

use super::deciding::SandboxArguments;

#[derive(Args, Debug)]
pub(crate) struct TestArguments {
    /// The folder of a policy, which is built first, or a policy: a .wasm file, builtin:NAME, or oci://….
    #[arg(value_name = "DIR|REF", default_value = ".")]
    pub(crate) subject: String,
    /// The case files, or folders of them, instead of DIR/cases; `*` in a file's name stands for anything.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) cases: Vec<PathBuf>,
    /// Ask about everybody in this file of `usher snapshot save` instead of cases: nothing is expected, but that each is decided equally
    /// however the policy is asked, and that no answer is one that Usher would refuse.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cases", "update"])]
    pub(crate) snapshot: Option<PathBuf>,
    /// The configuration for --snapshot: a usher.toml, or the policy's own configuration as TOML or JSON. Cases carry their own.
    #[arg(long, short, value_name = "FILE", requires = "snapshot")]
    pub(crate) config: Option<PathBuf>,
    /// Write into the case files, as what is expected, what the policy answers now.
    #[arg(long)]
    pub(crate) update: bool,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// Test again whenever the policy or a case changes, until interrupted.
    #[arg(long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
}

#[derive(Args, Debug)]
pub(crate) struct PolicyRunArguments {
    /// The policy: a .wasm file, builtin:NAME, or oci://….
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// What was read from both sides, as `usher snapshot save` wrote it.
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: PathBuf,
    /// A usher.toml, or the policy's own configuration as TOML or JSON.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Only this person, by login or Okta id; may be given several times.
    #[arg(long = "user", value_name = "LOGIN")]
    pub(crate) users: Vec<String>,
    /// Only this Okta group, by name or id; may be given several times.
    #[arg(long = "group", value_name = "NAME")]
    pub(crate) groups: Vec<String>,
    /// How many groups or people the policy is asked about in one call. It must not matter.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) batch: Option<u32>,
    /// Print the result, with every decision, as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArguments,
}
