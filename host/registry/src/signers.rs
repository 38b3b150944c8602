//! Who must have signed a policy, and whether they did. Verifying asks nobody: keys and trust roots are files.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sigstore_verify::crypto::VerificationKey;
use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::{Bundle, DerPublicKey, SignatureBytes, SignatureContent, Statement};
use sigstore_verify::{Policy, PublicKeyVerificationPolicy, VerificationPolicy, Verifier};
use usher_core::digest::Digest;

use crate::error::RegistryError;
use crate::signature::Signature;

/// What `cosign sign` and GitHub's `attest-build-provenance` state about an artefact: that the signer made or released it. Other
/// statements (a scan, a list of parts) are about it, and vouch for nothing.
const VOUCHING: &[&str] = &[
    "https://sigstore.dev/cosign/sign/v1",
    "https://slsa.dev/provenance/v1",
    "https://slsa.dev/provenance/v0.2",
];

/// A trust root in which nobody is trusted: enough for a key, which needs none.
const EMPTY_ROOT: &str = r#"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#;

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
    let problem = if signatures.is_empty() {
        let names: Vec<String> = signers.iter().map(Signer::to_string).collect();
        format!("it is not signed, and must be by {}", names.join(" or "))
    } else {
        reasons.dedup();
        reasons.truncate(4);
        format!("none of its {} signatures counts: {}", signatures.len(), reasons.join("; "))
    };
    let hint = if signatures.is_empty() {
        "sign it by `usher plugin sign` or cosign; a bundle for a file lies beside it, as FILE.sigstore.json"
    } else {
        "a signature counts when it is of these very bytes and by one of `policy.signers`; if the policy was changed or signed \
         by somebody else, find out by whom"
    };
    Err(RegistryError::Untrusted { subject: subject.to_owned(), problem, hint })
}

enum Judge {
    Key { key: DerPublicKey, verifier: Box<Verifier> },
    Identity { policy: VerificationPolicy, verifier: Box<Verifier> },
}

impl Judge {
    fn of(signer: &Signer) -> Result<Self, RegistryError> {
        match signer {
            Signer::Key { file } => {
                let hint = "a signer's key is a public one as PEM, such as the cosign.pub of `cosign generate-key-pair`";
                let text = read(file, hint)?;
                let unusable = |problem: String| RegistryError::File { path: file.clone(), problem, hint };
                let key = DerPublicKey::from_pem(&text).map_err(|error| unusable(error.to_string()))?;
                VerificationKey::from_spki(&key).map_err(|error| unusable(error.to_string()))?;
                let verifier = verifier(EMPTY_ROOT).map_err(unusable)?;
                Ok(Self::Key { key, verifier: Box::new(verifier) })
            }
            Signer::Identity { issuer, subject, trusted_root } => {
                let hint = "a trust root is the trusted_root.json of a Sigstore instance";
                let (path, text) = match trusted_root {
                    Some(path) => (path.clone(), read(path, hint)?),
                    None => (
                        PathBuf::from("the built-in trust root"),
                        SIGSTORE_PRODUCTION_TRUSTED_ROOT.to_owned(),
                    ),
                };
                let verifier =
                    verifier(&text).map_err(|problem| RegistryError::File { path, problem, hint })?;
                let policy = VerificationPolicy::new(subject.as_str(), issuer.as_str());
                Ok(Self::Identity { policy, verifier: Box::new(verifier) })
            }
        }
    }

    fn check(&self, signed: Signed<'_>, signature: &Signature) -> Result<(), String> {
        match (signature, self) {
            (Signature::Bundle { json }, Self::Key { key, verifier }) => {
                // A key is trusted by itself; a log would add who used it when, which nobody asks here.
                let policy = PublicKeyVerificationPolicy::new(key.clone()).skip_tlog_unsafe();
                bundle(verifier, &policy, signed, json)
            }
            (Signature::Bundle { json }, Self::Identity { policy, verifier }) => bundle(verifier, policy, signed, json),
            (Signature::Simple { payload, signature }, Self::Key { key, .. }) => simple(key, signed, payload, signature),
            (Signature::Simple { .. }, Self::Identity { .. }) => {
                Err("it is in cosign's older form, which usher takes from keys only; sign with --new-bundle-format".to_owned())
            }
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

fn verifier(trusted_root: &str) -> Result<Verifier, String> {
    let root = TrustedRoot::from_json(trusted_root).map_err(|error| error.to_string())?;
    Verifier::new(&root).map_err(|error| error.to_string())
}

/// A bundle is of the component itself (`cosign sign-blob`) or of the manifest that names it (`cosign sign`).
fn bundle(verifier: &Verifier, policy: &dyn Policy, signed: Signed<'_>, json: &str) -> Result<(), String> {
    let bundle = Bundle::from_json(json).map_err(|error| format!("it is no bundle ({error})"))?;
    if let SignatureContent::DsseEnvelope(envelope) = &bundle.content {
        let statement: Statement = serde_json::from_slice(envelope.payload.as_bytes())
            .map_err(|_| "it states nothing that can be read".to_owned())?;
        if !VOUCHING.contains(&statement.predicate_type.as_str()) {
            return Err(format!("it states {}, which vouches for nothing", statement.predicate_type));
        }
    }
    let mut first = None;
    for artifact in [Some(signed.bytes), signed.manifest].into_iter().flatten() {
        match verifier.verify(artifact, &bundle, policy) {
            Ok(_) => return Ok(()),
            Err(error) => _ = first.get_or_insert_with(|| error.to_string()),
        }
    }
    Err(first.unwrap_or_default())
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

fn simple(key: &DerPublicKey, signed: Signed<'_>, payload: &str, signature: &str) -> Result<(), String> {
    let manifest = signed.manifest.ok_or("it is of a manifest, and this is a file")?;
    let signature = SignatureBytes::from_base64(signature).map_err(|_| "it is no base64".to_owned())?;
    let key = VerificationKey::from_spki(key).map_err(|error| error.to_string())?;
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
