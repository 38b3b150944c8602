//! From a configuration to the session of one run: the policy is loaded, the secrets are read, nothing else is asked yet.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};
use usher_core::content::Origin;
use usher_core::desired::Scope;
use usher_core::guard::Guards;
use usher_engine::{Candidates, Session, Snapshot, Source, Target};
use usher_identity_center::IdentityCenter;
use usher_okta::{Okta, OktaSettings};
use usher_policy::{ChainLog, PolicyChain};
use usher_secrets::{RenewableSecrets, SecretRef, Secrets};

use crate::arguments::RunArguments;
use crate::configuration::{Configuration, Groups, KeepingSection, StateSection};
use crate::exit::Failure;
use crate::policies::policies;
use crate::remembered::Remembered;

/// A session, and the log of its policy, which can be read when the session has failed.
pub(crate) struct Connected {
    pub(crate) session: Session,
    pub(crate) log: ChainLog,
    /// What it keeps while it writes.
    pub(crate) keeping: KeepingSection,
    /// Where an earlier run left something; nowhere for a snapshot.
    pub(crate) state: Option<StateSection>,
    /// The limits of what it may take away at once.
    pub(crate) guards: Guards,
    /// Between what its plan is made, and who decides.
    pub(crate) origin: Origin,
}

impl Connected {
    /// Reads what an earlier run left, and tells the session since when leavers wait. A snapshot does not say that: nobody is due then.
    pub(crate) async fn remember(&mut self) -> Result<Option<Remembered>, Failure> {
        let remembered = match &self.state {
            Some(section) => Some(Remembered::find(section).await?),
            None => None,
        };
        if let Some(deferral) = &mut self.session.settings.deferral {
            let state = remembered.as_ref().and_then(Remembered::state);
            // Who waits in another directory, or under another organisation's ids, does not wait here.
            let (source, target) = (&self.origin.source, &self.origin.target);
            let state = state.filter(|state| state.source == *source && state.target == *target);
            deferral.since = state.map(|state| state.waiting.clone()).unwrap_or_default();
        }
        Ok(remembered)
    }
}

/// Reads the configuration that the arguments name and connects everything.
pub(crate) async fn session(arguments: &RunArguments) -> Result<Connected, Failure> {
    let configuration = Configuration::read(&arguments.deciding.config).map_err(Failure::usage)?;
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = arguments.now.unwrap_or_else(clock);
    let (policy, log) = policies(arguments, &configuration, now).await?;
    let origin = origin(arguments, &configuration, &policy);
    let mut references = vec![configuration.okta_token.clone(), configuration.scim_token.clone()];
    let listed = match &configuration.groups {
        Groups::Referenced(reference) if arguments.groups.is_empty() => Some(reference.clone()),
        _ => None,
    };
    references.extend(listed.clone());
    let secrets = Secrets::resolve(&references).await?;
    let value = |reference: &SecretRef| {
        secrets
            .get(reference)
            .cloned()
            .ok_or_else(|| anyhow::anyhow!("{reference} was asked for and not answered"))
    };

    let (okta_token, scim_token) = (&configuration.okta_token, &configuration.scim_token);
    let tokens = [okta_token, scim_token].map(|token| Ok((token.clone(), value(token)?)));
    let tokens = tokens.into_iter().collect::<anyhow::Result<BTreeMap<_, _>>>()?;
    let renewable = Arc::new(RenewableSecrets::new(tokens));
    let okta = Okta::new(okta_settings(&configuration, &renewable, value(okta_token)?))?;
    let identity_center = IdentityCenter::new(scim_settings(&configuration, &renewable, value(scim_token)?))?;

    let (candidates, scope) = if !arguments.groups.is_empty() {
        (Candidates::Named(distinct(arguments.groups.clone())), Scope::Narrowed)
    } else {
        let candidates = match (configuration.groups, listed) {
            (_, Some(reference)) => Candidates::Named(listed_names(&reference, &value(&reference)?)?),
            (Groups::Named(names), None) => Candidates::Named(distinct(names)),
            (Groups::All | Groups::Referenced(_), None) => Candidates::All,
        };
        (candidates, Scope::Whole)
    };
    let (source, target) = (Source::Live(Box::new(okta)), Target::Live(Box::new(identity_center)));
    let (settings, guards) = (configuration.settings, configuration.guards);
    let session = Session { source, target, policy, candidates, scope, settings, recall: None, now };
    Ok(Connected { session, log, keeping: configuration.keeping, state: configuration.state, guards, origin })
}

/// Okta's client as the configuration wants it. A token that is refused is read again.
pub(crate) fn okta_settings(
    configuration: &Configuration,
    secrets: &Arc<RenewableSecrets>,
    token: SecretString,
) -> OktaSettings {
    let mut settings = OktaSettings::new(configuration.okta_base.clone(), token);
    settings.renewal = usher_okta::Renewal::by(renewal(secrets, configuration.okta_token.clone()));
    match configuration.okta_timeout {
        Some(timeout) => settings.waiting(timeout),
        None => settings,
    }
}

/// The same for Identity Center.
pub(crate) fn scim_settings(
    configuration: &Configuration,
    secrets: &Arc<RenewableSecrets>,
    token: SecretString,
) -> usher_identity_center::Settings {
    let mut settings = usher_identity_center::Settings::new(configuration.scim_endpoint.clone(), token);
    settings.renewal = usher_identity_center::Renewal::by(renewal(secrets, configuration.scim_token.clone()));
    settings.timeout = configuration.scim_timeout.unwrap_or(settings.timeout);
    settings
}

