//! The clock that stops a plugin which runs too long.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::Engine;

use crate::limits::TICK;

/// Raises the engine's epoch every [`TICK`], as long as this lives. A tick that was missed, on a loaded or sleeping machine,
/// is not made up for: a burst of ticks would stop plugins that did nothing wrong (reference wasm.md §2.1, Kubewarden).
pub(crate) struct Clock {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Clock {
    pub(crate) fn start(engine: &Engine) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let engine = engine.clone();
        let thread = thread::Builder::new().name("policy-clock".to_owned()).spawn(move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It can only have ended in order; there is nothing to do if not.
            let _ = thread.join();
        }
    }
}

/// Ticks after which a call has certainly had its time: the first may come at once, so there is one more.
pub(crate) fn ticks(time: Duration) -> u64 {
    let ticks = time.as_nanos().div_ceil(TICK.as_nanos());
    u64::try_from(ticks).unwrap_or(u64::MAX - 1).saturating_add(1).min(u64::MAX >> 1)
}
