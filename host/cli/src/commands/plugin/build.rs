//! `usher plugin build`: from a policy's folder to the component, and what came out.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use usher_plugin_build::{BuildError, Built, LockFile, build_project};
use usher_policy::Limits;

use super::opened;
use super::source_files::{SourceFiles, source_places};
use crate::arguments::plugin::BuildArguments;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};

/// Builds once or, to watch, again and again.
pub(crate) fn build(arguments: &BuildArguments) -> Result<ExitStatus, Failure> {
    if !arguments.watch {
        return round(arguments);
    }
    loop {
        let places = source_places(&arguments.folder);
        // Seen before the build: what is written while it runs is built next.
        let seen = SourceFiles::seen(&places);
        if let Err(failure) = round(arguments) {
            failure.print(arguments.json);
        }
        talkln!("waiting for a change; Ctrl-C ends");
        seen.wait_for_change(&places);
    }
}

fn round(arguments: &BuildArguments) -> Result<ExitStatus, Failure> {
    let lock_file = if arguments.locked { LockFile::Kept } else { LockFile::MayChange };
    let Component { file: shown, bytes: component, .. } =
        component(&arguments.folder, lock_file, arguments.output.as_deref(), |error| match error {
            BuildError::NoPackage { .. } | BuildError::Description { .. } => Failure::usage(error),
            error => Failure::from(error),
        })?;
    // Only now: who is refused can look at the file.
    let opened = opened::of_bytes(&shown, component, Limits::default())?;
    if arguments.json {
        let mut report = opened.to_json();
        report["documentVersion"] = 1.into();
        report["file"] = json!(shown);
        outln!("{report:#}");
    } else {
        out!("{}  file      {}\n", opened.text(), plain(&shown));
    }
    Ok(ExitStatus::Done)
}

/// What was built, and where it was put.
pub(super) struct Component {
    /// The name of the policy.
    pub(super) name: String,
    /// The path of the file.
    pub(super) file: String,
    pub(super) bytes: Vec<u8>,
}

/// Builds a folder and puts the component where `output` says, or into `target/policies` of its workspace.
pub(super) fn component(
    folder: &Path,
    lock_file: LockFile,
    output: Option<&Path>,
    failure: impl FnOnce(BuildError) -> Failure,
) -> Result<Component, Failure> {
    talkln!("building {}", plain(&folder.display().to_string()));
    let Built { component: bytes, default_file, package } =
        build_project(folder, lock_file).map_err(failure)?;
    let path = output.map_or_else(|| shortened(default_file), Path::to_owned);
    let file = path.display().to_string();
    replace(&path, &bytes).with_context(|| {
        format!("the component cannot be written to {file}\nhint: name another file with -o, in a folder that is there")
    })?;
    Ok(Component { name: package, file, bytes })
}

/// At once, so that nobody reads a half of it.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}", std::process::id()));
    std::fs::write(&new, bytes)?;
    std::fs::rename(&new, path)
}

/// Seen from here, when it lies below.
fn shortened(file: PathBuf) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).ok();
    here.and_then(|here| file.strip_prefix(here).map(Path::to_owned).ok()).unwrap_or(file)
}
