//! How a run is made. The same histories are for every way: each must end where a run that reads everything ends.

use usher_core::content::{Content, Origin};
use usher_core::guard::{self, Guards};
use usher_core::plan::Plan;
use usher_core::protected::Protected;
use usher_engine::{Applied, EngineError, Session, Silent, Source, Target, Witness, apply, prepare};
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

    /// One run, start to end. The guards let every plan pass.
    async fn run(&mut self, session: Session, witness: &dyn Witness) -> Result<Ran, EngineError>;
}

/// Each run reads everything.
pub(crate) struct Whole;

impl Way for Whole {
    fn forget(&mut self) {}

    async fn run(&mut self, session: Session, witness: &dyn Witness) -> Result<Ran, EngineError> {
        let prepared = prepare(session, &Silent).await?;
        let hash = Content::of(&prepared.plan, &Origin::default()).hash();
        let (guards, protected) = (Guards::default(), Protected::default());
        let guarded = guard::check(prepared.plan, hash.clone(), &guards, &protected, Some(&hash))
            .expect("the plan of this hash is allowed");
        let live = prepared.target.live().expect("a run of this test is live");
        let applied = apply(&guarded, live, witness, &Silent).await;
        let plan = guarded.into_plan();
        Ok(Ran { plan, applied, source: prepared.source, target: prepared.target, policy: prepared.policy })
    }
}
