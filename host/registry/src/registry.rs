//! Fetching and pushing components.

use std::path::PathBuf;
use std::time::Duration;

use futures::StreamExt;
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::errors::{DigestError, OciDistributionError, OciErrorCode};
use oci_client::manifest::{OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciImageManifest};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use usher_core::digest::Digest;

use crate::cache::{Cache, Kept};
use crate::credentials;
use crate::error::RegistryError;
use crate::layout::{self, Label};
use crate::reference::{RegistryReference, SCHEME};
use crate::referrers::referrers_tag;
use crate::settings::RegistrySettings;

/// The largest component that is taken in. One in Python is about 20 MB.
const COMPONENT_BYTES: usize = 128 << 20;

const USER_AGENT: &str = concat!("usher/", env!("CARGO_PKG_VERSION"));

/// Registries, and what was fetched from them before.
#[derive(Clone, Debug)]
pub struct Registry {
    settings: RegistrySettings,
    pub(crate) cache: Cache,
}

/// A component whose bytes are those of its digest, and which is what the reference names.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The component.
    pub bytes: Vec<u8>,
    /// Its manifest. None when the reference is pinned by the component's own digest and no registry was asked.
    pub manifest: Option<Vec<u8>>,
    /// A kept file that no longer held what it was called, and was not used.
    pub damaged: Option<PathBuf>,
}

impl Fetched {
    /// The digest of the manifest: what pins a reference.
    pub fn manifest_digest(&self) -> Option<Digest> {
        self.manifest.as_deref().map(Digest::of)
    }
}

impl Registry {
    /// Nobody is asked yet.
    pub fn new(settings: RegistrySettings) -> Self {
        let cache = Cache::new(settings.cache.clone());
        Self { settings, cache }
    }

    /// Fetches what a reference names, from the cache where it is pinned and kept, else from its registry.
    ///
    /// `bytes` is the digest of the component, where the configuration names one beside the reference.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when it cannot be had, is no component, or is not what the digest means.
    pub async fn fetch(
        &self,
        reference: &RegistryReference,
        bytes: Option<Digest>,
    ) -> Result<Fetched, RegistryError> {
        let mut damaged = None;
        let mut kept = |digest| match self.cache.get(digest) {
            Kept::Whole(bytes) => Some(bytes),
            Kept::Changed(path) => {
                damaged = Some(path);
                None
            }
            Kept::Nothing => None,
        };
        // A digest may be of the manifest or of the component; a kept file shows which.
        let pinned = reference.digest().and_then(&mut kept);
        let bytes = bytes.filter(|_| reference.digest().is_none());
        match pinned.or_else(|| bytes.and_then(&mut kept)) {
            Some(component) if component.starts_with(b"\0asm") => {
                return Ok(Fetched { bytes: component, manifest: None, damaged });
            }
            Some(manifest) => {
                if let Ok((layer, _)) = layout::component_layer(&manifest)
                    && let Some(bytes) = kept(layer)
                {
                    return Ok(Fetched { bytes, manifest: Some(manifest), damaged });
                }
            }
            None => {}
        }
        let fetched = self.ask(reference, bytes).await?;
        Ok(Fetched { damaged, ..fetched })
    }

    /// Fetches from the registry, whatever is kept, and keeps it.
    async fn ask(
        &self,
        reference: &RegistryReference,
        bytes: Option<Digest>,
    ) -> Result<Fetched, RegistryError> {
        let client = self.client(reference).await?;
        let (manifest, of_tag) = match client.manifest(&reference.asked()).await {
            Ok(manifest) => (manifest, None),
            Err(missing @ RegistryError::Missing { .. }) => match reference.digest() {
                // The digest is not that of a manifest; it may be the component's, and the tag leads to it.
                Some(digest) if reference.tag().is_some() => {
                    (client.manifest(&reference.unpinned().asked()).await?, Some(digest))
                }
                _ => return Err(missing),
            },
            Err(error) => return Err(error),
        };
        let (layer, size) = layout::component_layer(&manifest)
            .map_err(|problem| RegistryError::NotAPolicy { reference: reference.to_string(), problem })?;
        if of_tag.is_some_and(|expected| expected != layer) {
            let (reference, manifest) = (reference.to_string(), Digest::of(&manifest));
            return Err(RegistryError::OtherUnderTag { reference, manifest, component: layer });
        }
        if let Some(expected) = bytes.filter(|expected| *expected != layer) {
            return Err(client.other("component", expected, layer.to_string(), true));
        }
        let bytes = client.blob("component", layer, size, COMPONENT_BYTES).await?;
        self.cache.put(&manifest);
        self.cache.put(&bytes);
        self.cache.put_manifest_of(reference, layer, Digest::of(&manifest));
        Ok(Fetched { bytes, manifest: Some(manifest), damaged: None })
    }

