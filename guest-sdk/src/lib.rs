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
//! What is not overridden is decided by the host's defaults, so a policy that has one wish is short; this one keeps everybody but
//! contractors who have no sponsor:
//!
//! ```
//! use usher_guest::prelude::*;
//!
//! struct Sponsored;
//!
//! impl Policy for Sponsored {
//!     type Config = NoConfig;
//!     fn configure(_: NoConfig, _: Run) -> Result<Self, Problems> { Ok(Self) }
//!     fn needs(&self) -> Needs { Needs::default().user_attributes(["userType", "sponsor"]) }
//!     fn user(&self, user: &User) -> UserDecision {
//!         let external = user.text("userType") == Some("contractor") && !user.has("sponsor");
//!         if external { skip().because("contractor", "has no sponsor") } else { keep() }
//!     }
//! }
//! usher_guest::export!(Sponsored);
//! # let policy = usher_guest::test::Run::of::<Sponsored>("").unwrap();
//! # let contractor = User::named("cy").with("userType", "contractor");
//! # assert_eq!(policy.user(&contractor).rule(), "contractor");
//! # assert_eq!(policy.user(&contractor.with("sponsor", "ann")).rule(), "default");
//! # assert_eq!(usher_guest::test::Run::of::<Sponsored>(r#"{"a": 1}"#).unwrap_err().len(), 1);
//! ```
//!
//! **Test** it natively with [`mod@test`]: single questions in Rust, tables of them in case files, which `usher plugin test` runs in the sandbox too.
//!
//! **Schema.** With the cargo feature `schema`, a configuration that also derives `schemars::JsonSchema` has its JSON Schema shown by the host; what is
//! written above a field becomes its description. It adds about 100 kB to the component, and nothing where the configuration does not derive it.
//!
//! **Build** it with `usher plugin build`, or with `cargo build --release --target wasm32-unknown-unknown` as the module that a component is made of. On every
//! other WebAssembly target this crate does not compile and says so; natively [`export!`] only checks that the type is a policy.
//!
//! **From nothing to production:** [`guide`], with the project's `Cargo.toml`, every decision and what it does in AWS, tests, and how a policy is shipped.
//!
//! Read in this order: [`guide`], [`Policy`], [`decision`] (what it answers), [`group`], [`user`], [`account`] and [`attributes`] (what it
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
pub mod guide;
pub mod log;
pub mod near;
pub mod needs;
mod policy;
pub mod problem;
#[doc(hidden)]
pub mod schema;
pub mod test;
mod typed;
pub mod user;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod wasm;

pub use account::{Account, Address, PersonName, Work};
pub use attributes::{Attributes, Value};
pub use decision::{GroupDecision, GroupVerdict, TargetGroup, UserDecision, UserVerdict};
pub use group::{Group, Origin};
pub use needs::Needs;
pub use policy::{NoConfig, Policy, Run};
pub use problem::{Problem, Problems};
pub use user::{Status, User};

/// The guide's examples, compiled as they stand.
#[cfg(doctest)]
#[doc = include_str!("../../docs/plugins.md")]
struct Guide;

/// All that a policy usually names.
pub mod prelude {
    pub use crate::decision::{hold, keep, skip, sync, sync_account, sync_all};
    pub use crate::{
        Account, Address, Group, GroupDecision, Needs, NoConfig, Origin, PersonName, Policy, Problem,
        Problems, Run, Status, TargetGroup, User, UserDecision, Value, Work, log,
    };
}
