//! `usher plugin sign`: a signature with a key, where usher and cosign look for it.

use anyhow::{Context, anyhow};
use serde_json::json;
use usher_policy::Digest;
use usher_registry::{Signature, SigningKey};

use crate::arguments::registry::SignArguments;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::reference::{self, Place, failure, registry};
use crate::trust::bundle_of;

/// Signs a file, or what a reference means now.
pub(crate) async fn sign(arguments: &SignArguments) -> Result<ExitStatus, Failure> {
    let key = SigningKey::read(&arguments.key).map_err(Failure::usage)?;
    let place = Place::of(&arguments.reference).map_err(Failure::usage)?;
    let registry = registry(arguments.registry.authority.as_deref());
    let found = reference::find(&place, &registry, None).await?;
    let failed =
        |problem: String| Failure::from(anyhow!("{} cannot be signed: {problem}", arguments.reference));
    let (signed, to) = match (&place, &found.fetched) {
        (Place::File(path), _) => {
            let bundle = bundle_of(path);
            if let Signature::Bundle { json } = key.sign_bytes(&found.bytes).map_err(failed)? {
                let shown = bundle.display();
                std::fs::write(&bundle, json)
                    .with_context(|| format!("the signature cannot be written to {shown}"))?;
            }
            (Digest::of(&found.bytes), bundle.display().to_string())
        }
        (_, Some((named, fetched))) => {
            let Some(manifest) = &fetched.manifest else {
                return Err(Failure::usage(anyhow!(
                    "{named} is pinned by the component's own digest, and what is signed is the manifest\nhint: name it by the \
                     manifest's digest, which `usher plugin inspect` prints, or by its tag"
                )));
            };
            let digest = Digest::of(manifest);
            let signatures = key.sign_manifest(named, digest).map_err(failed)?;
            registry.attach(named, manifest, &signatures).await.map_err(failure)?;
            (digest, named.pinned(digest).to_string())
        }
        (_, None) => {
            return Err(Failure::usage(anyhow!(
                "{} is part of the program, and is not signed by itself\nhint: push it to a registry, and sign that",
                arguments.reference
            )));
        }
    };
    if arguments.json {
        outln!("{:#}", json!({ "documentVersion": 1, "signed": signed, "at": to }));
    } else {
        outln!("{}", plain(&to));
    }
    Ok(ExitStatus::Done)
}
