//! Where small things are kept that outlive a run, state and lock: in a file, or in an object of S3. Both are read and replaced as a
//! whole, and both can be replaced on the condition that nobody else was faster.
//!
//! Read in this order: [`mod@place`] (what may be written in a configuration), [`storage`] (what can be done there), `file` (on this
//! machine), `s3` (in AWS, and in stores that speak its language), [`error`] (what can go wrong, and the next step).

pub mod error;
pub mod place;
pub mod storage;

mod file;
mod s3;

pub use error::StorageError;
pub use place::{Bucket, Encryption, Place, PlaceError};
pub use storage::{Conflict, Expected, Storage, Stored, Version};
