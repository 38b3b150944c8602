//! What a run has learnt about the store it talks to: each thing is tried out once, and only on a store that is not like
//! AWS does it cost a request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::OnceCell;
use usher_core::id::{ScimGroupId, ScimUserId};

/// What is known of the store.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Whether `startIndex` leads to another page.
    pub(crate) start_index: OnceCell<bool>,
    /// Whether `groups.value eq` finds the users of a group.
    pub(crate) filters_by_group: OnceCell<bool>,
    /// Whether `members.value eq` finds the groups of a user.
    pub(crate) filters_by_user: OnceCell<bool>,
    cursor_refused: AtomicBool,
    users_partial: AtomicBool,
    shown_member: Mutex<Option<(ScimGroupId, ScimUserId)>>,
}

impl Store {
    /// Whether a query with `cursor` was refused.
    pub(crate) fn cursor_refused(&self) -> bool {
        self.cursor_refused.load(Ordering::Relaxed)
    }

    pub(crate) fn refuses_cursor(&self) {
        self.cursor_refused.store(true, Ordering::Relaxed);
    }

    /// Whether the list of users could not be read to its end.
    pub(crate) fn users_partial(&self) -> bool {
        self.users_partial.load(Ordering::Relaxed)
    }

    pub(crate) fn hides_users(&self) {
        self.users_partial.store(true, Ordering::Relaxed);
    }

    /// A membership that the list of groups showed. AWS shows none; where one is seen, the filters can be tested on it.
    pub(crate) fn shown_member(&self) -> Option<(ScimGroupId, ScimUserId)> {
        self.shown_member.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn shows_member(&self, group: ScimGroupId, user: ScimUserId) {
        self.shown_member.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((group, user));
    }
}
