//! Why there is no policy out of a registry, and the next step. Texts are whole; who shows them escapes them.

use std::path::PathBuf;

use usher_core::digest::Digest;

/// What went wrong with a registry, or with what it gave.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A text that is no reference.
    #[error(
        "`{text}` {problem}\nhint: a policy in a registry is named oci://HOST/NAME:TAG@sha256:…, such as oci://ghcr.io/acme/teams:1.2"
    )]
    Reference {
        /// The text.
        text: String,
        /// What is wrong with it, to follow its name.
        problem: &'static str,
    },

    /// The certificates of a private authority cannot be used.
    #[error("the certificates in {} cannot be used ({cause})\nhint: `registry.ca`, --ca and USHER_REGISTRY_CA take a file of PEM certificates", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },

    /// The credentials for a registry cannot be had.
    #[error(
        "the credentials for {host} cannot be had: {cause}\nhint: usher reads them where docker keeps them: `docker login {host}`, or a credential helper named in ~/.docker/config.json (DOCKER_CONFIG names another folder)"
    )]
    Credentials {
        /// The registry.
        host: String,
        /// Why.
        cause: String,
    },

    /// Nobody answers, or not in the registry's language.
    #[error(
        "the registry {host} cannot be asked about {reference}: {cause}\nhint: {}",
        unreachable_hint(cause)
    )]
    Unreachable {
        /// The registry.
        host: String,
        /// What was asked about.
        reference: String,
        /// The innermost cause.
        cause: String,
    },

    /// It answers, and says no.
    #[error(
        "the registry {host} does not permit access to {reference}\nhint: `docker login {host}` with an account that may; for ECR name the helper ecr-login under credHelpers in ~/.docker/config.json"
    )]
    Refused {
        /// The registry.
        host: String,
        /// What was asked for.
        reference: String,
    },

    /// It has no such thing.
    #[error(
        "there is no {reference}: {host} does not have it\nhint: check name, tag and digest, and that you may read the repository: some registries say the same to those who may not"
    )]
    Missing {
        /// The registry.
        host: String,
        /// What was asked for.
        reference: String,
    },

    /// Something else lies there.
    #[error(
        "{reference} is no policy: it {problem}\nhint: push one by `usher plugin push FILE {reference}`, or with any tool that writes the layout of wasm artefacts: one layer of the type application/wasm"
    )]
    NotAPolicy {
        /// What was asked for.
        reference: String,
        /// What it is instead, to follow "it".
        problem: String,
    },

    /// The bytes are not those that the digest means.
    #[error("{reference} is refused: the {what} that the registry serves has the digest {found}, and was to have {expected}\nhint: {}", other_hint(*.by_configuration))]
    OtherBytes {
        /// What was asked for.
        reference: String,
        /// What differs.
        what: &'static str,
        /// The digest there should be.
        expected: Digest,
        /// The digest there is, or what the client says of it.
        found: String,
        /// Whether a person named the digest; otherwise the registry contradicts itself.
        by_configuration: bool,
    },

    /// A digest that is neither the manifest's nor the component's.
    #[error(
        "{reference} is refused: nothing there has that digest; under its tag there is now the manifest {manifest} with the component {component}\nhint: {}",
        other_hint(true)
    )]
    OtherUnderTag {
        /// What was asked for, with the digest.
        reference: String,
        /// The digest of the manifest that the tag names.
        manifest: Digest,
        /// The digest of the component that the manifest names.
        component: Digest,
    },

    /// Where a list of signatures should be there is something else.
    #[error(
        "the signatures of {reference} cannot be listed: {tag} {problem}\nhint: find out who put it there; signatures are listed there \
         by `usher plugin sign` and cosign once that tag is deleted"
    )]
    OddList {
        /// What is signed.
        reference: String,
        /// Where its signatures are listed.
        tag: String,
        /// What is there instead, to follow its name.
        problem: String,
    },

    /// More than is taken in.
    #[error(
        "{reference} is refused: it is larger than {limit} bytes\nhint: a policy is some hundred kilobytes, one in Python some twenty megabytes; this is something else"
    )]
    TooLarge {
        /// What was asked for.
        reference: String,
        /// How much would be taken.
        limit: usize,
    },

    /// Nobody signed it who counts.
    #[error("{subject} is refused: {problem}\nhint: {hint}")]
    Untrusted {
        /// The policy.
        subject: String,
        /// What was found on it, and why it does not count.
        problem: String,
        /// What to do.
        hint: &'static str,
    },

    /// A file with a key, a trust root or a signature cannot be used.
    #[error("{} cannot be used: {problem}\nhint: {hint}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
        /// What it should be.
        hint: &'static str,
    },
}

impl RegistryError {
    /// Whether it lies with the world outside, and may be gone at the next try.
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

fn unreachable_hint(cause: &str) -> &'static str {
    let cause = cause.to_ascii_lowercase();
    if cause.contains("certificate") || cause.contains("unknownissuer") {
        "name the certificates of a private authority with `ca` under [registry] in usher.toml, with --ca, or in \
         USHER_REGISTRY_CA"
    } else if cause.contains("corrupt") || cause.contains("invalidcontenttype") {
        "it does not speak TLS, and only a registry on this machine is asked without"
    } else {
        "check the host's name and the network; bytes that were fetched once are kept and need no registry, when the \
         reference has a digest"
    }
}

fn other_hint(by_configuration: bool) -> &'static str {
    if by_configuration {
        "if the policy was changed on purpose, test it and pin the new one by `usher plugin pin --update`; if it was not, \
         somebody else changed it"
    } else {
        "what the registry stores was changed or damaged; push the policy again from the file that was tested, and find out \
         who can write there"
    }
}
