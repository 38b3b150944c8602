//! Whether a policy is signed by one of those whom the configuration names.

use std::path::{Path, PathBuf};

use usher_registry::{Registry, RegistryError, Signature, Signed, Signer, verify};

use crate::exit::Failure;
use crate::reference::{Found, Place, failure};

/// What a bundle is called that lies beside a file.
const BUNDLE_SUFFIX: &str = ".sigstore.json";

/// The bundle beside a file: `acme.wasm.sigstore.json`.
pub(crate) fn bundle_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(BUNDLE_SUFFIX);
    PathBuf::from(name)
}

/// Refuses what none of the signers signed; returns the one who did. A built-in policy is part of the program, and needs none.
pub(crate) async fn check<'s>(
    place: &Place,
    found: &Found,
    registry: &Registry,
    signers: &'s [Signer],
) -> Result<Option<&'s Signer>, Failure> {
    if signers.is_empty() {
        return Ok(None);
    }
    let signer = match (&found.fetched, place) {
        (Some((reference, fetched)), _) => registry.verify(reference, fetched, signers).await,
        (None, Place::Builtin(_)) => return Ok(None),
        (None, Place::File(path)) => beside(path, found, signers),
        // What a registry gave always says so; were it not to, nobody would have signed it.
        (None, Place::Registry(reference)) => beside(Path::new(&reference.to_string()), found, signers),
    };
    signer.map(Some).map_err(failure)
}

fn beside<'s>(path: &Path, found: &Found, signers: &'s [Signer]) -> Result<&'s Signer, RegistryError> {
    let bundle = bundle_of(path);
    let signatures = match std::fs::read_to_string(&bundle) {
        Ok(json) => vec![Signature::Bundle { json }],
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let hint = "the bundle beside a policy is a text of JSON that usher may read";
            return Err(RegistryError::File { path: bundle, problem: error.to_string(), hint });
        }
    };
    let signed = Signed { bytes: &found.bytes, manifest: None };
    verify(&format!("the policy {}", path.display()), signed, &signatures, signers)
}
