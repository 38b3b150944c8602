//! The guest SDK for a target that imports what Usher grants to nobody: it must not compile, and must say what to do instead.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use usher_plugin_build::workspace_root;
use usher_tests::peers::skip;

/// The target that newcomers take for the right one.
const OTHER: &str = "wasm32-wasip2";

#[test]
fn a_policy_for_another_webassembly_target_is_told_the_right_command() {
    if let Err(why) = install() {
        return skip("a policy for another target", &why);
    }
    let root = workspace_root();
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |given| root.join(PathBuf::from(given)));
    // Beside the policies, so that what runs while compiling is there already.
    let output = run(Command::new(env!("CARGO"))
        .args(["build", "--locked", "--profile", "policy", "--package", "usher-guest", "--target", OTHER])
        .arg("--target-dir")
        .arg(target.join("policies"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .current_dir(root));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    for words in [
        "a policy cannot be built for this target",
        "usher plugin build",
        "cargo build --release --target wasm32-unknown-unknown",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    // Nothing else is said: a page of other errors would bury it.
    assert_eq!(said.matches("\nerror").count(), 2, "{said}");
}

/// Has rustup add the target's standard library when it is missing.
fn install() -> Result<(), String> {
    if is_installed()? {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", OTHER]).current_dir(workspace_root()).output();
    let added = added.map_err(|error| format!("there is no {OTHER}, and no rustup to add it ({error})"))?;
    if is_installed()? {
        return Ok(());
    }
    Err(format!("rustup could not add {OTHER}: {}", String::from_utf8_lossy(&added.stderr).trim()))
}

fn is_installed() -> Result<bool, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = run(Command::new(rustc)
        .args(["--print", "target-libdir", "--target", OTHER])
        .current_dir(workspace_root()));
    let libraries = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    Ok(Path::new(libraries.trim()).is_dir())
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}
