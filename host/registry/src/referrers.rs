//! Signatures in a registry: found beside a manifest, and attached to it.

use std::collections::BTreeMap;

use oci_client::manifest::{
    OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageIndex, OciImageManifest,
};
use serde_json::{Value, json};
use usher_core::digest::Digest;

use crate::error::RegistryError;
use crate::layout::descriptor;
use crate::reference::RegistryReference;
use crate::registry::{Fetched, Registry, Repository};
use crate::signature::{BUNDLE, BUNDLE_PREFIX, SIMPLE, SIMPLE_SIGNATURE, Signature};
use crate::signers::{Signed, Signer, verify_found};

/// How many signatures of one manifest are looked at, of either form: anybody who can write to the repository can add some.
const SIGNATURES: usize = 32;

/// How many things that refer to a manifest are looked at to find signatures among them: scans and lists of parts are referrers
/// too.
const REFERRERS: usize = 256;

/// The largest signature that is taken in.
const SIGNATURE_BYTES: usize = 1 << 20;

const EMPTY: &str = "application/vnd.oci.empty.v1+json";

impl Registry {
    /// Checks that one of the signers signed what was fetched; returns which one. Signatures that are kept are tried first, so
    /// that a run with everything at hand asks nobody.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Untrusted`] when nobody did, others when the registry or a key cannot be asked.
    pub async fn verify<'s>(
        &self,
        reference: &RegistryReference,
        fetched: &Fetched,
        signers: &'s [Signer],
    ) -> Result<&'s Signer, RegistryError> {
        let kept = match fetched.manifest {
            Some(_) => None,
            // Pinned by the component's digest: the tag is not asked for what is known.
            None => self.kept_manifest(reference, Digest::of(&fetched.bytes)),
        };
        let Some(kept) = kept else {
            let manifest = self.manifest_of(reference, fetched).await?;
            return self.verify_by(reference, &fetched.bytes, &manifest, signers).await;
        };
        match self.verify_by(reference, &fetched.bytes, &kept, signers).await {
            // The same component may have been pushed again since, and signed under that manifest.
            Err(refused @ RegistryError::Untrusted { .. }) => {
                match self.manifest_of(reference, fetched).await {
                    Ok(now) if now != kept => self.verify_by(reference, &fetched.bytes, &now, signers).await,
                    _ => Err(refused),
                }
            }
            verified => verified,
        }
    }

    /// By the signatures on one manifest, which names the component.
    async fn verify_by<'s>(
        &self,
        reference: &RegistryReference,
        component: &[u8],
        manifest: &[u8],
        signers: &'s [Signer],
    ) -> Result<&'s Signer, RegistryError> {
        let digest = Digest::of(manifest);
        let signed = Signed { bytes: component, manifest: Some(manifest) };
        let subject = reference.to_string();
        let kept = self.cache.signatures(digest);
        if !kept.is_empty()
            && let Ok(signer) = verify_found(&subject, signed, &kept, None, signers)
        {
            return Ok(signer);
        }
        let found = self.signatures(reference, digest).await?;
        let signer = verify_found(&subject, signed, &found.signatures, found.unread(), signers)?;
        self.cache.put_signatures(digest, &found.signatures);
        Ok(signer)
    }

    /// The signatures on a manifest, as the registry has them now.
    async fn signatures(
        &self,
        reference: &RegistryReference,
        manifest: Digest,
    ) -> Result<Found, RegistryError> {
        let repository = self.client(&reference.pinned(manifest)).await?;
        let mut found = Found::default();
        let mut bundles = 0;
        let referrers = repository.referrers(manifest).await?;
        for (at, referrer) in referrers.iter().enumerate() {
            if at == REFERRERS || bundles == SIGNATURES {
                found.unseen += referrers.len() - at;
                break;
            }
            let asked = reference.pinned(*referrer).asked();
            let Some(bytes) = found.read(repository.manifest(&asked).await)? else { continue };
            let Ok(referrer) = serde_json::from_slice::<OciImageManifest>(&bytes) else { continue };
            for layer in referrer.layers.iter().filter(|layer| layer.media_type.starts_with(BUNDLE_PREFIX)) {
                if bundles == SIGNATURES {
                    found.unseen += 1;
                    continue;
                }
                bundles += 1;
                let json = found.read(text(&repository, layer).await)?.flatten();
                found.signatures.extend(json.map(|json| Signature::Bundle { json }));
            }
        }
        let list = match repository.manifest(&reference.tagged(simple_tag(manifest))).await {
            Err(RegistryError::Missing { .. }) => return Ok(found),
            list => found.read(list)?.unwrap_or_default(),
        };
        let layers =
            serde_json::from_slice::<OciImageManifest>(&list).map(|list| list.layers).unwrap_or_default();
        let layers: Vec<_> = layers.iter().filter(|layer| layer.media_type == SIMPLE).collect();
        found.unseen += layers.len().saturating_sub(SIGNATURES);
        for layer in layers.into_iter().take(SIGNATURES) {
            let signature = layer.annotations.as_ref().and_then(|all| all.get(SIMPLE_SIGNATURE)).cloned();
            let payload = found.read(text(&repository, layer).await)?.flatten();
            if let (Some(signature), Some(payload)) = (signature, payload) {
                found.signatures.push(Signature::Simple { payload, signature });
            }
        }
        Ok(found)
    }

    /// Puts signatures beside a manifest, where usher and cosign look for them. Those that are there stay.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the registry does not take them.
    pub async fn attach(
        &self,
        reference: &RegistryReference,
        manifest: &[u8],
        signatures: &[Signature],
    ) -> Result<(), RegistryError> {
        let repository = self.client(&reference.pinned(Digest::of(manifest))).await?;
        for signature in signatures {
            match signature {
                Signature::Bundle { json } => attach_bundle(&repository, manifest, json).await?,
                Signature::Simple { payload, signature } => {
                    attach_simple(&repository, manifest, payload, signature).await?
                }
            }
        }
        Ok(())
    }
}

