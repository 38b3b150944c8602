//! Those who decide: the policies of the configuration, loaded and configured in their order.

use usher_policy::{ChainLog, ConfiguredPolicy, Limits, LoadedPolicy, PolicyChain, PolicyEngine, Terms};
use usher_registry::Registry;

use crate::arguments::RunArguments;
use crate::configuration::{Configuration, PolicySection};
use crate::exit::Failure;
use crate::reference::{self, Place};
use crate::refusal::{self, Refused};
use crate::{pinning, remark, trust};

/// Why a policy that the command line names may be handed a configuration that is not its own.
const OF_THE_FIRST: &str = "--plugin hands it the configuration of the first policy in the file; one that reads another wants a usher.toml of \
                            its own, which --config names";

/// Loads and configures the row. Compiling may take seconds, so it happens on a blocking thread. The log can also be read when
/// the row is gone.
pub(crate) async fn policies(
    arguments: &RunArguments,
    configuration: &Configuration,
    now: u64,
) -> Result<(PolicyChain, ChainLog), Failure> {
    let row = row(arguments, configuration);
    let is_one_of_several = row.len() > 1;
    let registry = reference::registry(configuration.registry_authority.as_deref());
    let (mut candidates, mut missing) = (Vec::with_capacity(row.len()), Vec::new());
    for section in row {
        // Of two policies from one file, only the name tells which one a message is about.
        let shown = match is_one_of_several {
            true => format!("{}: {}", section.name, section.component),
            false => section.component.clone(),
        };
        match component(&section, &registry).await {
            Ok(bytes) => {
                let limits = arguments.sandbox.over(section.limits.limits());
                candidates.push(Candidate { shown, bytes, limits, section });
            }
            Err(failure) => missing.push(failure),
        }
    }
    if let Some(failure) = Failure::of_all(missing) {
        return Err(failure);
    }
    let loaded = tokio::task::spawn_blocking(move || load(candidates)).await??;
    let logs: Vec<_> =
        loaded.iter().map(|(section, policy)| (section.clone(), policy.log().clone())).collect();
    let configured = tokio::task::spawn_blocking(move || configure(loaded, now)).await?;
    for (section, log) in &logs {
        // It was read before; without it, the lines stay as the policies wrote them.
        let file = section.config_file.as_deref().unwrap_or(&arguments.deciding.config);
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let file = file.display().to_string();
        log.reword(|line| remark::placed(&file, &text, section, line));
    }
    let log = ChainLog::new(logs.into_iter().map(|(section, log)| (section.name, log)).collect());
    let configured = configured.map_err(|refused| {
        let told = refusal::of_row(&arguments.deciding.config, &refused);
        let told = match arguments.deciding.plugin {
            Some(_) => anyhow::anyhow!("{told}\nhint: {OF_THE_FIRST}"),
            None => told,
        };
        Failure::usage(told).after(log.take())
    })?;
    Ok((PolicyChain::new(configured).map_err(Failure::usage)?, log))
}

/// Who decides: a plugin that the command line names stands alone, with the configuration and the limits of the first policy.
pub(crate) fn row(arguments: &RunArguments, configuration: &Configuration) -> Vec<PolicySection> {
    match &arguments.deciding.plugin {
        Some(plugin) => {
            configuration.policies.iter().take(1).map(|first| first.with_component(plugin)).collect()
        }
        None => configuration.policies.clone(),
    }
}

/// The bytes of a policy, which are what the configuration pins and signed by those it names.
async fn component(section: &PolicySection, registry: &Registry) -> Result<Vec<u8>, Failure> {
    let place = Place::of(&section.component).map_err(Failure::usage)?;
    if section.is_in_file {
        pinning::required(&place, section, registry).await?;
    }
    let found = reference::find(&place, registry, section.digest).await?;
    if !section.is_in_file {
        reference::warn_if_unpinned(&found);
    }
    trust::check(&place, &found, registry, &section.signers).await?;
    Ok(found.bytes)
}

struct Candidate {
    shown: String,
    bytes: Vec<u8>,
    limits: Limits,
    section: PolicySection,
}

/// Loads all of them, so that everything that is no policy is told at once.
fn load(candidates: Vec<Candidate>) -> Result<Vec<(PolicySection, LoadedPolicy)>, Failure> {
    let engine = PolicyEngine::new(Limits::default()).map_err(Failure::usage)?;
    let (mut loaded, mut unusable) = (Vec::with_capacity(candidates.len()), Vec::new());
    for Candidate { shown, bytes, limits, section } in candidates {
        let terms = Terms { limits, digest: section.digest };
        match engine.load_on(&shown, &bytes, terms) {
            Ok(policy) => loaded.push((section, policy)),
            Err(error) => unusable.push(Failure::usage(error)),
        }
    }
    Failure::of_all(unusable).map_or(Ok(loaded), Err)
}

/// Configures all of them, so that what is wrong with any of the configurations is told at once.
fn configure(
    loaded: Vec<(PolicySection, LoadedPolicy)>,
    now: u64,
) -> Result<Vec<(String, ConfiguredPolicy)>, Vec<Refused>> {
    let mut refused = Vec::new();
    let mut configured = Vec::with_capacity(loaded.len());
    for (section, policy) in loaded {
        match policy.configure(&section.config, now) {
            Ok(policy) => configured.push((section.name, policy)),
            Err(error) => {
                let PolicySection { config_place, config_file, .. } = section;
                refused.push(Refused { error, config_place, config_file });
            }
        }
    }
    if refused.is_empty() { Ok(configured) } else { Err(refused) }
}
