//! The order of a plan's operations.

use std::collections::BTreeMap;

use crate::decision::Reason;
use crate::plan::{Change, Operation};

/// What kind of step an operation is; each begins when the one before has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Takes something away: nobody keeps access longer than need be.
    Revoke,
    /// Takes accounts and groups away altogether, after their memberships.
    Delete,
    /// Frees a name that is part of a ring.
    MakeRoom,
    /// Changes what stands; a name is taken in a later round than the one that frees it.
    Update(usize),
    /// New accounts.
    CreateUsers,
    /// New groups with their first members, and members of groups that stand.
    Join,
    /// Further members of new groups.
    JoinNew,
}

/// Operations by phase.
#[derive(Default)]
pub(crate) struct Stages(BTreeMap<Phase, Vec<(Change, Reason)>>);

impl Stages {
    pub(crate) fn add(&mut self, phase: Phase, change: Change, why: &Reason) {
        self.0.entry(phase).or_default().push((change, why.clone()));
    }

    /// All operations in order, the stages counted from 0 without a gap.
    pub(crate) fn into_operations(self) -> Vec<Operation> {
        let stages = (0..).zip(self.0.into_values());
        stages
            .flat_map(|(stage, changes)| {
                changes.into_iter().map(move |(change, why)| Operation { stage, change, why })
            })
            .collect()
    }
}
