//! What can go wrong with Identity Center, and the next step.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::token::RenewalError;

/// What the service answered, for a person and for AWS's support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The request, such as `PATCH /Groups/{id}`.
    pub request: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What the answer says, when it says anything; one line.
    pub detail: Option<String>,
    /// AWS's id of the request, by which its support finds the cause.
    pub request_id: Option<String>,
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was answered {}", self.request, self.status)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        match &self.request_id {
            Some(id) => write!(f, " [request id {id}]"),
            None => Ok(()),
        }
    }
}

/// Why Identity Center did not do what was asked. `aim` says what that was: `create the user "ann@acme.example"`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScimError {
    /// The token cannot even be sent.
    #[error(
        "the SCIM access token holds characters that no token has\nhint: the token is one line of letters, digits and \
         `+/=-_.`; copy it again from where it was created"
    )]
    UnusableToken,
    /// The HTTP client could not be set up.
    #[error("the HTTP client for Identity Center cannot be set up: {0}")]
    Client(#[source] reqwest::Error),
    /// 401.
    #[error(
        "Identity Center does not accept the SCIM access token ({0})\nhint: a token ends one year after it was made, and belongs to \
         one endpoint: make a new one in the IAM Identity Center console under Settings > Automatic provisioning, and compare \
         the SCIM endpoint shown there with `identity_center.scim_endpoint`"
    )]
    Unauthorized(Answered),
    /// 401, and the secret that the token came from could not be read again.
    #[error(
        "Identity Center does not accept the SCIM access token ({answered}), and whether another one has taken its place cannot be \
         read\nhint: the token may have been replaced while the run went on; run again once the secret that `identity_center.token` \
         refers to can be read"
    )]
    NotRenewed {
        /// The answer.
        answered: Answered,
        /// Why it could not be read.
        #[source]
        cause: Arc<RenewalError>,
    },
    /// 403.
    #[error(
        "Identity Center knows the SCIM access token and refuses this caller ({0})\nhint: automatic provisioning may be switched off, \
         or limited to other network addresses"
    )]
    Forbidden(Answered),
    /// A list was answered 404, or with a redirect: nothing of SCIM is there.
    #[error(
        "there is no SCIM interface at {endpoint} ({answered})\nhint: compare `identity_center.scim_endpoint` with the SCIM \
         endpoint in the IAM Identity Center console, Settings > Automatic provisioning"
    )]
    WrongEndpoint {
        /// The address that was asked.
        endpoint: String,
        /// The answer.
        answered: Answered,
    },
    /// A success that is no SCIM: a web page of a proxy or a sign-in, or JSON of another kind.
    #[error(
        "what answers at {endpoint} does not speak SCIM ({answered}; {found})\nhint: look for a proxy or a sign-in page in between, \
         and check `identity_center.scim_endpoint`"
    )]
    NotScim {
        /// The address that was asked.
        endpoint: String,
        /// The answer.
        answered: Answered,
        /// What came instead.
        found: String,
    },
    /// The name is not known, or nobody listens, or the connection broke every time.
    #[error("cannot {aim}: {host} cannot be reached: {cause}\nhint: {}", unreachable_hint(cause))]
    Unreachable {
        /// What was wanted.
        aim: String,
        /// The host and port.
        host: String,
        /// What the network said.
        cause: String,
    },
    /// No secure connection.
    #[error(
        "cannot {aim}: no trusted TLS connection to {host}: {cause}\nhint: check that `identity_center.scim_endpoint` is the one that \
         the IAM Identity Center console shows; behind a proxy that inspects TLS, add the proxy's root certificate to this machine's \
         trust store, and check this machine's clock"
    )]
    Tls {
        /// What was wanted.
        aim: String,
        /// The host and port.
        host: String,
        /// What TLS said.
        cause: String,
    },
    /// No answer in time, each time.
    #[error(
        "cannot {aim}: {host} did not answer in time, {attempts} times in a row\nhint: run again later, or wait longer with \
         `identity_center.timeout_seconds`; what was done stays done"
    )]
    TimedOut {
        /// What was wanted.
        aim: String,
        /// The host and port.
        host: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// 429 until patience ended.
    #[error(
        "cannot {aim}: Identity Center throttled the request {attempts} times in a row ({answered})\nhint: another program may use the \
         same directory; run again later, what was done stays done"
    )]
    Throttled {
        /// What was wanted.
        aim: String,
        /// How often it was tried.
        attempts: u32,
        /// The last answer.
        answered: Answered,
    },
    /// 5xx until patience ended.
    #[error(
        "cannot {aim}: Identity Center failed {attempts} times in a row ({answered})\nhint: run again later; what was done stays done"
    )]
    Failing {
        /// What was wanted.
        aim: String,
        /// How often it was tried.
        attempts: u32,
        /// The last answer.
        answered: Answered,
    },
    /// A value that AWS would refuse; nothing was sent.
    #[error(
        "cannot {aim}: {attribute} {reason}\nhint: mend {attribute} in Okta, or let the policy write another value"
    )]
    Unacceptable {
        /// What was wanted.
        aim: String,
        /// The attribute, as SCIM names it.
        attribute: String,
        /// What is wrong with its value.
        reason: String,
    },
    /// 400 and other refusals.
    #[error("cannot {aim}: {answered}{}", refusal_hint(answered))]
    Refused {
        /// What was wanted.
        aim: String,
        /// The answer, which often hides the cause.
        answered: Answered,
    },
    /// 413.
    #[error("cannot {aim}: the request is larger than Identity Center takes ({answered})")]
    TooLarge {
        /// What was wanted.
        aim: String,
        /// The answer.
        answered: Answered,
    },
    /// 404 for one object.
    #[error(
        "cannot {aim}: it is no longer there ({answered})\nhint: somebody removed it since it was read; the next run sees that"
    )]
    NotFound {
        /// What was wanted.
        aim: String,
        /// The answer.
        answered: Answered,
    },
    /// 409: a value that must be unique is taken.
    #[error(
        "cannot {aim}: {contested} ({answered})\nhint: two accounts or groups cannot share it; change or remove the other one"
    )]
    Conflict {
        /// What was wanted.
        aim: String,
        /// Which attribute, its value and who holds it, as far as it could be found out.
        contested: String,
        /// The attribute, when it could be found out.
        attribute: Option<&'static str>,
        /// The answer; boxed, since this is the largest of the errors.
        answered: Box<Answered>,
    },
    /// An object or a list that cannot be read. Never taken for an empty one.
    #[error("cannot {aim}: the answer to {request} cannot be used: {reason}")]
    BadAnswer {
        /// What was wanted.
        aim: String,
        /// The request.
        request: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Whoever asked for the write has no right to it any more; nothing was sent.
    #[error("{why}")]
    Stopped {
        /// In words.
        why: String,
    },
    /// Nothing this store offers says who is in a group.
    #[error(
        "this SCIM store does not tell the members of a group: it knows neither `groups.value` nor `members.value` as a filter, and \
         shows no members with a group\nhint: without the members nothing can be removed safely, so the run ends here"
    )]
    MembersUnreadable,
}

