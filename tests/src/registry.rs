//! A registry that others wrote, with its client and a signer: Debian's docker-registry, oras and cosign.
//! `tests/peers/install-registry` unpacks them under the target directory, once.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::peers::{folder, peers, script, skip};

/// How long the registry may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who may log in where credentials are asked for: the user, the password, and the line that `htpasswd -B` makes of them.
pub const USER: &str = "ann";
/// Their password.
pub const PASSWORD: &str = "correct horse";
const HTPASSWD: &str = "ann:$2b$05$ijT6MimDIsRiLVyJPkeGt.QeDociuIz7WCDkkb2btTHo.TtTs9/qO\n";

/// A trust root in which nobody is trusted, so that cosign, which is given a key, does not go looking for one.
const EMPTY_ROOT: &str = r#"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#;

/// How a registry is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// By plain HTTP, by everybody.
    Open,
    /// By TLS with a certificate of a private authority, by who has a password.
    Guarded,
}

/// A running registry with a folder beside it. It ends with this value.
pub struct OciRegistry {
    bin: PathBuf,
    process: Option<Child>,
    port: u16,
    access: Access,
    folder: TempDir,
}

/// A registry, started now. None when the programs cannot be had: then the test ends here, having said so.
pub fn oci_registry(test: &str, access: Access) -> Option<OciRegistry> {
    static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    // The keys are made by Python.
    let python = peers(test)?;
    let bin = match INSTALLED.get_or_init(install) {
        Ok(bin) => bin.clone(),
        Err(why) => {
            skip(test, why);
            return None;
        }
    };
    let made = tempfile::tempdir().expect("a folder can be made");
    python.script("keys.py", &[&made.path().display().to_string()], "");
    std::fs::write(made.path().join("htpasswd"), HTPASSWD).expect("the folder can be written");
    std::fs::write(made.path().join("root.json"), EMPTY_ROOT).expect("the folder can be written");
    let mut registry = OciRegistry { bin, process: None, port: 0, access, folder: made };
    registry.start();
    registry.cosign(&["generate-key-pair"]);
    Some(registry)
}

fn install() -> Result<PathBuf, String> {
    let folder = folder();
    let output = Command::new(script("install-registry")).arg(&folder).stdin(Stdio::null()).output();
    let output =
        output.map_err(|error| format!("tests/peers/install-registry cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(folder.join("registry/root/usr/bin"));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("tests/peers/install-registry failed: {}", said.trim().lines().last().unwrap_or_default()))
}

impl OciRegistry {
    fn start(&mut self) {
        // Between our asking for a free port and the registry's taking it another may come: then we try again.
        for _ in 0..5 {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            self.port = listener.local_addr().expect("a bound port").port();
            drop(listener);
            let file = self.path("registry.yml");
            std::fs::write(&file, self.configuration()).expect("the folder can be written");
            let log = std::fs::File::create(self.path("registry.log")).expect("the folder can be written");
            let mut process = Command::new(self.bin.join("docker-registry"))
                .arg("serve")
                .arg(&file)
                .env_clear()
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .expect("docker-registry can be started");
            let began = Instant::now();
            while began.elapsed() < PATIENCE && process.try_wait().is_ok_and(|ended| ended.is_none()) {
                if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                    self.process = Some(process);
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = process.kill();
            let _ = process.wait();
        }
        panic!("docker-registry does not start: {}", self.read("registry.log"));
    }

    fn configuration(&self) -> String {
        let folder = self.folder.path().display();
        let store = format!("version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}/store\n");
        let http = format!("http:\n  addr: 127.0.0.1:{}\n", self.port);
        match self.access {
            Access::Open => format!("{store}{http}"),
            Access::Guarded => format!(
                "{store}{http}  tls:\n    certificate: {folder}/server.crt\n    key: {folder}/server.key\nauth:\n  htpasswd:\n    \
                 realm: usher\n    path: {folder}/htpasswd\n"
            ),
        }
    }

    /// Nobody answers any more.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// `127.0.0.1:PORT`
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// How usher names something in it.
    pub fn reference(&self, name: &str) -> String {
        format!("oci://{}/{name}", self.host())
    }

    /// A file beside it: `usher.key`, `usher.pub`, `cosign.pub`, `authority.crt`.
    pub fn path(&self, file: &str) -> String {
        self.folder.path().join(file).display().to_string()
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap_or_default()
    }

    /// Where the registry keeps the bytes of a digest.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        let store = self.folder.path().join("store/docker/registry/v2/blobs/sha256");
        store.join(&hex[..2]).join(hex).join("data")
    }

    /// Runs oras beside it, and returns what it printed.
    #[track_caller]
    pub fn oras(&self, arguments: &[&str]) -> String {
        self.program("oras", arguments)
    }

    /// Runs cosign beside it, and returns what it printed.
    #[track_caller]
    pub fn cosign(&self, arguments: &[&str]) -> String {
        self.program("cosign", arguments)
    }

    #[track_caller]
    fn program(&self, name: &str, arguments: &[&str]) -> String {
        let output = Command::new(self.bin.join(name))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("COSIGN_PASSWORD", "")
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name} {}:\n{said}", arguments.join(" "));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The folder beside it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for OciRegistry {
    fn drop(&mut self) {
        self.stop();
    }
}
