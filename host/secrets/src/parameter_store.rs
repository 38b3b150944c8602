//! AWS Systems Manager's Parameter Store: GetParameters, with decryption.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::IdentityCache;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::get_parameters::GetParametersError;

use crate::error::{Problem, SecretsError};
use crate::parameter_name::{base, calls};

/// How long the search for credentials may take; on a machine outside AWS it ends with a metadata service that is not
/// there.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(15);

/// The same for the region, which is looked for in fewer places.
const REGION_TIMEOUT: Duration = Duration::from_secs(6);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
const CALL_TIMEOUT: Duration = Duration::from_secs(45);

/// How often a call is sent at most; throttling passes within a second or two.
const ATTEMPTS: u32 = 5;

/// Where parameters are read.
pub(crate) struct ParameterStore {
    config: Option<SdkConfig>,
}

impl ParameterStore {
    /// By the default chain: environment, profile, web identity, container, instance. `AWS_ENDPOINT_URL_SSM` is honoured.
    pub(crate) async fn from_environment() -> Self {
        // Only the region is looked for here; the credentials are when the first call needs them.
        Self { config: tokio::time::timeout(REGION_TIMEOUT, loader().load()).await.ok() }
    }

    /// With this configuration.
    #[cfg(test)]
    pub(crate) fn with(config: SdkConfig) -> Self {
        Self { config: Some(config) }
    }

    /// The value of every name, or that there is no such parameter.
    pub(crate) async fn read(
        &self,
        names: Vec<String>,
    ) -> Result<BTreeMap<String, Result<String, Problem>>, SecretsError> {
        let Some((config, region)) = self.config.as_ref().and_then(|config| Some((config, config.region()?)))
        else {
            return Err(SecretsError::NoRegion { names });
        };
        let client = Client::new(config);
        let mut values = BTreeMap::new();
        for names in calls(names) {
            let answer =
                client.get_parameters().set_names(Some(names.clone())).with_decryption(true).send().await;
            let answer = answer.map_err(|error| failure(error, names.clone(), region))?;
            let mut answered: BTreeMap<String, String> = BTreeMap::new();
            for parameter in answer.parameters.unwrap_or_default() {
                if let (Some(name), Some(value)) = (parameter.name, parameter.value) {
                    answered.insert(base(&name).to_owned(), value);
                }
            }
            for name in names {
                // Either AWS lists it among InvalidParameters, or it says nothing of it: there is no value.
                let value = answered.remove(base(&name));
                let value = value.ok_or_else(|| Problem::NoParameter { region: region.to_string() });
                values.insert(name, value);
            }
        }
        Ok(values)
    }
}

/// How AWS is talked to.
pub(crate) fn loader() -> aws_config::ConfigLoader {
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

/// What an error of the SDK means.
fn failure(error: SdkError<GetParametersError>, names: Vec<String>, region: &Region) -> SecretsError {
    let region = region.to_string();
    let said = said(&error);
    let service = match &error {
        SdkError::ServiceError(service) => service.err(),
        // Not the network, hence before it: what the SDK asks for then is credentials.
        SdkError::DispatchFailure(failure) if failure.is_other() => {
            return SecretsError::NoCredentials { names, problem: causes(&error) };
        }
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
            let endpoint = std::env::var("AWS_ENDPOINT_URL_SSM");
            let endpoint = endpoint.unwrap_or_else(|_| format!("its usual address in {region}"));
            return SecretsError::Unreachable { names, endpoint, problem: innermost(&error) };
        }
        _ => return SecretsError::Failed { names, region, said: innermost(&error) },
    };
    match service.code().unwrap_or_default() {
        "AccessDeniedException" | "AccessDenied" => SecretsError::AccessDenied { names, region, said },
        "ExpiredTokenException"
        | "ExpiredToken"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken" => SecretsError::BadCredentials { names, region, said },
        "InvalidKeyId" | "KMSInvalidStateException" => SecretsError::KeyUnusable { names, region, said },
        "ThrottlingException" | "Throttling" | "RequestLimitExceeded" | "TooManyRequestsException" => {
            SecretsError::Throttled { names, region, said }
        }
        _ => SecretsError::Failed { names, region, said },
    }
}

/// AWS's code and sentence.
fn said(error: &SdkError<GetParametersError>) -> String {
    let code = error.code().unwrap_or("no error code");
    error.message().map_or_else(|| code.to_owned(), |message| format!("{code}: {message}"))
}

/// The cause behind all causes.
fn innermost(error: &dyn Error) -> String {
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
