//! Programs of other languages that make components.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::BuildError;

/// A program: what it is called, in which folders of a project it may lie, and how to get it.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) places: &'static [&'static str],
    pub(crate) hint: &'static str,
}

impl Tool {
    /// Runs it in `workshop` for the project in `project`.
    pub(crate) fn run(&self, project: &Path, workshop: &Path, arguments: &[&str]) -> Result<(), BuildError> {
        self.output(project, workshop, arguments).map(|_| ())
    }

    /// The same, and what it printed.
    pub(crate) fn output(
        &self,
        project: &Path,
        workshop: &Path,
        arguments: &[&str],
    ) -> Result<String, BuildError> {
        let found = self.find(project);
        let program = found.clone().unwrap_or_else(|| PathBuf::from(self.name));
        let missing = || BuildError::NoTool { tool: self.name, folder: project.to_owned(), hint: self.hint };
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(workshop).stdin(Stdio::null());
        if let Some(path) = found.as_deref().and_then(Path::parent).and_then(search_path) {
            command.env("PATH", path);
        }
        let output = command.output().map_err(|source| match source.kind() {
            ErrorKind::NotFound => missing(),
            _ => BuildError::File { path: program.clone(), source },
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        // `env` says so when the interpreter that the program's first line names is not there.
        if output.status.code() == Some(127) {
            return Err(missing());
        }
        let said =
            [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).trim().to_owned());
        Err(BuildError::Tool { tool: self.name, folder: project.to_owned(), output: said.join("\n") })
    }

    /// In the project or a folder above it; none means wherever the shell would find it.
    fn find(&self, project: &Path) -> Option<PathBuf> {
        let mut folders =
            project.ancestors().flat_map(|folder| self.places.iter().map(|place| folder.join(place)));
        folders.find_map(|place| Some(place.join(self.name)).filter(|path| path.exists()))
    }
}

/// The search path with the tool's own folder first, as `npm run` has it: a project may bring the interpreter that its tools run on.
fn search_path(first: &Path) -> Option<OsString> {
    let others = std::env::var_os("PATH");
    let others = others.iter().flat_map(std::env::split_paths);
    std::env::join_paths(std::iter::once(first.to_owned()).chain(others)).ok()
}
