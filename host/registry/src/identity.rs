//! Somebody whom an OpenID issuer knows: that a signature is theirs shows by a certificate, by the logs of certificates and of
//! signatures, and by a trust root that says which of those count.

use std::path::{Path, PathBuf};

use sigstore_verify::crypto::parse_certificate_info;
use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::Bundle;
use sigstore_verify::{
    CertificateError, Error, TimestampError, TransparencyLogError, VerificationPolicy, Verifier,
};

use crate::error::RegistryError;
use crate::signers::Signed;

const HINT: &str = "a trust root is the trusted_root.json of a Sigstore: with its certificate authority, its log of certificates \
                    and its log of signatures";

/// An identity with all that it takes to know its signatures.
pub(crate) struct Identity {
    policy: VerificationPolicy,
    verifier: Verifier,
}

impl Identity {
    /// `trusted_root` is that of a private Sigstore; without it that of the public one counts.
    pub(crate) fn new(
        issuer: &str,
        subject: &str,
        trusted_root: Option<&Path>,
    ) -> Result<Self, RegistryError> {
        let (path, text) = match trusted_root {
            Some(path) => {
                let unreadable = |error: std::io::Error| unusable(path, error.to_string());
                (path.to_owned(), std::fs::read_to_string(path).map_err(unreadable)?)
            }
            None => (PathBuf::from("the built-in trust root"), SIGSTORE_PRODUCTION_TRUSTED_ROOT.to_owned()),
        };
        let root = TrustedRoot::from_json(&text).map_err(|error| unusable(&path, error.to_string()))?;
        let verifier = Verifier::new(&root).map_err(|error| unusable(&path, error.to_string()))?;
        Ok(Self { policy: VerificationPolicy::new(subject, issuer), verifier })
    }

    /// Why a bundle is none of theirs, of what was signed; to follow the name of the signer.
    pub(crate) fn check(&self, signed: Signed<'_>, bundle: &Bundle) -> Result<(), String> {
        if bundle.signing_certificate().is_none() {
            return Err("it was made with a key, and not by somebody whom an issuer knows".to_owned());
        }
        // Of the two that it may be of, the one that it is not of says nothing.
        let mut reason = None;
        for artifact in [Some(signed.bytes), signed.manifest].into_iter().flatten() {
            match self.verifier.verify(artifact, bundle, &self.policy) {
                Ok(_) => return Ok(()),
                Err(Error::ArtifactMismatch(_)) => {}
                Err(error) => _ = reason.get_or_insert(error),
            }
        }
        Err(reason.map_or_else(|| "it is of something else".to_owned(), |error| told(&error, bundle)))
    }
}

fn unusable(path: &Path, problem: String) -> RegistryError {
    RegistryError::File { path: path.to_owned(), problem, hint: HINT }
}

/// What the library found, in words for who reads a refusal; its own stand behind them, for who has to look into it.
fn told(error: &Error, bundle: &Bundle) -> String {
    match error {
        Error::IdentityMismatch { actual, .. } => {
            format!("its certificate is made out to {}", shown(actual.as_ref()))
        }
        Error::IssuerMismatch { actual, .. } => {
            format!("its certificate was given on the word of another issuer, {}", shown(actual.as_ref()))
        }
        Error::SignatureInvalid(_) => {
            "it is of something else, or by another key than that of its certificate".to_owned()
        }
        Error::Certificate(problem) => certificate(problem, bundle),
        Error::TransparencyLog(TransparencyLogError::IntegratedTime(detail)) => {
            outside_of_certificate(bundle).unwrap_or_else(|| format!("its time does not hold ({detail})"))
        }
        Error::TransparencyLog(problem) => {
            format!("its entry in the log of signatures does not hold by the trust root ({problem})")
        }
        Error::Bundle(
            sigstore_verify::bundle::Error::MissingInclusionProof(_)
            | sigstore_verify::bundle::Error::MissingInclusionPromise(_)
            | sigstore_verify::bundle::Error::MissingSigningTimeEvidence,
        ) => "it does not show that it is in the log of signatures".to_owned(),
        Error::Timestamp(TimestampError::NoVerifiedTimestamp(_)) => {
            "nothing shows when it was made".to_owned()
        }
        other => other.to_string(),
    }
}

fn certificate(problem: &CertificateError, bundle: &Bundle) -> String {
    match problem {
        CertificateError::Sct(detail) => {
            format!(
                "its certificate does not show that it is in a log of certificates of the trust root ({detail})"
            )
        }
        CertificateError::ChainInvalid(detail) => outside_of_certificate(bundle)
            .unwrap_or_else(|| format!("its certificate is from no authority of the trust root ({detail})")),
        CertificateError::Expired { .. } | CertificateError::NotYetValid { .. } => {
            outside_of_certificate(bundle).unwrap_or_else(|| problem.to_string())
        }
        other => other.to_string(),
    }
}

/// What is to be said when the log took a signature in at a time at which its certificate was not valid.
fn outside_of_certificate(bundle: &Bundle) -> Option<String> {
    let certificate = parse_certificate_info(bundle.signing_certificate()?).ok()?;
    let (from, to) = (certificate.not_before, certificate.not_after);
    let entries = bundle.verification_material.tlog_entries.iter();
    let time = entries.filter_map(|entry| entry.integrated_time).find(|time| *time < from || *time > to)?;
    Some(format!("it was made at {time}, and its certificate was valid from {from} to {to} only"))
}

fn shown(actual: Option<&impl ToString>) -> String {
    actual.map_or_else(|| "nobody".to_owned(), ToString::to_string)
}