impl ScimError {
    /// Whether every further request would meet the same: the token, the address, the network or the service itself.
    pub fn ends_the_run(&self) -> bool {
        match self {
            Self::UnusableToken
            | Self::Client(_)
            | Self::Unauthorized(_)
            | Self::NotRenewed { .. }
            | Self::Forbidden(_)
            | Self::WrongEndpoint { .. }
            | Self::NotScim { .. }
            | Self::Unreachable { .. }
            | Self::Tls { .. }
            | Self::TimedOut { .. }
            | Self::Throttled { .. }
            | Self::Stopped { .. } => true,
            // 500 may be the fault of one record; the others say that the service is away.
            Self::Failing { answered, .. } => answered.status != 500,
            Self::Unacceptable { .. }
            | Self::Refused { .. }
            | Self::TooLarge { .. }
            | Self::NotFound { .. }
            | Self::Conflict { .. }
            | Self::BadAnswer { .. }
            | Self::MembersUnreadable => false,
        }
    }

    /// What the service answered, when it did.
    pub fn answered(&self) -> Option<&Answered> {
        match self {
            Self::Unauthorized(answered)
            | Self::Forbidden(answered)
            | Self::NotRenewed { answered, .. }
            | Self::WrongEndpoint { answered, .. }
            | Self::NotScim { answered, .. }
            | Self::Throttled { answered, .. }
            | Self::Failing { answered, .. }
            | Self::Refused { answered, .. }
            | Self::TooLarge { answered, .. }
            | Self::NotFound { answered, .. } => Some(answered),
            Self::Conflict { answered, .. } => Some(answered),
            _ => None,
        }
    }
}

fn unreachable_hint(cause: &str) -> &'static str {
    if cause.contains("dns") || cause.contains("lookup") || cause.contains("resolve") {
        "the host's name is not known: check `identity_center.scim_endpoint`, its region above all, and this machine's DNS"
    } else {
        "check the network, the proxy and `identity_center.scim_endpoint`"
    }
}

/// AWS's generic text hides the cause (reference aws-identity-center.md §2.8).
fn refusal_hint(answered: &Answered) -> &'static str {
    match &answered.detail {
        Some(detail) if !detail.contains("unparsable") => "",
        _ => {
            "\nhint: AWS gives this answer for any value it does not take: hidden control characters, a value that is too long or not \
             unique; CloudTrail (event source identitystore-scim.amazonaws.com) names the cause"
        }
    }
}