    /// The manifest of what was fetched; asked for by the tag when only the component was at hand.
    pub(crate) async fn manifest_of(
        &self,
        reference: &RegistryReference,
        fetched: &Fetched,
    ) -> Result<Vec<u8>, RegistryError> {
        match &fetched.manifest {
            Some(manifest) => Ok(manifest.clone()),
            None => {
                let asked = self.ask(&reference.unpinned(), Some(Digest::of(&fetched.bytes))).await?;
                Ok(asked.manifest.unwrap_or_default())
            }
        }
    }

    /// The manifest by which a component came from this place before. Whoever can write to the cache could have put another
    /// there, so it counts only when it names the component.
    pub(crate) fn kept_manifest(&self, reference: &RegistryReference, component: Digest) -> Option<Vec<u8>> {
        let Kept::Whole(manifest) = self.cache.get(self.cache.manifest_of(reference, component)?) else {
            return None;
        };
        let names_it = layout::component_layer(&manifest).is_ok_and(|(layer, _)| layer == component);
        names_it.then_some(manifest)
    }

    /// What a tag means now: the digest of its manifest.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the registry cannot say.
    pub async fn resolve(&self, reference: &RegistryReference) -> Result<Digest, RegistryError> {
        let client = self.client(reference).await?;
        Ok(Digest::of(&client.manifest(&reference.unpinned().asked()).await?))
    }

    /// Pushes a component under the reference's tag; returns the reference that is pinned to it.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the registry does not take it.
    pub async fn push(
        &self,
        reference: &RegistryReference,
        bytes: &[u8],
        label: &Label,
    ) -> Result<RegistryReference, RegistryError> {
        let client = self.client(reference).await?;
        let (manifest, config) = layout::manifest(bytes, label);
        client.push_blob(bytes.to_vec()).await?;
        client.push_blob(config).await?;
        let digest = client.push_manifest(&reference.unpinned().asked(), &manifest).await?;
        Ok(reference.pinned(digest))
    }

    /// A client for one repository.
    pub(crate) async fn client(&self, reference: &RegistryReference) -> Result<Repository, RegistryError> {
        let mut config = ClientConfig {
            connect_timeout: Some(Duration::from_secs(15)),
            read_timeout: Some(Duration::from_secs(60)),
            user_agent: USER_AGENT,
            // A policy is one artefact for every machine.
            platform_resolver: None,
            ..ClientConfig::default()
        };
        if let Some(path) = &self.settings.authority {
            let unusable = |cause: String| RegistryError::Authority { path: path.clone(), cause };
            let text = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
            let several =
                reqwest::Certificate::from_pem_bundle(&text).map_err(|error| unusable(innermost(&error)))?;
            if several.is_empty() {
                return Err(unusable("it holds none".to_owned()));
            }
            config.extra_root_certificates = certificates(&text);
        } else if reference.is_loopback() {
            config.protocol = ClientProtocol::HttpsExcept(vec![reference.host().to_owned()]);
        }
        let repository = |client, auth| Repository { client, auth, reference: reference.clone() };
        let asked = reference.asked();
        let auth = credentials::of(asked.resolve_registry(), self.settings.docker_config.as_deref()).await?;
        match Client::try_from(config) {
            Ok(client) => {
                client.store_auth_if_needed(asked.resolve_registry(), &auth).await;
                Ok(repository(client, auth))
            }
            Err(error) => Err(repository(Client::default(), auth).failure(error)),
        }
    }
}

/// Each certificate of a bundle by itself, as the client wants them.
fn certificates(pem: &[u8]) -> Vec<Certificate> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(pem);
    let parts = text.split_inclusive(END).filter(|part| part.contains(END));
    parts
        .map(|part| Certificate { encoding: CertificateEncoding::Pem, data: part.as_bytes().to_vec() })
        .collect()
}

