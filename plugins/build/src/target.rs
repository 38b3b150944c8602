//! Is the compiler ready for `wasm32-unknown-unknown`, and if not, can rustup make it so?

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::error::BuildError;

/// The target that every policy is built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// How [`ensure_target`] found the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetState {
    /// The target was there.
    Present,
    /// The target was missing; rustup has added it.
    Added,
}

/// Makes sure that the compiler used in `folder` can build for [`TARGET`], through rustup if need be.
///
/// # Errors
///
/// When there is no compiler, or the target is missing and rustup is missing too or fails. The text says what to run.
pub fn ensure_target(folder: &Path) -> Result<TargetState, BuildError> {
    ensure(&rustc(), &rustup(), folder)
}

fn ensure(rustc: &OsString, rustup: &OsString, folder: &Path) -> Result<TargetState, BuildError> {
    if is_installed(rustc, folder)? {
        return Ok(TargetState::Present);
    }
    let toolchain = ask(rustc, &["--version"], folder)?;
    // Run in the folder and with RUSTUP_TOOLCHAIN as it stands, so that rustup means the toolchain that builds.
    let command = format!("rustup target add {TARGET}");
    let added = match Command::new(rustup).args(["target", "add", TARGET]).current_dir(folder).output() {
        Ok(added) => added,
        Err(_) => return Err(BuildError::NoTarget { toolchain }),
    };
    if !added.status.success() {
        return Err(BuildError::TargetNotAdded { toolchain, command, cause: last_words(&added) });
    }
    if !is_installed(rustc, folder)? {
        let cause = "it succeeded, but for another toolchain than the one that builds".to_owned();
        return Err(BuildError::TargetNotAdded { toolchain, command, cause });
    }
    Ok(TargetState::Added)
}

/// Whether the standard library for [`TARGET`] lies where the compiler looks for it.
fn is_installed(rustc: &OsString, folder: &Path) -> Result<bool, BuildError> {
    let libraries = PathBuf::from(ask(rustc, &["--print", "target-libdir", "--target", TARGET], folder)?);
    let Ok(mut entries) = libraries.read_dir() else { return Ok(false) };
    Ok(entries
        .any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))))
}

fn ask(rustc: &OsString, arguments: &[&str], folder: &Path) -> Result<String, BuildError> {
    let output = Command::new(rustc)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|source| BuildError::NoRustc { rustc: rustc.to_string_lossy().into_owned(), source })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The compiler that cargo would take: it says so to build scripts, and looks at the same variable itself.
fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// rustup from the search path, or from where its installer puts it.
fn rustup() -> OsString {
    let installed = crate::compile::cargo_home().map(|home| home.join("bin").join("rustup"));
    match installed {
        Some(path) if path.is_file() => path.into(),
        _ => "rustup".into(),
    }
}

fn last_words(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.map_or_else(|| output.status.to_string(), str::to_owned)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A compiler that names `libraries` as the place of the target's standard library.
    fn program(folder: &Path, name: &str, script: &str) -> OsString {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.into()
    }

    fn compiler(folder: &Path) -> OsString {
        let libraries = folder.join("lib");
        program(
            folder,
            "rustc",
            &format!("case $1 in --version) echo rustc 1.95.0;; *) echo {};; esac", libraries.display()),
        )
    }

    #[test]
    fn a_compiler_with_the_target_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lib")).unwrap();
        fs::write(folder.path().join("lib/libcore-0.rlib"), "").unwrap();
        let rustup = program(folder.path(), "rustup", "exit 1");
        let state = ensure(&compiler(folder.path()), &rustup, folder.path());
        assert_eq!(state.unwrap(), TargetState::Present);
    }

    #[test]
    fn a_missing_target_is_added_by_rustup() {
        let folder = tempfile::tempdir().unwrap();
        let rustup = program(
            folder.path(),
            "rustup",
            r#"[ "$*" = "target add wasm32-unknown-unknown" ] && mkdir lib && touch lib/libcore-0.rlib"#,
        );
        let state = ensure(&compiler(folder.path()), &rustup, folder.path());
        assert_eq!(state.unwrap(), TargetState::Added);
    }

    #[test]
    fn a_failing_rustup_is_quoted_with_the_command() {
        let folder = tempfile::tempdir().unwrap();
        let rustup = program(folder.path(), "rustup", "echo error: no network >&2; exit 1");
        let error = ensure(&compiler(folder.path()), &rustup, folder.path()).unwrap_err().to_string();
        assert_eq!(
            error,
            "the Rust target wasm32-unknown-unknown is not installed for rustc 1.95.0, and \
             `rustup target add wasm32-unknown-unknown` failed: error: no network\n\
             hint: run `rustup target add wasm32-unknown-unknown` yourself and build again"
        );
    }

    #[test]
    fn without_rustup_the_message_says_what_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no-such-rustup").into();
        let error = ensure(&compiler(folder.path()), &missing, folder.path()).unwrap_err();
        assert!(matches!(error, BuildError::NoTarget { .. }));
        assert!(error.to_string().contains("hint: run `rustup target add wasm32-unknown-unknown`"));
    }

    #[test]
    fn adding_it_to_another_toolchain_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let rustup = program(folder.path(), "rustup", "exit 0");
        let error = ensure(&compiler(folder.path()), &rustup, folder.path()).unwrap_err().to_string();
        assert!(error.contains("for another toolchain"), "{error}");
    }

    #[test]
    fn no_compiler_is_an_error_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let missing: OsString = folder.path().join("no-such-rustc").into();
        let error = ensure(&missing, &missing, folder.path()).unwrap_err();
        assert!(matches!(error, BuildError::NoRustc { .. }));
    }
}
