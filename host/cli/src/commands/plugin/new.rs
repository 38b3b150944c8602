//! `usher plugin new`: a policy that builds, tests and runs at once, wherever it lies.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, anyhow};
use serde_json::json;

use super::project;
use crate::arguments::plugin::{Language, NewArguments};
use crate::exit::{ExitStatus, Failure};
use crate::report::escape::plain;

/// Writes the project into a folder of its own.
pub(crate) fn new(arguments: &NewArguments) -> Result<ExitStatus, Failure> {
    let NewArguments { name, folder, lang, json } = arguments;
    if let Some(fault) = project::fault_of_name(name) {
        let message =
            format!("the name `{}` {fault}\nhint: such as `usher plugin new our-policy`", plain(name));
        return Err(Failure::usage(anyhow!(message)));
    }
    let folder = folder.as_deref().unwrap_or(Path::new("")).join(name);
    let shown = plain(&folder.display().to_string());
    if !is_free(&folder).with_context(|| format!("{shown} cannot be looked at"))? {
        return Err(Failure::usage(anyhow!(
            "{shown} is there already, and nothing of it was touched\nhint: take another name, or another folder with --in DIR"
        )));
    }
    let files = match lang {
        Language::Rust => project::rust(name),
    };
    for (path, text) in &files {
        write(&folder.join(path), text).with_context(|| {
            format!("{shown}/{path} cannot be written\nhint: what was written before it is in {shown}")
        })?;
    }
    if *json {
        let paths: Vec<&String> = files.iter().map(|(path, _)| path).collect();
        let report = json!({ "documentVersion": 1, "name": name, "language": "rust", "folder": folder, "files": paths });
        outln!("{report:#}");
    } else {
        outln!(
            "{shown}: a policy in Rust, {} files.\n\nNext:\n  cd {shown}\n  cargo test\n  usher plugin build\n  usher plugin test",
            files.len()
        );
    }
    Ok(ExitStatus::Done)
}

/// Nothing is there, or an empty folder.
fn is_free(folder: &Path) -> io::Result<bool> {
    // A link that leads nowhere is something too.
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => Ok(fs::read_dir(folder)?.next().is_none()),
        Ok(_) => Ok(false),
    }
}

/// A new file. One that came meanwhile is not overwritten.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)?.write_all(text.as_bytes())
}
