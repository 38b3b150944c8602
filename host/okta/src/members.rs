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
                (
                    Err(
                        OktaError::Unavailable { .. }
                        | OktaError::TimedOut { .. }
                        | OktaError::Unreachable { .. }
                        | OktaError::BrokenOff { .. },
                    ),
                    Some(smaller),
                ) => size = smaller,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, page, page_with_next, page_without_links, refusal, user};

    async fn members(okta: &Okta) -> Result<Vec<String>, OktaError> {
        let members = okta.members(&OktaGroupId::new("00g1")).await?;
        Ok(members.into_iter().map(|user| user.id.as_str().to_owned()).collect())
    }

    /// `n` pages of one member each; the last has no next.
    fn one_a_page(n: usize, path: &str, base: &str) -> axum::response::Response {
        let page_number: usize = path.split("after=").nth(1).map_or(0, |after| after.parse().unwrap());
        let item = json!([user(&format!("00u{page_number}"))]);
        if page_number + 1 == n {
            return page(&item);
        }
        page_with_next(
            &item,
            &format!("{base}/api/v1/groups/00g1/users?limit=1000&after={}", page_number + 1),
        )
    }

    #[tokio::test]
    async fn members_of_every_status_come_with_their_profile() {
        let fake = Fake::answering(|_, _, _| {
            page(&json!([
                { "id": "00u1", "status": "DEPROVISIONED", "profile": { "login": "a@b.example", "secondEmail": null } },
                { "id": "00u2", "status": "NEW_STATUS", "profile": { "teams": ["x"], "odd": { "a": 1 } }, "unknown": 1 },
                { "id": "00u3" },
                { "id": "00u1", "status": "ACTIVE" }
            ]))
        })
        .await;
        let members = fake.client().members(&OktaGroupId::new("00g1")).await.unwrap();
        let statuses: Vec<UserStatus> = members.iter().map(|user| user.status).collect();
        assert_eq!(statuses, [UserStatus::Deprovisioned, UserStatus::Other, UserStatus::Other]);
        assert_eq!(members[0].text("login"), Some("a@b.example"));
        assert_eq!(members[0].profile.len(), 1);
        assert_eq!(members[1].profile.keys().collect::<Vec<_>>(), ["teams"]);
        assert_eq!(fake.paths(), ["/api/v1/groups/00g1/users?limit=1000"]);
    }

    #[tokio::test]
    async fn every_page_is_read_to_the_last() {
        let fake = Fake::answering(|_, path, base| one_a_page(9, path, base)).await;
        assert_eq!(members(&fake.client()).await.unwrap().len(), 9);
        assert_eq!(fake.paths().len(), 9);
    }

    #[tokio::test]
    async fn a_page_that_fails_for_good_gives_no_members_at_all() {
        let fake = Fake::answering(|_, path, base| {
            if path.contains("after=6") { refusal(403, "E0000006") } else { one_a_page(9, path, base) }
        })
        .await;
        let error = members(&fake.client()).await.unwrap_err();
        assert!(matches!(error, OktaError::Forbidden { .. }), "{error}");
        assert_eq!(fake.paths().len(), 7);
    }

    #[tokio::test]
    async fn a_page_that_lost_its_links_is_not_taken_for_the_last() {
        let fake = Fake::answering(|_, _, _| page_without_links(&json!([user("00u1")]))).await;
        let okta = fake.client();
        let error = members(&okta).await.unwrap_err();
        assert!(error.to_string().contains("Link header is missing"), "{error}");
        assert_eq!(okta.requests().total(), 1);
    }

    #[tokio::test]
    async fn a_page_too_slow_for_okta_is_asked_for_in_smaller_ones() {
        let fake = Fake::answering(|_, path, _| {
            if path.ends_with("limit=200") { page(&json!([user("00u1")])) } else { refusal(504, "E0000009") }
        })
        .await;
        let okta = fake.client();
        assert_eq!(members(&okta).await.unwrap(), ["00u1"]);
        let sizes: Vec<String> =
            fake.paths().iter().map(|path| path.split("limit=").nth(1).unwrap().to_owned()).collect();
        assert_eq!(sizes, ["1000", "1000", "500", "500", "200"]);
    }

    #[tokio::test]
    async fn a_page_size_that_okta_refuses_is_not_tried_again_for_another_group() {
        let fake = Fake::answering(|_, path, _| {
            if path.ends_with("limit=1000") { refusal(400, "E0000001") } else { page(&json!([user("00u1")])) }
        })
        .await;
        let okta = fake.client();
        assert_eq!(members(&okta).await.unwrap(), ["00u1"]);
        assert_eq!(members(&okta).await.unwrap(), ["00u1"]);
        assert_eq!(fake.paths().len(), 3);
    }

    #[tokio::test]
    async fn a_cursor_that_is_refused_once_starts_a_new_walk_and_a_second_time_ends_it() {
        let once =
            Fake::answering(
                |number, path, base| {
                    if number == 2 { refusal(400, "E0000001") } else { one_a_page(4, path, base) }
                },
            )
            .await;
        assert_eq!(members(&once.client_with(|settings| settings.member_page = 200)).await.unwrap().len(), 4);
        assert_eq!(once.paths().len(), 3 + 4);

        let always = Fake::answering(|_, path, base| {
            if path.contains("after=2") { refusal(400, "E0000001") } else { one_a_page(4, path, base) }
        })
        .await;
        let error = members(&always.client()).await.unwrap_err();
        assert!(error.to_string().contains("twice it refused the link to page 3"), "{error}");
        assert_eq!(always.paths().len(), 3 + 3);
    }

    #[tokio::test]
    async fn a_group_deleted_meanwhile_is_named() {
        let fake = Fake::answering(|_, _, _| refusal(404, "E0000007")).await;
        let message = members(&fake.client()).await.unwrap_err().to_string();
        assert!(
            message.contains("Okta has no group 00g1 any more") && message.contains("E0000007"),
            "{message}"
        );
    }

    #[tokio::test]
    async fn a_next_page_on_another_host_is_asked_for_on_ours() {
        let fake = Fake::answering(|number, _, _| match number {
            0 => page_with_next(
                &json!([user("00u1")]),
                "https://acme-admin.okta.example/api/v1/groups/00g1/users?after=x%2By&limit=1000",
            ),
            _ => page(&json!([user("00u2")])),
        })
        .await;
        assert_eq!(members(&fake.client()).await.unwrap(), ["00u1", "00u2"]);
        assert_eq!(fake.paths()[1], "/api/v1/groups/00g1/users?after=x+y&limit=1000");
    }

    #[tokio::test]
    async fn a_next_page_that_was_read_before_ends_the_read_with_an_error() {
        let fake = Fake::answering(|number, _, base| {
            let next = format!("{base}/api/v1/groups/00g1/users?limit=1000&after={}", number % 2);
            page_with_next(&json!([user("00u1")]), &next)
        })
        .await;
        let error = members(&fake.client()).await.unwrap_err();
        assert!(matches!(error, OktaError::EndlessPages { .. }), "{error}");
        assert_eq!(fake.paths().len(), 3);
    }

    #[tokio::test]
    async fn empty_pages_without_end_end_with_an_error() {
        let fake = Fake::answering(|number, _, base| {
            page_with_next(&json!([]), &format!("{base}/api/v1/groups/00g1/users?limit=1000&after={number}"))
        })
        .await;
        let error = members(&fake.client()).await.unwrap_err();
        assert!(error.to_string().contains("100 empty pages"), "{error}");
        assert_eq!(fake.paths().len(), 100);
    }

    #[tokio::test]
    async fn an_id_that_would_lead_elsewhere_is_never_sent() {
        let fake = Fake::answering(|_, _, _| page(&json!([]))).await;
        for id in ["", ".", ".."] {
            let error = fake.client().members(&OktaGroupId::new(id)).await.unwrap_err();
            assert!(matches!(error, OktaError::MalformedId { .. }), "{error}");
        }
        assert!(fake.paths().is_empty());
    }
}
