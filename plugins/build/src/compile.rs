//! Cargo inside cargo: a clean environment, one lock, and the module's way to a component.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wit_component::ComponentEncoder;

use crate::error::BuildError;
use crate::target::{TARGET, ensure_target};

/// Builds the crate `package` of the workspace in `workspace_root` with the profile `policy` and returns the component.
///
/// `target_dir` must not be the target directory of a cargo that is waiting for this call: that one holds its lock.
/// Builds in one `target_dir` wait for each other; the second one finds everything done.
///
/// # Errors
///
/// When the target is missing and cannot be added, when the crate does not compile (with all that cargo said), or when
/// what comes out is no component.
pub fn build_policy(workspace_root: &Path, package: &str, target_dir: &Path) -> Result<Vec<u8>, BuildError> {
    build(workspace_root, package, target_dir, LockFile::Kept)
}

/// What may become of a workspace's `Cargo.lock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockFile {
    /// It must be there and fit: what is built today is built from the same sources tomorrow.
    Kept,
    /// Cargo writes it when it is missing, and when a dependency was added.
    MayChange,
}

pub(crate) fn build(
    workspace_root: &Path,
    package: &str,
    target_dir: &Path,
    lock_file: LockFile,
) -> Result<Vec<u8>, BuildError> {
    fs::create_dir_all(target_dir).map_err(|source| file(target_dir, source))?;
    // Cargo has a lock of its own; this one also covers rustup and the reading of the module.
    let lock_path = target_dir.join(".policies.lock");
    let lock = File::create(&lock_path).map_err(|source| file(&lock_path, source))?;
    lock.lock().map_err(|source| file(&lock_path, source))?;

    ensure_target(workspace_root)?;
    let module_path = compile(workspace_root, package, target_dir, lock_file)?;
    let module = fs::read(&module_path).map_err(|source| file(&module_path, source))?;
    componentize(package, &module)
}

/// The profile `policy` as this workspace's Cargo.toml has it: small, and with the names that make a trap's backtrace readable.
/// Said here too, so that a crate of another workspace builds without it.
const PROFILE: [&str; 7] = [
    "profile.policy.inherits='release'",
    "profile.policy.opt-level='s'",
    "profile.policy.lto=true",
    "profile.policy.codegen-units=1",
    "profile.policy.panic='abort'",
    "profile.policy.debug=false",
    "profile.policy.strip='debuginfo'",
];

