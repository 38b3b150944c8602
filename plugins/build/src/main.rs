//! `usher-plugin-build FOLDER [FILE]`: builds the policy crate in FOLDER and writes the component to FILE.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use usher_plugin_build::{LockFile, build_crate};

const USAGE: &str = "usage: usher-plugin-build FOLDER [FILE]

Builds the policy crate in FOLDER (the one with its Cargo.toml) to a WebAssembly component and writes it to FILE,
or to target/policies/NAME.wasm of its workspace.";

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let wants_help =
        arguments.iter().any(|argument| ["-h", "--help"].iter().any(|help| argument == Path::new(help)));
    if wants_help {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let (folder, file) = match arguments.as_slice() {
        [folder] => (folder, None),
        [folder, file] => (folder, Some(file)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match build(folder, file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The path goes to stdout, so that a script can use it; the rest is talk.
fn build(folder: &Path, file: Option<&PathBuf>) -> Result<(), Box<dyn std::error::Error>> {
    let built = build_crate(folder, LockFile::Kept)?;
    let file = file.unwrap_or(&built.default_file);
    std::fs::write(file, &built.component)
        .map_err(|error| format!("the component cannot be written to {} ({error})", file.display()))?;
    eprintln!("{}: {} kB", built.package, built.component.len().div_ceil(1000));
    println!("{}", file.display());
    Ok(())
}
