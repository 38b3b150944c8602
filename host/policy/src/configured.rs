//! A policy: the plugin together with its configuration.

use std::fmt;

use serde_json::Value;
use usher_core::decision::{GroupDecision, UserDecision};
use usher_core::desired::UserToDecide;
use usher_core::source::SourceGroup;

use crate::answer;
use crate::error::PolicyError;
use crate::limits::{Limits, RULE_BYTES};
use crate::log::{LogLine, PolicyLog};
use crate::needs::Needs;
use crate::place::{Items, Place};
use crate::provenance::Provenance;
use crate::question::Question;
use crate::session::Session;
use crate::stop::StopCause;
use crate::text;
use crate::usage::{CallUsage, Usage};

/// A policy that can be asked. After an error it is never asked again: it says the same error.
pub struct ConfiguredPolicy {
    session: Session,
    config: Value,
    needs: Needs,
    provenance: Provenance,
    configure: CallUsage,
    decide_groups: CallUsage,
    decide_users: CallUsage,
}

impl ConfiguredPolicy {
    pub(crate) fn new(
        session: Session,
        config: Value,
        needs: Needs,
        provenance: Provenance,
        configure_fuel: u64,
    ) -> Self {
        let mut configure = CallUsage::default();
        configure.count(0, configure_fuel);
        Self {
            session,
            config,
            needs,
            provenance,
            configure,
            decide_groups: CallUsage::default(),
            decide_users: CallUsage::default(),
        }
    }

    /// The name it was loaded by.
    pub fn name(&self) -> &str {
        self.session.name().source()
    }

    /// The configuration that it was handed.
    pub fn config(&self) -> &Value {
        &self.config
    }

    /// What it may use.
    pub fn limits(&self) -> &Limits {
        self.session.limits()
    }

    /// What it decides and reads.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// What decides here: the digests of its bytes and its configuration, its version, and the time it was told.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// One decision for each group, in order. A policy that does not decide groups is not called: each then syncs under its
    /// own name, by the rule `default`.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Stopped`] when the plugin fails, reaches a limit, or its answer is none.
    pub fn decide_groups(&mut self, groups: &[SourceGroup]) -> Result<Vec<GroupDecision>, PolicyError> {
        decide(&mut self.session, &self.needs, &mut self.decide_groups, groups)
    }

    /// One decision for each user, in order. A policy that does not decide users is not called: each then keeps its draft, by
    /// the rule `default`.
    ///
    /// # Errors
    ///
    /// As [`decide_groups`](Self::decide_groups).
    pub fn decide_users(&mut self, users: &[UserToDecide]) -> Result<Vec<UserDecision>, PolicyError> {
        decide(&mut self.session, &self.needs, &mut self.decide_users, users)
    }

    /// Takes out what it logged since the last time.
    pub fn take_log(&mut self) -> Vec<LogLine> {
        self.session.log().take()
    }

    /// Its log, which can also be read when the policy is gone.
    pub fn log(&self) -> &PolicyLog {
        self.session.log()
    }

    /// What it has used so far.
    pub fn usage(&self) -> Usage {
        Usage {
            start: self.session.start_usage(),
            configure: self.configure,
            decide_groups: self.decide_groups,
            decide_users: self.decide_users,
            memory: self.session.memory(),
            log_lines_dropped: self.session.log().dropped(),
        }
    }
}

impl fmt::Debug for ConfiguredPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfiguredPolicy")
            .field("name", &self.name())
            .field("needs", &self.needs)
            .finish_non_exhaustive()
    }
}

/// Asks in batches. A batch is for memory alone: what is decided must not depend on it.
fn decide<Q: Question>(
    session: &mut Session,
    needs: &Needs,
    usage: &mut CallUsage,
    items: &[Q],
) -> Result<Vec<Q::Decision>, PolicyError> {
    session.check_alive()?;
    if !Q::is_wanted(needs) {
        return Ok(items.iter().map(Q::default_decision).collect());
    }
    let size = session.limits().batch.max(1);
    let mut decisions = Vec::with_capacity(items.len());
    for (index, batch) in items.chunks(size).enumerate() {
        let first = index * size + 1;
        let only = match batch {
            [only] => Some(text::shown_name(only.id(), RULE_BYTES)),
            _ => None,
        };
        let span = Items { batch: index + 1, first, last: first + batch.len() - 1, total: items.len(), only };
        let place = Place { call: Q::CALL, items: Some(span) };
        let fuel = session.limits().fuel_per_item.saturating_mul(batch.len() as u64);
        let before = usage.fuel_per_item();
        let (answer, used) =
            session.call(place.clone(), fuel, before, |plugin, store| Q::ask(plugin, store, batch, needs))?;
        usage.count(batch.len(), used);
        let answer = match answer {
            Ok(answer) => answer,
            Err(said) => return Err(session.stop(place, StopCause::said(&said))),
        };
        match answer::checked(batch, answer) {
            Ok(checked) => decisions.extend(checked),
            Err(fault) => return Err(session.stop(place, StopCause::Answer(fault))),
        }
    }
    Ok(decisions)
}
