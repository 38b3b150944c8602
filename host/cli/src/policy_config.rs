//! A policy's configuration from a file: out of a `usher.toml`, or bare as TOML or JSON.

use std::path::Path;

use serde_json::{Value, json};
use usher_policy::Limits;

use crate::configuration::{DEFAULT_COMPONENT, FilePlace, limits_in, line_of, parts, place, to_json};
use crate::exit::Failure;

/// A document with one of these at its top is a `usher.toml`, and the policy's part is below `policy`.
const SECTIONS_OF_USHER_TOML: [&str; 3] = ["okta", "identity_center", "policy"];

/// What a policy is handed, and where it stood.
#[derive(Clone, Debug)]
pub(crate) struct PolicyConfig {
    pub(crate) value: Value,
    /// What the policy may use: as `limits` stands beside it in a `usher.toml`, else by default.
    pub(crate) limits: Limits,
    /// The TOML text, for the line of a problem.
    text: String,
    /// Keys and indices from the top of that text to the configuration.
    pub(crate) place: Vec<String>,
}

impl PolicyConfig {
    /// An empty one.
    pub(crate) fn empty() -> Self {
        Self { value: json!({}), limits: Limits::default(), text: String::new(), place: Vec::new() }
    }

    /// Reads a file: JSON when its name ends in `.json`, TOML otherwise. Of several policies in a `usher.toml` it takes the one
    /// whose `component` is `reference`.
    pub(crate) fn read(path: &Path, reference: &str) -> Result<Self, Failure> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(anyhow::anyhow!(
                "the configuration {file} cannot be read ({error})\nhint: --config takes a usher.toml, or the policy's own \
                 configuration as TOML or JSON"
            ))
        })?;
        let found = if path.extension().is_some_and(|extension| extension == "json") {
            serde_json::from_str(&text)
                .map(|value| Found { value, limits: Limits::default(), place: Vec::new() })
                .map_err(|error| error.to_string())
        } else {
            of_toml(&text, reference)
        };
        match found {
            Ok(Found { value, limits, place }) => Ok(Self { value, limits, text, place }),
            Err(cause) => Err(Failure::usage(anyhow::anyhow!(
                "{file} is no configuration: {cause}\nhint: --config takes a usher.toml, or the policy's own configuration \
                 as TOML or JSON"
            ))),
        }
    }

    /// The place in the file where the value that a JSON Pointer names begins, or the nearest one around it; down to the character
    /// where `position` leads into its text. None in JSON, which carries no lines, and where nothing of it stands in the file.
    pub(crate) fn place_of(&self, pointer: &str, position: Option<(u32, u32)>) -> Option<FilePlace> {
        place(&self.text, self.place.iter().cloned().chain(parts(pointer)), position)
    }
}

#[derive(Debug)]
struct Found {
    value: Value,
    limits: Limits,
    place: Vec<String>,
}

fn of_toml(text: &str, reference: &str) -> Result<Found, String> {
    let document: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| format!("line {}: ", line_of(text, span.start)));
        format!("{}{}", line.unwrap_or_default(), error.message())
    })?;
    if !SECTIONS_OF_USHER_TOML.iter().any(|section| document.contains_key(*section)) {
        let value = to_json(toml::Value::Table(document));
        return Ok(Found { value, limits: Limits::default(), place: Vec::new() });
    }
    let (policy, index, mut place) = match document.get("policy") {
        None => return Ok(Found { value: json!({}), limits: Limits::default(), place: Vec::new() }),
        Some(toml::Value::Array(policies)) => {
            let index = the_one(policies, reference)?;
            (policies.get(index), Some(index), vec!["policy".to_owned(), index.to_string()])
        }
        Some(policy) => (Some(policy), None, vec!["policy".to_owned()]),
    };
    let limits = limits_in(text, index).map_err(|problems| {
        let told = problems.iter().map(|problem| match problem.line {
            Some(line) => format!("line {line}: {}", problem.message),
            None => problem.message.clone(),
        });
        told.collect::<Vec<_>>().join("; ")
    })?;
    let config = policy.and_then(|policy| policy.get("config")).cloned();
    if config.is_some() {
        place.push("config".to_owned());
    }
    Ok(Found { value: config.map_or_else(|| json!({}), to_json), limits, place })
}

