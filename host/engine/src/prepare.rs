//! Both sides → a plan. Reads, never writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use usher_core::actual::{Actual, Completeness};
use usher_core::desired::{Desired, Scope};
use usher_core::id::{OktaUserId, ScimGroupId};
use usher_core::plan::Plan;
use usher_core::reconcile::{people_to_ask_for, reconcile, waiting_after};
use usher_core::settings::Settings;
use usher_core::source::Whereabouts;
use usher_policy::PolicyChain;

use crate::absence::{Listed, Unseen};
use crate::error::EngineError;
use crate::progress::Progress;
use crate::services::{Source, Target};
use crate::session::Session;
use crate::snapshot::{LookedUp, Snapshot};
use crate::source::{Decisions, SourceSide};
use crate::state::recall::Since;
use crate::state::{Recall, State, Why, Written};
use crate::target::Rest;
use crate::{absence, source, target};

/// Told where leavers wait, and nobody knows how long they have.
const NO_CLOCK: &str = "nobody is deleted by this run: Okta's clock is not known, or is behind what it showed to an earlier run. It is the Date \
                        of an answer that has an X-Okta-Request-Id; a proxy that takes either away leaves everybody waiting, and no state is kept";

/// Told where a snapshot keeps somebody.
const OF_A_SNAPSHOT: &str = "some stay since Okta said something else of them than its lists when the snapshot was taken; which groups no list \
                             showed, only a plan made with Okta tells";

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
    /// What it may take away.
    pub settings: Settings,
    /// The source, with its request counts.
    pub source: Source,
    /// The target; ready to write when it is live.
    pub target: Target,
    /// The policy, with its log and its use of the limits.
    pub policy: PolicyChain,
    /// What the run leaves to the next, to be kept before anything is written; none where no state is kept, or Okta's clock is not known.
    pub state: Option<State>,
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
    /// How all of it came to be known.
    pub reading: Reading,
}

/// How a run got to know both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Reading {
    /// By reading all of it.
    Full {
        /// Why not only what has changed.
        why: Why,
    },
    /// By reading what has changed.
    Incremental {
        /// The moment up to which an earlier run knew everything, by Okta's clock.
        since: Timestamp,
        /// Source groups whose members were read.
        groups: usize,
        /// People of the organisation whose profile or status has changed.
        people: usize,
        /// Groups of the target whose members were read, beside the list of users and groups. None when the target was not read: nothing
        /// is to be done as far as an earlier reading shows.
        target_groups: Option<usize>,
    },
}

/// Reads both sides, and plans. Everything is read at once, or, where an earlier run left something, what has changed.
///
/// # Errors
/// Any failed or partial read of the source, a policy without an answer, an empty selection: then there is no plan.
pub async fn prepare(session: Session, progress: &dyn Progress) -> Result<Prepared, EngineError> {
    let Session { source, target, policy, candidates, scope, mut settings, recall, now } = session;
    if let Some(okta) = source.live() {
        okta.begin();
    }
    let sizes = recall.as_ref();
    // Who looks at a part leaves nothing to those who look at the whole, and believes nothing of theirs but how large the groups were.
    let recall = sizes.filter(|_| scope == Scope::Whole);
    let directory = async || match recall.map(Recall::usable) {
        // Perhaps it need not be read at all.
        Some(Ok(_)) => Ok(None),
        _ => target::read_directory(&target, progress).await.map(Some),
    };
    let (judged, directory) = futures::try_join!(
        source::read(&source, policy, &candidates, scope, recall, sizes, progress),
        directory(),
    )?;
    let SourceSide { desired, policy, groups, reading, decisions, marks, since, read } = judged;
    let began = source.live().and_then(usher_okta::Okta::began);
    let latest = recall.and_then(Recall::latest);
    if let Some(deferral) = &mut settings.deferral {
        deferral.now = match &source {
            // A clock that runs backwards says nothing of how long anybody has waited.
            Source::Live(_) => began
                .filter(|began| latest.is_none_or(|latest| *began >= latest))
                .and_then(|began| u64::try_from(began.as_second()).ok()),
            Source::Snapshot(_) => Some(now),
        };
    }
    let listed = Listed { candidates: &candidates, groups: &groups, reading: &reading, desired: &desired };
    let quiet = since.as_ref().ok().and_then(|since| quiet(since, &desired, &settings));
    let Found { actual, looked_up, unread, target_groups, whereabouts, mut plan } = match quiet {
        Some(found) => found,
        None => {
            let actual = match directory {
                Some(actual) => actual,
                None => target::read_directory(&target, progress).await?,
            };
            let earlier = since.as_ref().ok().map(|since| since.state);
            look(&source, &target, actual, earlier, listed, &settings, progress).await?
        }
    };
    if settings.deferral.as_ref().is_some_and(|deferral| deferral.now.is_none()) {
        plan.notes.insert(0, NO_CLOCK.to_owned());
    }
    let how = match &since {
        Err(why) => Reading::Full { why: *why },
        Ok(since) => Reading::Incremental {
            since: since.state.read_at,
            groups: read,
            people: since.changed.len(),
            target_groups,
        },
    };

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
        reading: how,
    };
    let full_at = since.as_ref().ok().map(|since| since.state.full_at);
    drop(since);
    let redacted = source.is_redacted();
    let read =
        Snapshot { now, candidates, groups, reading, whereabouts, actual, unread, looked_up, redacted };
    let state = recall.zip(began).map(|(recall, began)| State {
        source: recall.source.clone(),
        target: recall.target.clone(),
        read_at: began,
        full_at: full_at.unwrap_or(began),
        latest: latest.unwrap_or(began).max(began),
        groups: marks,
        written: written(&plan, &read),
        waiting: waiting_after(&desired, &read.actual, &settings, &plan),
        snapshot: Arc::new(read.clone()),
    });
    Ok(Prepared { plan, seen, read, decisions, desired, settings, source, target, policy, state })
}

