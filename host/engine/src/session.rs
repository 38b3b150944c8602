//! What a run needs: the two services, the policy, and which groups are asked for.

use usher_core::desired::Scope;
use usher_core::settings::Settings;
use usher_policy::PolicyChain;

use crate::services::{Source, Target};
use crate::state::Recall;

/// Which source groups are put to the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// Exactly these names.
    Named(Vec<String>),
    /// All that the token can see; the policy decides. Refused when the policy does not decide groups.
    All,
}

/// The services and the judge of one run.
pub struct Session {
    /// Where people and groups come from.
    pub source: Source,
    /// Where they go to.
    pub target: Target,
    /// The judge: one policy, or several in a row.
    pub policy: PolicyChain,
    /// Which groups it judges.
    pub candidates: Candidates,
    /// Whether being absent from them means having left.
    pub scope: Scope,
    /// What may be taken away.
    pub settings: Settings,
    /// What an earlier run left, where a state is kept.
    pub recall: Option<Recall>,
    /// The time of the run in seconds since 1970, as the policy was told it.
    pub now: u64,
}
