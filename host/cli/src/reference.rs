//! Where a policy comes from: `builtin:NAME` or a path.

use std::path::Path;

use crate::exit::Failure;

/// The bytes of a policy: `builtin:NAME` or a path.
pub(crate) fn component(name: &str) -> Result<Vec<u8>, Failure> {
    if let Some(builtin) = name.strip_prefix("builtin:") {
        return match usher_plugins::builtin(builtin) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => Err(Failure::usage(anyhow::anyhow!(
                "there is no built-in policy `{builtin}`\nhint: built in: {}",
                usher_plugins::names()
                    .iter()
                    .map(|name| format!("builtin:{name}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ))),
        };
    }
    std::fs::read(Path::new(name)).map_err(|error| {
        Failure::usage(anyhow::anyhow!(
            "the policy plugin {name} cannot be read ({error})\nhint: `policy.component` and --plugin take the path of a \
             .wasm component, seen from where usher is started, or builtin:rules"
        ))
    })
}
