//! `usher plugin inspect`: what a policy is and, configured, what it reads.

use serde_json::Value;
use usher_policy::PolicyError;

use super::needs_text;
use super::opened::{self, Opened};
use crate::arguments::plugin::InspectArguments;
use crate::exit::{ExitStatus, Failure};
use crate::policy_config::PolicyConfig;

/// Loads the policy, configures it when a configuration is given or none is needed, and prints what it is.
pub(crate) fn inspect(arguments: &InspectArguments) -> Result<ExitStatus, Failure> {
    let config = match &arguments.config {
        Some(path) => PolicyConfig::read(path, &arguments.reference)?,
        None => PolicyConfig::empty(),
    };
    let opened = opened::open_within(&arguments.reference, arguments.sandbox.over(config.limits.clone()))?;
    let mut text = opened.text();
    let mut json = opened.to_json();
    let Opened { loaded, .. } = opened;
    let needs = match loaded.configure(&config.value, opened::now()) {
        Ok(configured) => Some(configured.needs().clone()),
        // It wants a configuration, and nobody said it had one.
        Err(PolicyError::Config { .. }) if arguments.config.is_none() => None,
        Err(error) => return Err(Failure::usage(error)),
    };
    let told = match &needs {
        Some(needs) => needs_text::text(needs),
        None => "  decides   depends on its configuration; name one with --config FILE\n".to_owned(),
    };
    text.push_str(&told);
    if arguments.json {
        json["documentVersion"] = 1.into();
        json["needs"] = needs.as_ref().map_or(Value::Null, needs_text::json);
        outln!("{json:#}");
    } else {
        out!("{text}");
    }
    Ok(ExitStatus::Done)
}
