//! Programs that others wrote: moto, scim2-server, scim2-cli, openapi-core, Okta's SDK, wasm-tools. `tests/peers/install` puts them into
//! a virtual environment under the target directory, once.
//!
//! Where they cannot be installed (no Python, no network) a test says that it skipped; with `USHER_PEERS=required` in the
//! environment, as in `.ci/run`, it fails.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::wait::wait;

/// How long a server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(60);

/// The installed programs.
pub struct Peers {
    bin: PathBuf,
}

/// The programs, installed now if they were not. None when they cannot be had: then the test ends here, having said so.
pub fn peers(test: &str) -> Option<&'static Peers> {
    static INSTALLED: OnceLock<Result<Peers, String>> = OnceLock::new();
    match INSTALLED.get_or_init(install) {
        Ok(peers) => Some(peers),
        Err(why) => {
            skip(test, why);
            None
        }
    }
}

/// Says that a test was skipped, past the test harness's capture; fails where nothing may be skipped.
pub fn skip(test: &str, why: &str) {
    assert!(
        std::env::var_os("USHER_PEERS").is_none_or(|wish| wish != "required"),
        "{test} cannot run, and USHER_PEERS=required: {why}"
    );
    // `eprintln!` would be captured and shown for failures only.
    let line = format!("SKIPPED {test}: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

fn install() -> Result<Peers, String> {
    let folder = folder();
    let script = script("install");
    let output = Command::new(&script).arg(&folder).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{} cannot be started: {error}", script.display()))?;
    if output.status.success() {
        Ok(Peers { bin: folder.join("venv/bin") })
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        let end: Vec<&str> = said.trim().lines().rev().take(3).collect();
        Err(format!("tests/peers/install failed: {}", end.into_iter().rev().collect::<Vec<_>>().join(" | ")))
    }
}

/// `target/peers`, wherever the target directory is: the test lies in `target/<profile>/deps`.
pub fn folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    test.ancestors().nth(3).expect("a test lies below the target directory").join("peers")
}

/// A file in tests/peers.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(name)
}

impl Peers {
    /// Starts a server on a free port and waits until it answers at `path`. `{port}` in an argument is the port.
    pub fn serve(&self, program: &str, arguments: &[&str], path: &str) -> Server {
        let folder = tempfile::tempdir().expect("a folder can be made");
        // The programs want to be told a port. Between our asking and theirs another may take it: then we try again.
        for _ in 0..5 {
            let port = free_port();
            let log = folder.path().join("log");
            let file = File::create(&log).expect("the folder can be written");
            let process = Command::new(self.program(program))
                .args(arguments.iter().map(|argument| argument.replace("{port}", &port.to_string())))
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(file.try_clone().expect("a file can be shared"))
                .stderr(file)
                .spawn()
                .unwrap_or_else(|error| panic!("{program} cannot be started: {error}"));
            let mut server = Server { process, folder: None, address: format!("http://127.0.0.1:{port}") };
            if server.answers(path) {
                server.folder = Some(folder);
                return server;
            }
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(said.contains("Address already in use"), "{program} does not answer:\n{said}");
        }
        panic!("{program} found no free port");
    }

    /// Runs a program to its end.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let output = Command::new(self.program(program)).args(arguments).stdin(Stdio::null()).output();
        output.unwrap_or_else(|error| panic!("{program} cannot be started: {error}"))
    }

    /// Where a program lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.program(name)
    }

    fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// Runs one of the scripts in tests/peers, whose exit status says nothing: it tells of each check by itself.
    pub fn tester(&self, name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        let output = Command::new(self.program("python"))
            .arg(script(name))
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("python cannot be started: {error}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("Traceback"), "{name}:\n{said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs one of the scripts in tests/peers and returns what it printed; panics with what it said when it fails.
    #[track_caller]
    pub fn script(&self, name: &str, arguments: &[&str], input: &str) -> String {
        let mut child = Command::new(self.program("python"))
            .arg(script(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("python cannot be started: {error}"));
        // A script reads all of its input before it prints anything, and ends the input by itself when it dies early.
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("a script ends");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{name}:\n{printed}\n{}", String::from_utf8_lossy(&output.stderr));
        printed
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound port").port()
}

/// A server of others. It ends with this value.
pub struct Server {
    process: Child,
    folder: Option<TempDir>,
    address: String,
}

impl Server {
    /// `http://127.0.0.1:PORT`
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Everything it wrote to stdout and stderr so far.
    pub fn log(&self) -> String {
        let folder = self.folder.as_ref().expect("a server that answers has its folder");
        std::fs::read_to_string(folder.path().join("log")).expect("a server has a log")
    }

    fn answers(&mut self, path: &str) -> bool {
        let url = format!("{}{path}", self.address);
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if self.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return false;
            }
            if wait(reqwest::get(&url)).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
