//! A policy in whichever language its folder speaks.

use std::path::{Path, PathBuf};

use crate::any_crate::{Built, build_crate};
use crate::compile::LockFile;
use crate::error::BuildError;
use crate::{javascript, python};

/// What a policy is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A crate: `Cargo.toml`.
    Rust,
    /// JavaScript or TypeScript: `package.json`.
    JavaScript,
    /// `policy.py`, beside it `pyproject.toml`.
    Python,
}

impl Language {
    /// The language of the policy in `folder`; none when there is no policy in it.
    pub fn of(folder: &Path) -> Option<Self> {
        let by_file =
            [("Cargo.toml", Self::Rust), ("package.json", Self::JavaScript), ("policy.py", Self::Python)];
        by_file.into_iter().find(|(file, _)| folder.join(file).is_file()).map(|(_, language)| language)
    }
}

/// Builds the policy in `folder`. The lock file matters to Rust alone.
///
/// # Errors
///
/// When there is no policy in `folder`, when a tool that its language needs is missing, and what the tools say of its source.
pub fn build_project(folder: &Path, lock_file: LockFile) -> Result<Built, BuildError> {
    match Language::of(folder) {
        None => Err(BuildError::NoPackage { folder: folder.to_owned() }),
        Some(Language::Rust) => build_crate(folder, lock_file),
        Some(Language::JavaScript) => javascript::build(folder),
        Some(Language::Python) => python::build(folder),
    }
}

/// What a project says of itself.
pub(crate) struct Description {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
}

/// Where a project is built: a folder of its own below `target/policies`, with the contract in it.
pub(crate) struct Workshop {
    /// `target/policies` of the project.
    policies: PathBuf,
    /// Its own folder.
    pub(crate) folder: PathBuf,
    file_name: String,
}

impl Workshop {
    pub(crate) fn open(project: &Path, name: &str) -> Result<Self, BuildError> {
        // A scope such as `@acme/` is no folder.
        let file_name = name.trim_start_matches('@').replace(['/', '\\'], "-");
        let policies = project.join("target").join("policies");
        let folder = policies.join(format!("{file_name}.build"));
        let workshop = Self { policies, folder, file_name };
        workshop.write("wit/usher-policy.wit", include_str!("../../../wit/usher-policy.wit"))?;
        Ok(workshop)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), BuildError> {
        let path = self.folder.join(name);
        let parent = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|source| BuildError::File { path: path.clone(), source })
    }

    /// The component that a tool has put into the folder.
    pub(crate) fn built(self, package: String) -> Result<Built, BuildError> {
        let path = self.folder.join(COMPONENT);
        let component =
            std::fs::read(&path).map_err(|source| BuildError::File { path: path.clone(), source })?;
        let default_file = self.policies.join(self.file_name).with_added_extension("wasm");
        Ok(Built { package, component, default_file })
    }
}

/// What the tools call what they make.
pub(crate) const COMPONENT: &str = "policy.wasm";

/// The folder, whole, and without links.
pub(crate) fn canonical(folder: &Path) -> Result<PathBuf, BuildError> {
    folder.canonicalize().map_err(|source| BuildError::File { path: folder.to_owned(), source })
}

pub(crate) fn read(path: &Path) -> Result<String, BuildError> {
    std::fs::read_to_string(path).map_err(|source| BuildError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_speaks_the_language_of_its_manifest() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Language::of(folder.path()), None);
        let error = build_project(folder.path(), LockFile::MayChange).unwrap_err();
        assert!(matches!(error, BuildError::NoPackage { .. }), "{error}");
        for (file, language) in [
            ("policy.py", Language::Python),
            ("package.json", Language::JavaScript),
            ("Cargo.toml", Language::Rust),
        ] {
            std::fs::write(folder.path().join(file), "").unwrap();
            assert_eq!(Language::of(folder.path()), Some(language));
        }
    }
}
