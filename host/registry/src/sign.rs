//! Signing with a key of one's own: bundles that cosign verifies, for a file and for what lies in a registry.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sigstore_verify::crypto::KeyPair;
use sigstore_verify::types::dsse::pae;
use usher_core::digest::Digest;

use crate::error::RegistryError;
use crate::reference::RegistryReference;
use crate::signature::{BUNDLE, Signature};

const HINT: &str = "sign with an EC P-256 key as PKCS#8 PEM, unencrypted: `openssl genpkey -algorithm EC -pkeyopt \
                    ec_paramgen_curve:P-256 -out policy.key`; the public half for `policy.signers` comes from `openssl pkey -in \
                    policy.key -pubout`. A key that cosign encrypted signs with cosign";

const PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A private key.
#[derive(Debug)]
pub struct SigningKey(KeyPair);

impl SigningKey {
    /// Reads an EC P-256 key from a file of PKCS#8 PEM.
    ///
    /// # Errors
    ///
    /// [`RegistryError::File`] when it is anything else.
    pub fn read(path: &Path) -> Result<Self, RegistryError> {
        let unusable = |problem: String| RegistryError::File { path: path.to_owned(), problem, hint: HINT };
        let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
        let der = pkcs8(&text)
            .ok_or_else(|| unusable("it is no private key that is understood here".to_owned()))?;
        // What the library says of a key that it does not take could quote it.
        KeyPair::from_pkcs8_der(&der).map(Self).map_err(|_| unusable("it is no EC P-256 key".to_owned()))
    }

    /// Signs a component: a bundle to lie beside its file, as `cosign sign-blob` writes it.
    ///
    /// # Errors
    ///
    /// What the library says when it cannot sign.
    pub fn sign_bytes(&self, bytes: &[u8]) -> Result<Signature, String> {
        let digest = sigstore_verify::crypto::sha256(bytes).to_base64();
        let content = json!({ "messageDigest": { "algorithm": "SHA2_256", "digest": digest }, "signature": self.sign(bytes)? });
        self.bundle("messageSignature", content)
    }

    /// Signs what lies in a registry, by its manifest: a statement in a bundle, as cosign 3 writes it, and the sentence that
    /// cosign 2 looks for.
    ///
    /// # Errors
    ///
    /// What the library says when it cannot sign.
    pub fn sign_manifest(
        &self,
        reference: &RegistryReference,
        manifest: Digest,
    ) -> Result<[Signature; 2], String> {
        let digest = manifest.to_string();
        let payload = json!({ "critical": { "identity": { "docker-reference": name(reference) },
            "image": { "docker-manifest-digest": digest }, "type": "cosign container image signature" }, "optional": null })
        .to_string();
        let signature = self.sign(payload.as_bytes())?;
        Ok([self.sign_statement(reference, manifest, PREDICATE)?, Signature::Simple { payload, signature }])
    }

    /// A statement of some kind about a manifest, without any detail.
    pub(crate) fn sign_statement(
        &self,
        reference: &RegistryReference,
        manifest: Digest,
        kind: &str,
    ) -> Result<Signature, String> {
        let digest = manifest.to_string();
        let subject =
            json!({ "name": name(reference), "digest": { "sha256": digest.trim_start_matches("sha256:") } });
        let statement =
            json!({ "_type": "https://in-toto.io/Statement/v1", "subject": [subject], "predicateType": kind,
            "predicate": {} })
            .to_string();
        let signature = self.sign(&pae(PAYLOAD_TYPE, statement.as_bytes()))?;
        let envelope = json!({ "payload": STANDARD.encode(&statement), "payloadType": PAYLOAD_TYPE,
            "signatures": [{ "sig": signature }] });
        self.bundle("dsseEnvelope", envelope)
    }

    fn bundle(&self, kind: &str, content: Value) -> Result<Signature, String> {
        let public = self.0.public_key_der().map_err(|error| error.to_string())?;
        // Cosign's hint: which of several keys this may be.
        let hint = sigstore_verify::crypto::sha256(public.as_bytes()).to_base64();
        let mut bundle =
            json!({ "mediaType": BUNDLE, "verificationMaterial": { "publicKey": { "hint": hint } } });
        bundle[kind] = content;
        Ok(Signature::Bundle { json: bundle.to_string() })
    }

    #[cfg(test)]
    pub(crate) fn generated() -> Self {
        Self(KeyPair::generate_ecdsa_p256().unwrap())
    }

    #[cfg(test)]
    pub(crate) fn public_pem(&self) -> String {
        self.0.public_key_der().unwrap().to_pem()
    }

    fn sign(&self, bytes: &[u8]) -> Result<String, String> {
        self.0.sign(bytes).map(|signature| signature.to_base64()).map_err(|error| error.to_string())
    }
}

/// What statements call a repository.
fn name(reference: &RegistryReference) -> String {
    format!("{}/{}", reference.host(), reference.repository())
}

fn pkcs8(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}
