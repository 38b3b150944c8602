//! The address of an Okta organisation, as people write it.

use thiserror::Error;
use url::{Host, Url};

/// Why a text is not the address of an Okta organisation.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DomainError {
    /// Nothing there.
    #[error("the Okta domain is empty\nhint: write the address people sign in at, such as acme.okta.com")]
    Empty,
    /// Not an address. The text is not repeated: people paste tokens into the wrong line.
    #[error(
        "this is not the address of an Okta organisation ({problem})\nhint: write the address people sign in at, such as acme.okta.com"
    )]
    NotAnAddress {
        /// What the parser found.
        problem: String,
    },
    /// A scheme that is neither `https` nor `http`.
    #[error(
        "an Okta organisation is reached by https, not by {scheme}\nhint: write only the host, such as acme.okta.com"
    )]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// `http` to a host that is not this machine.
    #[error(
        "http to {host} would send the API token unencrypted\nhint: write https://{host}; http is only for this machine itself (127.0.0.1, [::1], localhost)"
    )]
    Unencrypted {
        /// The host.
        host: String,
    },
    /// A user name or password in the address.
    #[error(
        "the Okta domain holds a user name or a password\nhint: write only the host, such as acme.okta.com; the token belongs in `okta.token`, as a reference"
    )]
    Credentials,
    /// More than a host.
    #[error("the Okta domain has {what} after its host\nhint: write only the host: {host}")]
    MoreThanAHost {
        /// `a path`, `a query` or `a fragment`.
        what: &'static str,
        /// The host.
        host: String,
    },
    /// The admin console's host (okta.md §1.1).
    #[error("{host} is the admin console, which does not serve the API\nhint: write {without_admin}")]
    AdminConsole {
        /// The host given.
        host: String,
        /// The host that serves the API.
        without_admin: String,
    },
    /// A single word.
    #[error("{host} is not a complete host name\nhint: write it in full, such as {host}.okta.com")]
    Incomplete {
        /// The host given.
        host: String,
    },
}

/// Reads the address of an organisation: `acme.okta.com`, or a URL with `https`; `http` only for this machine itself.
///
/// The result is an origin with the path `/`.
pub fn parse_domain(text: &str) -> Result<Url, DomainError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DomainError::Empty);
    }
    let parsed = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) };
    let url = parsed.map_err(|error| DomainError::NotAnAddress { problem: error.to_string() })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(DomainError::Credentials);
    }
    if !matches!(url.scheme(), "https" | "http") {
        return Err(DomainError::Scheme { scheme: url.scheme().to_owned() });
    }
    let Some(host) = url.host_str().map(str::to_owned) else {
        return Err(DomainError::NotAnAddress { problem: "no host".into() });
    };
    let loopback = is_loopback(&url);
    if url.scheme() == "http" && !loopback {
        return Err(DomainError::Unencrypted { host });
    }
    if let Some(without_admin) = without_admin(&host) {
        return Err(DomainError::AdminConsole { host, without_admin });
    }
    if matches!(url.host(), Some(Host::Domain(_))) && !loopback && !host.trim_end_matches('.').contains('.') {
        return Err(DomainError::Incomplete { host });
    }
    let more = match &url {
        url if url.path() != "/" => Some("a path"),
        url if url.query().is_some() => Some("a query"),
        url if url.fragment().is_some() => Some("a fragment"),
        _ => None,
    };
    match more {
        Some(what) => Err(DomainError::MoreThanAHost { what, host }),
        None => Ok(url),
    }
}

/// Whether the address is this machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `acme-admin.okta.com` → `acme.okta.com`; only for Okta's own domains, since a custom domain may be called anything.
fn without_admin(host: &str) -> Option<String> {
    const CELLS: [&str; 4] = ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com"];
    let (label, domain) = host.split_once('.')?;
    let organisation = label.strip_suffix("-admin")?;
    CELLS.contains(&domain).then(|| format!("{organisation}.{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse_domain(text).unwrap_err().to_string()
    }

    #[test]
    fn a_host_becomes_an_https_address() {
        for text in ["acme.okta.com", " acme.okta.com/ ", "https://acme.okta.com", "https://ACME.okta.com/"] {
            assert_eq!(parse_domain(text).unwrap().as_str(), "https://acme.okta.com/", "{text}");
        }
        assert_eq!(
            parse_domain("login.acme.example:8443").unwrap().as_str(),
            "https://login.acme.example:8443/"
        );
    }

    #[test]
    fn http_is_only_for_this_machine() {
        for text in ["http://127.0.0.1:8080", "http://[::1]:8080/", "http://localhost:8080"] {
            assert!(parse_domain(text).is_ok(), "{text}");
        }
        assert!(refused("http://acme.okta.com").contains("https://acme.okta.com"));
        assert!(refused("http://127.0.0.1.evil.example").contains("unencrypted"));
        assert!(refused("ftp://acme.okta.com").contains("ftp"));
    }

    #[test]
    fn the_admin_console_is_refused_with_the_host_that_serves_the_api() {
        let message = refused("https://acme-admin.okta.com/admin/dashboard");
        assert!(message.ends_with("hint: write acme.okta.com"), "{message}");
        assert!(refused("acme-admin.oktapreview.com").contains("acme.oktapreview.com"));
        assert!(parse_domain("team-admin.acme.example").is_ok());
    }

    #[test]
    fn anything_after_the_host_is_refused() {
        assert!(refused("https://acme.okta.com/api/v1").contains("a path"));
        assert!(refused("acme.okta.com?x=1").contains("a query"));
        assert!(refused("acme.okta.com#x").contains("a fragment"));
    }

    #[test]
    fn credentials_are_refused_and_not_repeated() {
        let message = refused("https://ann:hunter2@acme.okta.com");
        assert!(message.contains("password") && !message.contains("hunter2"), "{message}");
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        assert_eq!(parse_domain("  "), Err(DomainError::Empty));
        assert!(!refused("00aSecret token").contains("Secret"));
        assert!(refused("acme").contains("acme.okta.com"));
    }
}
