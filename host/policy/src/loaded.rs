//! A plugin that runs and has said what it is.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use wasmtime::Engine;

use crate::clock::Clock;
use crate::configured::ConfiguredPolicy;
use crate::contract::Contract;
use crate::error::{PluginName, PolicyError};
use crate::limits::{LOG_LINE_BYTES, Limits, MESSAGE_BYTES, RULE_BYTES};
use crate::log::PolicyLog;
use crate::place::{Call, Place};
use crate::session::Session;
use crate::text;

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
}

impl LoadedPolicy {
    pub(crate) fn start(
        name: PluginName,
        engine: &Engine,
        compiled: &dyn Contract,
        clock: Arc<Clock>,
        limits: Limits,
    ) -> Result<Self, PolicyError> {
        let mut session = Session::start(name, engine, compiled, clock, limits)?;
        let fuel = session.limits().configure_fuel;
        let (description, _) =
            session.call(Place::of(Call::Describe), fuel, None, |plugin, store| plugin.describe(store))?;
        let description = description.shown();
        session.name_by(&description);
        Ok(Self { session, description })
    }

    /// What it says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Its log, which can also be read after [`configure`](Self::configure) took the policy and failed.
    pub fn log(&self) -> &PolicyLog {
        self.session.log()
    }

    /// Hands it its configuration. `now` is the time of the run in seconds since 1970, the only clock a policy sees.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Config`] when it refuses the configuration, with all it has to say; [`PolicyError::Stopped`] when it fails.
    pub fn configure(mut self, config: &Value, now: u64) -> Result<ConfiguredPolicy, PolicyError> {
        let config = config.to_string();
        let fuel = self.session.limits().configure_fuel;
        let place = Place::of(Call::Configure);
        let (answer, used) =
            self.session.call(place, fuel, None, |plugin, store| plugin.configure(store, &config, now))?;
        match answer {
            Ok(needs) => Ok(ConfiguredPolicy::new(self.session, needs.tidied(), used)),
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
