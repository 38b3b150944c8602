//! Why secrets cannot be had, and the next step. No message ever holds a value.

use thiserror::Error;

use crate::reference::SecretRef;

/// What the role that runs Usher must be allowed.
const RIGHTS: &str = "allow the role that runs Usher ssm:GetParameters on the parameters, and kms:Decrypt on the key that encrypts them";

/// Why the references of a run have no values.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// References that name nothing, or nothing usable; all of them.
    #[error("{}", listed(unresolved))]
    Unresolved {
        /// Each with its problem, sorted by reference.
        unresolved: Vec<Unresolved>,
    },
    /// The credential chain gave nothing.
    #[error(
        "no AWS credentials can be had to read {} with: {problem}\nhint: set AWS_PROFILE (after `aws sso login`, if it uses that) or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run with a role on AWS; env: and file: references need no AWS",
        listed_names(names)
    )]
    NoCredentials {
        /// The parameters.
        names: Vec<String>,
        /// What the chain said.
        problem: String,
    },
    /// No region is set.
    #[error(
        "no AWS region is set to read {} in\nhint: set AWS_REGION, or `region` in the AWS profile",
        listed_names(names)
    )]
    NoRegion {
        /// The parameters.
        names: Vec<String>,
    },
    /// AWS knows the caller and says no.
    #[error("AWS does not permit reading {} in {region}: {said}\nhint: {RIGHTS}", listed_names(names))]
    AccessDenied {
        /// The parameters.
        names: Vec<String>,
        /// The region.
        region: String,
        /// AWS's sentence.
        said: String,
    },
    /// AWS does not accept the credentials.
    #[error(
        "AWS does not accept the credentials for reading {} in {region}: {said}\nhint: they may have expired (renew them, for example by `aws sso login`), belong to another partition, or be mistyped; check this machine's clock too",
        listed_names(names)
    )]
    BadCredentials {
        /// The parameters.
        names: Vec<String>,
        /// The region.
        region: String,
        /// AWS's sentence.
        said: String,
    },
    /// A parameter cannot be decrypted: its key is disabled, deleted or invalid.
    #[error(
        "AWS cannot decrypt {} in {region}: {said}\nhint: check that the KMS key of the parameters exists and is enabled; {RIGHTS}",
        listed_names(names)
    )]
    KeyUnusable {
        /// The parameters.
        names: Vec<String>,
        /// The region.
        region: String,
        /// AWS's sentence.
        said: String,
    },
    /// Throttled after all repeats.
    #[error(
        "AWS throttles reading {} in {region}: {said}\nhint: Parameter Store takes 40 calls a second of an account and region; something else uses them up, so run again later",
        listed_names(names)
    )]
    Throttled {
        /// The parameters.
        names: Vec<String>,
        /// The region.
        region: String,
        /// AWS's sentence.
        said: String,
    },
    /// No connection or no answer in time.
    #[error(
        "Parameter Store at {endpoint} cannot be reached to read {}: {problem}\nhint: check the network, AWS_REGION and, if it is set, AWS_ENDPOINT_URL_SSM; in a private subnet an interface endpoint for ssm is needed",
        listed_names(names)
    )]
    Unreachable {
        /// The parameters.
        names: Vec<String>,
        /// What `AWS_ENDPOINT_URL_SSM` says, or that it is the usual address.
        endpoint: String,
        /// The innermost cause.
        problem: String,
    },
    /// Anything else that AWS says.
    #[error(
        "AWS cannot read {} in {region}: {said}\nhint: if AWS itself failed, run again; otherwise check the names of the parameters",
        listed_names(names)
    )]
    Failed {
        /// The parameters.
        names: Vec<String>,
        /// The region.
        region: String,
        /// AWS's sentence.
        said: String,
    },
}

/// A reference without a usable value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// Which.
    pub reference: SecretRef,
    /// Why.
    pub problem: Problem,
}

/// Why a reference has no usable value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No such parameter, in this region.
    NoParameter {
        /// The region asked.
        region: String,
    },
    /// No such environment variable.
    NoVariable,
    /// The file cannot be read.
    Unreadable {
        /// The system's words.
        problem: String,
    },
    /// The file is too large to be a secret.
    TooLong {
        /// What is bearable, in bytes.
        most: u64,
    },
    /// Not UTF-8.
    NotText,
    /// Nothing but blanks.
    Empty,
    /// Control characters: usually several lines where one is wanted.
    ControlCharacters,
}

impl Problem {
    /// What to say of it, and the next step.
    fn words(&self) -> (String, &'static str) {
        match self {
            Self::NoParameter { region } => (
                format!("there is no such parameter in {region}"),
                "check name, region and account; a name with a slash within begins with a slash; a SecureString is made by `aws ssm put-parameter --type SecureString --name NAME --value file://FILE`",
            ),
            Self::NoVariable => {
                ("the environment variable is not set".into(), "export the variable where usher is started")
            }
            Self::Unreadable { problem } => (
                format!("the file cannot be read: {problem}"),
                "a path is seen from where usher is started, and ~ is not expanded",
            ),
            Self::TooLong { most } => {
                (format!("the file has more than {most} bytes"), "the file must hold the secret alone")
            }
            Self::NotText => ("the value is no UTF-8 text".into(), "store the secret as plain text"),
            Self::Empty => ("the value is empty".into(), "store the secret there"),
            Self::ControlCharacters => (
                "the value holds control characters, such as a tab or several lines".into(),
                "store the secret alone, on one line",
            ),
        }
    }
}

/// One line for each reference, and each next step once.
fn listed(unresolved: &[Unresolved]) -> String {
    let mut lines = Vec::new();
    let mut hints = Vec::new();
    for Unresolved { reference, problem } in unresolved {
        let (words, hint) = problem.words();
        lines.push(format!("the secret {reference} cannot be read: {words}"));
        let hint = format!("hint: {hint}");
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    lines.extend(hints);
    lines.join("\n")
}

fn listed_names(names: &[String]) -> String {
    names.iter().map(|name| format!("ssm:{name}")).collect::<Vec<_>>().join(", ")
}