/// One repository of one registry, asked as whom we are there.
pub(crate) struct Repository {
    client: Client,
    auth: RegistryAuth,
    reference: RegistryReference,
}

impl Repository {
    /// The bytes of a manifest. Its digest is the asked one, where a digest was asked for.
    pub(crate) async fn manifest(&self, asked: &Reference) -> Result<Vec<u8>, RegistryError> {
        let types = [OCI_IMAGE_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE];
        let (bytes, _) = self
            .client
            .pull_manifest_raw(asked, &self.auth, &types)
            .await
            .map_err(|error| self.failure_about(self.named(asked), error))?;
        // The client compares too; whether it does is not ours to rely on.
        let digest = Digest::of(&bytes);
        match asked.digest().and_then(|asked| asked.parse().ok()).filter(|asked| *asked != digest) {
            Some(expected) => Err(self.other("manifest", expected, digest.to_string(), true)),
            None => Ok(bytes.to_vec()),
        }
    }

    /// A blob of this digest, which is checked, as is its size. `what` is what messages call it.
    pub(crate) async fn blob(
        &self,
        what: &'static str,
        digest: Digest,
        size: usize,
        limit: usize,
    ) -> Result<Vec<u8>, RegistryError> {
        let too_large = || RegistryError::TooLarge { reference: self.reference.to_string(), limit };
        if size > limit {
            return Err(too_large());
        }
        let named = digest.to_string();
        let pulled = self.client.pull_blob_stream(&self.reference.asked(), named.as_str()).await;
        let mut stream = pulled.map_err(|error| self.failure(error))?.stream;
        let mut bytes = Vec::with_capacity(size);
        while let Some(chunk) = stream.next().await {
            match chunk {
                // Past the size that the manifest names nothing can be right any more.
                Ok(chunk) if bytes.len() + chunk.len() <= size => bytes.extend_from_slice(&chunk),
                Ok(_) => {
                    return Err(self.other(
                        what,
                        digest,
                        format!("none: it is larger than the {size} bytes named"),
                        false,
                    ));
                }
                Err(error) => return Err(self.unreadable(what, digest, &error)),
            }
        }
        let found = Digest::of(&bytes);
        if found == digest { Ok(bytes) } else { Err(self.other(what, digest, found.to_string(), false)) }
    }

    /// The stream checks the digest at its end, and says so in an error of input and output.
    fn unreadable(&self, what: &'static str, digest: Digest, error: &std::io::Error) -> RegistryError {
        let cause = innermost(error);
        if cause.to_ascii_lowercase().contains("digest") {
            return self.other(what, digest, "another".to_owned(), false);
        }
        self.unreachable(cause)
    }

    pub(crate) async fn push_blob(&self, bytes: Vec<u8>) -> Result<(), RegistryError> {
        let digest = Digest::of(&bytes).to_string();
        let reference = self.reference.unpinned().asked();
        if self.client.blob_exists(&reference, &digest).await.is_ok_and(|exists| exists) {
            return Ok(());
        }
        let pushed = self.client.push_blob(&reference, bytes, &digest).await;
        pushed.map(drop).map_err(|error| self.failure(error))
    }

    pub(crate) async fn push_manifest(
        &self,
        under: &Reference,
        manifest: &OciImageManifest,
    ) -> Result<Digest, RegistryError> {
        let bytes = serde_json::to_vec(manifest).map_err(|error| self.unreachable(error.to_string()))?;
        self.push_manifest_bytes(under, bytes, OCI_IMAGE_MEDIA_TYPE).await
    }

    pub(crate) async fn push_manifest_bytes(
        &self,
        under: &Reference,
        bytes: Vec<u8>,
        media_type: &'static str,
    ) -> Result<Digest, RegistryError> {
        let digest = Digest::of(&bytes);
        let media_type = reqwest::header::HeaderValue::from_static(media_type);
        let pushed = self.client.push_manifest_raw(under, bytes, media_type).await;
        pushed.map(|_| digest).map_err(|error| self.failure(error))
    }

