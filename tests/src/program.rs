//! Where the binary `usher` is.
//!
//! Cargo tells a test where a binary of its own package lies, but not one of another package, and builds none for it. So
//! the first test of a process has cargo build it, which takes no time when it stands there already, and cargo says where.
//! A test can thus never meet the binary of yesterday.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The binary, built from the sources as they are.
pub fn usher() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build)
}

/// A folder beside the binary, for what the tests may keep from one run to the next: compiled policies.
pub(crate) fn keep() -> PathBuf {
    usher().parent().expect("a binary lies in a folder").join("end-to-end")
}

fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--bin", "usher", "--test", "end-to-end", "--profile", &profile()])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "usher cannot be built:\n{said}");
    let messages = String::from_utf8_lossy(&output.stdout);
    let executable = messages.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_usher = message["target"]["name"] == "usher";
        message["executable"].as_str().filter(|_| is_usher).map(PathBuf::from)
    });
    executable.unwrap_or_else(|| panic!("cargo built usher and did not say where:\n{said}"))
}

/// The profile that this test was built with: `target/<folder>/deps/<test>`.
fn profile() -> String {
    let test = std::env::current_exe().expect("a test knows its own file");
    let folder = test.ancestors().nth(2).and_then(Path::file_name).and_then(|name| name.to_str());
    match folder {
        None | Some("debug") => "dev".to_owned(),
        Some(profile) => profile.to_owned(),
    }
}
