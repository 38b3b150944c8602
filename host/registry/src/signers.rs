//! Who must have signed a policy, and whether they did. Verifying asks nobody: keys and trust roots are files.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sigstore_verify::crypto::VerificationKey;
use sigstore_verify::types::{Bundle, DerPublicKey, SignatureBytes, SignatureContent, Statement};
use usher_core::digest::Digest;

use crate::error::RegistryError;
use crate::identity::Identity;
use crate::signature::Signature;

/// What `cosign sign` and GitHub's `attest-build-provenance` state about an artefact: that the signer made or released it. Other
/// statements (a scan, a list of parts) are about it, and vouch for nothing.
const VOUCHING: &[&str] = &[
    "https://sigstore.dev/cosign/sign/v1",
    "https://slsa.dev/provenance/v1",
    "https://slsa.dev/provenance/v0.2",
];

/// Somebody whose signature counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// Whoever holds the private half of a key.
    Key {
        /// The public half, as PEM.
        file: PathBuf,
    },
    /// Somebody whom an OpenID issuer knows, and who signed by Sigstore.
    Identity {
        /// The issuer, such as `https://token.actions.githubusercontent.com`.
        issuer: String,
        /// Who, exactly: a workflow's address, a mail address.
        subject: String,
        /// Another trust root than that of the public Sigstore.
        trusted_root: Option<PathBuf>,
    },
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { file } => write!(f, "the key {}", file.display()),
            Self::Identity { issuer, subject, .. } => write!(f, "{subject} (by {issuer})"),
        }
    }
}

/// What was signed: a component and, where it came from a registry, its manifest.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The component.
    pub bytes: &'a [u8],
    /// The manifest that names it.
    pub manifest: Option<&'a [u8]>,
}

/// Checks that one of the signers signed it; returns which one.
///
/// # Errors
///
/// [`RegistryError::Untrusted`] with what was found instead; [`RegistryError::File`] when a key or trust root is none.
pub fn verify<'s>(
    subject: &str,
    signed: Signed<'_>,
    signatures: &[Signature],
    signers: &'s [Signer],
) -> Result<&'s Signer, RegistryError> {
    verify_found(subject, signed, signatures, None, signers)
}

/// Like [`verify`], where `unread` says what else there is that was not read.
pub(crate) fn verify_found<'s>(
    subject: &str,
    signed: Signed<'_>,
    signatures: &[Signature],
    unread: Option<String>,
    signers: &'s [Signer],
) -> Result<&'s Signer, RegistryError> {
    let mut reasons = Vec::new();
    for signer in signers {
        let judge = Judge::of(signer)?;
        for signature in signatures {
            match judge.check(signed, signature) {
                Ok(()) => return Ok(signer),
                Err(reason) => reasons.push(format!("{signer}: {reason}")),
            }
        }
    }
    let names = || signers.iter().map(Signer::to_string).collect::<Vec<_>>().join(" or ");
    let (problem, hint) = match (signatures.len(), unread) {
        (0, None) => (
            format!("it is not signed, and must be by {}", names()),
            "sign it by `usher plugin sign` or cosign; a bundle for a file lies beside it, as FILE.sigstore.json",
        ),
        (0, Some(unread)) => (
            format!("no signature of it can be read, and it must be signed by {}; {unread}", names()),
            "sign it again by `usher plugin sign` or cosign, and find out who can write to that repository",
        ),
        (count, unread) => {
            reasons.dedup();
            reasons.truncate(4);
            let unread = unread.map(|unread| format!("; {unread}")).unwrap_or_default();
            (
                format!("none of its {count} signatures counts: {}{unread}", reasons.join("; ")),
                "a signature counts when it is of these very bytes and by one of `policy.signers`; if the policy was changed or \
                 signed by somebody else, find out by whom",
            )
        }
    };
    Err(RegistryError::Untrusted { subject: subject.to_owned(), problem, hint })
}

enum Judge {
    Key(VerificationKey),
    Identity(Box<Identity>),
}

impl Judge {
    fn of(signer: &Signer) -> Result<Self, RegistryError> {
        match signer {
            Signer::Key { file } => {
                let hint = "a signer's key is a public one as PEM, such as the cosign.pub of `cosign generate-key-pair`";
                let text = read(file, hint)?;
                let key = DerPublicKey::from_pem(&text).map_err(|error| error.to_string());
                let key =
                    key.and_then(|key| VerificationKey::from_spki(&key).map_err(|error| error.to_string()));
                let unusable = |problem| RegistryError::File { path: file.clone(), problem, hint };
                key.map(Self::Key).map_err(unusable)
            }
            Signer::Identity { issuer, subject, trusted_root } => {
                Identity::new(issuer, subject, trusted_root.as_deref()).map(Box::new).map(Self::Identity)
            }
        }
    }

