//! What a run needs: the two services, the policy, and which groups are asked for.

use usher_identity_center::IdentityCenter;
use usher_okta::Okta;
use usher_policy::PolicyChain;

use usher_core::desired::Scope;

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
    /// The source.
    pub okta: Okta,
    /// The target.
    pub identity_center: IdentityCenter,
    /// The judge: one policy, or several in a row.
    pub policy: PolicyChain,
    /// Which groups it judges.
    pub candidates: Candidates,
    /// Whether being absent from them means having left.
    pub scope: Scope,
}
