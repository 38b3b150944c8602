//! Lines for the host's log. The host adds the policy's name, escapes control characters and drops lines past its limit
//! (1,000 lines in a run unless it is told otherwise). Outside the sandbox they go to standard error.

/// For the policy's author.
pub fn debug(message: impl AsRef<str>) {
    write(Level::Debug, message.as_ref());
}

/// Worth knowing.
pub fn info(message: impl AsRef<str>) {
    write(Level::Info, message.as_ref());
}

/// Something odd.
pub fn warn(message: impl AsRef<str>) {
    write(Level::Warn, message.as_ref());
}

/// Something wrong.
pub fn error(message: impl AsRef<str>) {
    write(Level::Error, message.as_ref());
}

/// How much a line matters.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

#[cfg(target_family = "wasm")]
pub(crate) fn write(level: Level, message: &str) {
    crate::wasm::log(level, message);
}

#[cfg(not(target_family = "wasm"))]
fn write(level: Level, message: &str) {
    eprintln!("{level:?}: {message}");
}
