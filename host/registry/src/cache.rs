//! What was fetched, kept by digest below the user's cache folder, so that a run needs no registry for bytes that are there.
//! Nobody has to trust the folder: whatever comes out of it is checked against its digest, every time.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use usher_core::digest::Digest;

use crate::reference::RegistryReference;
use crate::signature::Signature;

/// The version of a file of signatures, and of one that names a manifest.
const VERSION: u32 = 1;

/// A folder of files that are called by the digest of what they hold.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: Option<PathBuf>,
}

/// What there is under a digest.
pub(crate) enum Kept {
    /// The very bytes.
    Whole(Vec<u8>),
    /// A file that holds something else by now.
    Changed(PathBuf),
    Nothing,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureFile {
    version: u32,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFile {
    version: u32,
    manifest: String,
}

impl Cache {
    /// Without a folder nothing is kept, and everything is fetched.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    pub(crate) fn get(&self, digest: Digest) -> Kept {
        let Some(path) = self.blob(digest) else { return Kept::Nothing };
        match fs::read(&path) {
            Ok(bytes) if Digest::of(&bytes) == digest => Kept::Whole(bytes),
            Ok(_) => Kept::Changed(path),
            Err(_) => Kept::Nothing,
        }
    }

    /// Keeps bytes. That it cannot is no reason to stop: they are at hand.
    pub(crate) fn put(&self, bytes: &[u8]) {
        if let Some(path) = self.blob(Digest::of(bytes)) {
            let _ = write(&path, bytes);
        }
    }

    /// The signatures that were found on a manifest. They prove themselves, so the file needs no digest.
    pub(crate) fn signatures(&self, manifest: Digest) -> Vec<Signature> {
        let Some(path) = self.signature_file(manifest) else { return Vec::new() };
        let file = fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<SignatureFile>(&bytes).ok());
        file.filter(|file| file.version == VERSION).map(|file| file.signatures).unwrap_or_default()
    }

    pub(crate) fn put_signatures(&self, manifest: Digest, signatures: &[Signature]) {
        let file = SignatureFile { version: VERSION, signatures: signatures.to_vec() };
        if let (Some(path), Ok(text)) = (self.signature_file(manifest), serde_json::to_vec(&file)) {
            let _ = write(&path, &text);
        }
    }

    /// The manifest by which a component was found under a tag. Nothing proves that it was: whoever uses it looks whether it names
    /// the component.
    pub(crate) fn manifest_of(&self, place: &RegistryReference, component: Digest) -> Option<Digest> {
        let bytes = fs::read(self.manifest_file(place, component)?).ok()?;
        let file = serde_json::from_slice::<ManifestFile>(&bytes).ok()?;
        file.manifest.parse().ok().filter(|_| file.version == VERSION)
    }

    pub(crate) fn put_manifest_of(&self, place: &RegistryReference, component: Digest, manifest: Digest) {
        let file = ManifestFile { version: VERSION, manifest: manifest.to_string() };
        if let (Some(path), Ok(text)) = (self.manifest_file(place, component), serde_json::to_vec(&file)) {
            let _ = write(&path, &text);
        }
    }

    fn blob(&self, digest: Digest) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("blobs").join(file_name(digest)))
    }

    fn signature_file(&self, manifest: Digest) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("signatures").join(format!("{}.json", file_name(manifest))))
    }

    /// By place, since the same component may lie elsewhere under another manifest, with other signatures.
    fn manifest_file(&self, place: &RegistryReference, component: Digest) -> Option<PathBuf> {
        let name = file_name(Digest::of(place.pinned(component).to_string().as_bytes()));
        Some(self.folder.as_ref()?.join("manifests").join(format!("{name}.json")))
    }
}

/// `sha256-…`: a colon is no good in the name of a file everywhere.
fn file_name(digest: Digest) -> String {
    digest.to_string().replace(':', "-")
}

/// Another process may read or write the same file: it appears whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_out_as_it_went_in() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().join("deep/below")));
        assert!(matches!(cache.get(Digest::of(b"a")), Kept::Nothing));
        cache.put(b"a");
        assert!(matches!(cache.get(Digest::of(b"a")), Kept::Whole(bytes) if bytes == b"a"));
        let signatures = [Signature::Bundle { json: "{}".into() }];
        cache.put_signatures(Digest::of(b"a"), &signatures);
        assert_eq!(cache.signatures(Digest::of(b"a")), signatures);
    }

    #[test]
    fn a_file_that_was_changed_is_never_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_owned()));
        cache.put(b"right");
        let file = cache.blob(Digest::of(b"right")).unwrap();
        fs::write(&file, b"wrong").unwrap();
        assert!(matches!(cache.get(Digest::of(b"right")), Kept::Changed(path) if path == file));
        cache.put(b"right");
        assert!(matches!(cache.get(Digest::of(b"right")), Kept::Whole(_)));
    }

    #[test]
    fn signatures_of_an_unknown_version_are_looked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_owned()));
        let digest = Digest::of(b"a");
        cache.put_signatures(digest, &[Signature::Bundle { json: "{}".into() }]);
        let file = cache.signature_file(digest).unwrap();
        let text = fs::read_to_string(&file).unwrap().replace("\"version\":1", "\"version\":2");
        fs::write(&file, text).unwrap();
        assert_eq!(cache.signatures(digest), []);
    }

    #[test]
    fn which_manifest_named_a_component_is_kept_for_each_place() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_owned()));
        let [here, there]: [RegistryReference; 2] =
            ["oci://ghcr.io/acme/teams:1", "oci://ghcr.io/acme/teams:2"].map(|text| text.parse().unwrap());
        let [component, manifest] = [b"component".as_slice(), b"manifest"].map(Digest::of);
        cache.put_manifest_of(&here, component, manifest);
        assert_eq!(cache.manifest_of(&here.pinned(component), component), Some(manifest));
        assert_eq!(cache.manifest_of(&there, component), None);
        assert_eq!(cache.manifest_of(&here, manifest), None);
    }

    #[test]
    fn without_a_folder_nothing_is_kept() {
        let cache = Cache::new(None);
        cache.put(b"a");
        assert!(matches!(cache.get(Digest::of(b"a")), Kept::Nothing));
    }
}
