//! How a component lies in a registry: the CNCF's layout for wasm artefacts, and what older tools wrote.

use std::collections::BTreeMap;

use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use serde_json::json;
use usher_core::digest::Digest;

/// The one layer: the component's bytes.
pub(crate) const LAYER: &str = "application/wasm";
/// The same, as it was called before the CNCF named it.
const OLDER_LAYER: &str = "application/vnd.wasm.content.layer.v1+wasm";
/// The configuration: what is in the layer.
const CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// What goes to a registry beside the bytes.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// The name of a file for it, such as `teams.wasm`.
    pub file: String,
    /// What it says of itself.
    pub version: String,
    /// One line about it.
    pub summary: String,
    /// The interfaces it imports.
    pub imports: Vec<String>,
    /// The interfaces it exports.
    pub exports: Vec<String>,
}

/// A component's manifest and configuration. The same bytes and label give the same manifest, whenever it is pushed.
pub(crate) fn manifest(bytes: &[u8], label: &Label) -> (OciImageManifest, Vec<u8>) {
    let layer = Digest::of(bytes);
    let config = json!({
        // Required by the layout; the moment of the push would give every push another digest.
        "created": "1970-01-01T00:00:00Z",
        "architecture": "wasm",
        // The layout's word for a component, whether or not it imports anything of WASI.
        "os": "wasip2",
        "layerDigests": [layer],
        "component": { "exports": label.exports, "imports": label.imports },
    });
    let config = config.to_string().into_bytes();
    let mut annotations = BTreeMap::new();
    for (name, value) in [("version", &label.version), ("description", &label.summary)] {
        if !value.is_empty() {
            annotations.insert(format!("org.opencontainers.image.{name}"), value.clone());
        }
    }
    let title = BTreeMap::from([("org.opencontainers.image.title".to_owned(), label.file.clone())]);
    let manifest = OciImageManifest {
        media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
        config: descriptor(CONFIG, &config),
        layers: vec![OciDescriptor { annotations: Some(title), ..descriptor(LAYER, bytes) }],
        annotations: Some(annotations),
        ..OciImageManifest::default()
    };
    (manifest, config)
}

pub(crate) fn descriptor(media_type: &str, bytes: &[u8]) -> OciDescriptor {
    OciDescriptor {
        media_type: media_type.to_owned(),
        digest: Digest::of(bytes).to_string(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        ..OciDescriptor::default()
    }
}

/// The layer that is the component, or what the artefact is instead.
pub(crate) fn component_layer(manifest: &[u8]) -> Result<(Digest, usize), String> {
    let manifest: OciImageManifest = serde_json::from_slice(manifest).map_err(|_| {
        "is a list of several artefacts, or none at all: name the one that is the component by its digest"
            .to_owned()
    })?;
    let [layer] = &manifest.layers[..] else {
        return Err(format!("has {} layers; a policy is one, the component", manifest.layers.len()));
    };
    if ![LAYER, OLDER_LAYER].contains(&layer.media_type.as_str()) {
        return Err(format!("holds {}, and a policy is {LAYER}", layer.media_type));
    }
    let digest = layer
        .digest
        .parse()
        .map_err(|_| format!("names its component {}, which is no SHA-256", layer.digest))?;
    let size = usize::try_from(layer.size).map_err(|_| "gives its component no possible size".to_owned())?;
    Ok((digest, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> Vec<u8> {
        serde_json::to_vec(&manifest(bytes, &Label { file: "a.wasm".into(), ..Label::default() }).0).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again_and_is_the_same_every_time() {
        let bytes = b"\0asm";
        assert_eq!(component_layer(&written(bytes)), Ok((Digest::of(bytes), 4)));
        assert_eq!(written(bytes), written(bytes));
        assert_ne!(written(bytes), written(b"\0asn"));
    }

    #[test]
    fn the_configuration_says_what_the_layout_asks_for() {
        let label = Label { imports: vec!["usher:policy/log@0.1.0".into()], ..Label::default() };
        let (manifest, config) = manifest(b"\0asm", &label);
        let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
        assert_eq!((&config["architecture"], &config["os"]), (&json!("wasm"), &json!("wasip2")));
        assert_eq!(config["layerDigests"], json!([manifest.layers[0].digest]));
        assert_eq!(config["component"], json!({ "exports": [], "imports": ["usher:policy/log@0.1.0"] }));
        assert_eq!(manifest.config.media_type, "application/vnd.wasm.config.v0+json");
    }

    #[test]
    fn the_older_layer_is_taken_and_anything_else_is_told() {
        let text = String::from_utf8(written(b"\0asm")).unwrap();
        assert!(component_layer(text.replace(LAYER, OLDER_LAYER).as_bytes()).is_ok());
        let other = component_layer(text.replace(LAYER, "application/x-tar").as_bytes()).unwrap_err();
        assert!(other.contains("holds application/x-tar"), "{other}");
        let sha512 = component_layer(text.replace("sha256:", "sha512:").as_bytes()).unwrap_err();
        assert!(sha512.contains("no SHA-256"), "{sha512}");
        assert!(component_layer(b"{\"manifests\":[]}").unwrap_err().contains("several"));
    }
}
