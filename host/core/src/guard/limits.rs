//! What the guards may be set to.

/// How much of one kind a plan may take away: so many, such a part of what stands, or the smaller of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many at most.
    pub number: Option<usize>,
    /// So many of each hundred that stand at most.
    pub percent: Option<u8>,
}

impl Limit {
    /// Half of what stands: one of one is more, one of two is not.
    pub const HALF: Self = Self { number: None, percent: Some(50) };

    /// Whether so many of those that stand are too many. To lose nothing never is.
    pub fn is_exceeded(self, lost: usize, standing: usize) -> bool {
        let too_many = self.number.is_some_and(|most| lost > most);
        let too_large_a_part = self.percent.is_some_and(|most| lost * 100 > standing * usize::from(most));
        lost > 0 && (too_many || too_large_a_part)
    }
}

/// The limits of each kind of loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guards {
    /// Accounts that can no longer sign in, of those that could.
    pub users_deactivated: Limit,
    /// Accounts that go altogether, of all of ours.
    pub users_deleted: Limit,
    /// Memberships that are removed, of all that were read; those that go with a group are among them.
    pub memberships_removed: Limit,
    /// Members that one group loses. A group that is no longer wanted at all counts as emptied or deleted instead.
    pub members_removed_per_group: Limit,
    /// The smallest group to which that applies.
    pub per_group_from: usize,
    /// Groups that lose all members and get none, of those that have some.
    pub groups_emptied: Limit,
    /// Groups that go altogether, of all of ours.
    pub groups_deleted: Limit,
    /// Changes of any kind: users and groups changed, memberships added and removed. None: as many as it takes.
    pub max_changes: Option<usize>,
}

impl Default for Guards {
    /// Half of what stands of each kind, half of a group of twenty or more, any number of changes.
    fn default() -> Self {
        Self {
            users_deactivated: Limit::HALF,
            users_deleted: Limit::HALF,
            memberships_removed: Limit::HALF,
            members_removed_per_group: Limit::HALF,
            per_group_from: 20,
            groups_emptied: Limit::HALF,
            groups_deleted: Limit::HALF,
            max_changes: None,
        }
    }
}
