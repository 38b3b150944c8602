//! A policy found by its reference, outlined and loaded, and the facts about it that `inspect` and `build` tell.

use std::fmt::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use usher_core::figures::grouped;
use usher_plugin_build::Outline;
use usher_policy::{Digest, Limits, LoadedPolicy, PolicyEngine, PolicyError};

use crate::escape::plain;
use crate::exit::Failure;
use crate::reference::found;

/// A policy that was let in, with its bytes.
pub(crate) struct Opened {
    pub(crate) reference: String,
    pub(crate) bytes: Vec<u8>,
    /// The digest of its manifest, when it came from a registry.
    pub(crate) manifest: Option<Digest>,
    pub(crate) outline: Outline,
    pub(crate) loaded: LoadedPolicy,
}

/// Finds and loads a policy, which may use as much as by default.
pub(crate) fn open(reference: &str) -> Result<Opened, Failure> {
    open_within(reference, Limits::default())
}

/// The same within these limits.
pub(crate) fn open_within(reference: &str, limits: Limits) -> Result<Opened, Failure> {
    let found = found(reference)?;
    let manifest = found.manifest();
    Ok(Opened { manifest, ..of_bytes(reference, found.bytes, limits)? })
}

/// Loads a policy whose bytes are at hand.
pub(crate) fn of_bytes(reference: &str, bytes: Vec<u8>, limits: Limits) -> Result<Opened, Failure> {
    let engine = PolicyEngine::new(limits)?;
    // Loading first: it says in plainer words what is wrong with a file that is no policy.
    let loaded = engine.load(reference, &bytes).map_err(Failure::usage)?;
    let outline = Outline::of(&bytes)?;
    Ok(Opened { reference: reference.to_owned(), bytes, manifest: None, outline, loaded })
}

/// Why a policy is not configured. One that was handed nothing is refused for that most often.
pub(crate) fn unconfigured(error: PolicyError, config: Option<&Path>) -> Failure {
    match error {
        PolicyError::Config { .. } if config.is_none() => Failure::usage(anyhow::anyhow!(
            "{error}\nhint: it was handed no configuration; name one with --config FILE"
        )),
        error => Failure::usage(error),
    }
}

/// The time that a policy is told, in seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl Opened {
    /// Name, version and summary on a line, then a table of facts.
    pub(crate) fn text(&self) -> String {
        let description = self.loaded.description();
        let mut text = format!("{} {}\n", description.name, description.version);
        if !description.summary.is_empty() {
            let _ = writeln!(text, "{}", description.summary);
        }
        let imports: Vec<String> = self.outline.imports.iter().map(|import| plain(import)).collect();
        let schema = match description.config_schema {
            Some(_) => format!("yes; `usher plugin schema {}` prints it", plain(&self.reference)),
            None => "none".to_owned(),
        };
        let mut fact = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<10}{value}");
        };
        fact("contract", &format!("usher:policy@{}", self.contract()));
        fact("imports", if imports.is_empty() { "nothing".to_owned() } else { imports.join(", ") }.as_str());
        fact("size", &format!("{} bytes", grouped(self.bytes.len() as u64)));
        fact("digest", &Digest::of(&self.bytes).to_string());
        if let Some(manifest) = self.manifest {
            fact("manifest", &manifest.to_string());
        }
        fact("schema", &schema);
        text
    }

    /// The same facts for a program.
    pub(crate) fn to_json(&self) -> Value {
        let description = self.loaded.description();
        json!({
            "reference": self.reference,
            "name": description.name,
            "version": description.version,
            "summary": description.summary,
            "contract": self.contract(),
            "imports": self.outline.imports,
            "bytes": self.bytes.len(),
            "digest": Digest::of(&self.bytes),
            "manifestDigest": self.manifest,
            "hasConfigSchema": description.config_schema.is_some(),
        })
    }

    fn contract(&self) -> String {
        plain(self.outline.contract().unwrap_or_default())
    }
}
