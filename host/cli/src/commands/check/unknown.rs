//! Attributes that policies read and no profile in this Okta can have, with near names and the places that name them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use usher_core::near;
use usher_policy::PolicyChain;

use super::services::Answers;
use crate::arguments::check::CheckArguments;
use crate::configuration::{Configuration, PolicySection};
use crate::escape::plain;
use crate::mention::{Mention, mentions};

/// Near names that are offered for one that Okta does not have.
const OFFERED: usize = 3;

/// An attribute that a policy reads and no profile can have.
pub(super) struct Unknown {
    policy: String,
    /// Whose attribute: `user` or `group`.
    of: &'static str,
    attribute: String,
    near: Vec<String>,
    /// Where the policy's configuration names it.
    mentions: Vec<Mention>,
}

/// All of them, policy by policy. What Okta did not say is not compared.
pub(super) fn unknown(
    arguments: &CheckArguments,
    configuration: &Configuration,
    chain: &PolicyChain,
    answers: &Answers,
) -> Vec<Unknown> {
    // It was read before; without it, the places are not told.
    let text = std::fs::read_to_string(&arguments.deciding.config).unwrap_or_default();
    let mut found = Vec::new();
    for ((name, policy), section) in chain.policies().zip(&configuration.policies) {
        let PolicySection { config, config_place, .. } = section;
        let needs = policy.needs();
        let mut compare = |of, read: &[String], known: Option<&BTreeSet<String>>| {
            let Some(known) = known else { return };
            for attribute in read.iter().filter(|it| !known.contains(it.as_str())) {
                let near = near::names(attribute, known.iter().map(String::as_str), OFFERED);
                found.push(Unknown {
                    policy: name.to_owned(),
                    of,
                    attribute: attribute.clone(),
                    near: near.into_iter().map(str::to_owned).collect(),
                    mentions: mentions(&text, config, config_place, attribute),
                });
            }
        };
        compare("user", &needs.user_attributes, answers.user_attributes.as_ref());
        compare("group", &needs.group_attributes, answers.group_attributes.as_ref());
    }
    found
}

/// What is wrong, with a line for each place.
pub(super) fn refusal(file: &str, unknown: &[Unknown]) -> String {
    let count = match unknown.len() {
        1 => "1 attribute".to_owned(),
        count => format!("{count} attributes"),
    };
    let mut text = format!("{file} reads {count} that no profile in this Okta can have:");
    let mut lines = Vec::new();
    for Unknown { policy, of, attribute, near, mentions } in unknown {
        let near: Vec<_> = near.iter().map(|name| format!("`{}`", plain(name))).collect();
        let meant =
            if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
        let of = if *of == "group" { " of groups" } else { "" };
        let told = format!("the policy {} reads `{}`{of}{meant}", plain(policy), plain(attribute));
        if mentions.is_empty() {
            lines.push(((usize::MAX, None), format!("\n  {file}: {told}")));
        }
        for Mention { place, pointer } in mentions {
            let numbers = [Some(place.line), place.column].into_iter().flatten();
            let numbers: String = numbers.map(|number| format!(":{number}")).collect();
            let line = format!("\n  {file}{numbers}: {}: {told}", plain(pointer));
            lines.push(((place.line, place.column), line));
        }
    }
    // In the order of the file.
    lines.sort_by_key(|(place, _)| *place);
    text.extend(lines.into_iter().map(|(_, line)| line));
    text.push_str(
        "\nhint: an attribute is named by Okta's variable name; Directory > Profile Editor shows them, and adds new ones",
    );
    text
}

/// The same for a program.
pub(super) fn json(unknown: &[Unknown]) -> Value {
    let all = unknown.iter().map(|Unknown { policy, of, attribute, near, mentions }| {
        let places: Vec<_> = mentions
            .iter()
            .map(|Mention { place, pointer }| json!({ "pointer": pointer, "fileLine": place.line, "fileColumn": place.column }))
            .collect();
        json!({ "policy": policy, "of": of, "attribute": attribute, "near": near, "places": places })
    });
    all.collect()
}
