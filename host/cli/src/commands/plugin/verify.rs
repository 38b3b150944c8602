//! `usher plugin verify`: whether somebody whose signature counts signed a policy.

use anyhow::anyhow;
use serde_json::json;
use usher_policy::Digest;
use usher_registry::Signer;

use crate::arguments::registry::VerifyArguments;
use crate::configuration::Configuration;
use crate::exit::{ExitStatus, Failure};
use crate::reference::{self, Place, registry};
use crate::report::escape::plain;
use crate::trust;

/// Finds the policy and its signatures; a refusal is the result when none counts.
pub(crate) async fn verify(arguments: &VerifyArguments) -> Result<ExitStatus, Failure> {
    let (signers, authority) = signers(arguments)?;
    let place = Place::of(&arguments.reference).map_err(Failure::usage)?;
    let registry = registry(arguments.registry.authority.as_deref().or(authority.as_deref()));
    let found = reference::find(&place, &registry, None).await?;
    reference::warn_if_unpinned(&found);
    let Some(signer) = trust::check(&place, &found, &registry, &signers).await? else {
        return Err(Failure::usage(anyhow!(
            "{} is part of the program, and has no signature of its own\nhint: verify the program",
            arguments.reference
        )));
    };
    let (digest, manifest) = (Digest::of(&found.bytes), found.manifest());
    if arguments.json {
        let report = json!({ "documentVersion": 1, "reference": arguments.reference, "signer": signer.to_string(),
            "digest": digest, "manifestDigest": manifest });
        outln!("{report:#}");
    } else {
        outln!("{} is signed by {}", plain(&arguments.reference), plain(&signer.to_string()));
        outln!("  digest    {digest}");
        if let Some(manifest) = manifest {
            outln!("  manifest  {manifest}");
        }
    }
    Ok(ExitStatus::Done)
}

type Authority = Option<std::path::PathBuf>;

/// Whose signature counts: those of the command line, or those of the policy in the configuration.
fn signers(arguments: &VerifyArguments) -> Result<(Vec<Signer>, Authority), Failure> {
    if let Some(path) = &arguments.config {
        let configuration = Configuration::read(path).map_err(Failure::usage)?;
        let named = configuration.policies.iter().find(|policy| policy.component == arguments.reference);
        let signers = named.map(|policy| policy.signers.clone()).unwrap_or_default();
        if signers.is_empty() {
            let file = path.display();
            return Err(Failure::usage(anyhow!(
                "{file} names no signers of {}\nhint: they stand under [[policy.signers]], in the policy whose `component` is the same",
                arguments.reference
            )));
        }
        return Ok((signers, configuration.registry_authority));
    }
    let mut signers: Vec<Signer> =
        arguments.keys.iter().map(|file| Signer::Key { file: file.clone() }).collect();
    if let (Some(issuer), Some(subject)) = (&arguments.issuer, &arguments.subject) {
        let (issuer, subject, trusted_root) =
            (issuer.clone(), subject.clone(), arguments.trusted_root.clone());
        signers.push(Signer::Identity { issuer, subject, trusted_root });
    }
    if signers.is_empty() {
        return Err(Failure::usage(anyhow!(
            "nobody is named whose signature would count\nhint: name a public key with --key FILE, somebody with --issuer URL \
             --subject NAME, or a configuration with --config FILE"
        )));
    }
    Ok((signers, None))
}