/// What the target side of a run came to.
struct Found {
    actual: Actual,
    looked_up: LookedUp,
    unread: BTreeSet<ScimGroupId>,
    /// Groups whose members were read; none when nothing was.
    target_groups: Option<usize>,
    whereabouts: BTreeMap<OktaUserId, Whereabouts>,
    plan: Plan,
}

/// Reads of the target what the plan rests on, and plans. Members that an earlier run read are believed as long as nothing is to be done
/// in their group; otherwise they are read again.
async fn look(
    source: &Source,
    target: &Target,
    mut actual: Actual,
    earlier: Option<&State>,
    listed: Listed<'_>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Found, EngineError> {
    let desired = listed.desired;
    let recalled =
        earlier.map(|state| target::recalled(&state.snapshot.actual, &state.written, &actual, desired));
    let recalled = recalled.unwrap_or_default();
    let mut believed: BTreeSet<ScimGroupId> = recalled.keys().cloned().collect();
    actual.members.extend(recalled);
    let Rest { looked_up, mut unread, mut read } =
        target::read_rest(target, &mut actual, desired, progress).await?;
    let to_ask = people_to_ask_for(desired, &actual, settings);
    let mut places = absence::of_people(source, to_ask, listed, progress).await?;
    let mut notes = Vec::new();
    loop {
        let mut plan = reconcile(desired, &actual, &places.whereabouts, settings);
        let concerned: Vec<ScimGroupId> =
            plan.groups_written().filter(|id| believed.remove(*id)).cloned().collect();
        if concerned.is_empty() {
            let unseen = absence::of_groups(source, listed, &actual, &places, &plan).await?;
            if !unseen.is_empty() {
                notes.extend(unseen.iter().map(Unseen::note));
                places.unlist(unseen.into_iter().flat_map(|group| group.people));
                continue;
            }
            let whereabouts = places.whereabouts;
            let is_unlisted = |place: &Whereabouts| matches!(place, Whereabouts::Unlisted(_));
            if source.live().is_none() && whereabouts.values().any(is_unlisted) {
                notes.push(OF_A_SNAPSHOT.to_owned());
            }
            // First, since a report may leave out the last ones.
            plan.notes.splice(0..0, notes);
            return Ok(Found { actual, looked_up, unread, target_groups: Some(read), whereabouts, plan });
        }
        read += concerned.len();
        actual.members.retain(|id, _| !concerned.contains(id));
        unread.extend(target::read_members(target, &mut actual, concerned, progress).await?);
    }
}

/// What this plan may write, for a run that trusts in what was read.
fn written(plan: &Plan, read: &Snapshot) -> Written {
    if read.actual.completeness == Completeness::Partial {
        return Written::Anything;
    }
    if plan.operations.is_empty() && read.unread.is_empty() {
        return Written::Nothing;
    }
    Written::Members(plan.groups_written().cloned().collect())
}

/// What an earlier run saw of the target, if nothing is to be done as far as that shows. Only then is it believed: whatever is written
/// rests on what stands there now.
fn quiet(since: &Since<'_>, desired: &Desired, settings: &Settings) -> Option<Found> {
    let Snapshot { actual, looked_up, unread, whereabouts, .. } = &*since.state.snapshot;
    if since.state.written != Written::Nothing {
        return None;
    }
    if target::groups_to_read(actual, desired).iter().any(|group| !actual.members.contains_key(group)) {
        return None;
    }
    let changed = since.changed.iter().map(|(id, user)| (id.clone(), Whereabouts::Known(user.status)));
    // Whom a list left out is asked for again.
    let settled = whereabouts.iter().filter(|(_, place)| !matches!(place, Whereabouts::Unlisted(_)));
    let settled = settled.map(|(id, place)| (id.clone(), *place));
    let whereabouts: BTreeMap<OktaUserId, Whereabouts> = settled.chain(changed).collect();
    let to_ask = people_to_ask_for(desired, actual, settings);
    if to_ask.iter().any(|id| !whereabouts.contains_key(id)) {
        return None;
    }
    let plan = reconcile(desired, actual, &whereabouts, settings);
    let whereabouts =
        to_ask.into_iter().filter_map(|id| whereabouts.get(&id).map(|place| (id.clone(), *place)));
    plan.operations.is_empty().then(|| Found {
        actual: actual.clone(),
        looked_up: looked_up.clone(),
        unread: unread.clone(),
        target_groups: None,
        whereabouts: whereabouts.collect(),
        plan,
    })
}
