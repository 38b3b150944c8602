//! One at a time: a record that says which run may write, for how long, and who that is. What it says holds until its lease is over, for all
//! machines that reach it.
//!
//! In a file it is only ever changed while the system's own lock on the file is held, for a moment; in a [`LockStore`] it is replaced on the
//! condition that nobody else was faster. `record` is what it says, [`owner`] who a process is, [`Lock`] takes, renews and checks it, `in_file` and
//! `in_store` do so in their places.

mod error;
mod held;
mod in_file;
mod in_store;
pub mod owner;
mod record;
mod store;

pub use error::{Holder, LockError};
pub use held::Lock;
pub use store::{LockStore, Standing, StoreError};