    fn check(&self, signed: Signed<'_>, signature: &Signature) -> Result<(), String> {
        match (signature, self) {
            (Signature::Bundle { json }, judge) => {
                let bundle = Bundle::from_json(json).map_err(|error| format!("it is no bundle ({error})"))?;
                let statement = statement(&bundle)?;
                match judge {
                    Self::Key(key) => by_key(key, signed, &bundle, statement.as_ref()),
                    Self::Identity(identity) => identity.check(signed, &bundle),
                }
            }
            (Signature::Simple { payload, signature }, Self::Key(key)) => simple(key, signed, payload, signature),
            (Signature::Simple { .. }, Self::Identity(_)) => Err(
                "it is in cosign's older form, which usher takes from keys only; an identity signs with a bundle".to_owned(),
            ),
        }
    }
}

fn read(file: &Path, hint: &'static str) -> Result<String, RegistryError> {
    std::fs::read_to_string(file).map_err(|error| RegistryError::File {
        path: file.to_owned(),
        problem: error.to_string(),
        hint,
    })
}

/// What a bundle states, where it is a statement and no plain signature; one that vouches for nothing is refused.
fn statement(bundle: &Bundle) -> Result<Option<Statement>, String> {
    let SignatureContent::DsseEnvelope(envelope) = &bundle.content else { return Ok(None) };
    if envelope.payload_type != "application/vnd.in-toto+json" {
        return Err("it states something else than in-toto has it".to_owned());
    }
    let statement: Statement = serde_json::from_slice(envelope.payload.as_bytes())
        .map_err(|_| "it states nothing that can be read".to_owned())?;
    match VOUCHING.contains(&statement.predicate_type.as_str()) {
        true => Ok(Some(statement)),
        false => Err(format!("it states {}, which vouches for nothing", statement.predicate_type)),
    }
}

/// A key is trusted by itself: a log would add who used it when, which nobody asks here. So that is not asked of the bundle, which
/// cosign writes without a log where it is told to.
fn by_key(
    key: &VerificationKey,
    signed: Signed<'_>,
    bundle: &Bundle,
    statement: Option<&Statement>,
) -> Result<(), String> {
    let told = |error: sigstore_verify::crypto::Error| error.to_string();
    match (&bundle.content, statement) {
        // `cosign sign-blob`: of the component itself.
        (SignatureContent::MessageSignature(message), _) => {
            key.verify(signed.bytes, &message.signature).map_err(told)
        }
        // `cosign sign`: of the manifest that names it.
        (SignatureContent::DsseEnvelope(envelope), Some(statement)) => {
            key.verify(envelope.pae(), &envelope.signature.sig).map_err(told)?;
            let of_it = |bytes: &[u8]| statement.matches_sha256(&sigstore_verify::crypto::sha256(bytes));
            match of_it(signed.bytes) || signed.manifest.is_some_and(of_it) {
                true => Ok(()),
                false => Err("it is of something else".to_owned()),
            }
        }
        _ => Err("it is of a kind that usher does not know".to_owned()),
    }
}

/// The sentence that cosign signs, as far as it binds anything.
#[derive(Deserialize)]
struct Sentence {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    r#type: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    manifest: String,
}

