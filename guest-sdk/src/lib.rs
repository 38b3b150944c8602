//! Write Usher policies in Rust. A policy decides which Okta groups become which AWS groups, which people come along, and
//! which attributes they carry; it runs in a sandbox that can reach nothing.
//!
//! ```
//! use usher_guest::prelude::*;
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Config {
//!     prefix: String,
//! }
//!
//! struct Acme(Config);
//!
//! impl Policy for Acme {
//!     type Config = Config;
//!
//!     fn configure(config: Config, _: Run) -> Result<Self, Problems> {
//!         Ok(Self(config))
//!     }
//!
//!     fn group(&self, group: &Group) -> GroupDecision {
//!         match group.name.strip_prefix(&self.0.prefix) {
//!             Some(name) => sync(name).because("prefix", "has the prefix"),
//!             None => skip().because("no-prefix", "lacks the prefix"),
//!         }
//!     }
//! }
//!
//! usher_guest::export!(Acme);
//!
//! let policy = usher_guest::test::Run::of::<Acme>(r#"{"prefix": "aws-"}"#).unwrap();
//! assert_eq!(policy.group(&Group::named("aws-admins")).names(), ["admins"]);
//! assert_eq!(policy.group(&Group::named("sales")).rule(), "no-prefix");
//! ```
//!
//! Read in this order: [`Policy`], [`decision`] (what it answers), [`group`], [`user`], [`account`] and [`attributes`] (what it
//! is asked about), [`needs`] and [`problem`] (what it says of its configuration), [`log`], [`mod@test`]. None of these types is
//! generated; what the contract's bindings look like is known to `wasm.rs` alone.

#[cfg(all(target_family = "wasm", not(target_os = "unknown")))]
compile_error!(
    "a policy cannot be built for this target: every WebAssembly target but wasm32-unknown-unknown imports interfaces that Usher grants to nobody\n\
     build it with `usher plugin build`, or with `cargo build --release --target wasm32-unknown-unknown`"
);

pub mod account;
pub mod attributes;
mod configure;
pub mod decision;
mod export;
pub mod group;
pub mod log;
pub mod needs;
mod policy;
pub mod problem;
#[doc(hidden)]
pub mod schema;
pub mod test;
pub mod user;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod wasm;

pub use account::{Account, Address, PersonName, Work};
pub use attributes::{Attributes, Value};
pub use decision::{GroupDecision, GroupVerdict, TargetGroup, UserDecision, UserVerdict};
pub use group::{Group, Origin};
pub use needs::Needs;
pub use policy::{Policy, Run};
pub use problem::{Problem, Problems};
pub use user::{Status, User};

/// All that a policy usually names.
pub mod prelude {
    pub use crate::decision::{hold, keep, skip, sync, sync_account, sync_all};
    pub use crate::{
        Account, Address, Group, GroupDecision, Needs, Origin, PersonName, Policy, Problem, Problems, Run,
        Status, TargetGroup, User, UserDecision, Value, Work, log,
    };
}
