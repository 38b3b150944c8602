//! Where a policy comes from: `builtin:NAME`, a path, or `oci://…` in a registry.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use usher_core::near;
use usher_policy::Digest;
use usher_registry::{Fetched, Registry, RegistryError, RegistryReference, RegistrySettings, SCHEME};

use crate::exit::Failure;

/// Names the file with the certificates of a private authority where no configuration does.
pub(crate) const AUTHORITY: &str = "USHER_REGISTRY_CA";

/// Where a reference leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Builtin(String),
    Registry(RegistryReference),
    File(PathBuf),
}

impl Place {
    /// Where `name` leads; it need not be there.
    pub(crate) fn of(name: &str) -> Result<Self, RegistryError> {
        Ok(match name.strip_prefix("builtin:") {
            Some(builtin) => Self::Builtin(builtin.to_owned()),
            None if name.starts_with(SCHEME) => Self::Registry(name.parse()?),
            None => Self::File(PathBuf::from(name)),
        })
    }
}

/// A component, and what is known of where it came from.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) bytes: Vec<u8>,
    pub(crate) fetched: Option<(RegistryReference, Fetched)>,
}

impl Found {
    /// The digest of its manifest, when it came from a registry.
    pub(crate) fn manifest(&self) -> Option<Digest> {
        self.fetched.as_ref().and_then(|(_, fetched)| fetched.manifest_digest())
    }
}

/// Registries, as this user sees them. `authority` is what the command line or the configuration names.
pub(crate) fn registry(authority: Option<&Path>) -> Registry {
    let of_environment = || std::env::var_os(AUTHORITY).filter(|path| !path.is_empty()).map(PathBuf::from);
    let authority = authority.map(Path::to_owned).or_else(of_environment);
    Registry::new(RegistrySettings::of_user(usher_policy::user_cache(), authority))
}

/// Finds what a place holds. `bytes` pins the component where the configuration does.
pub(crate) async fn find(
    place: &Place,
    registry: &Registry,
    bytes: Option<Digest>,
) -> Result<Found, Failure> {
    match place {
        Place::Builtin(name) => Ok(Found { bytes: builtin(name)?, fetched: None }),
        Place::File(path) => Ok(Found { bytes: file(path)?, fetched: None }),
        Place::Registry(reference) => {
            let fetched = registry.fetch(reference, bytes).await.map_err(failure)?;
            if let Some(path) = &fetched.damaged {
                let path = crate::escape::plain(&path.display().to_string());
                talkln!("warning: {path} was changed since it was kept; it was not used, and fetched again");
            }
            Ok(Found { bytes: fetched.bytes.clone(), fetched: Some((reference.clone(), fetched)) })
        }
    }
}

/// What the command line names: an unpinned reference is a warning there.
pub(crate) fn found(name: &str) -> Result<Found, Failure> {
    let place = Place::of(name).map_err(Failure::usage)?;
    // The commands that look into policies are plain functions, and most of them never wait for anything.
    let finding = async { find(&place, &registry(None), None).await };
    let found = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(finding))?;
    warn_if_unpinned(&found);
    Ok(found)
}

/// The bytes of what the command line names.
pub(crate) fn component(name: &str) -> Result<Vec<u8>, Failure> {
    found(name).map(|found| found.bytes)
}

/// Says what an unpinned reference means now.
pub(crate) fn warn_if_unpinned(found: &Found) {
    if let Some((reference, _)) = &found.fetched
        && reference.digest().is_none()
        && let Some(manifest) = found.manifest()
    {
        talkln!(
            "warning: {reference} may mean something else tomorrow; now it is {}",
            reference.pinned(manifest)
        );
    }
}

/// A registry's failure: the world outside may be better at the next try, everything else is for a person to mend.
pub(crate) fn failure(error: RegistryError) -> Failure {
    if error.is_outside() { Failure::from(error) } else { Failure::usage(error) }
}

fn builtin(name: &str) -> Result<Vec<u8>, Failure> {
    usher_plugins::builtin(name).map(<[u8]>::to_vec).ok_or_else(|| {
        let names: Vec<String> =
            usher_plugins::names().iter().map(|name| format!("builtin:{name}")).collect();
        Failure::usage(anyhow!("there is no built-in policy `{name}`\nhint: built in: {}", names.join(", ")))
    })
}

fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Failure::usage(anyhow!(
            "the policy plugin {shown} is a folder\nhint: `usher plugin build {shown}` makes a component of the policy in it, and says \
             under which name"
        )));
    }
    std::fs::read(path).map_err(|error| {
        let meant = path.to_str().and_then(meant).map_or(String::new(), |name| format!("did you mean `builtin:{name}`? "));
        Failure::usage(anyhow!(
            "the policy plugin {shown} cannot be read ({error})\nhint: {meant}`policy.component` and --plugin take the path of a .wasm component, \
             seen from where usher is started, or builtin:rules, or oci://HOST/NAME:TAG@sha256:…"
        ))
    })
}

/// The built-in policy that a path may have been meant to be; one with a folder or an ending was not.
fn meant(path: &str) -> Option<&'static str> {
    if path.contains(['/', '\\', '.']) {
        return None;
    }
    near::names(path, usher_plugins::names().iter().copied(), 1).pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &Path) -> String {
        let (message, hints) = file(path).expect_err("there is no such file").paragraph();
        format!("{message}; {}", hints.join("; "))
    }

    #[test]
    fn a_built_in_policy_without_its_prefix_is_guessed() {
        for (written, meant) in [("prefix", "prefix"), ("regex_rename", "regex-rename"), ("Rules", "rules")] {
            let told = told(Path::new(written));
            assert!(told.contains(&format!("did you mean `builtin:{meant}`?")), "{told}");
        }
        for other in ["policies/prefix-of-ours.wasm", "acme.wasm", ""] {
            let told = told(Path::new(other));
            assert!(!told.contains("did you mean"), "{told}");
        }
    }

    #[test]
    fn a_folder_is_told_what_makes_a_component_of_it() {
        let told = told(Path::new(env!("CARGO_MANIFEST_DIR")));
        let build = format!("`usher plugin build {}`", env!("CARGO_MANIFEST_DIR"));
        assert!(told.contains("is a folder; ") && told.contains(&build), "{told}");
    }
}
