//! What may be written where a secret is wanted.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Where a secret is. The secret itself is never part of it, so it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretRef {
    /// A parameter of AWS Systems Manager's Parameter Store: a name, `name:version`, `name:label`, or an ARN.
    Ssm(String),
    /// An environment variable.
    Env(String),
    /// A file.
    File(String),
}

/// Why a text is no reference. The text is never repeated: it may be the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SecretRefError {
    /// None of the three forms.
    #[error(
        "this is not a reference to a secret (it is not repeated here, as it may be the secret itself)\nhint: write ssm:NAME, env:NAME or file:PATH, and keep the value there"
    )]
    NotAReference,
    /// Nothing after the colon.
    #[error("nothing follows {kind}:\nhint: write the {what} after it")]
    Empty {
        /// `ssm`, `env` or `file`.
        kind: &'static str,
        /// What should follow.
        what: &'static str,
    },
    /// Characters that no such name has.
    #[error(
        "what follows {kind}: cannot be the {what} (it is not repeated here, as it may be the secret itself)\nhint: {hint}"
    )]
    Impossible {
        /// `ssm`, `env` or `file`.
        kind: &'static str,
        /// What should follow.
        what: &'static str,
        /// Which characters may be there.
        hint: &'static str,
    },
}

impl SecretRef {
    /// `ssm`, `env` or `file`, with what follows it.
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Ssm(name) => ("ssm", name),
            Self::Env(name) => ("env", name),
            Self::File(path) => ("file", path),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, rest) = self.parts();
        write!(f, "{kind}:{rest}")
    }
}

impl FromStr for SecretRef {
    type Err = SecretRefError;

    fn from_str(text: &str) -> Result<Self, SecretRefError> {
        let (kind, rest) = text.trim().split_once(':').ok_or(SecretRefError::NotAReference)?;
        let (kind, what, hint): (&'static str, _, _) = match kind {
            "ssm" => (
                "ssm",
                "name of a parameter",
                "letters, digits and _ . - / are allowed, and a version or label behind a colon; a whole ARN is, too",
            ),
            "env" => (
                "env",
                "name of an environment variable",
                "letters, digits and _ are allowed, and no digit in front",
            ),
            "file" => ("file", "path of a file", "no control characters are allowed"),
            _ => return Err(SecretRefError::NotAReference),
        };
        if rest.trim().is_empty() {
            return Err(SecretRefError::Empty { kind, what });
        }
        let possible = match kind {
            "ssm" => is_parameter(rest),
            "env" => is_variable(rest),
            _ => !rest.chars().any(char::is_control),
        };
        if !possible {
            return Err(SecretRefError::Impossible { kind, what, hint });
        }
        Ok(match kind {
            "ssm" => Self::Ssm(rest.to_owned()),
            "env" => Self::Env(rest.to_owned()),
            _ => Self::File(rest.to_owned()),
        })
    }
}

/// AWS's characters for names, selectors and ARNs (reference aws-identity-center.md §7).
fn is_parameter(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/:".contains(&byte))
}

fn is_variable(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_written_the_same() {
        for text in [
            "ssm:okta_api_token",
            "ssm:/usher/okta.api-token",
            "ssm:/usher/okta:3",
            "ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/usher/okta",
            "env:OKTA_TOKEN",
            "file:/run/secrets/okta token",
            r"file:C:\secrets\okta",
        ] {
            assert_eq!(text.parse::<SecretRef>().unwrap().to_string(), text);
        }
        assert_eq!(" ssm:a\n".parse(), Ok(SecretRef::Ssm("a".into())));
    }

    #[test]
    fn a_plain_value_is_refused_and_never_repeated() {
        for text in [
            "00aHunter2",
            "vault:Hunter2",
            "SSM:Hunter2",
            "ssm:00a Hunter2",
            "env:Hunter2=",
            "env:1Hunter2",
            "file:Hunter2\u{7}",
        ] {
            let error = text.parse::<SecretRef>().unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("Hunter2") && shown.contains("hint: "), "{shown}");
        }
    }

    #[test]
    fn a_form_without_a_name_says_what_is_missing() {
        let message = "env: ".parse::<SecretRef>().unwrap_err().to_string();
        assert!(message.contains("name of an environment variable"), "{message}");
        assert_eq!("".parse::<SecretRef>(), Err(SecretRefError::NotAReference));
    }
}
