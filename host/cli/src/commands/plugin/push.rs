//! `usher plugin push`: a component into a registry.

use anyhow::anyhow;
use serde_json::json;
use usher_policy::Digest;
use usher_registry::{Label, RegistryReference};

use super::opened::{self, Opened};
use crate::arguments::registry::PushArguments;
use crate::exit::{ExitStatus, Failure};
use crate::reference::{failure, registry};

/// Pushes what the sandbox lets in, and prints the reference that is pinned to it.
pub(crate) async fn push(arguments: &PushArguments) -> Result<ExitStatus, Failure> {
    let reference: RegistryReference = arguments.reference.parse().map_err(Failure::usage)?;
    if reference.digest().is_some() || reference.tag().is_none() {
        return Err(Failure::usage(anyhow!(
            "{reference} is no place to push to\nhint: name a tag and no digest, such as oci://ghcr.io/acme/teams:1.2; the digest \
             comes from the bytes"
        )));
    }
    let opened = opened::open(&arguments.policy)?;
    let description = opened.loaded.description();
    let label = Label {
        file: format!("{}.wasm", reference.repository().rsplit('/').next().unwrap_or_default()),
        version: description.version.clone(),
        summary: description.summary.clone(),
        imports: opened.outline.imports.clone(),
        exports: opened.outline.exports.clone(),
    };
    let registry = registry(arguments.registry.authority.as_deref());
    let pinned = registry.push(&reference, &opened.bytes, &label).await.map_err(failure)?;
    told(&opened, &pinned, arguments.json);
    Ok(ExitStatus::Done)
}

fn told(opened: &Opened, pinned: &RegistryReference, as_json: bool) {
    let bytes = Digest::of(&opened.bytes);
    if as_json {
        let report = json!({ "documentVersion": 1, "reference": pinned.to_string(), "manifestDigest": pinned.digest(),
            "digest": bytes, "bytes": opened.bytes.len() });
        outln!("{report:#}");
    } else {
        outln!("{pinned}");
        talkln!("the component's own digest is {bytes}");
    }
}
