//! The policies of this workspace, for tests that want one in the real sandbox.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::compile::build_policy;
use crate::error::BuildError;

/// The top of the workspace that this crate was built in.
pub fn workspace_root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // plugins/build lies two folders down; were it moved, cargo would name the folder that it misses.
    here.ancestors().nth(2).unwrap_or(here)
}

/// Builds a policy of this workspace in `target/policies` (below `CARGO_TARGET_DIR`, when that is set) and returns the
/// component. Asked again in one process it answers from memory.
///
/// # Errors
///
/// As [`build_policy`].
pub fn workspace_policy(package: &str) -> Result<Vec<u8>, BuildError> {
    static BUILT: Mutex<Option<HashMap<String, Vec<u8>>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(component) = built.get(package) {
        return Ok(component.clone());
    }
    let root = workspace_root();
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |given| root.join(PathBuf::from(given)));
    let component = build_policy(root, package, &target.join("policies"))?;
    built.insert(package.to_owned(), component.clone());
    Ok(component)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_the_workspace_is_where_the_contract_lies() {
        assert!(workspace_root().join("wit/usher-policy.wit").is_file());
    }

    #[test]
    fn a_package_that_does_not_exist_is_named() {
        let error = workspace_policy("no-such-policy").unwrap_err().to_string();
        assert!(error.starts_with("cargo could not build the policy `no-such-policy`"), "{error}");
        assert!(error.contains("no-such-policy"), "{error}");
    }
}
