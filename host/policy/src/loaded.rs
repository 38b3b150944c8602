//! A plugin that runs and has said what it is.

use std::fmt;

use serde_json::Value;

use crate::configured::ConfiguredPolicy;
use crate::digest::Digest;
use crate::error::PolicyError;
use crate::limits::{LOG_LINE_BYTES, MESSAGE_BYTES, RULE_BYTES};
use crate::log::PolicyLog;
use crate::place::{Call, Place};
use crate::provenance::Provenance;
use crate::session::Session;
use crate::text;
use usher_core::canonical;

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name; escaped, at most 64 bytes.
    pub name: String,
    /// Its version; escaped, at most 64 bytes.
    pub version: String,
    /// One line about it; escaped, at most 512 bytes.
    pub summary: String,
    /// A JSON Schema of its configuration, as the plugin wrote it: not escaped, and as large as an answer may be.
    pub config_schema: Option<String>,
}

impl Description {
    fn shown(self) -> Self {
        Self {
            name: text::shown_name(&self.name, RULE_BYTES),
            version: text::shown_name(&self.version, RULE_BYTES),
            summary: text::shown(&self.summary, MESSAGE_BYTES),
            config_schema: self.config_schema,
        }
    }
}

/// A plugin that was let in and runs, not yet configured.
pub struct LoadedPolicy {
    session: Session,
    description: Description,
    digest: Digest,
    contract: String,
}

impl LoadedPolicy {
    /// Lets a plugin that was started say what it is. `contract` is the version it was built for.
    pub(crate) fn described(
        mut session: Session,
        digest: Digest,
        contract: String,
    ) -> Result<Self, PolicyError> {
        let fuel = session.limits().configure_fuel;
        let (description, _) =
            session.call(Place::of(Call::Describe), fuel, None, |plugin, store| plugin.describe(store))?;
        let description = description.shown();
        session.name_by(&description);
        Ok(Self { session, description, digest, contract })
    }

    /// What it says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The digest of its bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The version of the contract it was built for, such as `0.1.0`.
    pub fn contract(&self) -> &str {
        &self.contract
    }

    /// Its log, which can also be read after [`configure`](Self::configure) took the policy and failed.
    pub fn log(&self) -> &PolicyLog {
        self.session.log()
    }

    /// Hands it its configuration, as canonical JSON: no white space, keys sorted. `now` is the time of the run in seconds since 1970, the only clock a policy sees.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Config`] when it refuses the configuration, with all it has to say; [`PolicyError::Stopped`] when it fails.
    pub fn configure(mut self, config: &Value, now: u64) -> Result<ConfiguredPolicy, PolicyError> {
        let canonical = canonical::text(config);
        let fuel = self.session.limits().configure_fuel;
        let place = Place::of(Call::Configure);
        let (answer, used) =
            self.session.call(place, fuel, None, |plugin, store| plugin.configure(store, &canonical, now))?;
        match answer {
            Ok(needs) => {
                let Description { name, version, .. } = self.description;
                let provenance = Provenance {
                    source: self.session.name().source().to_owned(),
                    plugin: name,
                    version,
                    digest: self.digest,
                    config_digest: Digest::of(canonical.as_bytes()),
                    contract: self.contract,
                    now,
                };
                Ok(ConfiguredPolicy::new(self.session, config.clone(), needs.tidied(), provenance, used))
            }
            Err(problems) => {
                let problems = problems.into_iter().map(|problem| problem.shown(LOG_LINE_BYTES)).collect();
                Err(PolicyError::Config { name: self.session.name().clone(), problems })
            }
        }
    }
}

impl fmt::Debug for LoadedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadedPolicy").field("description", &self.description).finish_non_exhaustive()
    }
}
