//! Whom a registry's client trusts, and where things lie.

use std::path::PathBuf;

use crate::credentials;

/// How registries are asked.
#[derive(Clone, Debug, Default)]
pub struct RegistrySettings {
    /// PEM certificates of a private authority, trusted beside those of the system. With them a registry on this machine is
    /// asked by TLS too.
    pub authority: Option<PathBuf>,
    /// Where to keep what was fetched; none keeps nothing.
    pub cache: Option<PathBuf>,
    /// Docker's configuration, for credentials.
    pub docker_config: Option<PathBuf>,
}

impl RegistrySettings {
    /// The folders of this user, and the authority that the configuration or the environment names.
    pub fn of_user(authority: Option<PathBuf>) -> Self {
        Self { authority, cache: cache_folder(), docker_config: credentials::docker_config() }
    }
}

/// Below the user's cache folder, as each system has it.
fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        std::env::home_dir().map(|home| home.join("Library/Caches"))
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
    };
    base.filter(|base| base.is_absolute()).map(|base| base.join("usher").join("policies"))
}
