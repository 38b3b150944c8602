//! Signatures in a registry: found beside a manifest, and attached to it.

use std::collections::BTreeMap;

use oci_client::manifest::{
    OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest,
};
use serde_json::{Value, json};
use usher_core::digest::Digest;

use crate::error::RegistryError;
use crate::layout::descriptor;
use crate::reference::RegistryReference;
use crate::registry::{Fetched, Registry, Repository};
use crate::signature::{BUNDLE, BUNDLE_PREFIX, SIMPLE, SIMPLE_SIGNATURE, Signature};
use crate::signers::{Signed, Signer, verify};

/// How many signatures of one manifest are looked at: anybody who can write to the repository can add some.
const SIGNATURES: usize = 32;

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
        let manifest = self.manifest_of(reference, fetched).await?;
        let digest = Digest::of(&manifest);
        let signed = Signed { bytes: &fetched.bytes, manifest: Some(&manifest) };
        let subject = reference.to_string();
        let kept = self.cache.signatures(digest);
        if !kept.is_empty()
            && let Ok(signer) = verify(&subject, signed, &kept, signers)
        {
            return Ok(signer);
        }
        let found = self.signatures(reference, digest).await?;
        let signer = verify(&subject, signed, &found, signers)?;
        self.cache.put_signatures(digest, &found);
        Ok(signer)
    }

    /// The signatures on a manifest, as the registry has them now.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the registry cannot say.
    pub async fn signatures(
        &self,
        reference: &RegistryReference,
        manifest: Digest,
    ) -> Result<Vec<Signature>, RegistryError> {
        let repository = self.client(&reference.pinned(manifest)).await?;
        let mut found = Vec::new();
        for referrer in repository.referrers(manifest).await?.into_iter().take(SIGNATURES) {
            let bytes = repository.manifest(&reference.pinned(referrer).asked()).await?;
            let Ok(referrer) = serde_json::from_slice::<OciImageManifest>(&bytes) else { continue };
            for layer in referrer.layers.iter().filter(|layer| layer.media_type.starts_with(BUNDLE_PREFIX)) {
                found.extend(text(&repository, layer).await?.map(|json| Signature::Bundle { json }));
            }
        }
        match repository.manifest(&reference.tagged(simple_tag(manifest))).await {
            Ok(bytes) => {
                let layers = serde_json::from_slice::<OciImageManifest>(&bytes)
                    .map(|list| list.layers)
                    .unwrap_or_default();
                for layer in layers.iter().filter(|layer| layer.media_type == SIMPLE).take(SIGNATURES) {
                    let signature =
                        layer.annotations.as_ref().and_then(|all| all.get(SIMPLE_SIGNATURE)).cloned();
                    if let (Some(signature), Some(payload)) = (signature, text(&repository, layer).await?) {
                        found.push(Signature::Simple { payload, signature });
                    }
                }
            }
            Err(RegistryError::Missing { .. }) => {}
            Err(error) => return Err(error),
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

/// A layer of text; none when it is too large or no text, which no signature is.
async fn text(repository: &Repository, layer: &OciDescriptor) -> Result<Option<String>, RegistryError> {
    let (Ok(digest), Ok(size)) = (layer.digest.parse(), usize::try_from(layer.size)) else { return Ok(None) };
    if size > SIGNATURE_BYTES {
        return Ok(None);
    }
    Ok(String::from_utf8(repository.blob(digest, size, SIGNATURE_BYTES).await?).ok())
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
    let tag = reference.tagged(subject.to_string().replace(':', "-"));
    let mut list = match repository.manifest(&tag).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|_| empty_list()),
        Err(RegistryError::Missing { .. }) => empty_list(),
        Err(error) => return Err(error),
    };
    let entry =
        json!({ "mediaType": OCI_IMAGE_MEDIA_TYPE, "digest": digest, "size": size, "artifactType": BUNDLE });
    if let Some(entries) = list["manifests"].as_array_mut() {
        entries.push(entry);
    }
    repository
        .push_manifest_bytes(&tag, list.to_string().into_bytes(), OCI_IMAGE_INDEX_MEDIA_TYPE)
        .await
        .map(drop)
}

fn empty_list() -> Value {
    json!({ "schemaVersion": 2, "mediaType": OCI_IMAGE_INDEX_MEDIA_TYPE, "manifests": [] })
}

async fn attach_simple(
    repository: &Repository,
    subject: &[u8],
    payload: &str,
    signature: &str,
) -> Result<(), RegistryError> {
    let tag = repository.reference().tagged(simple_tag(Digest::of(subject)));
    let mut layers = match repository.manifest(&tag).await {
        Ok(bytes) => {
            serde_json::from_slice::<OciImageManifest>(&bytes).map(|list| list.layers).unwrap_or_default()
        }
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

/// Where cosign puts what it signs without a bundle.
fn simple_tag(manifest: Digest) -> String {
    format!("{}.sig", manifest.to_string().replace(':', "-"))
}
