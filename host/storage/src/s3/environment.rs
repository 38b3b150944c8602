//! How S3 is talked to, and with whose credentials: found as those for Parameter Store are, by AWS's default chain.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, IdentityCache, RequestChecksumCalculation, ResponseChecksumValidation};

use crate::error::StorageError;
use crate::place::Bucket;

/// How long the search for credentials may take; on a machine outside AWS it ends with a metadata service that is not
/// there.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(15);

/// The same for the region, which is looked for in fewer places.
const REGION_TIMEOUT: Duration = Duration::from_secs(6);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a call may take with all its repeats.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a call is sent at most.
const ATTEMPTS: u32 = 4;

/// What the environment says on where S3 is, the more special first.
const ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];

/// Everything that the default chain finds: environment, profile, web identity, container, instance. No credentials are looked for
/// yet; they are when the first call needs them.
pub(super) async fn load() -> Option<SdkConfig> {
    tokio::time::timeout(REGION_TIMEOUT, loader().load()).await.ok()
}

/// How AWS is talked to.
pub(super) fn loader() -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .operation_timeout(CALL_TIMEOUT)
                .build(),
        )
        .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
}

/// A client for a bucket, and the address that it was told to use instead of the usual one.
pub(super) fn client(
    config: Option<SdkConfig>,
    bucket: &Bucket,
) -> Result<(Client, Option<String>), StorageError> {
    let named = bucket.region.clone().map(Region::new);
    let found = config.and_then(|config| {
        // A variable that is set to nothing names nothing.
        let usual = || config.region().filter(|region| !region.as_ref().is_empty()).cloned();
        Some((named.or_else(usual)?, config))
    });
    let Some((region, config)) = found else {
        return Err(StorageError::NoRegion { place: bucket.to_string() });
    };
    let told = bucket.endpoint.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    let endpoint =
        told.clone().or_else(|| config.endpoint_url().map(str::to_owned)).or_else(from_environment);
    let mut builder = Builder::from(&config)
        .region(region)
        // Stores of others know no names like BUCKET.HOST.
        .force_path_style(endpoint.is_some())
        // Nor the newer checksums. What is sent is signed with its digest anyway.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    if let Some(told) = told {
        builder = builder.endpoint_url(told);
    }
    Ok((Client::from_conf(builder.build()), endpoint))
}

fn from_environment() -> Option<String> {
    ENDPOINTS.into_iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}
