//! What an error of the SDK means.

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::error::StorageError;
use crate::place::Bucket;

/// What was to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Read,
    Write,
}

impl Deed {
    /// "reading s3://bucket/key", without the place.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Read => "reading",
            Self::Write => "writing",
        }
    }

    /// What the role that runs usher must be allowed for it.
    fn permission(self) -> &'static str {
        match self {
            Self::Read => {
                "s3:GetObject on it, and s3:ListBucket on its bucket: without the second one S3 says the same of an object that is not there yet"
            }
            // S3 looks at what stands there first, on the caller's behalf.
            Self::Write => "s3:PutObject and s3:GetObject on it",
        }
    }
}

pub(super) fn failure<E>(bucket: &Bucket, deed: Deed, endpoint: &str, error: &SdkError<E>) -> StorageError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let place = bucket.to_string();
    let said = said(error);
    let deed_words = deed.words();
    match error {
        SdkError::ServiceError(_) => {}
        // Not the network, hence before it: what the SDK asks for then is credentials.
        SdkError::DispatchFailure(failure) if failure.is_other() => {
            return StorageError::NoCredentials { place, problem: causes(error) };
        }
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
            let (endpoint, problem) = (endpoint.to_owned(), innermost(error));
            return StorageError::Unreachable { place, endpoint, problem };
        }
        _ => return StorageError::Failed { place, deed: deed_words, said: innermost(error) },
    }
    // The answer to a HEAD or to a bucket elsewhere may have no code.
    match (error.code().unwrap_or_default(), status(error)) {
        ("NoSuchBucket" | "InvalidBucketName", _) => {
            StorageError::NoBucket { place, bucket: bucket.bucket.clone(), said }
        }
        ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _)
        | ("", Some(301)) => StorageError::OtherRegion { place, region: region(error), said },
        (
            "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidToken"
            | "TokenRefreshRequired"
            | "RequestTimeTooSkewed"
            | "RequestExpired",
            _,
        ) => StorageError::BadCredentials { place, said },
        (code, _) if code.starts_with("KMS.") => StorageError::KeyUnusable { place, said },
        ("SlowDown" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded", _) | (_, Some(429)) => {
            StorageError::Throttled { place, said }
        }
        ("NotImplemented", _) | (_, Some(501)) => StorageError::NoConditions { place, said },
        ("AccessDenied" | "AllAccessDisabled" | "AccountProblem", _) | (_, Some(401 | 403)) => {
            StorageError::AccessDenied { place, deed: deed_words, permission: deed.permission(), said }
        }
        _ => StorageError::Failed { place, deed: deed_words, said },
    }
}

/// The status of the answer, if there was one.
pub(super) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|answer| answer.status().as_u16())
}

/// Where the bucket is, when the answer says so.
fn region<E>(error: &SdkError<E>) -> Option<String> {
    Some(error.raw_response()?.headers().get("x-amz-bucket-region")?.to_owned())
}

/// AWS's code and sentence, on one line.
fn said<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    let code = match (error.code(), status(error)) {
        (Some(code), _) => code.to_owned(),
        (None, Some(status)) => format!("status {status}, without an error code"),
        (None, None) => "no error code".to_owned(),
    };
    let words = error.message().map(|message| message.split_whitespace().collect::<Vec<_>>().join(" "));
    words.map_or_else(|| code.clone(), |words| format!("{code}: {words}"))
}

/// The cause behind all causes.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// All causes behind an error that says little itself, on one line.
fn causes(error: &dyn Error) -> String {
    let mut causes = Vec::new();
    let mut next = error.source().and_then(Error::source);
    while let Some(cause) = next {
        causes.push(
            cause.to_string().lines().map(str::trim).collect::<Vec<_>>().join("; ").replace(":; ", ": "),
        );
        next = cause.source();
    }
    causes.join(": ")
}
