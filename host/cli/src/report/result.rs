//! What a run came to.

use std::time::Duration;

use usher_core::content::Content;
use usher_core::guard::{Loss, Refusal};
use usher_core::moved::Moved;
use usher_core::plan::Plan;
use usher_core::plan_hash::PlanHash;
use usher_engine::Applied;
use usher_engine::prepare::Seen;
use usher_policy::{ConfiguredPolicy, PolicyChain, Provenance, Usage};

use crate::exit::ExitStatus;
use crate::record::Recorded;

/// How a run ended after its plan.
pub(crate) enum Ending {
    /// Nothing was to be written, or there was nothing to write.
    Planned,
    /// A guard refused; nothing was written.
    Refused(Refused),
    /// The plan is not the one that was expected; nothing was written.
    Moved {
        /// The hash of the expected one.
        expected: PlanHash,
        /// Where they differ, when the expected one is known.
        moved: Vec<Moved>,
    },
    /// It was written.
    Applied(Applied),
}

/// A plan that the guards did not let pass.
pub(crate) struct Refused {
    /// What is too much, a line each.
    pub(crate) lines: Vec<String>,
    /// The same for programs.
    pub(crate) losses: Vec<Loss>,
    /// Protected users and groups from which it takes something.
    pub(crate) protected: Vec<String>,
    /// What allows this one plan, if anything does.
    pub(crate) command: Option<String>,
}

impl Refused {
    /// The plan, and why it was refused.
    pub(crate) fn of(refusal: Refusal, command: String) -> (Plan, Self) {
        let mut lines = vec![refusal.headline().to_owned()];
        lines.extend(refusal.lines());
        let Refusal { plan, losses, protected, .. } = refusal;
        let command = protected.is_empty().then_some(command);
        (*plan, Self { lines, losses, protected, command })
    }
}

/// What is told of a policy.
#[derive(Clone, Debug)]
pub(crate) struct PolicyReport {
    /// What reports call it.
    pub(crate) name: String,
    /// Which plugin with which configuration.
    pub(crate) provenance: Provenance,
    /// What it used.
    pub(crate) usage: Usage,
}

impl PolicyReport {
    /// Of all policies of a row.
    pub(crate) fn of(row: &PolicyChain) -> Vec<Self> {
        let report = |(name, policy): (&str, &ConfiguredPolicy)| Self {
            name: name.to_owned(),
            provenance: policy.provenance().clone(),
            usage: policy.usage(),
        };
        row.policies().map(report).collect()
    }
}

/// Everything there is to tell of a run.
pub(crate) struct RunReport {
    pub(crate) plan: Plan,
    /// The plan as it is hashed and stored.
    pub(crate) content: Content,
    pub(crate) hash: PlanHash,
    pub(crate) seen: Seen,
    pub(crate) ending: Ending,
    pub(crate) dry_run: bool,
    /// Who decided, in the order in which they were asked.
    pub(crate) policies: Vec<PolicyReport>,
    /// The case files that were written.
    pub(crate) recorded: Vec<Recorded>,
    pub(crate) okta: usher_okta::RequestCounts,
    pub(crate) identity_center: usher_identity_center::RequestCounts,
    pub(crate) took: Duration,
}

impl RunReport {
    /// The same for a run that only looked, where something to do may have a status of its own.
    pub(crate) fn pending(&self, exit_code: bool) -> ExitStatus {
        let pending = exit_code && !self.plan.operations.is_empty();
        match self.status() {
            ExitStatus::Done if pending => ExitStatus::ChangesPending,
            status => status,
        }
    }

    /// What the shell is told.
    pub(crate) fn status(&self) -> ExitStatus {
        // A target that cannot list everything hides its leavers: they are left alone, whoever they are.
        // Of an undo there are none.
        let hides_leavers = !self.seen.target_complete && self.content.undo_of.is_none();
        let left_alone = hides_leavers
            || !self.plan.held_users.is_empty()
            || !self.plan.held_groups.is_empty()
            || !self.plan.conflicts.is_empty()
            || !self.plan.kept_users.is_empty()
            || !self.plan.kept_groups.is_empty()
            || !self.plan.unread_groups.is_empty();
        match &self.ending {
            Ending::Refused(_) => ExitStatus::Refused,
            Ending::Moved { .. } => ExitStatus::Failed,
            Ending::Applied(applied) if applied.ended_early.is_some() => ExitStatus::Failed,
            Ending::Applied(applied) if !applied.is_complete() => ExitStatus::Partial,
            _ if left_alone => ExitStatus::Partial,
            _ => ExitStatus::Done,
        }
    }
}
