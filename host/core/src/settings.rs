//! What a run may take away: the `[sync]` settings, and the names from which nothing is taken.

use crate::deferral::Deferral;
use crate::protected::Protected;

/// Whether memberships that nobody wants any more are taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memberships {
    /// They are: groups hold whom they should hold.
    #[default]
    Mirror,
    /// They stay: groups only grow.
    Additive,
}

/// What becomes of an account whose person is no longer desired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leavers {
    /// It is deactivated and stays, with its id.
    #[default]
    Deactivate,
    /// It stays as it is, and Okta is not asked where the person is.
    Keep,
    /// It is deleted, and with it all that hangs on its id. Who is only suspended in Okta is deactivated: a suspension is meant
    /// to end. So is who is in a group that is left as it is.
    Delete,
}

/// What becomes of a group of ours that no decision names any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrphanedGroups {
    /// It loses its members and stays, with its id: permission sets hang on it.
    #[default]
    Empty,
    /// It stays as it is.
    Keep,
    /// It is deleted, and with it the assignments of its permission sets. One that must keep a member is emptied of the others.
    Delete,
}

/// What [`reconcile`](crate::reconcile::reconcile) may take away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Of memberships.
    pub memberships: Memberships,
    /// Of accounts.
    pub leavers: Leavers,
    /// How long an account stands deactivated before it is deleted, where leavers are deleted. None: it is deleted at once.
    pub deferral: Option<Deferral>,
    /// Of groups.
    pub orphaned_groups: OrphanedGroups,
    /// From whom and what nothing is taken.
    pub protected: Protected,
}
