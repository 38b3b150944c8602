//! Who a process is, so that another one can tell whether it is still there.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

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

    /// Whether it is certain that this process has ended. A copy of the machine, with its memory, has another name at most.
    pub(super) fn is_gone(&self) -> bool {
        let (Some(place), Some(since)) = (&self.place, self.started) else { return false };
        let is_here = Some(place) == self::place().as_ref() && self.host == host();
        is_here && has_ended(Path::new("/proc"), self.pid, since)
    }
}

/// Whether no process of this number runs that was started then. The system may hide the processes of others (`hidepid`, `ProtectProc=`): one
/// that does not show the first of all is no witness.
fn has_ended(proc: &Path, pid: u32, since: u64) -> bool {
    let stat = |pid: u32| fs::read_to_string(proc.join(pid.to_string()).join("stat"));
    match stat(pid) {
        Ok(stat) => start_in(&stat) != Some(since),
        Err(error) => error.kind() == ErrorKind::NotFound && stat(1).is_ok(),
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

fn started(pid: u32) -> Option<u64> {
    start_in(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The start of a process that runs; none for one that has ended and only waits for its parent.
fn start_in(stat: &str) -> Option<u64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_hidden_is_not_taken_for_one_that_has_ended() {
        let proc = tempfile::tempdir().unwrap();
        let runs = |pid: u32, state: &str, since: u64| {
            let folder = proc.path().join(pid.to_string());
            fs::create_dir_all(&folder).unwrap();
            let between = "0 ".repeat(18);
            fs::write(folder.join("stat"), format!("{pid} (a) b) {state} {between}{since} 0\n")).unwrap();
        };
        runs(7, "S", 500);
        assert!(!has_ended(proc.path(), 7, 500));
        assert!(has_ended(proc.path(), 7, 400), "the number was given anew");
        assert!(!has_ended(proc.path(), 8, 500), "no process but our own is shown");
        runs(1, "S", 1);
        assert!(has_ended(proc.path(), 8, 500));
        runs(7, "Z", 500);
        assert!(has_ended(proc.path(), 7, 500), "it only waits for its parent");
    }

    /// Elsewhere nothing tells of processes, and the lease alone counts.
    #[cfg(target_os = "linux")]
    #[test]
    fn only_who_shares_the_machine_and_its_name_looks_for_the_process() {
        let me = Owner::me();
        let ended = Owner { started: me.started.map(|since| since + 1), ..me.clone() };
        assert!(!me.is_gone());
        assert!(ended.is_gone());
        assert!(!Owner { host: "another".to_owned(), ..ended }.is_gone());
    }
}
