//! Asks whether what a run needs before its first write can be had: the secrets, Okta, the configured groups, Identity Center. Reads
//! as little as there can be of each, and nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use secrecy::SecretString;
use usher_identity_center::IdentityCenter;
use usher_okta::{Okta, OktaError};
use usher_policy::Needs;
use usher_secrets::{RenewableSecrets, Resolution, SecretRef, Secrets, SecretsError};

use super::findings::{About, Findings};
use crate::configuration::{Configuration, Groups};
use crate::connect::{distinct, listed_names, okta_settings, scim_settings};
use crate::exit::Failure;

/// How often a request is sent at most: somebody waits, and can try again.
const ATTEMPTS: u32 = 3;

/// What the services answered.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The attributes that a profile of a person may have, where a policy reads any.
    pub(super) user_attributes: Option<BTreeSet<String>>,
    /// The same of groups.
    pub(super) group_attributes: Option<BTreeSet<String>>,
    /// How many of the configured groups there are; none when none are configured, or they could not be looked for.
    pub(super) groups: Option<usize>,
    /// What was asked of Okta, by request.
    pub(super) okta: BTreeMap<String, u64>,
    /// The same of Identity Center.
    pub(super) identity_center: BTreeMap<String, u64>,
}

/// Asks all of them. `needs` is what the policies read, when they can be had.
pub(super) async fn ask(
    configuration: &Configuration,
    needs: Option<&Needs>,
    findings: &mut Findings,
) -> Answers {
    let secrets = secrets(configuration, findings).await;
    let tokens = [&configuration.okta_token, &configuration.scim_token];
    let tokens = tokens.into_iter().filter_map(|token| Some((token.clone(), secrets.get(token)?.clone())));
    let renewable = Arc::new(RenewableSecrets::new(tokens.collect()));
    let (mut of_okta, mut of_scim) = (Findings::default(), Findings::default());
    let (mut answers, scim) = tokio::join!(
        async {
            match secrets.get(&configuration.okta_token) {
                Some(token) => {
                    ask_okta(configuration, &secrets, &renewable, token, needs, &mut of_okta).await
                }
                None => Answers::default(),
            }
        },
        async {
            match secrets.get(&configuration.scim_token) {
                Some(token) => ask_identity_center(configuration, &renewable, token, &mut of_scim).await,
                None => BTreeMap::new(),
            }
        },
    );
    answers.identity_center = scim;
    findings.append(of_okta);
    findings.append(of_scim);
    answers
}

async fn secrets(
    configuration: &Configuration,
    findings: &mut Findings,
) -> BTreeMap<SecretRef, SecretString> {
    let mut references = vec![configuration.okta_token.clone(), configuration.scim_token.clone()];
    if let Groups::Referenced(reference) = &configuration.groups {
        references.push(reference.clone());
    }
    let Resolution { values, unresolved, store } = Secrets::resolve_each(&references).await;
    if let Some(error) = store {
        findings.add(About::Secrets, Failure::from(error));
    }
    if !unresolved.is_empty() {
        findings.add(About::Secrets, Failure::from(SecretsError::Unresolved { unresolved }));
    }
    values
}

/// The groups first, since a run needs them whatever its policies read. What is answered there for another cause than the groups
/// would be answered to every question.
async fn ask_okta(
    configuration: &Configuration,
    secrets: &BTreeMap<SecretRef, SecretString>,
    renewable: &Arc<RenewableSecrets>,
    token: &SecretString,
    needs: Option<&Needs>,
    findings: &mut Findings,
) -> Answers {
    let mut settings = okta_settings(configuration, renewable, token.clone());
    settings.retry.attempts = ATTEMPTS;
    let okta = match Okta::new(settings) {
        Ok(okta) => okta,
        Err(error) => {
            findings.add(About::Okta, Failure::from(error));
            return Answers::default();
        }
    };
    let names = match &configuration.groups {
        Groups::All => None,
        Groups::Named(names) => Some(distinct(names.clone())),
        // One without a value was found before.
        Groups::Referenced(reference) => secrets.get(reference).and_then(|value| {
            listed_names(reference, value)
                .map_err(|error| findings.add(About::Groups, Failure::usage(error)))
                .ok()
        }),
    };
    let mut answers = Answers::default();
    let found = match &names {
        Some(names) => okta.groups_named(names).await.map(|groups| Some(groups.len())),
        None => okta.lets_in().await.map(|()| None),
    };
    let goes_on = match found {
        Ok(groups) => {
            answers.groups = groups;
            true
        }
        Err(error @ OktaError::GroupNames { .. }) => {
            findings.add(About::Groups, Failure::usage(error));
            true
        }
        Err(error) => {
            let goes_on = matches!(error, OktaError::Forbidden { .. });
            findings.add(About::Okta, Failure::from(error));
            goes_on
        }
    };
    if let Some(needs) = needs.filter(|_| goes_on) {
        if !needs.user_attributes.is_empty() {
            answers.user_attributes = known(okta.user_attributes().await, findings);
        }
        if !needs.group_attributes.is_empty() {
            answers.group_attributes = known(okta.group_attributes().await, findings);
        }
    }
    answers.okta = okta.requests().by_request;
    answers
}

fn known(asked: Result<BTreeSet<String>, OktaError>, findings: &mut Findings) -> Option<BTreeSet<String>> {
    asked.map_err(|error| findings.add(About::Okta, Failure::from(error))).ok()
}

async fn ask_identity_center(
    configuration: &Configuration,
    renewable: &Arc<RenewableSecrets>,
    token: &SecretString,
    findings: &mut Findings,
) -> BTreeMap<String, u64> {
    let mut settings = scim_settings(configuration, renewable, token.clone());
    settings.retry.attempts = ATTEMPTS;
    let identity_center = match IdentityCenter::new(settings) {
        Ok(identity_center) => identity_center,
        Err(error) => {
            findings.add(About::IdentityCenter, Failure::from(error));
            return BTreeMap::new();
        }
    };
    if let Err(error) = identity_center.lets_in().await {
        findings.add(About::IdentityCenter, Failure::from(error));
    }
    identity_center.requests().by_request
}