    /// What refers to a manifest, by the registry's list or by the tag that stands for it.
    pub(crate) async fn referrers(&self, manifest: Digest) -> Result<Vec<Digest>, RegistryError> {
        let about = self.reference.pinned(manifest).asked();
        // Filtering is left out: cosign 2 writes another type into the list than into the artefact.
        match self.client.pull_referrers(&about, None).await {
            Ok(index) => Ok(index.manifests.iter().filter_map(|entry| entry.digest.parse().ok()).collect()),
            Err(error) => Err(match unlisted(&error) {
                Some(problem) => self.odd_list(manifest, problem),
                None => self.failure(error),
            }),
        }
    }

    /// What a tag holds that should hold a list of signatures, and does not.
    pub(crate) fn odd_list(&self, subject: Digest, problem: String) -> RegistryError {
        self.odd_tag(self.reference.tagged(referrers_tag(subject)), problem)
    }

    pub(crate) fn odd_tag(&self, tag: Reference, problem: String) -> RegistryError {
        RegistryError::OddList { reference: self.reference.to_string(), tag: self.named(&tag), problem }
    }

    /// What was asked for, as a person would name it.
    fn named(&self, asked: &Reference) -> String {
        if *asked == self.reference.asked() {
            return self.reference.to_string();
        }
        let place = format!("{SCHEME}{}/{}", self.reference.host(), self.reference.repository());
        match (asked.digest(), asked.tag()) {
            (Some(digest), _) => format!("{place}@{digest}"),
            (None, Some(tag)) => format!("{place}:{tag}"),
            (None, None) => place,
        }
    }

    pub(crate) fn reference(&self) -> &RegistryReference {
        &self.reference
    }

    pub(crate) fn other(
        &self,
        what: &'static str,
        expected: Digest,
        found: String,
        by_configuration: bool,
    ) -> RegistryError {
        let reference = self.reference.to_string();
        RegistryError::OtherBytes { reference, what, expected, found, by_configuration }
    }

    fn unreachable(&self, cause: String) -> RegistryError {
        let (reference, host) = (self.reference.to_string(), self.reference.host().to_owned());
        RegistryError::Unreachable { host, reference, cause }
    }

    pub(crate) fn failure(&self, error: OciDistributionError) -> RegistryError {
        self.failure_about(self.reference.to_string(), error)
    }

    fn failure_about(&self, reference: String, error: OciDistributionError) -> RegistryError {
        let host = self.reference.host().to_owned();
        match error {
            OciDistributionError::UnauthorizedError { .. }
            | OciDistributionError::AuthenticationFailure(_)
            | OciDistributionError::ServerError { code: 401 | 403, .. } => {
                RegistryError::Refused { host, reference }
            }
            OciDistributionError::ImageManifestNotFoundError(_)
            | OciDistributionError::ServerError { code: 404, .. } => {
                RegistryError::Missing { host, reference }
            }
            OciDistributionError::RegistryError { ref envelope, .. } => {
                let is =
                    |codes: &[OciErrorCode]| envelope.errors.iter().any(|error| codes.contains(&error.code));
                if is(&[
                    OciErrorCode::ManifestUnknown,
                    OciErrorCode::NameUnknown,
                    OciErrorCode::BlobUnknown,
                    OciErrorCode::NotFound,
                ]) {
                    RegistryError::Missing { host, reference }
                } else if is(&[OciErrorCode::Unauthorized, OciErrorCode::Denied]) {
                    RegistryError::Refused { host, reference }
                } else {
                    self.unreachable(innermost(&error))
                }
            }
            // The registry says one digest and serves another.
            OciDistributionError::DigestError(DigestError::VerificationError {
                ref expected,
                ref actual,
            }) => {
                let by_configuration = self.reference.digest().is_some();
                match expected.parse() {
                    Ok(expected) => self.other("manifest", expected, actual.clone(), by_configuration),
                    Err(_) => self.unreachable(innermost(&error)),
                }
            }
            error => self.unreachable(innermost(&error)),
        }
    }
}

/// Says that there was an answer about referrers, and that it was no list; the client asks the registry and then the tag.
fn unlisted(error: &OciDistributionError) -> Option<String> {
    use OciDistributionError as It;
    match error {
        It::SpecViolationError(_)
        | It::ManifestParsingError(_)
        | It::VersionedParsingError(_)
        | It::UnsupportedMediaTypeError(_)
        | It::UnsupportedSchemaVersionError(_) => Some(format!("is no list of manifests ({error})")),
        _ => None,
    }
}

/// What lies at the bottom of an error: the layers above repeat it or say less.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
