//! Both sides → a plan. Reads, never writes.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::actual::Completeness;
use usher_core::desired::Desired;
use usher_core::id::OktaUserId;
use usher_core::plan::Plan;
use usher_core::reconcile::{leavers, reconcile};
use usher_core::source::Whereabouts;
use usher_policy::PolicyChain;

use crate::error::EngineError;
use crate::progress::{Activity, Progress};
use crate::services::{Source, Target};
use crate::session::Session;
use crate::snapshot::Snapshot;
use crate::source::{Decisions, SourceSide};
use crate::target::Rest;
use crate::{source, target};

/// Questions about leavers under way at once; the client has its own bound on requests.
const QUESTIONS_AT_ONCE: usize = 16;

/// A plan, what it rests on, and the services it was made with.
pub struct Prepared {
    /// The plan; it has not passed the guards.
    pub plan: Plan,
    /// How much was read.
    pub seen: Seen,
    /// What was read, from both sides.
    pub read: Snapshot,
    /// What the policy said of it.
    pub decisions: Decisions,
    /// What the plan leads to.
    pub desired: Desired,
    /// The source, with its request counts.
    pub source: Source,
    /// The target; ready to write when it is live.
    pub target: Target,
    /// The policy, with its log and its use of the limits.
    pub policy: PolicyChain,
}

/// How much was read on both sides.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Source groups put to the policy.
    pub source_groups: usize,
    /// Source groups whose members were read.
    pub selected_groups: usize,
    /// People in them.
    pub people: usize,
    /// People and groups that the policy skipped, counted by rule.
    pub skipped: BTreeMap<String, usize>,
    /// Users in the target.
    pub target_users: usize,
    /// Groups in the target.
    pub target_groups: usize,
    /// False when the target could not list everything, so that no leaver can be found.
    pub target_complete: bool,
}

/// Reads both sides at once, and plans.
///
/// # Errors
/// Any failed or partial read of the source, a policy without an answer, an empty selection: then there is no plan.
pub async fn prepare(session: Session, progress: &dyn Progress) -> Result<Prepared, EngineError> {
    let Session { source, target, policy, candidates, scope, settings, now } = session;
    let (judged, mut actual) = futures::try_join!(
        source::read(&source, policy, &candidates, scope, progress),
        target::read_directory(&target, progress),
    )?;
    let SourceSide { desired, policy, groups, reading, decisions } = judged;
    let Rest { looked_up, unread } = target::read_rest(&target, &mut actual, &desired, progress).await?;
    let whereabouts = ask_leavers(&source, leavers(&desired, &actual, &settings), progress).await?;
    let plan = reconcile(&desired, &actual, &whereabouts, &settings);

    let mut skipped = BTreeMap::new();
    for left in desired.skipped_users.values().chain(desired.skipped_groups.values()) {
        *skipped.entry(left.why.rule.clone()).or_default() += 1;
    }
    let seen = Seen {
        source_groups: groups.len(),
        selected_groups: reading.groups.len(),
        people: reading.users.len(),
        skipped,
        target_users: actual.users.len(),
        target_groups: actual.groups.len(),
        target_complete: actual.completeness == Completeness::Complete,
    };
    let redacted = source.is_redacted();
    let read =
        Snapshot { now, candidates, groups, reading, whereabouts, actual, unread, looked_up, redacted };
    Ok(Prepared { plan, seen, read, decisions, desired, source, target, policy })
}

/// Nobody is called a leaver before Okta was asked for that very id.
pub(crate) async fn ask_leavers(
    source: &Source,
    leavers: Vec<OktaUserId>,
    progress: &dyn Progress,
) -> Result<BTreeMap<OktaUserId, Whereabouts>, EngineError> {
    if leavers.is_empty() {
        return Ok(BTreeMap::new());
    }
    progress.begin(Activity::AskLeavers, Some(leavers.len() as u64));
    let answers = stream::iter(leavers)
        .map(|id| async move {
            let whereabouts = source.whereabouts(&id).await?;
            progress.advance(Activity::AskLeavers, 1);
            Ok::<_, EngineError>((id, whereabouts))
        })
        .buffer_unordered(QUESTIONS_AT_ONCE)
        .try_collect()
        .await?;
    progress.end(Activity::AskLeavers);
    Ok(answers)
}
