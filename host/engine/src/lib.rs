//! One run, start to end: read Okta, ask the policy, read Identity Center, reconcile, guard, apply, journal.
//!
//! `plan`, `sync` and every later command go through here; none has a private path. Read in this order:
//! [`session`] (what a run needs), [`services`] (the two services, live or from a [`snapshot`]), [`state`] (what a run leaves to the next), `source` (Okta and the policy → the desired directory), `target` (the actual one), `absence` (what is missing from the lists),
//! [`prepare`](mod@prepare) (both → a plan), [`plan_file`] (a plan that waits to be applied), [`apply`](mod@apply), [`witness`]
//! (who hears of each operation: the [`lock`] that lets a run write, the [`journal`] of what it did), [`undo`] (the way back), [`progress`] (what a person sees meanwhile); [`explain`] (why
//! somebody or something is as it is); `subject` (whom an operation is about); [`whole_file`] (how files are written).

mod absence;
pub mod apply;
pub mod error;
pub mod explain;
pub mod journal;
pub mod lock;
pub mod plan_file;
pub mod prepare;
pub mod progress;
pub mod services;
pub mod session;
pub mod snapshot;
mod source;
pub mod state;
mod subject;
mod target;
pub mod undo;
pub mod whole_file;
pub mod witness;

pub use apply::{Applied, Outcome, apply};
pub use error::EngineError;
pub use plan_file::{PlanFileError, SavedPlan};
pub use prepare::{Prepared, Reading, prepare};
pub use progress::{Activity, Progress, Silent};
pub use services::{Source, Target};
pub use session::{Candidates, Session};
pub use snapshot::{Snapshot, SnapshotError};
pub use source::Decisions;
pub use state::{Recall, State, StateError};
pub use witness::{Keeper, Stop, Witness};
