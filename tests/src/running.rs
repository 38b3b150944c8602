//! The program while it runs.

use std::time::Duration;

use tokio::process::Child;

use crate::gate::Gate;
use crate::outcome::Outcome;
use crate::wait::wait;

/// No run of a test takes nearly as long; one that hangs should say so.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// A run that was started and not waited for.
pub struct Running {
    pub(crate) command: String,
    pub(crate) child: Child,
}

impl Running {
    /// Waits for its end.
    pub fn ends(self) -> Outcome {
        let Self { command, child } = self;
        let output = wait(async { tokio::time::timeout(PATIENCE, child.wait_with_output()).await })
            .unwrap_or_else(|_| panic!("`{command}` hangs"))
            .expect("usher can be started");
        Outcome {
            command,
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is text"),
            stderr: String::from_utf8(output.stderr).expect("stderr is text"),
        }
    }

    /// Sends it a signal, and gives it the time to hear.
    pub fn is_told(&self, signal: &str) {
        let id = self.child.id().expect("it still runs").to_string();
        let sent = std::process::Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.expect("`kill` is a program").success());
        std::thread::sleep(Duration::from_secs(1));
    }

    /// `kill -9`, as soon as the gate is shut. Panics when it ends before.
    pub fn killed_at(mut self, gate: &Gate) {
        let killed = wait(async {
            let ended = tokio::select! {
                () = gate.shut() => None,
                ended = self.child.wait() => Some(ended),
                () = tokio::time::sleep(PATIENCE) => panic!("`{}` hangs", self.command),
            };
            if ended.is_none() {
                self.child.kill().await.expect("the run can be killed");
            }
            ended.is_none()
        });
        if !killed {
            panic!("the run had ended before it was to be killed: {}", self.ends());
        }
    }
}
