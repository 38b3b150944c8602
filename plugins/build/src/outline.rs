//! What a component imports and exports, read from its bytes: nothing is compiled, and nothing of it runs.

use wit_component::DecodedWasm;

use crate::error::BuildError;

/// The interface that makes a component a policy, without its version.
const POLICY: &str = "usher:policy/policy@";

/// The names on both sides of a component, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What it asks for, such as `usher:policy/log@0.1.0`.
    pub imports: Vec<String>,
    /// What it offers.
    pub exports: Vec<String>,
}

impl Outline {
    /// Reads a component.
    ///
    /// # Errors
    ///
    /// [`BuildError::NoOutline`] when the bytes are no component, or one that no WIT could describe.
    pub fn of(component: &[u8]) -> Result<Self, BuildError> {
        let no_outline = |cause: String| BuildError::NoOutline { cause };
        let decoded = wit_component::decode(component).map_err(|error| no_outline(format!("{error:#}")))?;
        let DecodedWasm::Component(resolve, world) = decoded else {
            return Err(no_outline("it is a WIT package and holds no code".to_owned()));
        };
        let world = &resolve.worlds[world];
        let mut imports: Vec<String> = world.imports.keys().map(|key| resolve.name_world_key(key)).collect();
        let mut exports: Vec<String> = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
        imports.sort();
        exports.sort();
        Ok(Self { imports, exports })
    }

    /// The version of the policy contract that it is built for, such as `0.1.0`; none when it is no policy.
    pub fn contract(&self) -> Option<&str> {
        self.exports.iter().find_map(|export| export.strip_prefix(POLICY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_component_has_no_outline() {
        let error = Outline::of(b"not wasm").unwrap_err();
        assert!(matches!(error, BuildError::NoOutline { .. }), "{error}");
    }

    #[test]
    fn the_contract_is_that_of_the_exported_interface() {
        let exports = vec!["other:policy/policy@9.0.0".to_owned(), "usher:policy/policy@0.1.3".to_owned()];
        assert_eq!(Outline { imports: Vec::new(), exports }.contract(), Some("0.1.3"));
        assert_eq!(Outline::default().contract(), None);
    }
}
