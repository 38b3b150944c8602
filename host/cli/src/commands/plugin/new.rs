//! `usher plugin new`: a policy that builds, tests and runs at once, wherever it lies.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, anyhow};
use serde_json::json;

use super::project;
use crate::arguments::plugin::{Language, NewArguments};
use crate::escape::{plain, plain_lines};
use crate::exit::{ExitStatus, Failure};

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
    let files = project::files(*lang, name);
    for (path, text) in &files {
        write(&folder.join(path), text).with_context(|| {
            format!("{shown}/{path} cannot be written\nhint: what was written before it is in {shown}")
        })?;
    }
    let told = Told::of(*lang);
    // The files are good all the same.
    let missing = match lang {
        Language::Js => usher_plugin_build::check_node(&folder).err().map(|error| error.to_string()),
        Language::Rust | Language::Python => None,
    };
    if let Some(missing) = &missing {
        talkln!("warning: {}", plain_lines(missing));
    }
    if *json {
        let paths: Vec<&String> = files.iter().map(|(path, _)| path).collect();
        let report = json!({ "documentVersion": 1, "name": name, "language": told.flag, "folder": folder, "files": paths, "missing": missing });
        outln!("{report:#}");
    } else {
        let steps: String = told.steps.iter().map(|step| format!("  {step}\n")).collect();
        out!(
            "{shown}: a policy in {}, {} files.\n\nNext:\n  cd {shown}\n{steps}  usher plugin build\n  usher plugin test\n",
            told.name,
            files.len()
        );
    }
    Ok(ExitStatus::Done)
}

/// What is said of a language.
struct Told {
    name: &'static str,
    flag: &'static str,
    /// What comes before `usher plugin build`.
    steps: &'static [&'static str],
}

impl Told {
    fn of(language: Language) -> Self {
        match language {
            Language::Rust => Self { name: "Rust", flag: "rust", steps: &["cargo test"] },
            Language::Js => Self { name: "JavaScript", flag: "js", steps: &["npm ci", "npm test"] },
            Language::Python => Self {
                name: "Python",
                flag: "python",
                steps: &[
                    "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
                    ".venv/bin/python -m unittest",
                ],
            },
        }
    }
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
