//! What Okta knows of one id.

use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{SourceGroup, Whereabouts};

use crate::client::Okta;
use crate::endpoint::{self, Endpoint};
use crate::error::OktaError;
use crate::groups::Group;
use crate::members::User;
use crate::walk::{bad_answer, read};

impl Okta {
    /// Whether Okta has a user of this id, and in which status.
    ///
    /// # Errors
    /// Any failure of the request. Only Okta's own "not found" (404 with E0000007) means [`Whereabouts::Gone`].
    pub async fn whereabouts(&self, id: &OktaUserId) -> Result<Whereabouts, OktaError> {
        if !endpoint::is_segment(id.as_str()) {
            return Err(OktaError::MalformedId { what: format!("user {id}") });
        }
        let reply = match self.transport.get(Endpoint::User, &endpoint::user(&self.base, id)).await {
            Ok(reply) => reply,
            Err(OktaError::NotFound { .. }) => return Ok(Whereabouts::Gone),
            Err(error) => return Err(error),
        };
        let user: User = read(&self.transport, Endpoint::User, &reply)?;
        if user.id != id.as_str() {
            // The path takes logins too (okta.md §2.5), and another person's status must not be taken for this one's.
            let problem = format!("it is about {} and not about {id}", user.id);
            return Err(bad_answer(&self.transport, Endpoint::User, &reply, problem));
        }
        Ok(Whereabouts::Known(user.status()))
    }
}

impl Okta {
    /// The group of this id, whatever a list says; none where Okta has none.
    ///
    /// # Errors
    /// Any failure of the request. Only Okta's own "not found" (404 with E0000007) means that it has none.
    pub async fn group(&self, id: &OktaGroupId) -> Result<Option<SourceGroup>, OktaError> {
        if !endpoint::is_segment(id.as_str()) {
            return Err(OktaError::MalformedId { what: format!("group {id}") });
        }
        match self.transport.get(Endpoint::Group, &endpoint::group(&self.base, id)).await {
            Ok(reply) => {
                let group: Group = read(&self.transport, Endpoint::Group, &reply)?;
                if group.id != id.as_str() {
                    let problem = format!("it is about {} and not about {id}", group.id);
                    return Err(bad_answer(&self.transport, Endpoint::Group, &reply, problem));
                }
                Ok(Some(SourceGroup::from(group)))
            }
            Err(OktaError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use usher_core::source::UserStatus;

    use super::*;
    use crate::fake::{Fake, html, page, refusal, user};

    async fn whereabouts(fake: &Fake, id: &str) -> Result<Whereabouts, OktaError> {
        fake.client().whereabouts(&OktaUserId::new(id)).await
    }

    #[tokio::test]
    async fn a_known_person_is_in_a_status_and_an_unknown_one_is_gone() {
        let fake = Fake::answering(|_, path, _| match path {
            "/api/v1/users/00u1" => page(&user("00u1")),
            "/api/v1/users/00u2" => page(&json!({ "id": "00u2", "status": "SUSPENDED" })),
            _ => refusal(404, "E0000007"),
        })
        .await;
        assert_eq!(whereabouts(&fake, "00u1").await.unwrap(), Whereabouts::Known(UserStatus::Active));
        assert_eq!(whereabouts(&fake, "00u2").await.unwrap(), Whereabouts::Known(UserStatus::Suspended));
        assert_eq!(whereabouts(&fake, "00u3").await.unwrap(), Whereabouts::Gone);
        assert_eq!(fake.paths().len(), 3);
    }

    #[tokio::test]
    async fn only_oktas_own_not_found_means_gone() {
        for answer in
            [|| refusal(404, "E0000008"), || html(404), || page(&json!([])), || refusal(401, "E0000011")]
        {
            let fake = Fake::answering(move |_, _, _| answer()).await;
            assert!(whereabouts(&fake, "00u1").await.is_err());
        }
    }

    #[tokio::test]
    async fn another_persons_status_is_never_taken_for_this_ones() {
        let fake = Fake::answering(|_, _, _| page(&user("00uOwner"))).await;
        let error = whereabouts(&fake, "me").await.unwrap_err();
        assert!(matches!(error, OktaError::BadAnswer { .. }), "{error}");
    }
}
