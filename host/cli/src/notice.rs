//! Single lines beside a result: what a policy, a client or the host has to say.

use usher_policy::LogLine;

use crate::escape::plain;
use crate::style::{DIM, YELLOW};

/// A line of a policy's log, for stderr.
pub(crate) fn log_line(line: &LogLine) -> String {
    format!("{DIM}policy {}:{DIM:#} {}", line.level, plain(&line.message))
}

/// Lines of plugins' logs, for a program.
pub(crate) fn log_json(lines: &[LogLine]) -> serde_json::Value {
    let lines = lines
        .iter()
        .map(|line| serde_json::json!({ "level": line.level.to_string(), "message": line.message }));
    lines.collect()
}

/// Something that a person should know, for stderr.
pub(crate) fn notice(text: &str) -> String {
    format!("{YELLOW}note{YELLOW:#}: {}", plain(text))
}
