//! Where a policy lies in a registry: `oci://host/name:tag@sha256:…`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use usher_core::digest::Digest;

use crate::error::RegistryError;

/// How a reference to a registry begins.
pub const SCHEME: &str = "oci://";

/// A repository in a registry, with a tag, a digest, or both. With a digest it is *pinned*: it means the same bytes for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryReference {
    host: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl RegistryReference {
    /// The registry, with its port if one is named.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The name within the registry.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, if one is named.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest that pins it: the manifest's or, as second best, the component's.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The same place, pinned.
    pub fn pinned(&self, digest: Digest) -> Self {
        Self { digest: Some(digest), ..self.clone() }
    }

    /// The same place by its tag alone.
    pub fn unpinned(&self) -> Self {
        Self { digest: None, ..self.clone() }
    }

    /// Whether the registry is on this machine: the only place that may be asked without TLS.
    pub fn is_loopback(&self) -> bool {
        let (name, _) = name_and_port(&self.host);
        let name = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// As the client takes it: by digest where there is one, else by tag.
    pub(crate) fn asked(&self) -> oci_client::Reference {
        let (host, repository) = (self.host.clone(), self.repository.clone());
        match (self.digest, &self.tag) {
            (Some(digest), _) => oci_client::Reference::with_digest(host, repository, digest.to_string()),
            (None, Some(tag)) => oci_client::Reference::with_tag(host, repository, tag.clone()),
            (None, None) => oci_client::Reference::with_tag(host, repository, "latest".to_owned()),
        }
    }

    /// Another tag of the same repository.
    pub(crate) fn tagged(&self, tag: String) -> oci_client::Reference {
        oci_client::Reference::with_tag(self.host.clone(), self.repository.clone(), tag)
    }
}

impl fmt::Display for RegistryReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl FromStr for RegistryReference {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        parse(text).map_err(|problem| RegistryError::Reference { text: text.to_owned(), problem })
    }
}

fn parse(text: &str) -> Result<RegistryReference, &'static str> {
    let rest = text.strip_prefix(SCHEME).ok_or("does not begin with oci://")?;
    let (rest, digest) = match rest.split_once('@') {
        Some((rest, digest)) => (
            rest,
            Some(digest.parse().map_err(|_| "has after its @ no digest: sha256: and 64 hexadecimal digits")?),
        ),
        None => (rest, None),
    };
    let (host, path) = rest.split_once('/').ok_or("names no repository after the host")?;
    let (repository, tag) = match path.split_once(':') {
        Some((repository, tag)) => (repository, Some(tag)),
        None => (path, None),
    };
    if !is_host(host) {
        return Err("does not name the registry's host in full, such as ghcr.io or localhost:5000");
    }
    if !repository.split('/').all(is_component) {
        return Err(
            "has a name that no registry takes: small letters, digits and single . _ - between them, parts divided by /",
        );
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err("has a tag that no registry takes: letters, digits, _ . - and at most 128 of them");
    }
    Ok(RegistryReference {
        host: host.to_ascii_lowercase(),
        repository: repository.to_owned(),
        tag: tag.map(str::to_owned),
        digest,
    })
}

/// An address of version 6 has colons of its own, and stands in brackets.
fn name_and_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    }
}

/// A short name such as `acme` would silently mean another company's registry elsewhere, so only full ones are hosts.
fn is_host(host: &str) -> bool {
    let (name, port) = name_and_port(host);
    let is_address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .is_some_and(|name| name.parse::<IpAddr>().is_ok());
    let is_name = !name.is_empty()
        && name.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
    (is_address || is_name && (name.contains('.') || name == "localhost" || port.is_some()))
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_component(part: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = part.as_bytes();
    ends(bytes.first().copied())
        && ends(bytes.last().copied())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(byte))
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn what_is_read_is_written_again() {
        for text in [
            "oci://ghcr.io/acme/policies/teams:1.2",
            "oci://localhost/a",
            "oci://registry:5000/a-b/c_d:v1",
            "oci://[::1]:5000/a:1",
            &format!("oci://127.0.0.1:5000/acme/teams@{DIGEST}"),
            &format!("oci://ghcr.io/acme/teams:1@{DIGEST}"),
        ] {
            assert_eq!(text.parse::<RegistryReference>().unwrap().to_string(), text);
        }
        let pinned: RegistryReference = format!("oci://GHCR.io/acme/teams:1@{DIGEST}").parse().unwrap();
        assert_eq!((pinned.host(), pinned.tag()), ("ghcr.io", Some("1")));
        assert_eq!(pinned.digest(), DIGEST.parse().ok());
        assert_eq!(pinned.unpinned().to_string(), "oci://ghcr.io/acme/teams:1");
    }

    #[test]
    fn what_could_mean_another_place_is_refused() {
        for (text, problem) in [
            ("ghcr.io/acme/teams", "begin"),
            ("oci://acme/teams:1", "host"),
            ("oci://ghcr.io", "repository"),
            ("oci://ghcr.io/", "name"),
            ("oci://ghcr.io/Acme/teams", "small letters"),
            ("oci://ghcr.io/a//b", "name"),
            ("oci://ghcr.io/../b", "name"),
            ("oci://ghcr.io/a:b/c", "tag"),
            ("oci://ghcr.io/a:", "tag"),
            ("oci://ghcr.io/a@sha256:12", "digest"),
            ("oci://ghcr.io:port/a", "host"),
            ("oci://user@ghcr.io/a", "digest"),
        ] {
            let error = text.parse::<RegistryReference>().unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        let is_loopback =
            |host: &str| format!("oci://{host}/a:1").parse::<RegistryReference>().unwrap().is_loopback();
        for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.8.9.1", "[::1]:5000", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.com", "10.0.0.1:5000", "registry:5000", "127.0.0.1.example.com"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
