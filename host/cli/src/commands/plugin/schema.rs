//! `usher plugin schema`: the JSON Schema of a policy's configuration, for editors and other tools.

use anyhow::{Context, anyhow};
use serde_json::{Value, json};

use super::opened;
use crate::arguments::plugin::SchemaArguments;
use crate::escape::plain;
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
        outln!("{}", for_a_terminal(&format!("{schema:#}")));
    }
    Ok(ExitStatus::Done)
}

/// The same JSON with everything that could move a cursor or turn the direction of reading as an escape of JSON's own; outside texts there is no
/// such character but line ends.
fn for_a_terminal(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || plain(c.encode_utf8(&mut [0; 4])).starts_with(c) {
            safe.push(c);
        } else {
            // All of them have one unit.
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_stays_the_same_json_and_cannot_turn_the_direction_of_reading() {
        let schema = json!({ "title": "a\u{202e}b\u{9b}31m\u{7f}", "description": "Zoë \\ 日本" });
        let shown = for_a_terminal(&format!("{schema:#}"));
        assert!(shown.contains(r"a\u202eb\u009b31m\u007f") && shown.contains("Zoë"), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), schema);
    }
}
