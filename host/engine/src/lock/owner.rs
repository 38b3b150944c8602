//! Who a process is, so that another one can tell whether it is still there.

use std::fs;

/// A process, as others may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The machine's name.
    pub host: String,
    /// The process on it.
    pub pid: u32,
    /// This boot of the machine and this space of process numbers; none where the system does not say. Only who has the same can
    /// look whether the process is there: two containers may share a name and a file, but not the numbers.
    pub(super) place: Option<String>,
    /// When the process was started, in the system's ticks: a number that was given anew is another process.
    pub(super) started: Option<u64>,
}

impl Owner {
    /// This very process.
    pub fn me() -> Self {
        let pid = std::process::id();
        Self { host: host(), pid, place: place(), started: started(pid) }
    }

    /// Whether it is certain that this process has ended.
    pub(super) fn is_gone(&self) -> bool {
        let (Some(place), Some(since)) = (&self.place, self.started) else { return false };
        Some(place) == self::place().as_ref() && started(self.pid) != Some(since)
    }
}

fn host() -> String {
    let told = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    match told.trim() {
        "" => "(a machine without a name)".to_owned(),
        name => name.to_owned(),
    }
}

fn place() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let numbers = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), numbers.display()))
}

/// The start of a process that runs; none for one that is not there, or has ended and only waits for its parent.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    // The 22nd field of the line; the state is the third.
    fields.nth(18)?.parse().ok()
}
