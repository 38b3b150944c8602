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

/// The folder for compiled code below the user's cache folder, as each system has it.
pub(crate) fn user_folder() -> Option<PathBuf> {
    let base = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        env::home_dir().map(|home| home.join("Library/Caches"))
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| env::home_dir().map(|home| home.join(".cache")))
    };
    base.filter(|base| base.is_absolute()).map(|base| base.join("usher").join("compiled-policies"))
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
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(folder).is_ok_and(|metadata| metadata.is_dir() && metadata.permissions().mode() & 0o022 == 0)
}

#[cfg(not(unix))]
fn is_private(folder: &Path) -> bool {
    folder.is_dir()
}