/// The cargo that runs us, or the one on the search path.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn compile(
    workspace_root: &Path,
    package: &str,
    target_dir: &Path,
    lock_file: LockFile,
) -> Result<PathBuf, BuildError> {
    let cargo = cargo();
    let mut command = Command::new(&cargo);
    command
        .current_dir(workspace_root)
        .args(["build", "--profile", "policy", "--target", TARGET, "--package", package])
        .args(["--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(target_dir)
        .stdin(Stdio::null());
    if lock_file == LockFile::Kept {
        command.arg("--locked");
    }
    for setting in PROFILE {
        command.args(["--config", setting]);
    }
    clean_environment(&mut command, std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    // Present, it wins over every other source of flags: a linker or CPU chosen for this machine would break the module.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags(workspace_root));
    // A build directory set in some config.toml could be the one whose lock our caller holds.
    command.env("CARGO_BUILD_BUILD_DIR", target_dir);
    command.env("CARGO_TERM_COLOR", "never");

    let output = command.output().map_err(|source| BuildError::NoCargo {
        cargo: cargo.to_string_lossy().into_owned(),
        package: package.to_owned(),
        source,
    })?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        return Err(BuildError::Cargo { package: package.to_owned(), output });
    }
    module_of(&output.stdout).ok_or_else(|| BuildError::NoModule { package: package.to_owned() })
}

/// Takes away what the cargo that runs us set for itself or for us, and what only suits this machine.
///
/// Of cargo's own variables those stay that say where crates come from, how many jobs run and whose tokens they take.
fn clean_environment(command: &mut Command, names: impl Iterator<Item = String>) {
    const KEPT: [&str; 9] = [
        "CARGO_BUILD_JOBS",
        "CARGO_HOME",
        "CARGO_HTTP_",
        "CARGO_MAKEFLAGS",
        "CARGO_NET_",
        "CARGO_REGISTR",
        "CARGO_SOURCE_",
        "CARGO_TERM_",
        "CARGO_CACHE_",
    ];
    for name in names {
        let kept = KEPT.iter().any(|kept| name.starts_with(kept));
        let of_cargo = name == "CARGO" || name.starts_with("CARGO_") || name.starts_with("DEP_");
        // Clippy is a workspace wrapper; RUSTFLAGS are for the outer target.
        let of_compiler = matches!(name.as_str(), "RUSTC_WORKSPACE_WRAPPER" | "RUSTFLAGS" | "RUSTDOCFLAGS");
        if of_compiler || (of_cargo && !kept) {
            command.env_remove(name);
        }
    }
}

/// Panic texts should name files as the reader of the source knows them, and the same source should give the same
/// bytes on every machine.
fn flags(workspace_root: &Path) -> String {
    let mut flags = vec![format!("--remap-path-prefix={}=.", workspace_root.display())];
    if let Some(home) = cargo_home() {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    flags.join("\u{1f}")
}

/// Cargo's own folder.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Some(home.into());
    }
    std::env::home_dir().map(|home| home.join(".cargo"))
}

/// The module among cargo's messages: that of the last crate built as `cdylib`, which is the one that was asked for.
fn module_of(messages: &[u8]) -> Option<PathBuf> {
    let messages = String::from_utf8_lossy(messages);
    messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        if message["reason"] != "compiler-artifact" {
            return None;
        }
        let kinds = message["target"]["kind"].as_array()?;
        let files = message["filenames"].as_array()?;
        if !kinds.iter().any(|kind| kind == "cdylib") {
            return None;
        }
        files.iter().filter_map(|file| file.as_str()).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
    })
}

fn componentize(package: &str, module: &[u8]) -> Result<Vec<u8>, BuildError> {
    ComponentEncoder::default().validate(true).module(module).and_then(|encoder| encoder.encode()).map_err(
        |error| BuildError::NotAComponent { package: package.to_owned(), cause: format!("{error:#}") },
    )
}

fn file(path: &Path, source: std::io::Error) -> BuildError {
    BuildError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(names: &[&str]) -> Vec<String> {
        let mut command = Command::new("cargo");
        clean_environment(&mut command, names.iter().map(|name| (*name).to_owned()));
        command
            .get_envs()
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| name.to_string_lossy().into())
            .collect()
    }

    #[test]
    fn what_the_outer_build_set_for_itself_does_not_reach_the_inner_one() {
        let outer = [
            "CARGO_BUILD_TARGET",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_PROFILE_RELEASE_LTO",
            "CARGO_TARGET_DIR",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTFLAGS",
        ];
        assert_eq!(removed(&outer), outer);
    }

    #[test]
    fn where_crates_come_from_and_which_compiler_is_used_stays() {
        let kept = [
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_REGISTRIES_X_INDEX",
            "PATH",
            "RUSTC",
            "RUSTUP_TOOLCHAIN",
        ];
        assert_eq!(removed(&kept), Vec::<String>::new());
    }

    #[test]
    fn the_module_is_that_of_the_last_cdylib() {
        let messages = br#"{"reason":"compiler-artifact","target":{"kind":["cdylib","rlib"]},"filenames":["/t/deps/other.wasm"]}
{"reason":"compiler-artifact","target":{"kind":["cdylib","rlib"]},"filenames":["/t/libmine.rlib","/t/mine.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(module_of(messages), Some(PathBuf::from("/t/mine.wasm")));
    }

    #[test]
    fn a_library_that_is_no_cdylib_has_no_module() {
        let messages =
            br#"{"reason":"compiler-artifact","target":{"kind":["lib"]},"filenames":["/t/libmine.rlib"]}"#;
        assert_eq!(module_of(messages), None);
    }

    #[test]
    fn what_is_no_module_is_named_with_its_crate() {
        let error = componentize("acme", b"not wasm").unwrap_err().to_string();
        assert!(error.starts_with("the module of `acme` cannot become a component: "), "{error}");
    }
}
