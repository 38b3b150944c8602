//! `usher plugin pull`: a component from a registry into a file.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;
use usher_policy::Digest;
use usher_registry::RegistryReference;

use crate::arguments::registry::PullArguments;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::reference::{self, Place, registry};

/// Fetches, checks and writes it.
pub(crate) async fn pull(arguments: &PullArguments) -> Result<ExitStatus, Failure> {
    let named: RegistryReference = arguments.reference.parse().map_err(Failure::usage)?;
    let registry = registry(arguments.registry.authority.as_deref());
    let found = reference::find(&Place::Registry(named.clone()), &registry, None).await?;
    reference::warn_if_unpinned(&found);
    let last = named.repository().rsplit('/').next().unwrap_or_default();
    let file = arguments.output.clone().unwrap_or_else(|| PathBuf::from(format!("{last}.wasm")));
    let shown = plain(&file.display().to_string());
    std::fs::write(&file, &found.bytes).with_context(|| {
        format!("the component cannot be written to {shown}\nhint: name another file with -o")
    })?;
    let (digest, manifest) = (Digest::of(&found.bytes), found.manifest());
    if arguments.json {
        let report = json!({ "documentVersion": 1, "reference": named.to_string(), "file": file.display().to_string(),
            "bytes": found.bytes.len(), "digest": digest, "manifestDigest": manifest });
        outln!("{report:#}");
    } else {
        outln!("{shown}");
        talkln!("{} bytes, {digest}", found.bytes.len());
    }
    Ok(ExitStatus::Done)
}
