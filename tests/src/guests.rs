//! Policies in JavaScript and Python, and the tools that make components of them.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::peers::{Peers, folder, script};

/// The top of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace")
}

/// Node.js and the tools of a project in JavaScript.
pub struct JavaScript {
    /// A `node_modules`.
    modules: PathBuf,
    /// Another, with the private Sigstore.
    sigstore: PathBuf,
}

impl JavaScript {
    /// The `node_modules` of the private Sigstore.
    pub(crate) fn sigstore(&self) -> &Path {
        &self.sigstore
    }

    /// One of the programs: `node`, `jco`, `rolldown`, `tsc`. All of them run on the same Node.js, wherever that came from.
    pub fn command(&self, program: &str) -> Command {
        let bin = self.modules.join(".bin");
        let mut command = Command::new(bin.join(program));
        let others = std::env::var_os("PATH");
        let path = std::iter::once(bin).chain(others.iter().flat_map(std::env::split_paths));
        command.env("PATH", std::env::join_paths(path).expect("the search path was one before"));
        command
    }
}

/// Node.js, jco and rolldown, installed now if they were not.
pub fn javascript() -> Result<&'static JavaScript, String> {
    static INSTALLED: OnceLock<Result<JavaScript, String>> = OnceLock::new();
    INSTALLED.get_or_init(|| install_javascript(&folder(), None)).as_ref().map_err(Clone::clone)
}

/// Installs them into a folder; with another search path than this test's.
pub fn install_javascript(place: &Path, path: Option<&Path>) -> Result<JavaScript, String> {
    let mut install = Command::new(script("install-javascript"));
    install.arg(place).stdin(Stdio::null()).envs(path.map(|path| ("PATH", path)));
    let output =
        install.output().map_err(|error| format!("install-javascript cannot be started: {error}"))?;
    if output.status.success() {
        let modules = |folder: &str| place.join(folder).join("node_modules");
        return Ok(JavaScript { modules: modules("javascript"), sigstore: modules("sigstore") });
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("tests/peers/install-javascript failed: {}", said.trim().lines().last().unwrap_or_default()))
}

/// Gives a project what `npm ci` would: the tools, and the SDK that lies at `sdk`.
pub fn npm_install(project: &Path, tools: &JavaScript, sdk: &Path) {
    let modules = project.join("node_modules");
    std::fs::create_dir(&modules).expect("the project is ours");
    symlink(tools.modules.join(".bin"), modules.join(".bin")).expect("a link can be made");
    symlink(sdk, modules.join("usher-guest")).expect("a link can be made");
}

/// Gives a project what `pip install` would: the tool.
pub fn pip_install(project: &Path, peers: &Peers) {
    let bin = project.join(".venv/bin");
    std::fs::create_dir_all(&bin).expect("the project is ours");
    symlink(peers.path("componentize-py"), bin.join("componentize-py")).expect("a link can be made");
}

/// Copies the files of an example of this repository into a folder.
pub fn copy_example(name: &str, project: &Path) {
    std::fs::create_dir_all(project).expect("a folder can be made");
    for entry in std::fs::read_dir(root().join("plugins").join(name)).expect("the example is there") {
        let entry = entry.expect("a folder can be listed");
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            std::fs::copy(entry.path(), project.join(entry.file_name())).expect("a file can be copied");
        }
    }
}
