//! One at a time: a file that says which run may write, for how long, and who that is.
//!
//! The file is only ever changed while the system's own lock on it is held, for a moment; what it says then holds until its lease is
//! over, also for machines that share nothing but the file. `record` is what it says, [`owner`] who a process is, [`Lock`] takes, renews and
//! checks it.

mod error;
mod held;
pub mod owner;
mod record;

pub use error::{Holder, LockError};
pub use held::Lock;
