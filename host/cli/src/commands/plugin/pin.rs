//! `usher plugin pin`: the digests of policies from registries, written into the configuration where it lies.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, anyhow};
use serde_json::json;
use toml_edit::{DocumentMut, Item, TableLike, Value};
use usher_policy::Digest;
use usher_registry::{Registry, RegistryReference};

use crate::arguments::registry::PinArguments;
use crate::configuration::{Configuration, PolicySection};
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::reference::{self, Place, registry};
use crate::trust;

/// What stands in the file, and what shall.
struct Change {
    at: usize,
    from: String,
    to: RegistryReference,
    /// The digest of the component, which replaces that of the configuration where there is one.
    bytes: Digest,
}

/// Looks up every reference that has no digest, or every one, and rewrites the file when all of them could be.
pub(crate) async fn pin(arguments: &PinArguments) -> Result<ExitStatus, Failure> {
    let path = &arguments.config;
    let configuration = Configuration::read(path).map_err(Failure::usage)?;
    let authority = arguments.registry.authority.as_deref().or(configuration.registry_authority.as_deref());
    let registry = registry(authority);
    let mut changes = Vec::new();
    for (at, section) in configuration.policies.iter().enumerate() {
        if let Some((to, bytes)) = pinned(section, &registry, arguments.update).await? {
            changes.push(Change { at, from: section.component.clone(), to, bytes });
        }
    }
    if !changes.is_empty() {
        rewrite(path, &changes)?;
    }
    if arguments.json {
        let changes: Vec<_> = changes
            .iter()
            .map(|change| json!({ "from": change.from, "to": change.to.to_string(), "digest": change.bytes }))
            .collect();
        outln!(
            "{:#}",
            json!({ "documentVersion": 1, "file": path.display().to_string(), "changes": changes })
        );
    } else if changes.is_empty() {
        outln!("{}: nothing to pin", plain(&path.display().to_string()));
    } else {
        for change in &changes {
            outln!("{} is now {}", plain(&change.from), change.to);
        }
    }
    Ok(ExitStatus::Done)
}

/// What a policy's reference should be; none when it is right. It is fetched, and its signature checked where one must be: what
/// would be refused tomorrow is not written today.
async fn pinned(
    section: &PolicySection,
    registry: &Registry,
    update: bool,
) -> Result<Option<(RegistryReference, Digest)>, Failure> {
    let Place::Registry(reference) = Place::of(&section.component).map_err(Failure::usage)? else {
        return Ok(None);
    };
    if reference.digest().is_some() && !(update && reference.tag().is_some()) {
        if update {
            talkln!("note: {reference} has no tag to look up, and stays as it is");
        }
        return Ok(None);
    }
    // Without --update the digest that the configuration has of the component stays in force.
    let bytes = section.digest.filter(|_| !update);
    let digest = registry.resolve(&reference).await.map_err(reference::failure)?;
    let place = Place::Registry(reference.pinned(digest));
    let found = reference::find(&place, registry, None).await?;
    let there = Digest::of(&found.bytes);
    if let Some(expected) = bytes.filter(|expected| *expected != there) {
        return Err(Failure::usage(anyhow!(
            "{reference} is not pinned: its component has the digest {there}, and the configuration allows only {expected}\nhint: \
             if it was changed on purpose, test it and run `usher plugin pin --update`"
        )));
    }
    trust::check(&place, &found, registry, &section.signers).await?;
    let to = reference.pinned(digest);
    Ok(Some((to, there)).filter(|(to, _)| to.to_string() != section.component))
}

fn rewrite(path: &Path, changes: &[Change]) -> Result<(), Failure> {
    let shown = path.display();
    // A link stays one.
    let path = &path.canonicalize().with_context(|| format!("{shown} cannot be found again"))?;
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown} cannot be read again"))?;
    let text = rewritten(&text, changes).with_context(|| format!("{shown} cannot be changed"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unwritable = || format!("{shown} cannot be written\nhint: it stays as it was");
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(unwritable)?;
    let permissions = std::fs::metadata(path).with_context(unwritable)?.permissions();
    file.write_all(text.as_bytes()).with_context(unwritable)?;
    file.as_file().set_permissions(permissions).with_context(unwritable)?;
    file.persist(path).with_context(unwritable)?;
    Ok(())
}

/// The same text but for the references, with its comments and its order.
fn rewritten(text: &str, changes: &[Change]) -> anyhow::Result<String> {
    let mut document: DocumentMut = text.parse()?;
    for change in changes {
        let policy = section(&mut document, change.at).ok_or_else(|| anyhow!("it was changed meanwhile"))?;
        set(policy, "component", &change.to.to_string());
        if policy.contains_key("digest") {
            set(policy, "digest", &change.bytes.to_string());
        }
    }
    Ok(document.to_string())
}

/// One policy of the row, in whichever of its ways TOML wrote it.
fn section(document: &mut DocumentMut, at: usize) -> Option<&mut dyn TableLike> {
    match document.get_mut("policy")? {
        Item::ArrayOfTables(tables) => Some(tables.get_mut(at)?),
        Item::Value(Value::Array(tables)) => Some(tables.get_mut(at)?.as_inline_table_mut()?),
        one => one.as_table_like_mut(),
    }
}

/// Another text for a key, with the blanks and the comment that stood around the old one.
fn set(policy: &mut dyn TableLike, key: &str, text: &str) {
    if let Some(value) = policy.get_mut(key).and_then(Item::as_value_mut) {
        let decor = value.decor().clone();
        *value = Value::from(text);
        *value.decor_mut() = decor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin_to(text: &str, at: usize) -> String {
        let digest = Digest::of(b"manifest");
        let to = "oci://ghcr.io/acme/teams:1".parse::<RegistryReference>().unwrap().pinned(digest);
        let change =
            Change { at, from: "oci://ghcr.io/acme/teams:1".into(), to, bytes: Digest::of(b"bytes") };
        rewritten(text, &[change]).unwrap()
    }

    #[test]
    fn only_the_reference_changes_and_comments_stay() {
        let text = "# ours\n[policy] # who decides\n  component = 'oci://ghcr.io/acme/teams:1'   # by ann\nname=\"t\"\n";
        let digest = Digest::of(b"manifest");
        let expected =
            text.replace("'oci://ghcr.io/acme/teams:1'", &format!("\"oci://ghcr.io/acme/teams:1@{digest}\""));
        assert_eq!(pin_to(text, 0), expected);
    }

    #[test]
    fn of_a_row_the_right_one_changes_however_it_is_written() {
        let text = "[[policy]]\ncomponent = \"builtin:rules\"\n[[policy]]\ndigest = \"sha256:old\"\ncomponent = \"oci://ghcr.io/acme/teams:1\"\n";
        let written = pin_to(text, 1);
        assert!(written.starts_with("[[policy]]\ncomponent = \"builtin:rules\"\n[[policy]]\n"), "{written}");
        assert!(written.contains(&format!("digest = \"{}\"\n", Digest::of(b"bytes"))), "{written}");
        assert!(written.contains("teams:1@sha256:"), "{written}");
        let inline =
            "policy = [{ component = \"builtin:rules\" }, { component = \"oci://ghcr.io/acme/teams:1\" }]\n";
        assert!(pin_to(inline, 1).contains("teams:1@sha256:"));
        let dotted = "policy.component = \"oci://ghcr.io/acme/teams:1\"\n";
        assert!(pin_to(dotted, 0).contains("policy.component = \"oci://ghcr.io/acme/teams:1@sha256:"));
    }
}
