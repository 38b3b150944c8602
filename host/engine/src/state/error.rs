//! Why there is no state.

use thiserror::Error;

/// Bytes that hold no state which this version can use.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateError {
    /// They were damaged, or are something else.
    #[error("it holds no state of Usher: {problem}")]
    NotAState {
        /// What is wrong with them.
        problem: String,
    },
    /// A newer Usher wrote them, and one that is older must not throw them away.
    #[error(
        "its form is version {found} (written by {written_by}), and this is {} which knows version {known}\nhint: use that version; or delete the state: the next run then \
         reads everything, and who waits to be deleted waits from then on", concat!("usher ", env!("CARGO_PKG_VERSION")), known = super::file::VERSION
    )]
    OtherVersion {
        /// The version of the form.
        found: u64,
        /// The program that wrote it, as it says itself.
        written_by: String,
    },
}
