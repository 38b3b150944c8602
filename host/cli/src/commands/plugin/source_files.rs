//! The files that a policy and its cases are made of, and when they change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(300);

/// Folders that hold what is made, not what is written.
const MADE: [&str; 4] = ["target", "node_modules", "dist", "__pycache__"];

/// How the files of a policy in another language than Rust end; more than one may lie at its top.
const ENDINGS: [&str; 7] = ["js", "mjs", "ts", "mts", "py", "json", "toml"];

/// What a policy's component depends on. Not the whole folder: a build itself writes the lock file, and -o may put the component
/// there.
pub(crate) fn source_places(folder: &Path) -> Vec<PathBuf> {
    let mut places = ["build.rs", "src", "lib", "vendor"].map(|part| folder.join(part)).to_vec();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_source = path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        if is_source && path.file_name().is_some_and(|name| name != "package-lock.json") {
            places.push(path);
        }
    }
    // One that is about to come back is waited for too: editors write a file by renaming another.
    places.extend(
        ["Cargo.toml", "package.json", "policy.js", "policy.ts", "policy.py"].map(|file| folder.join(file)),
    );
    places
}

/// What files looked like at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceFiles(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl SourceFiles {
    /// The files, and all within the folders, but what is hidden or made by a build. What cannot be read is as absent.
    pub(crate) fn seen(places: &[PathBuf]) -> Self {
        let mut files = BTreeMap::new();
        for place in places {
            see(place, &mut files);
        }
        Self(files)
    }

    /// Returns once a file was written, added or removed since this was seen.
    pub(crate) fn wait_for_change(&self, places: &[PathBuf]) {
        while Self::seen(places) == *self {
            thread::sleep(PAUSE);
        }
    }
}

fn see(place: &Path, files: &mut BTreeMap<PathBuf, (Option<SystemTime>, u64)>) {
    let Ok(metadata) = std::fs::metadata(place) else { return };
    if !metadata.is_dir() {
        files.insert(place.to_owned(), (metadata.modified().ok(), metadata.len()));
        return;
    }
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // A link may lead back up; what it shows is not followed.
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if !is_link && !name.starts_with('.') && !MADE.contains(&name.as_ref()) {
            see(&entry.path(), files);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_counts_and_what_is_made_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let places = [folder.path().to_owned()];
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("src/lib.rs", "a");
        let before = SourceFiles::seen(&places);
        assert_eq!(before.0.len(), 1);
        write("target/debug/a", "made");
        write(".git/index", "hidden");
        assert_eq!(SourceFiles::seen(&places), before);
        write("src/lib.rs", "longer");
        assert_ne!(SourceFiles::seen(&places), before);
        let before = SourceFiles::seen(&places);
        write("cases/one.toml", "");
        assert_ne!(SourceFiles::seen(&places), before);
    }
}
