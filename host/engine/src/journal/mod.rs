//! The journal: what was attempted in the target and what came of it, line by line, each line bound to the one before.
//!
//! [`mod@line`] is what a line holds, `change` how an operation is stored; [`Journal`] writes them, [`read()`] reads and checks them, `tail`
//! finds the end of a file and mends one that was torn; [`whom`] finds those that a person asks for; `error` says what is wrong. docs/journal.md describes the format.

mod change;
mod error;
pub mod line;
mod read;
mod tail;
pub mod whom;
mod write;

pub use error::JournalError;
pub use read::{Attempt, Problem, Reading, Run, read};
pub use tail::Repair;
pub(crate) use tail::private;
pub use write::{Beginning, Journal};
