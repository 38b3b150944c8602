//! The policies inside the binary. The build script compiles them from this workspace's source; none is committed.

/// The component of a built-in policy, such as `rules`.
pub fn builtin(name: &str) -> Option<&'static [u8]> {
    match name {
        "attribute-table" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/attribute-table.wasm"))),
        "prefix" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/prefix.wasm"))),
        "regex-rename" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/regex-rename.wasm"))),
        "rules" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/rules.wasm"))),
        _ => None,
    }
}

/// A policy that decides nothing, to be measured beside others; nobody would configure it.
pub fn noop() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/noop.wasm"))
}

/// The names that [`builtin`] knows.
pub fn names() -> &'static [&'static str] {
    &["attribute-table", "prefix", "regex-rename", "rules"]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_component() {
        for name in names() {
            // The magic number, and the layer that tells a component from a module.
            assert_eq!(&builtin(name).unwrap()[..8], b"\0asm\x0d\0\x01\0", "{name}");
        }
        assert_eq!(builtin("no-such-policy"), None);
    }
}
