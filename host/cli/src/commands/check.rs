//! `usher check`: the configuration, what its policies say of it, and whether Okta has the attributes that they read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use usher_core::near;
use usher_okta::{Okta, OktaSettings};
use usher_policy::PolicyChain;
use usher_secrets::{RenewableSecrets, Secrets};

use super::plugin::needs_text;
use crate::arguments::check::CheckArguments;
use crate::configuration::{Configuration, PolicySection};
use crate::connect::okta_renewal;
use crate::exit::{ExitStatus, Failure};
use crate::mention::{Mention, mentions};
use crate::policies::policies;
use crate::report::escape::plain;
use crate::report::plan::log_line;

/// Near names that are offered for one that Okta does not have.
const OFFERED: usize = 3;

/// An attribute that a policy reads and no profile can have.
struct Unknown {
    policy: String,
    attribute: String,
    near: Vec<String>,
    /// Where the policy's configuration names it.
    mentions: Vec<Mention>,
}

/// Checks everything that can be checked before anybody is read.
pub(crate) async fn check(arguments: &CheckArguments) -> Result<ExitStatus, Failure> {
    let configuration = Configuration::read(&arguments.deciding.config).map_err(Failure::usage)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (chain, log) = policies(&arguments.run(), &configuration, now).await?;
    for line in log.take() {
        talkln!("{}", log_line(&line));
    }
    let known = match arguments.offline {
        true => None,
        false => Some(attributes_of_okta(&configuration).await?),
    };
    let unknown = match &known {
        Some(known) => unknown(arguments, &configuration, &chain, known),
        None => Vec::new(),
    };
    let status = if unknown.is_empty() { ExitStatus::Done } else { ExitStatus::Usage };
    if arguments.json {
        outln!("{:#}", report(&chain, known.is_some(), &unknown, status));
        return Ok(status);
    }
    let file = plain(&arguments.deciding.config.display().to_string());
    if !unknown.is_empty() {
        return Err(Failure::usage(anyhow::anyhow!("{}", refusal(&file, &unknown))));
    }
    for (name, policy) in chain.policies() {
        out!("{} takes its configuration.\n{}", plain(name), needs_text::text(policy.needs()));
    }
    outln!(
        "{}",
        match known {
            Some(_) => "Okta has every attribute of people that is read.",
            None => "Whether Okta has the attributes that are read was not asked.",
        }
    );
    Ok(status)
}

/// The names of all attributes that a profile may have there.
async fn attributes_of_okta(configuration: &Configuration) -> Result<BTreeSet<String>, Failure> {
    let token = &configuration.okta_token;
    let secrets = Secrets::resolve(std::slice::from_ref(token)).await?;
    let value =
        secrets.get(token).ok_or_else(|| anyhow::anyhow!("{token} was asked for and not answered"))?;
    let mut settings = OktaSettings::new(configuration.okta_base.clone(), value.clone());
    let renewable = RenewableSecrets::new(BTreeMap::from([(token.clone(), value.clone())]));
    settings.renewal = okta_renewal(&Arc::new(renewable), token.clone());
    let okta = Okta::new(settings)?;
    Ok(okta.user_attributes().await?)
}

fn unknown(
    arguments: &CheckArguments,
    configuration: &Configuration,
    chain: &PolicyChain,
    known: &BTreeSet<String>,
) -> Vec<Unknown> {
    // It was read before; without it, the places are not told.
    let text = std::fs::read_to_string(&arguments.deciding.config).unwrap_or_default();
    let mut found = Vec::new();
    for ((name, policy), section) in chain.policies().zip(&configuration.policies) {
        let PolicySection { config, config_place, .. } = section;
        for attribute in policy.needs().user_attributes.iter().filter(|it| !known.contains(it.as_str())) {
            let near = near::names(attribute, known.iter().map(String::as_str), OFFERED);
            found.push(Unknown {
                policy: name.to_owned(),
                attribute: attribute.clone(),
                near: near.into_iter().map(str::to_owned).collect(),
                mentions: mentions(&text, config, config_place, attribute),
            });
        }
    }
    found
}

fn refusal(file: &str, unknown: &[Unknown]) -> String {
    let count = match unknown.len() {
        1 => "1 attribute".to_owned(),
        count => format!("{count} attributes"),
    };
    let mut text = format!("{file} reads {count} that no profile in this Okta can have:");
    for Unknown { policy, attribute, near, mentions } in unknown {
        let near: Vec<_> = near.iter().map(|name| format!("`{}`", plain(name))).collect();
        let meant =
            if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
        let told = format!("the policy {} reads `{}`{meant}", plain(policy), plain(attribute));
        if mentions.is_empty() {
            let _ = write!(text, "\n  {file}: {told}");
        }
        for Mention { place, pointer } in mentions {
            let numbers = [Some(place.line), place.column].into_iter().flatten();
            let numbers: String = numbers.map(|number| format!(":{number}")).collect();
            let _ = write!(text, "\n  {file}{numbers}: {}: {told}", plain(pointer));
        }
    }
    text.push_str(
        "\nhint: an attribute is named by Okta's variable name; Directory > Profile Editor shows them, and adds new ones",
    );
    text
}

fn report(chain: &PolicyChain, is_compared: bool, unknown: &[Unknown], status: ExitStatus) -> Value {
    let policies: Vec<_> = chain
        .policies()
        .map(|(name, policy)| json!({ "name": name, "needs": needs_text::json(policy.needs()) }))
        .collect();
    let unknown: Vec<_> = unknown
        .iter()
        .map(|Unknown { policy, attribute, near, mentions }| {
            let places: Vec<_> = mentions
                .iter()
                .map(|Mention { place, pointer }| json!({ "pointer": pointer, "fileLine": place.line, "fileColumn": place.column }))
                .collect();
            json!({ "policy": policy, "attribute": attribute, "near": near, "places": places })
        })
        .collect();
    json!({
        "documentVersion": 1,
        "status": if status == ExitStatus::Done { "accepted" } else { "refused" },
        "exitStatus": status as u8,
        "policies": policies,
        "comparedWithOkta": is_compared,
        "unknownAttributes": unknown,
    })
}
