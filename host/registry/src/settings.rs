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
    /// What was fetched is kept below `user_cache`, usher's folder in this user's cache folder; credentials are docker's, and the
    /// authority is what the configuration or the environment names.
    pub fn of_user(user_cache: Option<PathBuf>, authority: Option<PathBuf>) -> Self {
        let cache = user_cache.map(|folder| folder.join("policies"));
        Self { authority, cache, docker_config: credentials::docker_config() }
    }
}
