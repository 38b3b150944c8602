//! The tests are plain functions; what is asynchronous below them runs here.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

/// The one runtime of a test process. Servers that a test starts live on it until the process ends.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME
        .get_or_init(|| Builder::new_multi_thread().enable_all().build().expect("a runtime can be started"))
}

/// Waits for something asynchronous.
pub fn wait<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}
