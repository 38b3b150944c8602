//! Compiles the built-in policies to components.

use std::path::PathBuf;
use std::process::ExitCode;

use usher_plugin_build::{workspace_policy, workspace_root};

/// The package of each policy and its name in the binary.
const POLICIES: [(&str, &str); 5] = [
    ("usher-plugin-attribute-table", "attribute-table"),
    ("usher-plugin-noop", "noop"),
    ("usher-plugin-prefix", "prefix"),
    ("usher-plugin-regex-rename", "regex-rename"),
    ("usher-plugin-rules", "rules"),
];

/// All that a policy is made from.
const SOURCES: [&str; 15] = [
    "Cargo.lock",
    "Cargo.toml",
    "guest-sdk/Cargo.toml",
    "guest-sdk/src",
    "plugins/attribute-table/Cargo.toml",
    "plugins/attribute-table/src",
    "plugins/noop/Cargo.toml",
    "plugins/noop/src",
    "plugins/prefix/Cargo.toml",
    "plugins/prefix/src",
    "plugins/regex-rename/Cargo.toml",
    "plugins/regex-rename/src",
    "plugins/rules/Cargo.toml",
    "plugins/rules/src",
    "wit",
];

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn std::error::Error>> {
    let root = workspace_root();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    for (package, name) in POLICIES {
        // In a target directory of its own, since the cargo that waits for this script holds the lock of the other; and in
        // the same one whatever is built, so that a debug build, a release build and the tests compile it once.
        let component = workspace_policy(package)?;
        std::fs::write(out.join(name).with_extension("wasm"), component)?;
    }
    Ok(())
}
