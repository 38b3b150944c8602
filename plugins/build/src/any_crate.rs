//! A policy crate anywhere: which package it is, and where its workspace builds.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::compile::{LockFile, build, cargo};
use crate::error::BuildError;

/// A policy that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The package's name.
    pub package: String,
    /// The component.
    pub component: Vec<u8>,
    /// Where to put it unless somebody says otherwise: `target/policies/PACKAGE.wasm` of its workspace. The folder exists.
    pub default_file: PathBuf,
}

/// Builds the policy crate in `folder`, in this workspace or in another. With [`LockFile::Kept`] it needs its `Cargo.lock`.
///
/// # Errors
///
/// When there is no package in `folder`, and as [`crate::build_policy`].
pub fn build_crate(folder: &Path, lock_file: LockFile) -> Result<Built, BuildError> {
    let manifest = folder.join("Cargo.toml");
    let no_package = || BuildError::NoPackage { folder: folder.to_owned() };
    let manifest = manifest.canonicalize().map_err(|source| match source.kind() {
        ErrorKind::NotFound => no_package(),
        _ => BuildError::File { path: manifest.clone(), source },
    })?;
    let metadata = metadata(&manifest)?;
    let packages = metadata["packages"].as_array().ok_or_else(no_package)?;
    let of_manifest = |package: &&Value| package["manifest_path"].as_str().map(Path::new) == Some(&manifest);
    let package = packages.iter().find(of_manifest).and_then(|package| package["name"].as_str());
    let package = package.ok_or_else(no_package)?.to_owned();
    let path = |key: &str| metadata[key].as_str().map(PathBuf::from).ok_or_else(no_package);
    let target = path("target_directory")?.join("policies");
    let component = build(&path("workspace_root")?, &package, &target, lock_file)?;
    let default_file = target.join(&package).with_extension("wasm");
    Ok(Built { package, component, default_file })
}

fn metadata(manifest: &Path) -> Result<Value, BuildError> {
    let cargo = cargo();
    let package = || manifest.display().to_string();
    let output = Command::new(&cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| BuildError::NoCargo {
            cargo: cargo.to_string_lossy().into_owned(),
            package: package(),
            source,
        })?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        return Err(BuildError::Cargo { package: package(), output });
    }
    // What cannot be read names no package, which is said above.
    Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::workspace_root;

    #[test]
    fn a_folder_without_a_manifest_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = build_crate(folder.path(), LockFile::Kept).unwrap_err();
        assert!(
            matches!(&error, BuildError::NoPackage { folder: named } if named == folder.path()),
            "{error}"
        );
    }

    #[test]
    fn the_top_of_a_workspace_is_no_package() {
        let error = build_crate(workspace_root(), LockFile::Kept).unwrap_err();
        assert!(matches!(error, BuildError::NoPackage { .. }), "{error}");
    }

    #[test]
    fn what_is_no_policy_is_told_what_a_policy_has() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("src/lib.rs"), "").unwrap();
        let manifest = "[package]\nname = \"mine\"\nedition = \"2024\"\n[workspace]\n";
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        let error = build_crate(folder.path(), LockFile::Kept).unwrap_err();
        assert!(matches!(&error, BuildError::Cargo { output, .. } if output.contains("--locked")), "{error}");
        let error = build_crate(folder.path(), LockFile::MayChange).unwrap_err();
        assert!(matches!(&error, BuildError::NoModule { package } if package == "mine"), "{error}");
        assert!(folder.path().join("Cargo.lock").is_file());
    }
}