/// Which of several policies is meant.
fn the_one(policies: &[toml::Value], reference: &str) -> Result<usize, String> {
    let component = |policy: &toml::Value| match policy.get("component") {
        Some(value) => value.as_str().unwrap_or_default().to_owned(),
        None => DEFAULT_COMPONENT.to_owned(),
    };
    let named: Vec<usize> =
        (0..policies.len()).filter(|index| component(&policies[*index]) == reference).collect();
    match (named.as_slice(), policies.len()) {
        ([index], _) => Ok(*index),
        ([], 1) => Ok(0),
        ([], _) => {
            let there: Vec<String> = policies.iter().map(component).collect();
            Err(format!("none of its policies is {reference}; they are {}", there.join(", ")))
        }
        (several, _) => Err(format!(
            "{} of its policies are {reference}, each with a configuration of its own; put the one that is meant into a file",
            several.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str, reference: &str) -> PolicyConfig {
        let Found { value, limits, place } = of_toml(text, reference).unwrap();
        PolicyConfig { value, limits, text: text.to_owned(), place }
    }

    fn line(config: &PolicyConfig, pointer: &str) -> Option<usize> {
        config.place_of(pointer, None).map(|place| place.line)
    }

    #[test]
    fn a_bare_file_is_the_configuration_itself() {
        let config =
            config("prefix = \"aws-\"\n[[groups]]\nname = \"a\"\n\n[[groups]]\nname = \"b\"\n", "x.wasm");
        assert_eq!(config.value, json!({ "prefix": "aws-", "groups": [{ "name": "a" }, { "name": "b" }] }));
        assert_eq!(line(&config, "/groups/1/name"), Some(6));
    }

    #[test]
    fn in_a_usher_toml_it_is_the_policys_part() {
        let config = config("[okta]\ndomain = \"x\"\n[policy.config]\nprefix = 1\n", "x.wasm");
        assert_eq!(config.value, json!({ "prefix": 1 }));
        assert_eq!(line(&config, "/prefix"), Some(4));
    }

    #[test]
    fn what_is_missing_is_looked_for_around_it() {
        let config =
            config("[policy]\ncomponent = \"x\"\n[policy.config]\n[policy.config.table]\na = 1\n", "x");
        assert_eq!(line(&config, "/table/b"), Some(4));
        assert_eq!(line(&config, ""), Some(3));
    }

    #[test]
    fn of_several_policies_the_named_one_is_meant() {
        let text = "[[policy]]\ncomponent = \"a.wasm\"\nconfig = { n = 1 }\n[[policy]]\ncomponent = \"b.wasm\"\nconfig = { n = 2 }\n";
        let found = config(text, "b.wasm");
        assert_eq!(found.value, json!({ "n": 2 }));
        assert_eq!(line(&found, "/n"), Some(6));
        assert_eq!(
            of_toml(text, "c.wasm").err().as_deref(),
            Some("none of its policies is c.wasm; they are a.wasm, b.wasm")
        );
    }

    #[test]
    fn a_policy_without_a_component_is_the_default_one() {
        let text = "[[policy]]\nname = \"a\"\n[policy.config]\nn = 1\n[[policy]]\ncomponent = \"b.wasm\"\n";
        assert_eq!(config(text, "builtin:rules").value, json!({ "n": 1 }));
        let there = "none of its policies is c.wasm; they are builtin:rules, b.wasm";
        assert_eq!(of_toml(text, "c.wasm").err().as_deref(), Some(there));
    }

    #[test]
    fn limits_stand_beside_the_configuration() {
        let text = "[[policy]]\ncomponent = \"a.wasm\"\n[[policy]]\ncomponent = \"b.wasm\"\n[policy.limits]\nmemory_mib = 64\n";
        assert_eq!(config(text, "b.wasm").limits.memory, 64 << 20);
        assert_eq!(config(text, "a.wasm").limits, Limits::default());
        let wrong = of_toml("[policy.limits]\nmemory = 1\n", "a.wasm").err();
        assert!(wrong.is_some_and(|told| told.starts_with("line 2: unknown key `policy.limits.memory`")));
    }

    #[test]
    fn a_file_without_a_policy_configures_nothing() {
        assert_eq!(config("[okta]\ndomain = \"x\"\n", "builtin:rules").value, json!({}));
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        assert!(of_toml("a = 1\nb = \n", "x").is_err_and(|told| told.starts_with("line 2: ")));
    }
}
