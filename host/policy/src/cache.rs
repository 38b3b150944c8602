//! Where compiled code is kept between runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use wasmtime::{Cache, CacheConfig};

/// wasmtime's own cache in a folder of this user. None when there is no such folder, or it cannot be trusted or written:
/// the run goes on and compiles (reference wasm.md §3.3).
pub(crate) fn open(folder: Option<PathBuf>) -> Option<Cache> {
    let folder = folder?;
    create(&folder).ok()?;
    if !is_private(&folder) {
        return None;
    }
    let mut config = CacheConfig::new();
    config.with_directory(folder);
    Cache::new(config).ok()
}

/// Where compiled code is kept, unless another place is named.
pub(crate) fn user_folder() -> Option<PathBuf> {
    user_cache().map(|folder| folder.join("compiled-policies"))
}

/// Usher's folder below the user's cache folder, as each system has it. It need not be there.
pub fn user_cache() -> Option<PathBuf> {
    let base = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        env::home_dir().map(|home| home.join("Library/Caches"))
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| env::home_dir().map(|home| home.join(".cache")))
    };
    base.filter(|base| base.is_absolute()).map(|base| base.join("usher"))
}

fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(unix)]
fn create(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// Compiled code is run as it is read, so whoever can write it can run code as this user.
#[cfg(unix)]
fn is_private(folder: &Path) -> bool {
    is_private_to(rustix::process::geteuid().as_raw(), folder)
}

/// Only this user may write there. A folder of somebody else's is theirs to write, whatever its mode says now.
#[cfg(unix)]
fn is_private_to(user: u32, folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(folder)
        .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == user && metadata.mode() & 0o022 == 0)
}

#[cfg(not(unix))]
fn is_private(folder: &Path) -> bool {
    folder.is_dir()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;

    #[test]
    fn a_folder_is_private_to_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let owner = fs::metadata(folder.path()).unwrap().uid();
        assert!(is_private(folder.path()) && is_private_to(owner, folder.path()));
        assert!(!is_private_to(owner + 1, folder.path()));
        for shared in [0o770, 0o707] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(shared)).unwrap();
            assert!(!is_private_to(owner, folder.path()), "{shared:o}");
        }
    }
}
