//! Loads, limits and calls policy plugins. The only crate of the house that names wasmtime.
//!
//! A plugin is a WebAssembly component that imports nothing but `usher:policy` and exports its `policy` interface
//! (`wit/usher-policy.wit`). What it costs, how long it runs, how much it keeps and how much it says are bounded by [`Limits`];
//! what it answers is checked before anybody believes it. The stages are types, so a wrong order does not compile:
//!
//! ```text
//! PolicyEngine ──load──▶ LoadedPolicy ──configure──▶ ConfiguredPolicy ──decide_groups, decide_users──▶ decisions
//! ```
//!
//! Several configured policies in a row are a [`PolicyChain`], which is asked in the same way. A [`Digest`] pins a plugin's bytes.
//!
//! All calls are plain and blocking; an asynchronous caller puts them on a blocking thread. Every call into a plugin runs on a
//! thread of its own with a known stack, so the stack of the calling thread does not matter.
//!
//! Read in this order: `limits`, `engine`, `loaded` and `configured` (the stages), `chain` (several in a row), `transcript` (what each was asked), `admission` (what is let in), `session` and
//! `sandbox` (one instance and what bounds it), `question` and `answer` (what is asked, and what is checked), `stop` and `error`
//! (what is said when it goes wrong), `contract` (the plugin, whatever its version) and `v0_1` (the one version there is).

mod admission;
mod answer;
mod cache;
mod chain;
mod clock;
mod configured;
mod contract;
mod engine;
mod error;
mod limits;
mod loaded;
mod log;
mod needs;
mod place;
mod provenance;
mod question;
mod sandbox;
mod session;
mod stop;
mod text;
mod transcript;
mod usage;
mod v0_1;

pub use answer::AnswerFault;
pub use cache::user_cache;
pub use chain::{ChainError, ChainLog, PolicyChain};
pub use configured::ConfiguredPolicy;
#[cfg(feature = "unmetered")]
pub use engine::Metering;
pub use engine::{CompiledCode, PolicyEngine, Terms};
pub use error::{ConfigProblem, PluginName, PolicyError};
pub use limits::Limits;
pub use loaded::{Description, LoadedPolicy};
pub use log::{Level, LogLine, PolicyLog};
pub use needs::Needs;
pub use place::{Call, Items, Place};
pub use provenance::Provenance;
pub use stop::{Stop, StopCause};
pub use transcript::Transcript;
pub use usage::{CallUsage, Usage};
use usher_core::digest;
pub use usher_core::digest::{Digest, NoDigest};
