//! Why a place cannot be used, and the next step.

use std::io;

use thiserror::Error;

/// Why something cannot be read or kept.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StorageError {
    /// A file cannot be read.
    #[error(
        "{path} cannot be read ({source})\nhint: usher must be allowed to read and write the file it was told to keep"
    )]
    Unreadable {
        /// Which.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error(
        "{path} cannot be written ({source}); what stood there stands there still\nhint: name a file in a folder that is there and may be written to"
    )]
    Unwritable {
        /// Which.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The work was given up before its end.
    #[error("{place} was not read or written to the end: the program is ending\nhint: run it again")]
    GivenUp {
        /// Which place.
        place: String,
    },
    /// The credential chain gave nothing.
    #[error(
        "no AWS credentials can be had for {place}: {problem}\nhint: set AWS_PROFILE (after `aws sso login`, if it uses that) or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run with a role on AWS; a file needs no AWS"
    )]
    NoCredentials {
        /// Which place.
        place: String,
        /// What the chain said.
        problem: String,
    },
    /// No region is set.
    #[error(
        "no AWS region is set for {place}\nhint: set AWS_REGION, or `region` in the AWS profile, or name it behind the place: \"{place}?region=…\""
    )]
    NoRegion {
        /// Which place.
        place: String,
    },
    /// AWS knows the caller and says no.
    #[error(
        "AWS does not permit {deed} {place}: {said}\nhint: allow the role that runs usher {permission}; if a KMS key encrypts it, kms:GenerateDataKey and kms:Decrypt on that key too"
    )]
    AccessDenied {
        /// Which place.
        place: String,
        /// What was to be done.
        deed: &'static str,
        /// What must be allowed.
        permission: &'static str,
        /// AWS's sentence.
        said: String,
    },
    /// AWS does not accept the credentials.
    #[error(
        "AWS does not accept the credentials for {place}: {said}\nhint: they may have expired (renew them, for example by `aws sso login`), belong to another partition, or be mistyped; check this machine's clock too"
    )]
    BadCredentials {
        /// Which place.
        place: String,
        /// AWS's sentence.
        said: String,
    },
    /// There is no such bucket.
    #[error(
        "there is no bucket {bucket} for {place}: {said}\nhint: check its name, or make it first (`aws s3 mb s3://{bucket}`); usher makes no buckets"
    )]
    NoBucket {
        /// Which place.
        place: String,
        /// The bucket's name.
        bucket: String,
        /// AWS's sentence.
        said: String,
    },
    /// The bucket is in another region than the one that was asked.
    #[error("the bucket of {place} is in another region: {said}\nhint: name it behind the place: \"{place}?region={}\"", region.as_deref().unwrap_or("…"))]
    OtherRegion {
        /// Which place.
        place: String,
        /// Where it is, if AWS says so.
        region: Option<String>,
        /// AWS's sentence.
        said: String,
    },
    /// The key that encrypts the object cannot be used.
    #[error(
        "AWS cannot encrypt or decrypt {place}: {said}\nhint: check that the KMS key exists in the bucket's region and is enabled, and allow the role that runs usher kms:GenerateDataKey and kms:Decrypt on it"
    )]
    KeyUnusable {
        /// Which place.
        place: String,
        /// AWS's sentence.
        said: String,
    },
    /// Throttled after all repeats.
    #[error(
        "AWS throttles access to {place}: {said}\nhint: something else uses the bucket very much; run again later"
    )]
    Throttled {
        /// Which place.
        place: String,
        /// AWS's sentence.
        said: String,
    },
    /// No connection or no answer in time.
    #[error(
        "S3 at {endpoint} cannot be reached for {place}: {problem}\nhint: check the network, the region and, if it is set, AWS_ENDPOINT_URL_S3; in a private subnet a gateway endpoint for S3 is needed"
    )]
    Unreachable {
        /// Which place.
        place: String,
        /// Where S3 was looked for.
        endpoint: String,
        /// The innermost cause.
        problem: String,
    },
    /// A store that only looks like S3.
    #[error(
        "the store of {place} does not know conditional writes: {said}\nhint: name a bucket in S3, or in a store that honours If-Match and If-None-Match"
    )]
    NoConditions {
        /// Which place.
        place: String,
        /// Its sentence.
        said: String,
    },
    /// Anything else that AWS says.
    #[error(
        "{deed} {place} failed: {said}\nhint: if AWS itself failed, run again; otherwise check the bucket and its policy"
    )]
    Failed {
        /// Which place.
        place: String,
        /// What was to be done.
        deed: &'static str,
        /// AWS's sentence.
        said: String,
    },
}
