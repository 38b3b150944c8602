//! `usher plugin schema`: the JSON Schema of a policy's configuration, for editors and other tools.

use anyhow::{Context, anyhow};
use serde_json::{Value, json};

use super::opened;
use crate::arguments::plugin::SchemaArguments;
use crate::exit::{ExitStatus, Failure};

/// Prints the schema; a policy without one is a failure, so that no script keeps an empty file.
pub(crate) fn schema(arguments: &SchemaArguments) -> Result<ExitStatus, Failure> {
    let opened = opened::open(&arguments.reference)?;
    let description = opened.loaded.description();
    let name = format!("{} {}", description.name, description.version);
    let text = description.config_schema.as_deref().ok_or_else(|| {
        anyhow!("{name} has no schema of its configuration\nhint: its author adds one; `usher plugin check` works without")
    })?;
    let schema: Value = serde_json::from_str(text).with_context(|| {
        format!("the schema of {name} is not JSON\nhint: this is a bug in the plugin; tell its author")
    })?;
    if arguments.json {
        outln!("{:#}", json!({ "documentVersion": 1, "policy": opened.to_json(), "schema": schema }));
    } else {
        outln!("{schema:#}");
    }
    Ok(ExitStatus::Done)
}
