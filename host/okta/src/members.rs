//! Who is in a group.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{SourceUser, UserStatus};

use crate::client::Okta;
use crate::endpoint::{self, Endpoint};
use crate::error::OktaError;
use crate::profile::attributes;
use crate::walk::walk;

/// Page sizes to fall back to when Okta fails at a larger one (okta.md §6.1).
const SMALLER_PAGES: [u32; 2] = [500, 200];

/// How often a page is asked for before a smaller one is tried.
const TRIES_BEFORE_SMALLER: u32 = 2;

/// A user as Okta writes it; whatever else it writes is not looked at.
#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    status: Option<String>,
    profile: Option<Map<String, Json>>,
}

impl User {
    pub(crate) fn status(&self) -> UserStatus {
        match self.status.as_deref() {
            Some("STAGED") => UserStatus::Staged,
            Some("PROVISIONED") => UserStatus::Provisioned,
            Some("ACTIVE") => UserStatus::Active,
            Some("RECOVERY") => UserStatus::Recovery,
            Some("PASSWORD_EXPIRED") => UserStatus::PasswordExpired,
            Some("LOCKED_OUT") => UserStatus::LockedOut,
            Some("SUSPENDED") => UserStatus::Suspended,
            Some("DEPROVISIONED") => UserStatus::Deprovisioned,
            _ => UserStatus::Other,
        }
    }
}

impl From<User> for SourceUser {
    fn from(user: User) -> Self {
        let status = user.status();
        Self { id: OktaUserId::new(user.id), status, profile: attributes(user.profile.unwrap_or_default()) }
    }
}

impl Okta {
    /// Every member of a group, each once, with the whole profile. People of every status are members, deprovisioned ones
    /// too (okta.md §2.3).
    ///
    /// # Errors
    /// Any failed page: a part of the members is never given out. [`OktaError::NotFound`] when the group is gone.
    pub async fn members(&self, group: &OktaGroupId) -> Result<Vec<SourceUser>, OktaError> {
        let what = || format!("group {group}");
        if !endpoint::is_segment(group.as_str()) {
            return Err(OktaError::MalformedId { what: what() });
        }
        let mut size = self.member_page.load(Ordering::Relaxed);
        let members: Vec<User> = loop {
            let smaller = SMALLER_PAGES.into_iter().find(|smaller| *smaller < size);
            let mut url = endpoint::group_members(&self.base, group);
            url.query_pairs_mut().append_pair("limit", &size.to_string());
            let attempts = smaller.map(|_| TRIES_BEFORE_SMALLER);
            match (walk(&self.transport, Endpoint::GroupMembers, &url, attempts).await, smaller) {
                (Ok(members), _) => break members,
                // This group is slow to read; the others may not be.
                (Err(OktaError::Unavailable { .. } | OktaError::TimedOut { .. }), Some(smaller)) => {
                    size = smaller
                }
                // The size itself is refused, so it is for all groups.
                (Err(OktaError::Refused { answer, .. }), Some(smaller)) if answer.status == 400 => {
                    self.member_page.fetch_min(smaller, Ordering::Relaxed);
                    size = smaller;
                }
                (Err(OktaError::NotFound { answer, .. }), _) => {
                    return Err(OktaError::NotFound { what: what(), answer });
                }
                (Err(error), _) => return Err(error),
            }
        };
        let mut met = BTreeSet::new();
        Ok(members.into_iter().filter(|user| met.insert(user.id.clone())).map(SourceUser::from).collect())
    }
}
