//! Both sides → a plan. Reads, never writes.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::actual::Completeness;
use usher_core::id::OktaUserId;
use usher_core::plan::Plan;
use usher_core::reconcile::{leavers, reconcile};
use usher_core::source::Whereabouts;
use usher_identity_center::IdentityCenter;
use usher_okta::Okta;
use usher_policy::PolicyChain;

use crate::error::EngineError;
use crate::progress::{Activity, Progress};
use crate::session::Session;
use crate::{source, target};

/// Questions about leavers under way at once; the client has its own bound on requests.
const QUESTIONS_AT_ONCE: usize = 16;

/// A plan, what it rests on, and the services it was made with.
pub struct Prepared {
    /// The plan; it has not passed the guards.
    pub plan: Plan,
    /// What was read.
    pub seen: Seen,
    /// The source client, with its request counts.
    pub okta: Okta,
    /// The target client, ready to write.
    pub identity_center: IdentityCenter,
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
    let Session { okta, identity_center, policy, candidates, scope } = session;
    let (source, mut actual) = futures::try_join!(
        source::read(&okta, policy, &candidates, scope, progress),
        target::read_directory(&identity_center, progress),
    )?;
    let desired = source.desired;
    target::read_rest(&identity_center, &mut actual, &desired, progress).await?;
    let whereabouts = ask_leavers(&okta, leavers(&desired, &actual), progress).await?;
    let plan = reconcile(&desired, &actual, &whereabouts);

    let mut skipped = BTreeMap::new();
    for left in desired.skipped_users.values().chain(desired.skipped_groups.values()) {
        *skipped.entry(left.why.rule.clone()).or_default() += 1;
    }
    let seen = Seen {
        source_groups: source.groups_seen,
        selected_groups: source.groups_read,
        people: source.people,
        skipped,
        target_users: actual.users.len(),
        target_groups: actual.groups.len(),
        target_complete: actual.completeness == Completeness::Complete,
    };
    Ok(Prepared { plan, seen, okta, identity_center, policy: source.policy })
}

/// Nobody is called a leaver before Okta was asked for that very id.
async fn ask_leavers(
    okta: &Okta,
    leavers: Vec<OktaUserId>,
    progress: &dyn Progress,
) -> Result<BTreeMap<OktaUserId, Whereabouts>, EngineError> {
    if leavers.is_empty() {
        return Ok(BTreeMap::new());
    }
    progress.begin(Activity::AskLeavers, Some(leavers.len() as u64));
    let answers = stream::iter(leavers)
        .map(|id| async move {
            let whereabouts = okta.whereabouts(&id).await?;
            progress.advance(Activity::AskLeavers, 1);
            Ok::<_, EngineError>((id, whereabouts))
        })
        .buffer_unordered(QUESTIONS_AT_ONCE)
        .try_collect()
        .await?;
    progress.end(Activity::AskLeavers);
    Ok(answers)
}