fn simple(key: &VerificationKey, signed: Signed<'_>, payload: &str, signature: &str) -> Result<(), String> {
    let manifest = signed.manifest.ok_or("it is of a manifest, and this is a file")?;
    let signature = SignatureBytes::from_base64(signature).map_err(|_| "it is no base64".to_owned())?;
    key.verify(payload.as_bytes(), &signature).map_err(|error| error.to_string())?;
    let sentence: Sentence =
        serde_json::from_str(payload).map_err(|_| "what it signs is no sentence of cosign's".to_owned())?;
    if sentence.critical.r#type != "cosign container image signature" {
        return Err("what it signs is no sentence of cosign's".to_owned());
    }
    match sentence.critical.image.manifest == Digest::of(manifest).to_string() {
        true => Ok(()),
        false => Err("it is of another manifest".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::RegistryReference;
    use crate::sign::SigningKey;

    struct Keys {
        folder: tempfile::TempDir,
        key: SigningKey,
        signer: Signer,
    }

    fn keys() -> Keys {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::generated();
        let file = folder.path().join("key.pub");
        std::fs::write(&file, key.public_pem()).unwrap();
        Keys { folder, key, signer: Signer::Key { file } }
    }

    const BYTES: &[u8] = b"\0asm component";
    const MANIFEST: &[u8] = b"{\"a\": \"manifest\"}";

    fn judged(
        signatures: &[Signature],
        signer: &Signer,
        bytes: &[u8],
        manifest: Option<&[u8]>,
    ) -> Result<(), String> {
        let signers = std::slice::from_ref(signer);
        verify("it", Signed { bytes, manifest }, signatures, signers)
            .map(drop)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_a_key_signed_counts_and_only_for_these_bytes() {
        let Keys { folder: _folder, key, signer } = keys();
        let signature = [key.sign_bytes(BYTES).unwrap()];
        assert_eq!(judged(&signature, &signer, BYTES, None), Ok(()));
        assert_eq!(judged(&signature, &signer, BYTES, Some(MANIFEST)), Ok(()));
        let other = judged(&signature, &signer, b"\0asm another", Some(MANIFEST)).unwrap_err();
        assert!(other.contains("none of its 1 signatures counts"), "{other}");
        assert!(judged(&signature, &keys().signer, BYTES, None).is_err());
    }

    #[test]
    fn what_was_signed_in_a_registry_counts_for_this_manifest_only() {
        let Keys { folder: _folder, key, signer } = keys();
        let reference: RegistryReference = "oci://ghcr.io/acme/teams:1".parse().unwrap();
        for signature in key.sign_manifest(&reference, Digest::of(MANIFEST)).unwrap() {
            let signature = [signature];
            assert_eq!(judged(&signature, &signer, BYTES, Some(MANIFEST)), Ok(()));
            assert!(judged(&signature, &signer, BYTES, Some(b"another")).is_err());
            assert!(judged(&signature, &signer, BYTES, None).is_err());
            assert!(judged(&signature, &keys().signer, BYTES, Some(MANIFEST)).is_err());
        }
    }

    #[test]
    fn a_statement_that_vouches_for_nothing_does_not_count() {
        let Keys { folder: _folder, key, signer } = keys();
        let reference: RegistryReference = "oci://ghcr.io/acme/teams:1".parse().unwrap();
        let signature =
            key.sign_statement(&reference, Digest::of(MANIFEST), "https://spdx.dev/Document").unwrap();
        let refused = judged(&[signature], &signer, BYTES, Some(MANIFEST)).unwrap_err();
        assert!(refused.contains("spdx.dev/Document, which vouches for nothing"), "{refused}");
    }

    #[test]
    fn who_is_nobody_is_told_from_who_is_somebody_else() {
        let Keys { folder: _folder, signer, .. } = keys();
        let unsigned = judged(&[], &signer, BYTES, None).unwrap_err();
        assert!(unsigned.contains("it is not signed, and must be by the key"), "{unsigned}");
        let garbage = [Signature::Bundle { json: "{}".into() }];
        assert!(judged(&garbage, &signer, BYTES, None).unwrap_err().contains("no bundle"));
    }

    #[test]
    fn one_of_several_signers_is_enough() {
        let [first, second] = [keys(), keys()];
        let signatures = [second.key.sign_bytes(BYTES).unwrap()];
        let signers = [first.signer, second.signer];
        let signed = Signed { bytes: BYTES, manifest: None };
        assert_eq!(verify("it", signed, &signatures, &signers).unwrap(), &signers[1]);
    }

    #[test]
    fn a_key_never_counts_as_an_identity() {
        let Keys { key, .. } = keys();
        let identity =
            Signer::Identity { issuer: "https://i".into(), subject: "s".into(), trusted_root: None };
        let reference: RegistryReference = "oci://ghcr.io/acme/teams:1".parse().unwrap();
        let [bundle, simple] = key.sign_manifest(&reference, Digest::of(MANIFEST)).unwrap();
        assert!(judged(&[bundle], &identity, BYTES, Some(MANIFEST)).is_err());
        assert!(judged(&[simple], &identity, BYTES, Some(MANIFEST)).unwrap_err().contains("older form"));
    }

    #[test]
    fn a_file_that_is_no_key_is_named() {
        let Keys { folder, .. } = keys();
        let file = folder.path().join("no.pub");
        let refused = judged(&[], &Signer::Key { file: file.clone() }, BYTES, None).unwrap_err();
        assert!(refused.contains("no.pub cannot be used"), "{refused}");
        std::fs::write(&file, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").unwrap();
        assert!(judged(&[], &Signer::Key { file }, BYTES, None).unwrap_err().contains("cosign.pub"));
    }
}
