//! `usher plugin inspect`: what a policy says of itself.

use serde_json::json;
use usher_policy::{Limits, PolicyEngine};

use crate::arguments::plugin::InspectArguments;
use crate::exit::{ExitStatus, Failure};
use crate::reference::component;

/// Loads the policy and prints what it is.
pub(crate) fn inspect(arguments: &InspectArguments) -> Result<ExitStatus, Failure> {
    let bytes = component(&arguments.reference)?;
    let engine = PolicyEngine::new(Limits::default())?;
    let loaded = engine.load(&arguments.reference, &bytes).map_err(Failure::usage)?;
    let description = loaded.description();
    if arguments.json {
        let report = json!({ "version": 1, "name": description.name, "policyVersion": description.version,
            "summary": description.summary, "bytes": bytes.len() });
        println!("{report:#}");
    } else {
        println!("{} {}: {}", description.name, description.version, description.summary);
        println!("{} bytes", bytes.len());
    }
    Ok(ExitStatus::Done)
}