/// What was found beside a manifest. What could not be read is no signature; it may be that of somebody who counts all the same, so
/// a refusal tells of it.
#[derive(Default)]
struct Found {
    signatures: Vec<Signature>,
    /// How much the registry lists and does not have.
    missing: usize,
    /// What the registry serves in place of what it lists.
    changed: Option<String>,
    /// How much was not looked at, because it is too much.
    unseen: usize,
}

impl Found {
    /// What one answer holds. Anybody who can write to the repository can list what is not there, and nobody's signature goes
    /// bad by that.
    fn read<T>(&mut self, answer: Result<T, RegistryError>) -> Result<Option<T>, RegistryError> {
        match answer {
            Ok(read) => Ok(Some(read)),
            Err(RegistryError::Missing { .. }) => {
                self.missing += 1;
                Ok(None)
            }
            Err(RegistryError::OtherBytes { what, expected, .. }) => {
                self.changed.get_or_insert_with(|| {
                    format!("in place of the {what} {expected} the registry serves something else")
                });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What was passed over, in words.
    fn unread(&self) -> Option<String> {
        let missing = (self.missing > 0)
            .then(|| format!("{} of what the registry lists beside it is not there", self.missing));
        let unseen = (self.unseen > 0).then(|| {
            format!("{} more of what is beside it was not looked at, since there is too much", self.unseen)
        });
        let parts: Vec<String> = [missing, self.changed.clone(), unseen].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// A layer of text; none when it is too large or no text, which no signature is.
async fn text(repository: &Repository, layer: &OciDescriptor) -> Result<Option<String>, RegistryError> {
    let (Ok(digest), Ok(size)) = (layer.digest.parse(), usize::try_from(layer.size)) else { return Ok(None) };
    if size > SIGNATURE_BYTES {
        return Ok(None);
    }
    Ok(String::from_utf8(repository.blob("signature", digest, size, SIGNATURE_BYTES).await?).ok())
}

async fn attach_bundle(repository: &Repository, subject: &[u8], bundle: &str) -> Result<(), RegistryError> {
    let empty = b"{}";
    repository.push_blob(empty.to_vec()).await?;
    repository.push_blob(bundle.as_bytes().to_vec()).await?;
    let content = if bundle.contains("\"dsseEnvelope\"") { "dsse-envelope" } else { "message-signature" };
    let annotations = BTreeMap::from([
        ("dev.sigstore.bundle.content".to_owned(), content.to_owned()),
        ("dev.sigstore.bundle.predicateType".to_owned(), "https://sigstore.dev/cosign/sign/v1".to_owned()),
    ]);
    let manifest = OciImageManifest {
        media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
        artifact_type: Some(BUNDLE.to_owned()),
        config: descriptor(EMPTY, empty),
        layers: vec![descriptor(BUNDLE, bundle.as_bytes())],
        subject: Some(descriptor(OCI_IMAGE_MEDIA_TYPE, subject)),
        annotations: Some(annotations),
        ..OciImageManifest::default()
    };
    let bytes = serde_json::to_vec(&manifest).unwrap_or_default();
    let (size, digest) = (bytes.len(), Digest::of(&bytes));
    let reference = repository.reference();
    repository.push_manifest_bytes(&reference.pinned(digest).asked(), bytes, OCI_IMAGE_MEDIA_TYPE).await?;
    // A registry that keeps the list itself names it by now; in all others whoever attaches keeps it under a tag.
    let subject = Digest::of(subject);
    if repository.referrers(subject).await?.contains(&digest) {
        return Ok(());
    }
    let tag = reference.tagged(referrers_tag(subject));
    let list = match repository.manifest(&tag).await {
        Ok(bytes) => Some(bytes),
        Err(RegistryError::Missing { .. }) => None,
        Err(error) => return Err(error),
    };
    let entry =
        json!({ "mediaType": OCI_IMAGE_MEDIA_TYPE, "digest": digest, "size": size, "artifactType": BUNDLE });
    let list = with_entry(list.as_deref(), entry).map_err(|problem| repository.odd_list(subject, problem))?;
    repository.push_manifest_bytes(&tag, list, OCI_IMAGE_INDEX_MEDIA_TYPE).await.map(drop)
}

/// A list of referrers with one more, or why it is none: what somebody else put there is neither lost nor overwritten.
fn with_entry(list: Option<&[u8]>, entry: Value) -> Result<Vec<u8>, String> {
    let Some(list) = list else {
        let list =
            json!({ "schemaVersion": 2, "mediaType": OCI_IMAGE_INDEX_MEDIA_TYPE, "manifests": [entry] });
        return Ok(list.to_string().into_bytes());
    };
    let no_list = |error: serde_json::Error| format!("is no list of manifests ({error})");
    serde_json::from_slice::<OciImageIndex>(list).map_err(no_list)?;
    // Written again as it is, since the type above knows less than others may have written.
    let mut list: Value = serde_json::from_slice(list).map_err(no_list)?;
    let entries = list.get_mut("manifests").and_then(Value::as_array_mut);
    entries.ok_or("is no list of manifests")?.push(entry);
    Ok(list.to_string().into_bytes())
}

async fn attach_simple(
    repository: &Repository,
    subject: &[u8],
    payload: &str,
    signature: &str,
) -> Result<(), RegistryError> {
    let tag = repository.reference().tagged(simple_tag(Digest::of(subject)));
    let mut layers = match repository.manifest(&tag).await {
        Ok(bytes) => simple_layers(&bytes).map_err(|problem| repository.odd_tag(tag.clone(), problem))?,
        Err(RegistryError::Missing { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let annotations = BTreeMap::from([(SIMPLE_SIGNATURE.to_owned(), signature.to_owned())]);
    layers.push(OciDescriptor { annotations: Some(annotations), ..descriptor(SIMPLE, payload.as_bytes()) });
    let diffs: Vec<&str> = layers.iter().map(|layer| layer.digest.as_str()).collect();
    // Cosign reads the list as an image's, whose configuration counts the layers.
    let config = json!({ "architecture": "", "os": "", "config": {}, "rootfs": { "type": "layers", "diff_ids": diffs } });
    let config = config.to_string().into_bytes();
    let manifest = OciImageManifest {
        media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
        config: descriptor("application/vnd.oci.image.config.v1+json", &config),
        layers,
        ..OciImageManifest::default()
    };
    repository.push_blob(payload.as_bytes().to_vec()).await?;
    repository.push_blob(config).await?;
    repository.push_manifest(&tag, &manifest).await.map(drop)
}

/// The signatures that are under the tag of cosign's older form, or why there are none.
fn simple_layers(list: &[u8]) -> Result<Vec<OciDescriptor>, String> {
    let list = serde_json::from_slice::<OciImageManifest>(list);
    list.map(|list| list.layers).map_err(|error| format!("is no list of signatures ({error})"))
}

/// Where the list of what refers to a manifest is kept by whoever attaches something, if the registry keeps none itself.
pub(crate) fn referrers_tag(manifest: Digest) -> String {
    manifest.to_string().replace(':', "-")
}

/// Where cosign puts what it signs without a bundle.
fn simple_tag(manifest: Digest) -> String {
    format!("{}.sig", referrers_tag(manifest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_added_and_what_stood_there_stays() {
        let entry = || json!({ "digest": "sha256:new" });
        let first: Value = serde_json::from_slice(&with_entry(None, entry()).unwrap()).unwrap();
        assert_eq!((&first["schemaVersion"], &first["manifests"]), (&json!(2), &json!([entry()])));
        let other = json!({ "mediaType": "a", "digest": "sha256:old", "size": 1, "urls": ["theirs"] });
        let there = json!({ "schemaVersion": 2, "manifests": [other], "theirs": true }).to_string();
        let both: Value =
            serde_json::from_slice(&with_entry(Some(there.as_bytes()), entry()).unwrap()).unwrap();
        assert_eq!(both["manifests"], json!([other, entry()]));
        assert_eq!(both["theirs"], true);
    }

    #[test]
    fn what_is_no_list_is_neither_added_to_nor_replaced() {
        let image = r#"{"schemaVersion": 2, "config": {}, "layers": []}"#;
        for odd in [
            "[]",
            "\"text\"",
            "3",
            "null",
            "{}",
            image,
            r#"{"schemaVersion": 2, "manifests": {}}"#,
            "no JSON",
        ] {
            let refused = with_entry(Some(odd.as_bytes()), json!({})).unwrap_err();
            assert!(refused.starts_with("is no list of manifests"), "{odd}: {refused}");
        }
        for odd in ["[]", "3", r#"{"schemaVersion": 2, "manifests": []}"#, "no JSON"] {
            let refused = simple_layers(odd.as_bytes()).unwrap_err();
            assert!(refused.starts_with("is no list of signatures"), "{odd}: {refused}");
        }
    }

    #[test]
    fn what_was_passed_over_is_told() {
        let about = || ("ghcr.io".to_owned(), "oci://ghcr.io/acme/teams:1".to_owned());
        let mut found = Found::default();
        assert_eq!(found.unread(), None);
        let (host, reference) = about();
        assert!(found.read::<()>(Err(RegistryError::Missing { host, reference })).unwrap().is_none());
        let (host, reference) = about();
        let cause = "no route".to_owned();
        found.read::<()>(Err(RegistryError::Unreachable { host, reference, cause })).unwrap_err();
        found.unseen = 3;
        let told = found.unread().unwrap();
        assert!(told.starts_with("1 of what the registry lists") && told.contains("; 3 more of"), "{told}");
    }
}
