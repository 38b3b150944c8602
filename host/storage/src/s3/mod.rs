//! An object in S3, replaced on a condition by `If-Match` and `If-None-Match`.

mod environment;
mod failure;
mod store_clock;

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::ServerSideEncryption;

use self::environment::CALL_TIMEOUT;
use self::failure::{Deed, failure, status};
use self::store_clock::StoreClock;
use crate::error::StorageError;
use crate::place::{Bucket, Encryption};
use crate::storage::{Conflict, Expected, Stored, Version};

/// An object that is read and replaced as a whole.
#[derive(Clone, Debug)]
pub(crate) struct ObjectStore {
    client: Client,
    bucket: Bucket,
    /// Where the store is, unless it is where it usually is.
    endpoint: Option<String>,
}

impl ObjectStore {
    /// Finds out where the bucket is. Nobody is asked yet.
    pub(crate) async fn open(bucket: &Bucket) -> Result<Self, StorageError> {
        Self::with(environment::load().await, bucket)
    }

    fn with(config: Option<aws_config::SdkConfig>, bucket: &Bucket) -> Result<Self, StorageError> {
        let (client, endpoint) = environment::client(config, bucket)?;
        Ok(Self { client, bucket: bucket.clone(), endpoint })
    }

    pub(crate) async fn read(&self) -> Result<Option<Stored>, StorageError> {
        let clock = StoreClock::default();
        let request = self.client.get_object().bucket(&self.bucket.bucket).key(&self.bucket.key);
        let answer = match request.customize().interceptor(clock.clone()).send().await {
            Ok(answer) => answer,
            Err(error) if is_no_such_key(&error) => return Ok(None),
            Err(error) => return Err(self.failure(Deed::Read, error)),
        };
        let version = self.version(Deed::Read, answer.e_tag)?;
        let age = age(answer.last_modified, clock.time());
        // The call's own time-out ends with the head of the answer.
        let body = tokio::time::timeout(CALL_TIMEOUT, answer.body.collect()).await;
        let cut = |problem: String| StorageError::Unreachable {
            place: self.bucket.to_string(),
            endpoint: self.whereabouts(),
            problem,
        };
        let body = body.map_err(|_| cut(format!("no whole answer within {} s", CALL_TIMEOUT.as_secs())))?;
        let bytes = body.map_err(|error| cut(failure::innermost(&error)))?.to_vec();
        Ok(Some(Stored { bytes, version, age }))
    }

    pub(crate) async fn write_if(
        &self,
        bytes: Vec<u8>,
        expected: Expected,
    ) -> Result<Result<Version, Conflict>, StorageError> {
        let mut request = self.client.put_object().bucket(&self.bucket.bucket).key(&self.bucket.key);
        request = match expected {
            Expected::Absent => request.if_none_match("*"),
            Expected::Version(version) => request.if_match(version.as_str()),
        };
        request = match &self.bucket.encryption {
            None => request,
            Some(Encryption::S3) => request.server_side_encryption(ServerSideEncryption::Aes256),
            Some(Encryption::Kms(key)) => {
                request.server_side_encryption(ServerSideEncryption::AwsKms).set_ssekms_key_id(key.clone())
            }
        };
        match request.body(ByteStream::from(bytes)).send().await {
            Ok(answer) => Ok(Ok(self.version(Deed::Write, answer.e_tag)?)),
            Err(error) if is_conflict(&error) => Ok(Err(Conflict)),
            Err(error) => Err(self.failure(Deed::Write, error)),
        }
    }

    /// Without one nothing could be replaced safely.
    fn version(&self, deed: Deed, e_tag: Option<String>) -> Result<Version, StorageError> {
        e_tag.map(Version::from).ok_or_else(|| StorageError::Failed {
            place: self.bucket.to_string(),
            deed: deed.words(),
            said: "its answer has no ETag".to_owned(),
        })
    }

    fn failure<E>(&self, deed: Deed, error: SdkError<E>) -> StorageError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        failure(&self.bucket, deed, &self.whereabouts(), &error)
    }

    fn whereabouts(&self) -> String {
        let region = || self.client.config().region().map_or("its region", |region| region.as_ref());
        self.endpoint.clone().unwrap_or_else(|| format!("its usual address in {}", region()))
    }
}

/// How long ago the object was written when the answer was made. Both times are the store's.
fn age(written: Option<DateTime>, answered: Option<DateTime>) -> Option<Duration> {
    let seconds = answered?.secs() - written?.secs();
    // Two machines of a store may differ by a second: nothing is written later than now.
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// The object is not there, and its bucket is.
fn is_no_such_key<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("NoSuchKey")
}

/// What stands there is not what was expected, or nothing does; or S3 was about to replace it for somebody else.
fn is_conflict<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    matches!(error.code(), Some("PreconditionFailed" | "ConditionalRequestConflict" | "OperationAborted"))
        || is_no_such_key(error)
        || status(error) == Some(412)
}

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
