//! What is let in: a component that imports nothing but the log and exports a policy of a version we serve.

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::contract::Contract;
use crate::error::{PluginName, PolicyError};
use crate::limits::MESSAGE_BYTES;
use crate::text;
use crate::v0_1;

/// The interface that makes a component a policy, without its version.
const POLICY: &str = "usher:policy/policy";

/// What may be imported: the log, and the types its neighbours share (an instance without functions; reference wasm.md §2.3).
const GRANTED: [&str; 2] = ["usher:policy/log", "usher:policy/types"];

/// Every WebAssembly file begins so; then come a version (2 bytes) and a layer: 0 is a module, 1 a component.
const MAGIC: &[u8; 4] = b"\0asm";

/// Looks at the first bytes, to say in plain words what a file is that is no component.
pub(crate) fn check_kind(name: &PluginName, bytes: &[u8]) -> Result<(), PolicyError> {
    let (what, hint) = match bytes {
        [] => ("is empty".to_owned(), "copy or build it again"),
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', _, _, 0, 0, ..] => (
            "is a core module, a component's raw material".to_owned(),
            "`usher plugin build DIR`, with the folder of the policy, makes the component; a Rust policy needs \
             wit-bindgen's exports, which `usher_guest::export!` writes",
        ),
        _ if bytes.starts_with(MAGIC) => {
            ("is WebAssembly of an unknown kind, or cut off".to_owned(), "copy or build it again")
        }
        _ if bytes.trim_ascii_start().starts_with(b"(") => {
            ("is WebAssembly text".to_owned(), "translate it with `wasm-tools parse FILE -o POLICY`")
        }
        _ => (
            format!("begins with {}", first_bytes(bytes)),
            "`policy.component` and --plugin name a .wasm file that holds a component",
        ),
    };
    Err(PolicyError::NotAComponent { name: name.clone(), what, hint })
}

fn first_bytes(bytes: &[u8]) -> String {
    let first = &bytes[..bytes.len().min(8)];
    format!("`{}`", text::shown_name(&String::from_utf8_lossy(first), MESSAGE_BYTES))
}

/// What was let in.
pub(crate) struct Admitted {
    /// The module that speaks its version.
    pub(crate) compiled: Box<dyn Contract>,
    /// The version of the contract it was built for.
    pub(crate) version: String,
}

/// Judges a compiled component, and gives it the module that speaks its version.
pub(crate) fn admit(
    name: &PluginName,
    engine: &Engine,
    component: &Component,
) -> Result<Admitted, PolicyError> {
    let kind = component.component_type();
    let exports: Vec<&str> = kind.exports(engine).map(|(export, _)| export).collect();
    let versions: Vec<&str> = exports.iter().filter_map(|export| version_of(POLICY, export)).collect();
    if versions.is_empty() {
        return Err(PolicyError::NotAPolicy { name: name.clone(), exports: shown(&exports) });
    }

    // What any version of ours may be granted is left to that version; all else is refused before the version is looked at.
    let version = versions.iter().find(|version| is_served(version));
    let served = version.is_some();
    let refused: Vec<&str> = kind
        .imports(engine)
        .filter(|(import, item)| {
            !is_granted(import, matches!(item.ty, ComponentItem::ComponentInstance(_)), served)
        })
        .map(|(import, _)| import)
        .collect();
    if !refused.is_empty() {
        return Err(PolicyError::Imports { name: name.clone(), imports: shown(&refused) });
    }
    let Some(version) = version else {
        let found = text::shown_name(versions[0], MESSAGE_BYTES);
        return Err(PolicyError::OtherVersion { name: name.clone(), found, served: v0_1::MINOR });
    };
    let compiled = v0_1::Compiled::new(engine, component)
        .map_err(|error| PolicyError::Shape { name: name.clone(), cause: text::cause(&error) })?;
    Ok(Admitted { compiled: Box::new(compiled), version: (*version).to_owned() })
}

/// The version behind the name of an interface, when it is that interface.
fn version_of<'a>(interface: &str, name: &'a str) -> Option<&'a str> {
    name.strip_prefix(interface)?.strip_prefix('@')
}

/// `0.1.` and a patch: patches change no shape (reference wasm.md §1.3).
fn is_served(version: &str) -> bool {
    let patch = version.strip_prefix(v0_1::MINOR).and_then(|rest| rest.strip_prefix('.'));
    patch.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_granted(import: &str, is_instance: bool, served: bool) -> bool {
    let version = GRANTED.iter().find_map(|granted| version_of(granted, import));
    is_instance && version.is_some_and(|version| !served || is_served(version))
}

fn shown(names: &[&str]) -> Vec<String> {
    let mut names: Vec<_> = names.iter().map(|name| text::shown_name(name, MESSAGE_BYTES)).collect();
    names.sort();
    names
}
