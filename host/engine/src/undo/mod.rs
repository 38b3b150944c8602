//! Taking a run back: from the lines of its journal and what stands now to a plan. Reads, never writes.
//!
//! [`find`] finds the run that is meant, [`past`] reads its lines as what was done, [`prepare_undo`] reads the target and plans;
//! the judgement itself is `usher_core::undo`. `error` says why a run cannot be taken back.

mod error;
mod find;
mod past;
mod prepare;

pub use error::UndoError;
pub use find::find;
pub use past::past;
pub use prepare::{PreparedUndo, prepare_undo};
