//! What `usher plan` takes to compare two policies over a snapshot.

use std::path::{Path, PathBuf};

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct CompareArguments {
    /// Show what REF_B would decide otherwise than REF_A over the snapshot, person by person and group by group, and what that
    /// changes in the plan. Each is a .wasm file, builtin:NAME, or oci://…, and takes the place of the configuration's policy.
    #[arg(long, num_args = 2, value_names = ["REF_A", "REF_B"], conflicts_with_all = ["plugin", "out", "record", "compare_with"])]
    compare: Option<Vec<String>>,
    /// Which of several policies in a row the two take the place of, by its name. Not needed where one of the two is there.
    #[arg(long, value_name = "NAME", requires = "compare")]
    compare_policy: Option<String>,
    /// What configures REF_B: a usher.toml, of which only that policy's part counts, or the policy's own configuration as TOML
    /// or JSON. [default: the same as REF_A]
    #[arg(long, value_name = "FILE", requires = "compare")]
    compare_config: Option<PathBuf>,
    /// Compare two whole configurations over the snapshot: that of --config is A, and this one is B.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plugin", "out", "record"])]
    compare_with: Option<PathBuf>,
}

/// What is to be compared.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    /// Two policies in one configuration.
    Policies {
        /// The reference of the first …
        a: &'a str,
        /// … and of the second.
        b: &'a str,
        /// The name of the policy whose place they take.
        policy: Option<&'a str>,
        /// What configures the second.
        config: Option<&'a Path>,
    },
    /// The configuration, and this other one.
    Configurations(&'a Path),
}

impl CompareArguments {
    /// What is to be compared, if anything is.
    pub(crate) fn wanted(&self) -> Option<Wanted<'_>> {
        if let Some(other) = &self.compare_with {
            return Some(Wanted::Configurations(other));
        }
        let [a, b] = self.compare.as_deref()? else { return None };
        let (policy, config) = (self.compare_policy.as_deref(), self.compare_config.as_deref());
        Some(Wanted::Policies { a, b, policy, config })
    }
}
