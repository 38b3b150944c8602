//! What a plugin logged.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use usher_core::figures::grouped;

use crate::limits::{LOG_LINE_BYTES, Limits};
use crate::text;

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For the plugin's author.
    Debug,
    /// Worth knowing.
    Info,
    /// Something odd.
    Warn,
    /// Something wrong.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        })
    }
}

/// One line, safe to show: control characters are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The line.
    pub message: String,
}

/// A plugin's log, kept within the limits of a run. Clones share it, so that it can be read after a call that failed.
#[derive(Clone, Debug)]
pub struct PolicyLog(Arc<Mutex<Kept>>);

#[derive(Debug)]
struct Kept {
    lines: VecDeque<LogLine>,
    lines_left: usize,
    bytes_left: usize,
    dropped: u64,
    dropped_untold: u64,
    /// What may be kept in all, in words.
    limit: String,
}

impl PolicyLog {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Mutex::new(Kept {
            lines: VecDeque::new(),
            lines_left: limits.log_lines,
            bytes_left: limits.log_bytes,
            dropped: 0,
            dropped_untold: 0,
            limit: format!("{} lines and {}", grouped(limits.log_lines as u64), text::size(limits.log_bytes)),
        })))
    }

    pub(crate) fn write(&self, level: Level, message: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut *kept;
        // A flood is counted without looking at it.
        let message = (kept.lines_left > 0).then(|| text::shown(message, LOG_LINE_BYTES));
        match message.filter(|message| message.len() <= kept.bytes_left) {
            Some(message) => {
                kept.lines_left -= 1;
                kept.bytes_left -= message.len();
                kept.lines.push_back(LogLine { level, message });
            }
            None => {
                // The first line that does not fit ends the log: a later, shorter one would seem to follow the last kept.
                kept.lines_left = 0;
                kept.dropped += 1;
                kept.dropped_untold += 1;
            }
        }
    }

    /// Takes out the lines written since the last time. When lines had to be dropped, a last one says how many.
    pub fn take(&self) -> Vec<LogLine> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines: Vec<_> = kept.lines.drain(..).collect();
        let dropped = std::mem::take(&mut kept.dropped_untold);
        if dropped > 0 {
            let noun = if dropped == 1 { "line" } else { "lines" };
            let message = format!(
                "{} more {noun} dropped: the limit is {}; `log_lines` and `log_kib` in [policy.limits] allow more",
                grouped(dropped),
                kept.limit
            );
            lines.push(LogLine { level: Level::Warn, message });
        }
        lines
    }

    /// Rewords lines that were not taken out yet, where `words` has others for them: whoever knows the file that a policy's
    /// configuration stands in can say where in it a line is about.
    pub fn reword(&self, words: impl Fn(&str) -> Option<String>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in &mut kept.lines {
            if let Some(reworded) = words(&line.message) {
                line.message = reworded;
            }
        }
    }

    /// Lines dropped so far because the log was full.
    pub fn dropped(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_taken_yet_is_reworded() {
        let log = PolicyLog::new(&Limits::default());
        log.write(Level::Warn, "first");
        assert_eq!(log.take().len(), 1);
        log.write(Level::Warn, "second");
        log.write(Level::Info, "third");
        log.reword(|message| (message != "third").then(|| format!("{message}, and more")));
        let told: Vec<String> = log.take().into_iter().map(|line| line.message).collect();
        assert_eq!(told, ["second, and more", "third"]);
    }
}
