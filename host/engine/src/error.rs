//! Why a run ended before its plan.

use thiserror::Error;
use usher_core::desired::Left;
use usher_core::quote::quoted;
use usher_identity_center::ScimError;
use usher_okta::OktaError;
use usher_policy::PolicyError;

use crate::snapshot::SnapshotError;

/// A run that ended before anything was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Okta could not be read.
    #[error(transparent)]
    Okta(#[from] OktaError),
    /// The members of a group in Okta could not be read.
    #[error("the members of the group {} ({id}) were not read: {source}", quoted(.name))]
    Members {
        /// The group's name.
        name: String,
        /// Its id.
        id: String,
        /// Why.
        source: Box<OktaError>,
    },
    /// Identity Center could not be read.
    #[error(transparent)]
    IdentityCenter(#[from] ScimError),
    /// The policy gave no answer. That is never taken for a "no".
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The snapshot does not hold what the plan needs.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Neither the configuration nor the policy narrows the groups down.
    #[error(
        "no groups are asked for, and the policy `{policy}` does not decide groups: every group of the organisation would be \
         synced\nhint: name groups in `sync.groups` or on the command line, or give the policy group rules"
    )]
    NothingNarrows {
        /// The policy's name.
        policy: String,
    },
    /// Okta showed no group at all.
    #[error(
        "Okta shows this token no groups at all\nhint: an administrator limited to certain groups sees only those; the \
         token's owner needs the Read-Only Administrator role"
    )]
    EmptyOrganisation,
    /// The policy wants none of the groups. An empty selection is never taken for "remove everything".
    #[error("the policy selects none of the {candidates} groups it was asked about{}\nhint: {hint}", rules(.skipped), hint = "an empty selection would take everybody's access away, so the run ends here; look at the group rules")]
    NothingSelected {
        /// How many it was asked about.
        candidates: usize,
        /// What it said of them.
        skipped: Vec<Left>,
    },
    /// Okta says something else about who is in a group each time it is asked.
    #[error(
        "Okta listed far fewer members of the group \"{group}\" than the {before} it had, and others each of the {reads} times it was asked\nhint: nothing was \
         taken from that; run it again in a while"
    )]
    UnsteadyMembers {
        /// The group's name.
        group: String,
        /// How many members it had when it was last read.
        before: usize,
        /// How often it was asked.
        reads: usize,
    },
    /// Okta does not say whether it has a group that its list of all groups does not show.
    #[error(
        "no list of Okta shows the group {} ({id}) any more, and whether Okta still has it is not known: {source}\nhint: nothing was taken \
         from that, and nothing from the people in it. Give the token back its right to see that group; without it nobody knows whether its \
         people have left. Where they should leave, delete the group in Identity Center (aws identitystore delete-group), with which its \
         assignments go",
        quoted(.name)
    )]
    UnaskedGroup {
        /// The group's name in Identity Center.
        name: String,
        /// Its id in Okta.
        id: String,
        /// Why.
        source: Box<OktaError>,
    },
    /// Okta has a group that its list of all groups left out.
    #[error(
        "Okta's list of groups left out {} ({id}), which Okta has: the list is not all there is\nhint: nothing was taken from that; run it again. \
         If it stays, the token may have lost its right to see that group", quoted(.name)
    )]
    UnlistedGroup {
        /// The group's name in Identity Center.
        name: String,
        /// Its id in Okta.
        id: String,
    },
    /// A blocking task of the run did not end as it should.
    #[error("an internal task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// "(2 by rule `a`, 1 by rule `b`)", from what was skipped.
fn rules(skipped: &[Left]) -> String {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for left in skipped {
        *counts.entry(&left.why.rule).or_default() += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = counts.iter().map(|(rule, count)| format!("{count} by rule `{rule}`")).collect();
    format!(" (skipped: {})", parts.join(", "))
}
