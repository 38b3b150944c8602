//! Where a lock is kept that is no file: what the lock asks of such a place.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;

/// A place that several machines reach over a network, and where one of several who replace the same thing succeeds. Its calls end in a
/// bounded time.
pub trait LockStore: fmt::Debug + Send + Sync {
    /// Where it is, for people.
    fn name(&self) -> String;

    /// What stands there; none when nothing does.
    ///
    /// # Errors
    /// It cannot be read, in words and with the next step.
    fn read(&self) -> BoxFuture<'_, Result<Option<Standing>, StoreError>>;

    /// Replaces the version that is expected, or nothing, by these bytes. Gives their version; none when something else stood there,
    /// which may be these very bytes, where an answer was lost and the call was repeated.
    ///
    /// # Errors
    /// It cannot be written, in words and with the next step.
    fn replace(
        &self,
        bytes: Vec<u8>,
        expected: Option<String>,
    ) -> BoxFuture<'_, Result<Option<String>, StoreError>>;
}

/// Why a place cannot be used, in its own words.
pub type StoreError = Box<dyn Error + Send + Sync>;

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What tells it from what stands there when somebody has replaced it.
    pub version: String,
    /// How long ago it was written, by the place's own clock; none where it does not say.
    pub age: Option<Duration>,
}
