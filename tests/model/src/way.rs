//! How a run is made. The same histories are for every way: each must end where a run that reads everything ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use usher_core::content::{Content, Origin};
use usher_core::guard::{self, Guards};
use usher_core::plan::Plan;
use usher_engine::state::Why;
use usher_engine::{
    Applied, EngineError, Prepared, Reading, Recall, Session, Silent, Source, State, Target, Witness, apply,
    prepare,
};
use usher_policy::PolicyChain;

/// A run that came to a plan, with what it was made with.
pub(crate) struct Ran {
    pub(crate) plan: Plan,
    pub(crate) applied: Applied,
    pub(crate) source: Source,
    pub(crate) target: Target,
    pub(crate) policy: PolicyChain,
}

/// A way to make runs.
pub(crate) trait Way {
    /// Another history begins: nothing that was seen so far is true of it.
    fn forget(&mut self);

    /// Somebody has changed something by hand in AWS: only a run that reads everything finds it.
    fn drifts(&mut self) {}

    /// Whether a run knows what an earlier one left for it. Otherwise it reads everything, and it can be said what it costs to read.
    fn keeps_a_state(&self) -> bool {
        false
    }

    /// One run, start to end. The guards let every plan pass.
    async fn run(&mut self, session: Session, witness: &dyn Witness) -> Result<Ran, EngineError>;
}

/// Each run reads everything.
pub(crate) struct Whole;

impl Way for Whole {
    fn forget(&mut self) {}

    async fn run(&mut self, session: Session, witness: &dyn Witness) -> Result<Ran, EngineError> {
        let prepared = prepare(session, &Silent).await?;
        Ok(written(prepared, witness).await)
    }
}

/// Each run asks what has changed since the last, and reads everything after somebody's work by hand or when an hour has passed in Okta.
#[derive(Default)]
pub(crate) struct Incremental {
    state: Option<State>,
    has_drifted: bool,
}

/// Runs that read only what had changed; those of them that did not look at the target; and those that read the members of some of its
/// groups only.
pub(crate) static INCREMENTAL: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

impl Way for Incremental {
    fn forget(&mut self) {
        *self = Self::default();
    }

    fn drifts(&mut self) {
        self.has_drifted = true;
    }

    fn keeps_a_state(&self) -> bool {
        true
    }

    async fn run(&mut self, session: Session, witness: &dyn Witness) -> Result<Ran, EngineError> {
        // As it is kept between two runs of the program.
        let kept = self.state.as_ref().map(|state| state.to_bytes().expect("a state is written"));
        let recall = Recall {
            state: kept.map(|bytes| State::parse(&bytes).expect("a state is read as it was written")),
            source: "okta".to_owned(),
            target: "aws".to_owned(),
            full: self.has_drifted.then_some(Why::Asked),
            full_every: Duration::from_secs(3600),
        };
        let mut settings = session.settings;
        if let (Some(deferral), Some(state)) = (&mut settings.deferral, &self.state) {
            deferral.since = state.waiting.clone();
        }
        let mut prepared = prepare(Session { recall: Some(recall), settings, ..session }, &Silent).await?;
        self.state = prepared.state.take();
        self.has_drifted = false;
        if let Reading::Incremental { target_groups, .. } = prepared.seen.reading {
            let is_short = target_groups.is_some_and(|groups| groups < prepared.read.actual.groups.len());
            INCREMENTAL[0].fetch_add(1, Ordering::Relaxed);
            INCREMENTAL[1].fetch_add(usize::from(target_groups.is_none()), Ordering::Relaxed);
            INCREMENTAL[2].fetch_add(usize::from(is_short), Ordering::Relaxed);
        }
        Ok(written(prepared, witness).await)
    }
}

async fn written(prepared: Prepared, witness: &dyn Witness) -> Ran {
    let hash = Content::of(&prepared.plan, &Origin::default()).hash();
    // Nothing allows what is protected.
    let guarded = guard::check(
        prepared.plan,
        hash.clone(),
        &Guards::default(),
        &prepared.settings.protected,
        Some(&hash),
    )
    .expect("the plan of this hash is allowed");
    let live = prepared.target.live().expect("a run of this test is live");
    let applied = apply(&guarded, live, witness, &Silent).await;
    let plan = guarded.into_plan();
    Ran { plan, applied, source: prepared.source, target: prepared.target, policy: prepared.policy }
}
