//! Runs a policy natively, for its unit tests: no WebAssembly, a debugger works.
//!
//! ```
//! # use usher_guest::prelude::*;
//! # struct Own;
//! # impl Policy for Own {
//! #     type Config = serde_json::Value;
//! #     fn configure(_: serde_json::Value, _: Run) -> Result<Self, Problems> { Ok(Self) }
//! # }
//! let policy = usher_guest::test::Run::of::<Own>("{}").unwrap();
//! assert_eq!(policy.group(&Group::named("R&D")).names(), ["R&D"]);
//! ```
//!
//! Whole tables of questions and answers are better written as case files, which `usher plugin test` runs in the sandbox too: with
//! [`cases!`](crate::cases), or `run_cases`. One looks like this; docs/cases.md of Usher's source tells all of it.
//!
//! ```toml
//! version = 1
//!
//! [config]                       # what `[policy.config]` of usher.toml would hold
//! prefix = "aws-"
//!
//! [[case]]
//! name = "admins"
//!
//! [[case.group]]                 # also: id, description, origin, attributes
//! name = "aws-admins"
//! expect.verdict = "sync"        # what is not named is not compared
//! expect.groups = ["admins"]     # names, or tables: [{ key = "k", name = "admins" }]
//!
//! [[case.user]]                  # also: id, status, groups, draft
//! login = "cy@acme.example"
//! attributes = { userType = "contractor" }
//! expect.rule = "contractor"     # also: message, account.work.cost-center = "4711"
//!
//! [[case]]
//! name = "no prefix"
//! config = { prefix = "" }
//! expect-problems = [{ pointer = "/prefix", message = "empty" }]
//! ```

#[cfg(not(target_family = "wasm"))]
mod case_files;
#[cfg(not(target_family = "wasm"))]
mod decision_json;

use std::fmt;

use crate::configure::configure;
use crate::decision::{GroupDecision, UserDecision};
use crate::group::Group;
use crate::needs::Needs;
use crate::policy::Policy;
use crate::problem::Problems;
use crate::user::User;

#[doc(inline)]
pub use crate::cases;
#[cfg(not(target_family = "wasm"))]
pub use case_files::run_cases;

/// A configured policy. As in the sandbox, it sees only the attributes that its [`Needs`] name: a test fails when one was forgotten.
pub struct Run<P> {
    policy: P,
    needs: Needs,
}

/// The time that [`Run::of`] gives to a policy, in seconds since 1970: 1 January 2026, 00:00 UTC.
pub const NOW: u64 = 1_767_225_600;

impl Run<()> {
    /// Configures a policy with a JSON text.
    ///
    /// # Errors
    ///
    /// What the host would be told is wrong with the configuration.
    pub fn of<P: Policy>(config: &str) -> Result<Run<P>, Problems> {
        Self::at::<P>(config, NOW)
    }

    /// The same at another time, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// As [`Run::of`].
    pub fn at<P: Policy>(config: &str, now: u64) -> Result<Run<P>, Problems> {
        let policy = configure::<P>(config, crate::policy::Run { now })?;
        let needs = policy.needs();
        Ok(Run { policy, needs })
    }
}

// By hand, so that a policy need not implement `Debug` to be tested.
impl<P> fmt::Debug for Run<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("needs", &self.needs).finish_non_exhaustive()
    }
}

impl<P: Policy> Run<P> {
    /// What the policy decides and reads.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// What becomes of the group.
    pub fn group(&self, group: &Group) -> GroupDecision {
        let mut group = group.clone();
        group.attributes.retain(|name| self.needs.group_attributes.contains(name));
        self.policy.group(&group)
    }

    /// What becomes of the person.
    pub fn user(&self, user: &User) -> UserDecision {
        let mut user = user.clone();
        user.attributes.retain(|name| self.needs.user_attributes.contains(name));
        self.policy.user(&user)
    }
}

/// Makes a test of all case files that match: `usher_guest::test::cases!("cases/*.toml", MyPolicy);`, once in a module. The path is that
/// within the crate; a `*` stands for anything within a file's name. What is tested is said at `run_cases`.
///
/// ```
/// # use usher_guest::prelude::*;
/// # struct Acme;
/// # impl Policy for Acme {
/// #     type Config = serde_json::Value;
/// #     fn configure(_: serde_json::Value, _: Run) -> Result<Self, Problems> { Ok(Self) }
/// # }
/// usher_guest::test::cases!("cases/*.toml", Acme);
/// ```
#[macro_export]
macro_rules! cases {
    ($files:literal, $policy:ty) => {
        #[cfg(all(test, not(target_family = "wasm")))]
        #[test]
        fn cases() {
            $crate::test::run_cases::<$policy>(concat!(env!("CARGO_MANIFEST_DIR"), "/", $files));
        }
    };
}
