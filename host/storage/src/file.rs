//! A file on this machine: replaced by renaming a new one over it, so that it is there whole or not at all; and compared while the
//! system's lock on it is held, so that of two processes that replace the same one succeeds.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use usher_core::digest::Digest;

use crate::error::StorageError;
use crate::storage::{Conflict, Expected, Stored, Version};

/// A file that is read and replaced as a whole.
#[derive(Clone, Debug)]
pub(crate) struct FileStore {
    path: PathBuf,
}

impl FileStore {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    pub(crate) async fn read(&self) -> Result<Option<Stored>, StorageError> {
        self.blocking(|path| read(path).map_err(|source| unreadable(path, source))).await
    }

    pub(crate) async fn write_if(
        &self,
        bytes: Vec<u8>,
        expected: Expected,
    ) -> Result<Result<Version, Conflict>, StorageError> {
        self.blocking(move |path| {
            write_if(path, &bytes, &expected).map_err(|source| unwritable(path, source))
        })
        .await
    }

    /// Files wait for disks and for other processes, which a task must not.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || work(&path)).await;
        done.unwrap_or_else(|_| Err(StorageError::GivenUp { place: self.path.display().to_string() }))
    }
}

fn read(path: &Path) -> io::Result<Option<Stored>> {
    match File::open(path) {
        Ok(mut file) => content(&mut file).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn content(file: &mut File) -> io::Result<Stored> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let age = file.metadata().and_then(|about| about.modified()).ok().and_then(|at| at.elapsed().ok());
    Ok(Stored { version: version(&bytes), bytes, age })
}

fn version(bytes: &[u8]) -> Version {
    Version::from(Digest::of(bytes).to_string())
}

fn write_if(path: &Path, bytes: &[u8], expected: &Expected) -> io::Result<Result<Version, Conflict>> {
    let new = new_beside(path, bytes)?;
    match expected {
        Expected::Absent => match new.persist_noclobber(path) {
            Ok(_) => {}
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => return Ok(Err(Conflict)),
            Err(error) => return Err(error.error),
        },
        Expected::Version(expected) => {
            let Some(_held) = hold_version(path, expected)? else { return Ok(Err(Conflict)) };
            new.persist(path).map_err(|error| error.error)?;
        }
    }
    Ok(Ok(version(bytes)))
}

/// The new content, on the disk, under a name of its own.
fn new_beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // On Unix such a file is made with mode 0600, and a rename keeps that.
    let mut file = tempfile::Builder::new().prefix(".usher-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The file, kept from being replaced by others of our kind while it is open; none when it is not there.
fn hold(path: &Path) -> io::Result<Option<File>> {
    loop {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.lock() {
            Ok(()) => {}
            // Some network file systems know no locks.
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            Err(error) => return Err(error),
        }
        // While we waited for it, another may have taken its place.
        if stands_at(&file, path)? {
            return Ok(Some(file));
        }
    }
}

/// The same if it is this version.
fn hold_version(path: &Path, expected: &Version) -> io::Result<Option<File>> {
    let Some(mut file) = hold(path)? else { return Ok(None) };
    let standing = content(&mut file)?.version;
    Ok((standing == *expected).then_some(file))
}

#[cfg(unix)]
fn stands_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(named) => Ok((opened.dev(), opened.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere a file that is open and locked is not replaced.
#[cfg(not(unix))]
fn stands_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

fn unreadable(path: &Path, source: io::Error) -> StorageError {
    StorageError::Unreadable { path: path.display().to_string(), source }
}

fn unwritable(path: &Path, source: io::Error) -> StorageError {
    StorageError::Unwritable { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(&folder.path().join("usher.state"));
        (folder, store)
    }

    async fn replace(store: &FileStore, bytes: &[u8], expected: Expected) -> Version {
        store.write_if(bytes.to_vec(), expected).await.unwrap().unwrap()
    }

    async fn standing(store: &FileStore) -> Vec<u8> {
        store.read().await.unwrap().unwrap().bytes
    }

    #[tokio::test]
    async fn what_was_written_is_read_and_only_its_owner_may() {
        let (folder, store) = store();
        assert_eq!(store.read().await.unwrap(), None);
        let version = replace(&store, b"one", Expected::Absent).await;
        let stored = store.read().await.unwrap().unwrap();
        assert_eq!((stored.bytes.as_slice(), &stored.version), (b"one".as_slice(), &version));
        assert!(stored.age.is_some());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&store.path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        replace(&store, b"two", Expected::Version(version)).await;
        assert_eq!(standing(&store).await, b"two");
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, ["usher.state"], "nothing else is left behind");
    }

    #[tokio::test]
    async fn nothing_is_expected_and_something_is_there() {
        let (_folder, store) = store();
        store.write_if(b"one".to_vec(), Expected::Absent).await.unwrap().unwrap();
        assert_eq!(store.write_if(b"two".to_vec(), Expected::Absent).await.unwrap(), Err(Conflict));
        assert_eq!(standing(&store).await, b"one");
    }

    #[tokio::test]
    async fn only_what_was_read_is_replaced() {
        let (_folder, store) = store();
        let expected = Expected::Version(replace(&store, b"one", Expected::Absent).await);
        replace(&store, b"two", expected.clone()).await;
        assert_eq!(store.write_if(b"three".to_vec(), expected.clone()).await.unwrap(), Err(Conflict));
        assert_eq!(standing(&store).await, b"two");
        std::fs::remove_file(&store.path).unwrap();
        assert_eq!(store.write_if(b"four".to_vec(), expected).await.unwrap(), Err(Conflict));
    }

    /// Each adds one to the number that it read, and tries again when another was faster: were two to succeed on one version, a
    /// number would be missing in the end.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_those_who_replace_the_same_one_succeeds() {
        let (_folder, store) = store();
        let add = |store: FileStore| async move {
            loop {
                let standing = store.read().await.unwrap();
                let (number, expected) = match standing {
                    None => (0, Expected::Absent),
                    Some(it) => {
                        (String::from_utf8(it.bytes).unwrap().parse().unwrap(), Expected::Version(it.version))
                    }
                };
                let next: u32 = number + 1;
                if store.write_if(next.to_string().into_bytes(), expected).await.unwrap().is_ok() {
                    return;
                }
            }
        };
        let adding: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    for _ in 0..10 {
                        add(store.clone()).await;
                    }
                })
            })
            .collect();
        for task in adding {
            task.await.unwrap();
        }
        assert_eq!(standing(&store).await, b"80");
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_told_and_is_not_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(&folder.path().join("none/usher.state"));
        let error = store.write_if(b"one".to_vec(), Expected::Absent).await.unwrap_err().to_string();
        assert!(
            error.contains("none/usher.state cannot be written") && error.contains("\nhint: "),
            "{error}"
        );
        // A folder where the file should be.
        let store = FileStore::new(folder.path());
        let error = store.read().await.unwrap_err().to_string();
        assert!(error.contains("cannot be read") && error.contains("\nhint: "), "{error}");
    }
}