type Renewed =
    Pin<Box<dyn Future<Output = Result<SecretString, Box<dyn std::error::Error + Send + Sync>>> + Send>>;

/// Reads a token again, together with the other tokens of the run.
fn renewal(secrets: &Arc<RenewableSecrets>, token: SecretRef) -> impl Fn() -> Renewed + Send + Sync + use<> {
    let secrets = secrets.clone();
    move || {
        let (secrets, token) = (secrets.clone(), token.clone());
        Box::pin(async move {
            let value = secrets.renewed(&token).await?;
            value.ok_or_else(|| format!("{token} was asked for and not answered").into())
        })
    }
}

/// The target alone, for a run in which neither Okta nor a policy has a say.
pub(crate) struct ConnectedTarget {
    pub(crate) target: Target,
    /// What it keeps while it writes.
    pub(crate) keeping: KeepingSection,
    /// The limits of what it may take away at once.
    pub(crate) guards: Guards,
    /// Between what its plan is made.
    pub(crate) origin: Origin,
}

/// Connects the target of a configuration. Okta's token is not read.
pub(crate) async fn target(configuration: Configuration) -> Result<ConnectedTarget, Failure> {
    let origin = Origin {
        source: configuration.okta_base.to_string(),
        target: configuration.scim_endpoint.to_string(),
        ..Origin::default()
    };
    let reference = &configuration.scim_token;
    let secrets = Secrets::resolve(std::slice::from_ref(reference)).await?;
    let token = secrets
        .get(reference)
        .cloned()
        .ok_or_else(|| anyhow::anyhow!("{reference} was asked for and not answered"))?;
    let renewable = RenewableSecrets::new(BTreeMap::from([(reference.clone(), token.clone())]));
    let settings = scim_settings(&configuration, &Arc::new(renewable), token);
    let target = Target::Live(Box::new(IdentityCenter::new(settings)?));
    Ok(ConnectedTarget { target, keeping: configuration.keeping, guards: configuration.guards, origin })
}

/// Where the configuration leads, and whom it lets decide.
fn origin(arguments: &RunArguments, configuration: &Configuration, policy: &PolicyChain) -> Origin {
    Origin {
        source: configuration.okta_base.to_string(),
        target: configuration.scim_endpoint.to_string(),
        named_groups: (!arguments.groups.is_empty()).then(|| {
            let names: BTreeSet<String> = arguments.groups.iter().cloned().collect();
            names.into_iter().collect()
        }),
        undo_of: None,
        policies: policy.policies().map(|(name, _)| name.to_owned()).collect(),
    }
}

/// The same from a snapshot: no secret is read, nobody is asked.
pub(crate) async fn replay(arguments: &RunArguments, snapshot: Arc<Snapshot>) -> Result<Connected, Failure> {
    let configuration = Configuration::read(&arguments.deciding.config).map_err(Failure::usage)?;
    replay_with(arguments, configuration, snapshot).await
}

/// The same with a configuration that is read already.
pub(crate) async fn replay_with(
    arguments: &RunArguments,
    configuration: Configuration,
    snapshot: Arc<Snapshot>,
) -> Result<Connected, Failure> {
    let now = arguments.now.unwrap_or(snapshot.now);
    let (policy, log) = policies(arguments, &configuration, now).await?;
    let origin = origin(arguments, &configuration, &policy);
    let (settings, guards) = (configuration.settings, configuration.guards);
    let (candidates, scope) = if !arguments.groups.is_empty() {
        (Candidates::Named(distinct(arguments.groups.clone())), Scope::Narrowed)
    } else {
        let candidates = match configuration.groups {
            // Who is meant stands in a secret store, or bears another name now.
            Groups::Referenced(_) => snapshot.candidates.clone(),
            _ if snapshot.redacted => snapshot.candidates.clone(),
            Groups::Named(names) => Candidates::Named(distinct(names)),
            Groups::All => Candidates::All,
        };
        (candidates, Scope::Whole)
    };
    let (source, target) = (Source::Snapshot(snapshot.clone()), Target::Snapshot(snapshot));
    let session = Session { source, target, policy, candidates, scope, settings, recall: None, now };
    Ok(Connected { session, log, keeping: configuration.keeping, state: None, guards, origin })
}

/// The names that stand in a parameter, a variable or a file, each once.
pub(crate) fn listed_names(
    reference: &SecretRef,
    value: &SecretString,
) -> Result<Vec<String>, anyhow::Error> {
    let names = split_names(value.expose_secret());
    if names.is_empty() {
        anyhow::bail!(
            "`sync.groups` refers to {reference}, which names no group\nhint: it must hold group names, separated by commas"
        );
    }
    Ok(distinct(names))
}

fn split_names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The same names, each once, in order of first mention.
pub(crate) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_parameter_are_split_and_trimmed() {
        assert_eq!(split_names(" aws-admins, R&D ,,x\n"), ["aws-admins", "R&D", "x"]);
    }

    #[test]
    fn a_name_given_twice_is_asked_for_once() {
        assert_eq!(distinct(vec!["b".into(), "a".into(), "b".into()]), ["b", "a"]);
    }
}
