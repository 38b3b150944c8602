//! Components around modules that somebody wrote by hand: the tests' way to answers that no compiler would give.

use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding};

use crate::error::BuildError;

/// A component of this core module, with the types of that component: the module exports functions of the names and in the form of the canonical
/// ABI, such as `usher:policy/policy@0.1.0#describe`.
///
/// # Errors
///
/// [`BuildError::NoOutline`] when `model` is no component, [`BuildError::NotAComponent`] when the module does not fit.
pub fn component_like(model: &[u8], module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let no_outline = |cause: String| BuildError::NoOutline { cause };
    let decoded = wit_component::decode(model).map_err(|error| no_outline(format!("{error:#}")))?;
    let DecodedWasm::Component(resolve, world) = decoded else {
        return Err(no_outline("it is a WIT package and holds no code".to_owned()));
    };
    let mut module = module.to_vec();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
        .and_then(|()| ComponentEncoder::default().validate(true).module(&module)?.encode())
        .map_err(|error| BuildError::NotAComponent {
            package: "by hand".to_owned(),
            cause: format!("{error:#}"),
        })
}
