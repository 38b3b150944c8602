//! `usher plugin verify`: whether somebody whose signature counts signed a policy.

use anyhow::anyhow;
use serde_json::{Value, json};
use usher_policy::Digest;
use usher_registry::Signer;

use crate::arguments::registry::VerifyArguments;
use crate::configuration::Configuration;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::reference::{self, Place, registry};
use crate::trust;

/// What must hold of a policy.
#[derive(Debug, Default)]
struct Terms {
    /// Whose signature counts; nobody's is asked for where there are none.
    signers: Vec<Signer>,
    /// The digest that its bytes must have.
    digest: Option<Digest>,
}

/// What holds.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    signer: Option<String>,
    digest: Digest,
    manifest: Option<Digest>,
}

/// Finds the policy and its signatures; a refusal is the result when none counts.
pub(crate) async fn verify(arguments: &VerifyArguments) -> Result<ExitStatus, Failure> {
    let (all, authority) = terms(arguments)?;
    let place = Place::of(&arguments.reference).map_err(Failure::usage)?;
    let registry = registry(arguments.registry.authority.as_deref().or(authority.as_deref()));
    let mut held = Vec::new();
    for terms in &all {
        let found = reference::find(&place, &registry, terms.digest).await?;
        if terms.digest.is_none() {
            reference::warn_if_unpinned(&found);
        }
        let digest = Digest::of(&found.bytes);
        if let Some(expected) = terms.digest.filter(|expected| *expected != digest) {
            return Err(Failure::usage(anyhow!(
                "{} is refused: it has the digest {digest}, and the configuration allows only {expected}\nhint: `digest` in the policy \
                 whose `component` it is says which bytes were tested; if they were changed on purpose, test them and change it",
                arguments.reference
            )));
        }
        let signer = trust::check(&place, &found, &registry, &terms.signers).await?;
        if signer.is_none() && !terms.signers.is_empty() {
            return Err(Failure::usage(anyhow!(
                "{} is part of the program, and has no signature of its own\nhint: verify the program",
                arguments.reference
            )));
        }
        let one = Held { signer: signer.map(Signer::to_string), digest, manifest: found.manifest() };
        if !held.contains(&one) {
            held.push(one);
        }
    }
    tell(arguments, &held);
    Ok(ExitStatus::Done)
}

/// By whom it is signed. Several policies of a row may be this one, on terms of their own.
fn tell(arguments: &VerifyArguments, held: &[Held]) {
    let signed: Vec<&Held> = held.iter().filter(|one| one.signer.is_some()).collect();
    if arguments.json {
        let facts = |one: &Held| json!({ "signer": one.signer, "digest": one.digest, "manifestDigest": one.manifest });
        let mut report = json!({ "documentVersion": 1, "reference": arguments.reference });
        if let (Some(report), Some(Value::Object(first))) =
            (report.as_object_mut(), signed.first().map(|one| facts(one)))
        {
            report.extend(first);
            report.insert("verified".to_owned(), held.iter().map(facts).collect());
        }
        outln!("{report:#}");
        return;
    }
    for Held { signer, digest, manifest } in signed {
        let signer = signer.as_deref().unwrap_or_default();
        outln!("{} is signed by {}", plain(&arguments.reference), plain(signer));
        outln!("  digest    {digest}");
        if let Some(manifest) = manifest {
            outln!("  manifest  {manifest}");
        }
    }
}

type Authority = Option<std::path::PathBuf>;

/// What must hold: what the command line says, or what the configuration says of each policy that this is.
fn terms(arguments: &VerifyArguments) -> Result<(Vec<Terms>, Authority), Failure> {
    if let Some(path) = &arguments.config {
        let configuration = Configuration::read(path).map_err(Failure::usage)?;
        let named = configuration.policies.iter().filter(|policy| policy.component == arguments.reference);
        let terms: Vec<Terms> =
            named.map(|policy| Terms { signers: policy.signers.clone(), digest: policy.digest }).collect();
        if terms.iter().all(|terms| terms.signers.is_empty()) {
            let file = path.display();
            return Err(Failure::usage(anyhow!(
                "{file} names no signers of {}\nhint: they stand under [[policy.signers]], in the policy whose `component` is the same",
                arguments.reference
            )));
        }
        return Ok((terms, configuration.registry_authority));
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
    Ok((vec![Terms { signers, digest: None }], None))
}
