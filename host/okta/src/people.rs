//! One person by whatever they are known by, and the groups of one person: for questions about somebody whom a run did not meet.

use usher_core::id::OktaUserId;
use usher_core::name;
use usher_core::source::{SourceGroup, SourceUser};

use crate::client::Okta;
use crate::endpoint::{self, Endpoint};
use crate::error::OktaError;
use crate::groups::{Group, each_once, without_times};
use crate::members::User;
use crate::search;
use crate::walk::{read, walk};

impl Okta {
    /// Everybody of this id, login (whole, or what stands before its `@`) or mail address; case does not matter for the last two.
    /// Two requests.
    ///
    /// # Errors
    /// Any failure of a request. Nobody is an empty list.
    pub async fn find_people(&self, wanted: &str) -> Result<Vec<SourceUser>, OktaError> {
        let mut found: Vec<SourceUser> = self.user_at(wanted).await?.into_iter().collect();
        let url = search::people(&endpoint::users(&self.base), wanted);
        let listed: Vec<User> = walk(&self.transport, Endpoint::Users, &url, None).await?;
        for person in listed.into_iter().map(SourceUser::from).filter(|person| is_of(person, wanted)) {
            if found.iter().all(|known| known.id != person.id) {
                found.push(person);
            }
        }
        Ok(found)
    }

    /// The groups that a person is in, Okta's own `Everyone` among them. One request for each 200.
    ///
    /// # Errors
    /// [`OktaError::NotFound`] when Okta has no such person, and any other failure of a request.
    pub async fn groups_of(&self, user: &OktaUserId) -> Result<Vec<SourceGroup>, OktaError> {
        if !endpoint::is_segment(user.as_str()) {
            return Err(OktaError::MalformedId { what: format!("user {user}") });
        }
        let url = endpoint::user_groups(&self.base, user);
        let groups: Vec<Group> = walk(&self.transport, Endpoint::UserGroups, &url, None).await?;
        Ok(without_times(each_once(groups)))
    }

    /// The person whom Okta keeps under an id, a login or a short name: never behind, as a search is (okta.md §2.5).
    async fn user_at(&self, wanted: &str) -> Result<Option<SourceUser>, OktaError> {
        if !endpoint::is_segment(wanted) || wanted.contains('/') {
            return Ok(None);
        }
        let url = endpoint::user(&self.base, &OktaUserId::new(wanted));
        match self.transport.get(Endpoint::User, &url).await {
            Ok(reply) => {
                let user: User = read(&self.transport, Endpoint::User, &reply)?;
                // `me` is whoever owns the token.
                Ok(Some(SourceUser::from(user)).filter(|person| is_of(person, wanted)))
            }
            Err(OktaError::NotFound { .. }) => Ok(None),
            // A text that is no address and no id, such as one with spaces, may be refused instead.
            Err(OktaError::Refused { answer, .. }) if answer.status == 400 => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn is_of(person: &SourceUser, wanted: &str) -> bool {
    let login = person.text("login").unwrap_or_default();
    let short = login.split('@').next().unwrap_or_default();
    let email = person.text("email").unwrap_or_default();
    person.id.as_str() == wanted || [login, short, email].iter().any(|known| name::same(known, wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fake::{Fake, group, page, refusal};

    fn ann() -> Value {
        json!({ "id": "00u1", "status": "ACTIVE", "profile": { "login": "ann@acme.example", "email": "Ann.A@acme.example" } })
    }

    async fn found(fake: &Fake, wanted: &str) -> Vec<String> {
        let people = fake.client().find_people(wanted).await.unwrap();
        people.into_iter().map(|person| person.id.as_str().to_owned()).collect()
    }

    #[tokio::test]
    async fn somebody_is_found_by_id_login_short_name_and_mail_address() {
        for (wanted, is_known_at_path) in
            [("00u1", true), ("ann", true), ("ANN@acme.example", true), ("ann.a@acme.example", false)]
        {
            let fake = Fake::answering(move |_, path, _| match path {
                path if path.contains("?") => page(&json!([ann()])),
                _ if is_known_at_path => page(&ann()),
                _ => refusal(404, "E0000007"),
            })
            .await;
            assert_eq!(found(&fake, wanted).await, ["00u1"], "{wanted}");
            let search = format!(
                r#"/api/v1/users?limit=200&search=profile.login eq "{wanted}" or profile.email eq "{wanted}""#
            );
            assert_eq!(fake.paths()[1], search);
        }
    }

    #[tokio::test]
    async fn the_owner_of_the_token_is_not_whoever_is_called_me() {
        let fake = Fake::answering(|_, path, _| match path {
            "/api/v1/users/me" => page(&ann()),
            _ => page(&json!([])),
        })
        .await;
        assert_eq!(found(&fake, "me").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_failure_is_never_nobody() {
        let fake = Fake::answering(|_, _, _| refusal(403, "E0000006")).await;
        assert!(fake.client().find_people("ann@acme.example").await.is_err());
        let fake = Fake::answering(|_, _, _| refusal(404, "E0000007")).await;
        assert!(fake.client().groups_of(&OktaUserId::new("00u1")).await.is_err());
    }

    #[tokio::test]
    async fn the_groups_of_a_person_come_by_one_request() {
        let fake = Fake::answering(|_, _, _| page(&json!([group("00g1", "a"), group("00g2", "b")]))).await;
        let groups = fake.client().groups_of(&OktaUserId::new("00u1")).await.unwrap();
        assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(fake.paths(), ["/api/v1/users/00u1/groups"]);
    }
}
