//! Builds a policy to a WebAssembly component. A Rust crate: cargo for `wasm32-unknown-unknown`, then
//! `wit-component` in this process; nobody needs another tool than rustup's one target. JavaScript and Python: by the tools that
//! the project itself brings.
//!
//! Used by the build script that embeds the default policy, and by tests that want a policy of this
//! workspace in the real sandbox:
//!
//! ```no_run
//! let component: Vec<u8> = usher_plugin_build::workspace_policy("acme-teams")?;
//! # Ok::<(), usher_plugin_build::BuildError>(())
//! ```
//!
//! Read `target` (is the compiler ready?), then `compile` (cargo inside cargo), then `workspace` and
//! `any_crate` (which crate is meant), then `outline` (what a component asks for and offers); `project`,
//! `javascript`, `node`, `python` and `tool` (other languages), and `by_hand` (for tests).
//!
//! Why not `wasm32-wasip2`: a policy built for it imports 13 WASI interfaces that it never uses, and the host
//! grants none (reference wasm.md §2.3).

mod any_crate;
mod by_hand;
mod compile;
mod error;
mod javascript;
mod node;
mod outline;
mod project;
mod python;
mod target;
mod tool;
mod workspace;

pub use any_crate::{Built, build_crate};
pub use by_hand::component_like;
pub use compile::{LockFile, build_policy};
pub use error::BuildError;
pub use node::check_node;
pub use outline::Outline;
pub use project::{Language, build_project};
pub use target::{TARGET, TargetState, ensure_target};
pub use workspace::{workspace_policy, workspace_root};
