//! Ctrl-C and SIGTERM while a run writes: it ends after the operations under way, and says so in its journal. At the second one it
//! ends at once, which does no harm either: the next run finds out what was done.

use usher_engine::Stop;

/// What a shell tells of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Listens as long as the program runs: the system no longer ends it by itself once somebody listens.
pub(crate) async fn listen(stop: Stop) {
    loop {
        if signal().await.is_err() {
            // The system has no such signals, or does not give them away: then it ends the program itself.
            return;
        }
        if stop.now() {
            std::process::exit(INTERRUPTED);
        }
        talkln!("interrupted: ending after the operations under way; once more ends at once");
    }
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
