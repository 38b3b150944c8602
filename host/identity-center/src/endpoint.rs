//! Where the SCIM interface is.

use std::net::IpAddr;

use thiserror::Error;
use url::{Host, Url};
use usher_core::quote::quoted;

/// Where an administrator finds the address; it is shown nowhere else (reference aws-identity-center.md §1).
const WHERE_IT_STANDS: &str = "copy \"SCIM endpoint\" from the IAM Identity Center console, Settings > Automatic provisioning; it reads \
                               https://scim.<region>.amazonaws.com/<tenant>/scim/v2";

/// Why a text is not the address of a SCIM interface. Each message ends with a hint.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is no URL at all.
    #[error("{} is not a URL ({cause})\nhint: {WHERE_IT_STANDS}", quoted(.text))]
    NotAUrl {
        /// What was given.
        text: String,
        /// What the parser said.
        cause: url::ParseError,
    },
    /// The access token would travel in the clear.
    #[error(
        "{} does not begin with https://, so the access token would travel in the clear\nhint: {WHERE_IT_STANDS}", quoted(.text)
    )]
    NotEncrypted {
        /// What was given.
        text: String,
    },
    /// A name, a password, a query or a fragment, which no SCIM endpoint has.
    #[error("the SCIM endpoint holds {what}, which does not belong there\nhint: {WHERE_IT_STANDS}")]
    Surplus {
        /// What it holds; the text itself is not repeated, as it may be a secret.
        what: &'static str,
    },
    /// The path does not end as that of a SCIM interface.
    #[error("{} does not end in /scim/v2\nhint: {WHERE_IT_STANDS}", quoted(.text))]
    NotScim {
        /// What was given.
        text: String,
    },
}

/// The address of a SCIM interface, as the console shows it, without a slash at its end.
///
/// Only `https` is accepted, and `http` for an address of this machine. The tenant's id is not looked at: its form has
/// changed before and broke clients that did (reference §1). On this machine a path that ends in `/v2` is enough.
pub fn parse_endpoint(text: &str) -> Result<Url, EndpointError> {
    let text = text.trim();
    let mut url =
        Url::parse(text).map_err(|cause| EndpointError::NotAUrl { text: text.to_owned(), cause })?;
    let surplus = [
        (!url.username().is_empty() || url.password().is_some(), "a user name or password"),
        (url.query().is_some(), "a query (the part from `?` on)"),
        (url.fragment().is_some(), "a fragment (the part from `#` on)"),
    ];
    if let Some((_, what)) = surplus.into_iter().find(|(found, _)| *found) {
        return Err(EndpointError::Surplus { what });
    }
    let local = is_loopback(&url);
    if url.scheme() != "https" && !(url.scheme() == "http" && local) {
        return Err(EndpointError::NotEncrypted { text: text.to_owned() });
    }
    let path = url.path().trim_end_matches('/').to_owned();
    if !(path.ends_with("/scim/v2") || (local && path.ends_with("/v2"))) {
        return Err(EndpointError::NotScim { text: text.to_owned() });
    }
    url.set_path(&path);
    Ok(url)
}

/// Whether a URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWS: &str = "https://scim.eu-west-1.amazonaws.com/12345678901-abcd-4efg-9hij-klmnopqrstuv/scim/v2";

    #[test]
    fn a_slash_at_the_end_makes_no_difference() {
        for given in [AWS.to_owned(), format!("{AWS}/"), format!("  {AWS}//\n")] {
            assert_eq!(parse_endpoint(&given).unwrap().as_str(), AWS);
        }
    }

    #[test]
    fn a_token_never_travels_in_the_clear_but_on_this_machine() {
        let clear = parse_endpoint("http://scim.eu-west-1.amazonaws.com/t/scim/v2");
        assert!(matches!(clear, Err(EndpointError::NotEncrypted { .. })));
        let neighbour = parse_endpoint("http://127.0.0.1.example.com/t/scim/v2");
        assert!(matches!(neighbour, Err(EndpointError::NotEncrypted { .. })));
        for local in ["http://127.0.0.1:1/t/scim/v2", "http://localhost:1/v2", "http://[::1]:1/t/scim/v2/"] {
            assert!(parse_endpoint(local).is_ok(), "{local}");
        }
    }

    #[test]
    fn another_address_of_aws_is_told_apart_with_a_hint() {
        for wrong in [
            "https://d-123.awsapps.com/start",
            &format!("{AWS}/Users"),
            "https://scim.eu-west-1.amazonaws.com/",
        ] {
            let error = parse_endpoint(wrong).unwrap_err();
            assert!(matches!(error, EndpointError::NotScim { .. }), "{wrong}");
            assert!(error.to_string().contains("\nhint: copy \"SCIM endpoint\""), "{error}");
        }
        assert!(matches!(parse_endpoint("scim/v2"), Err(EndpointError::NotAUrl { .. })));
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let error = parse_endpoint("https://me:hunter2@scim.eu-west-1.amazonaws.com/t/scim/v2").unwrap_err();
        assert_eq!(error, EndpointError::Surplus { what: "a user name or password" });
        assert!(!error.to_string().contains("hunter2"));
    }
}
