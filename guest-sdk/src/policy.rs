//! What an author implements.

use serde::de::DeserializeOwned;

use crate::decision::{GroupDecision, UserDecision, keep, sync};
use crate::group::Group;
use crate::needs::Needs;
use crate::problem::Problems;
use crate::user::User;

/// Facts of the run that a decision may rest on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Seconds since 1970, the same for the whole run. A policy has no other clock.
    pub now: u64,
}

/// The configuration of a policy that has none: any key in it is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoConfig {}

/// A policy. All it must have is a configuration; what it does not decide is decided by the defaults: every group syncs under
/// its own name, every user keeps the account that the host drafted.
///
/// Its answers must depend on nothing but the configuration, the run and the item at hand: how many items the host asks
/// about in one call, and in which order, is not a policy's business.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no policy",
    label = "implements no `usher_guest::Policy`",
    note = "write `impl Policy for {Self} {{ type Config = …; fn configure(…) … }}`, and export that type"
)]
pub trait Policy: Sized {
    /// What the table `[policy.config]` of `usher.toml` holds; no table at all reads as an empty one. Derive `Deserialize`, with
    /// `#[serde(deny_unknown_fields)]` so that a misspelt key is an error and not a silence.
    type Config: DeserializeOwned;

    /// A JSON Schema of the configuration, as text, if you have written one by hand. With the feature `schema` it comes out by itself: derive
    /// `schemars::JsonSchema` for the configuration; what you write above a field becomes its description.
    const CONFIG_SCHEMA: Option<&'static str> = None;

    /// Called once, before any decision.
    ///
    /// # Errors
    ///
    /// All that is wrong with the configuration beyond its shape, each with its place. Nothing is read or written then.
    fn configure(config: Self::Config, run: Run) -> Result<Self, Problems>;

    /// What this policy, configured so, decides and reads. An attribute that is not named here is never handed over.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// What becomes of an Okta group. The default: a group of the same name.
    fn group(&self, group: &Group) -> GroupDecision {
        sync(&group.name)
    }

    /// What becomes of a person. The default: keep the host's draft.
    fn user(&self, user: &User) -> UserDecision {
        let _ = user;
        keep()
    }
}
