//! Exit statuses, and how a failure is told: one paragraph on stderr, hints last, never a backtrace.

use std::process::ExitCode;

use serde_json::json;
use usher_policy::LogLine;

use crate::escape::plain_lines;
use crate::notice::log_line;
use crate::style::{CYAN, RED};

/// What the process says to the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Done, or nothing to do.
    Done = 0,
    /// The run failed.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// `plan --exit-code`: there is something to do, or something differs.
    ChangesPending = 3,
    /// A guard refused the plan; nothing was written.
    Refused = 4,
    /// Some records failed or were left alone; they are named.
    Partial = 5,
    /// Another run holds the lock, or has the journal open; nothing was written.
    Locked = 6,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(status as u8)
    }
}

/// Why a command ended without a result.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: ExitStatus,
    error: anyhow::Error,
    /// What the policy had said before it.
    log: Vec<LogLine>,
    /// Whether a run ended that would otherwise have written.
    nothing_written: bool,
}

impl Failure {
    /// The command line or the configuration is wrong.
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::with_status(ExitStatus::Usage, error)
    }

    /// Something else that has a status of its own.
    pub(crate) fn with_status(status: ExitStatus, error: impl Into<anyhow::Error>) -> Self {
        Self { status, ..Self::from(error) }
    }

    /// Several of one kind as one, if there are any. What only the world outside can mend gives the status when it is all there is.
    pub(crate) fn of_all(failures: Vec<Self>) -> Option<Self> {
        let is_usage = failures.iter().any(|failure| failure.status == ExitStatus::Usage);
        let mut failures = failures.into_iter();
        let first = failures.next()?;
        let status = if is_usage { ExitStatus::Usage } else { first.status };
        let rest: Vec<Self> = failures.collect();
        if rest.is_empty() {
            return Some(first);
        }
        let (mut messages, mut hints) = (Vec::new(), Vec::new());
        for (message, advice) in [first].iter().chain(&rest).map(Self::paragraph) {
            messages.push(message);
            hints.extend(advice.into_iter().map(|hint| format!("hint: {hint}")));
        }
        let told = messages.into_iter().chain(hints).collect::<Vec<_>>().join("\n");
        Some(Self::with_status(status, anyhow::anyhow!(told)))
    }

    /// The same, in a run that has written nothing so far.
    pub(crate) fn before_writing(self) -> Self {
        Self { nothing_written: true, ..self }
    }

    /// The same, as the cause of something that a person asked for by that name.
    pub(crate) fn within(self, what: String) -> Self {
        Self { error: self.error.context(what), ..self }
    }

    /// The same, after what the policy had said.
    pub(crate) fn after(self, log: Vec<LogLine>) -> Self {
        Self { log, ..self }
    }

    /// What the policy had said before it.
    pub(crate) fn log(&self) -> &[LogLine] {
        &self.log
    }

    /// The message and, apart from it, the hints: the lines that say what to do next.
    pub(crate) fn paragraph(&self) -> (String, Vec<String>) {
        let mut message = String::new();
        let mut hints = Vec::new();
        for cause in self.error.chain() {
            let text = cause.to_string();
            let (advice, said): (Vec<&str>, Vec<&str>) =
                text.lines().partition(|line| line.trim_start().starts_with("hint:"));
            let said = said.join("\n");
            // Libraries often repeat their cause in their own words; a person needs it once.
            if !said.is_empty() && !message.contains(&said) {
                if !message.is_empty() {
                    message.push_str("\n  cause: ");
                }
                message.push_str(&said);
            }
            for line in advice {
                let hint = line.trim_start().trim_start_matches("hint:").trim().to_owned();
                if !hints.contains(&hint) {
                    hints.push(hint);
                }
            }
        }
        (message, hints)
    }

    /// Tells it: text on stderr and, where JSON was asked for, the same facts on stdout.
    pub(crate) fn print(&self, as_json: bool) {
        let (message, hints) = self.paragraph();
        let (red, cyan) = (RED.bold(), CYAN.bold());
        for line in &self.log {
            talkln!("{}", log_line(line));
        }
        talkln!("{red}error{red:#}: {}", plain_lines(&message));
        for hint in &hints {
            talkln!("{cyan}hint{cyan:#}: {}", plain_lines(hint));
        }
        if self.nothing_written {
            talkln!("Nothing was written.");
        }
        if as_json {
            print_json(self.status, &message, &hints);
        }
    }
}

/// A failure for a program.
pub(crate) fn print_json(status: ExitStatus, message: &str, hints: &[String]) {
    let report = json!({ "version": 1, "status": "failed", "exitStatus": status as u8,
        "error": { "message": message, "hints": hints } });
    outln!("{report:#}");
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { status: ExitStatus::Failed, error: error.into(), log: Vec::new(), nothing_written: false }
    }
}
