//! A policy from a registry is pinned where a configuration names it: the same file means the same bytes for ever.

use anyhow::anyhow;
use usher_registry::Registry;

use crate::configuration::PolicySection;
use crate::exit::Failure;
use crate::reference::Place;

/// Refuses a reference to a registry without a digest, and says which digest it would have now.
pub(crate) async fn required(
    place: &Place,
    section: &PolicySection,
    registry: &Registry,
) -> Result<(), Failure> {
    let Place::Registry(reference) = place else { return Ok(()) };
    // The digest of the component's bytes, in a key of its own, pins as well.
    if reference.digest().is_some() || section.digest.is_some() {
        return Ok(());
    }
    let next = match registry.resolve(reference).await {
        Ok(digest) => format!(
            "write component = \"{}\", or let `usher plugin pin` write it; look at what it would change first: `usher plan --plugin \
             {reference}`",
            reference.pinned(digest)
        ),
        // Its own hint would send a person elsewhere.
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().next().unwrap_or_default();
            format!(
                "`usher plugin pin` writes the digest, once the registry can be asked; now it cannot: {why}"
            )
        }
    };
    Err(Failure::usage(anyhow!(
        "the policy {} is named by {reference}, which has no digest: whoever can write to the registry could change what this \
         configuration does\nhint: {next}",
        section.name
    )))
}
