//! What can go wrong between here and Okta, and the next step.

use std::sync::Arc;

use thiserror::Error;
use usher_core::id::OktaGroupId;
use usher_core::quote::quoted;

use crate::answer::Answer;
use crate::token::RenewalError;

/// Why Okta gave no complete answer. No message ever holds the token.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OktaError {
    /// The token cannot stand in a header.
    #[error(
        "the Okta API token is empty or holds characters that no token has\nhint: look at what `okta.token` refers to: only the token itself belongs there, on one line"
    )]
    MalformedToken,
    /// The HTTPS client could not be made.
    #[error(
        "the HTTPS client for Okta cannot be set up: {problem}\nhint: Usher needs the system's root certificates; on a minimal image, install ca-certificates"
    )]
    Setup {
        /// The cause.
        problem: String,
    },
    /// Okta does not know the token (401 E0000011).
    #[error(
        "{host} does not accept the API token ({answer})\nhint: the token may belong to another organisation, be revoked, or have expired after 30 days without use; its owner may be deactivated. Make a new one in Okta's admin console under Security > API > Tokens and store it where `okta.token` points"
    )]
    WrongToken {
        /// The organisation.
        host: String,
        /// What Okta said.
        answer: Box<Answer>,
    },
    /// Okta does not know the token, and the secret it came from could not be read again.
    #[error(
        "{host} does not accept the API token ({answer}), and whether another one has taken its place cannot be read\nhint: the token may have been replaced while the run went on; run again once the secret that `okta.token` refers to can be read"
    )]
    NotRenewed {
        /// The organisation.
        host: String,
        /// What Okta said.
        answer: Box<Answer>,
        /// Why it could not be read.
        #[source]
        cause: Arc<RenewalError>,
    },
    /// 401 for another cause than the token, such as a feature the organisation does not have.
    #[error(
        "{host} answers {request} with {answer}\nhint: the token is not named as the cause; ask Okta's support with the ids above"
    )]
    Unauthorised {
        /// What was asked.
        request: &'static str,
        /// The organisation.
        host: String,
        /// What Okta said.
        answer: Box<Answer>,
    },
    /// 403: the token's owner may not do this, or the token may not be used from here.
    #[error(
        "{host} does not permit {request} to this API token ({answer})\nhint: the token has the rights of the administrator who made it: give that account the Read-Only Administrator role, and check whether the token is restricted to certain network zones"
    )]
    Forbidden {
        /// What was asked.
        request: &'static str,
        /// The organisation.
        host: String,
        /// What Okta said.
        answer: Box<Answer>,
    },
    /// 404 for something that was there a moment ago.
    #[error(
        "Okta has no {what} any more ({answer})\nhint: it was probably deleted while the run read it; run again"
    )]
    NotFound {
        /// What was asked for, with its id.
        what: String,
        /// What Okta said.
        answer: Box<Answer>,
    },
    /// Another 4xx.
    #[error(
        "{host} refuses {request} ({answer})\nhint: this is likely a fault of Usher; report it with the ids above"
    )]
    Refused {
        /// What was asked.
        request: &'static str,
        /// The organisation.
        host: String,
        /// What Okta said.
        answer: Box<Answer>,
    },
    /// 429 again and again.
    #[error(
        "{host} answered {request} with 429 {tries} times in a row, though each time the window's reset was waited for ({answer})\nhint: something else uses up this organisation's rate limit; see Reports > Rate Limits in Okta's admin console, or run at another time"
    )]
    RateLimited {
        /// What was asked.
        request: &'static str,
        /// The organisation.
        host: String,
        /// How often.
        tries: u32,
        /// What Okta said last.
        answer: Box<Answer>,
    },
    /// 5xx again and again.
    #[error(
        "{host} failed to answer {request}, {tries} times ({answer})\nhint: see https://status.okta.com and run again later"
    )]
    Unavailable {
        /// What was asked.
        request: &'static str,
        /// The organisation.
        host: String,
        /// How often it was asked.
        tries: u32,
        /// What Okta said last.
        answer: Box<Answer>,
    },
    /// The name has no address.
    #[error(
        "the host {host} is not known: {problem}\nhint: check `okta.domain` for typing errors, and this machine's DNS"
    )]
    UnknownHost {
        /// The host.
        host: String,
        /// What the resolver said.
        problem: String,
    },
    /// No trusted encrypted connection.
    #[error(
        "no trusted TLS connection to {host}: {problem}\nhint: check that `okta.domain` names an Okta organisation; behind a proxy that inspects TLS, add the proxy's root certificate to this machine's trust store, and check this machine's clock"
    )]
    Tls {
        /// The host.
        host: String,
        /// What the TLS library said.
        problem: String,
    },
    /// A connection that broke before the whole answer was there.
    #[error(
        "the answer of Okta at {host} to {request} broke off: {problem} (tried {tries} times)\nhint: run it again; if it stays so, look for a proxy between this machine and Okta"
    )]
    BrokenOff {
        /// The request.
        request: &'static str,
        /// The host.
        host: String,
        /// The innermost cause.
        problem: String,
        /// How often it was tried.
        tries: u32,
    },
    /// No connection.
    #[error(
        "{host} cannot be reached: {problem} (tried {tries} times)\nhint: check the network, the firewall and the HTTPS_PROXY variable of this machine"
    )]
    Unreachable {
        /// The host.
        host: String,
        /// The innermost cause.
        problem: String,
        /// How often it was tried.
        tries: u32,
    },
    /// Connected, but no answer in time.
    #[error(
        "{host} did not answer {request} in time (tried {tries} times)\nhint: see https://status.okta.com and run again later, or wait longer with `okta.timeout_seconds`"
    )]
    TimedOut {
        /// What was asked.
        request: &'static str,
        /// The host.
        host: String,
        /// How often it was tried.
        tries: u32,
    },
    /// Something that is not Okta's interface answered.
    #[error(
        "{host} does not answer like Okta: {found}\nhint: `okta.domain` must be the address of the organisation, such as acme.okta.com; a proxy or a sign-in page may also stand in between"
    )]
    NotOkta {
        /// The host.
        host: String,
        /// What came instead.
        found: String,
    },
    /// An answer that cannot be read.
    #[error("an answer of {host} to {request} cannot be read: {problem}{}\nhint: run again; if it stays, report it with the id above", request_id.as_ref().map(|id| format!(" (request id {id})")).unwrap_or_default())]
    BadAnswer {
        /// What was asked.
        request: &'static str,
        /// The host.
        host: String,
        /// What is wrong with it.
        problem: String,
        /// The `X-Okta-Request-Id` header.
        request_id: Option<String>,
    },
    /// The pages of a list do not come to an end. An incomplete list is never used.
    #[error(
        "the list {request} of {host} does not end: {problem}\nhint: this was a fault of Okta's before (2023); run again, and tell Okta's support if it stays"
    )]
    EndlessPages {
        /// What was asked.
        request: &'static str,
        /// The host.
        host: String,
        /// How it was noticed.
        problem: String,
    },
    /// An identifier that no object of Okta's can have.
    #[error("{} is named by an id that Okta never gives", quoted(.what))]
    MalformedId {
        /// Kind and id.
        what: String,
    },
    /// Group names that mean no group, or several.
    #[error(
        "{}\nhint: names must match exactly, upper and lower case too; to sync one of several groups of the same name, rename one in Okta",
        names(missing, ambiguous)
    )]
    GroupNames {
        /// Names that no group bears, in the order asked for.
        missing: Vec<MissingName>,
        /// Names that several groups bear, in the order asked for.
        ambiguous: Vec<AmbiguousName>,
    },
}

/// A name that no group bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingName {
    /// The name.
    pub name: String,
    /// Names that groups do bear and that look like it, nearest first.
    pub near: Vec<String>,
}

/// A name that several groups bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmbiguousName {
    /// The name.
    pub name: String,
    /// The groups, by id.
    pub ids: Vec<OktaGroupId>,
}

/// Names are shown quoted and escaped: they may hold anything.
fn names(missing: &[MissingName], ambiguous: &[AmbiguousName]) -> String {
    let mut lines = Vec::new();
    for MissingName { name, near } in missing {
        let near = match near.as_slice() {
            [] => String::new(),
            near => format!(
                " (similar: {})",
                near.iter().map(|name| quoted(name).to_string()).collect::<Vec<_>>().join(", ")
            ),
        };
        lines.push(format!("no Okta group is called {}{near}", quoted(name)));
    }
    for AmbiguousName { name, ids } in ambiguous {
        let ids = ids.iter().map(OktaGroupId::as_str).collect::<Vec<_>>().join(", ");
        lines.push(format!("several Okta groups are called {}: {ids}", quoted(name)));
    }
    lines.join("\n")
}
