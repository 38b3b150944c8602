//! Programs of other languages that make components.

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
        let program = self.find(project);
        let missing = || BuildError::NoTool { tool: self.name, folder: project.to_owned(), hint: self.hint };
        let output = Command::new(&program)
            .args(arguments)
            .current_dir(workshop)
            .stdin(Stdio::null())
            .output()
            .map_err(|source| match source.kind() {
                ErrorKind::NotFound => missing(),
                _ => BuildError::File { path: program.clone(), source },
            })?;
        if output.status.success() {
            return Ok(());
        }
        // `env` says so when the interpreter that the program's first line names is not there.
        if output.status.code() == Some(127) {
            return Err(missing());
        }
        let said =
            [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).trim().to_owned());
        Err(BuildError::Tool { tool: self.name, folder: project.to_owned(), output: said.join("\n") })
    }

    /// In the project or a folder above it; otherwise wherever the shell would find it.
    fn find(&self, project: &Path) -> PathBuf {
        let mut folders =
            project.ancestors().flat_map(|folder| self.places.iter().map(|place| folder.join(place)));
        let found = folders.find_map(|place| Some(place.join(self.name)).filter(|path| path.exists()));
        found.unwrap_or_else(|| PathBuf::from(self.name))
    }
}
