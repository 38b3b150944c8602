//! What one start of the program came to.

use serde_json::Value;

/// The exit status and both outputs. Every question panics with all of it when the answer is no.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The command line, for messages.
    pub command: String,
    /// None when a signal ended it.
    pub status: Option<i32>,
    /// Results.
    pub stdout: String,
    /// Talk.
    pub stderr: String,
}

impl Outcome {
    /// It ended with this status.
    #[track_caller]
    pub fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "exit status of {self}");
        self
    }

    /// This stands in its results.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no {text:?} on stdout of {self}");
        self
    }

    /// This stands nowhere in its results.
    #[track_caller]
    pub fn prints_no(self, text: &str) -> Self {
        assert!(!self.stdout.contains(text), "{text:?} on stdout of {self}");
        self
    }

    /// This stands in its talk.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} on stderr of {self}");
        self
    }

    /// It failed as a program should: no result, one error, the next step, and nothing of its insides.
    #[track_caller]
    pub fn fails_clearly(self, status: i32) -> Self {
        let outcome = self.exits(status);
        assert_eq!(outcome.stdout, "", "a result in spite of a failure: {outcome}");
        assert!(outcome.stderr.starts_with("error: "), "no error first: {outcome}");
        let lines = |start: &str| outcome.stderr.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(lines("error: "), 1, "more than one error: {outcome}");
        let hints = lines("hint: ");
        assert!((1..=2).contains(&hints), "{hints} hints: {outcome}");
        assert!(outcome.stderr.lines().count() <= 12, "more than a paragraph: {outcome}");
        for inside in ["panicked", "backtrace", "RUST_BACKTRACE", "Error {", "Err("] {
            assert!(!outcome.stderr.contains(inside), "{inside:?} is nothing for a user: {outcome}");
        }
        outcome
    }

    /// The result of a run with `--json`.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON on stdout ({error}) of {self}"))
    }

    /// The hash of the plan that it prints.
    #[track_caller]
    pub fn hash(&self) -> String {
        let line = self.stdout.lines().find_map(|line| line.strip_prefix("Hash: "));
        line.unwrap_or_else(|| panic!("no hash on stdout of {self}")).to_owned()
    }

    /// The results without what differs from one run to the next: how long it took, and where the services are, of which the
    /// hash is made.
    pub fn stable_stdout(&self) -> String {
        let mut stable = String::new();
        for line in self.stdout.lines() {
            match (line.split_once("Took "), line.split_once("sha256:")) {
                (Some((before, _)), _) => stable.push_str(&format!("{before}Took [time].\n")),
                (None, Some((before, rest))) => {
                    let rest = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
                    stable.push_str(&format!("{before}sha256:[hash]{rest}\n"));
                }
                (None, None) => stable.push_str(&format!("{line}\n")),
            }
        }
        stable
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { command, status, stdout, stderr } = self;
        write!(f, "`{command}` ({status:?})\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}
