//! What has changed since an earlier run.

use std::collections::BTreeSet;

use jiff::Timestamp;
use usher_core::source::SourceUser;

use crate::client::Okta;
use crate::endpoint::{self, Endpoint};
use crate::error::OktaError;
use crate::members::User;
use crate::search;
use crate::walk::walk;

impl Okta {
    /// Everybody in the organisation whose profile or status has changed after `since`, deprovisioned people too. Who was deleted is not
    /// among them. One request for each 200.
    ///
    /// # Errors
    /// Any failure of a request: a part of the list is never given out.
    pub async fn people_changed_since(&self, since: Timestamp) -> Result<Vec<SourceUser>, OktaError> {
        let url = search::people_changed_since(&endpoint::users(&self.base), since);
        let people: Vec<User> = walk(&self.transport, Endpoint::Users, &url, None).await?;
        let mut met = BTreeSet::new();
        Ok(people.into_iter().filter(|user| met.insert(user.id.clone())).map(SourceUser::from).collect())
    }

    /// Another reading begins: of what was read before nothing is part of it.
    pub fn begin(&self) {
        *self.transport.began() = None;
    }

    /// What Okta's clock showed in its first answer since the reading began: before it, nothing was read. None before there is an
    /// answer, and where it bore no date.
    pub fn began(&self) -> Option<Timestamp> {
        self.transport.began().flatten()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, StatusCode};
    use axum::response::IntoResponse;
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, page, page_with_next, refusal, user};

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn the_database_is_asked_and_not_the_search_index() {
        let fake = Fake::answering(|number, _, base| match number {
            0 => page_with_next(&json!([user("00u1")]), &format!("{base}/api/v1/users?after=x&limit=200")),
            _ => page(&json!([user("00u1"), user("00u2")])),
        })
        .await;
        let since = time("2026-03-01T17:45:12.5Z");
        let people = fake.client().people_changed_since(since).await.unwrap();
        assert_eq!(people.iter().map(|person| person.id.as_str()).collect::<Vec<_>>(), ["00u1", "00u2"]);
        let filter = r#"/api/v1/users?limit=200&filter=lastUpdated gt "2026-03-01T17:45:12.500Z""#;
        assert_eq!(fake.paths()[0], filter);
    }

    #[tokio::test]
    async fn a_failure_is_never_no_change() {
        let fake = Fake::answering(|_, _, _| refusal(403, "E0000006")).await;
        assert!(fake.client().people_changed_since(time("2026-03-01T00:00:00Z")).await.is_err());
    }

    #[tokio::test]
    async fn okta_s_own_clock_says_when_the_first_reading_began() {
        let fake = Fake::answering(|number, _, _| {
            // At first something answers that stands between, and whose clock is wrong.
            let (mut answer, date) = match number {
                0 => (StatusCode::BAD_GATEWAY.into_response(), "Mon, 01 Mar 2027 17:45:10 GMT".to_owned()),
                _ => (page(&json!([])), format!("Sun, 01 Mar 2026 17:45:1{number} GMT")),
            };
            if number > 0 {
                answer.headers_mut().insert("x-okta-request-id", HeaderValue::from_static("req"));
            }
            answer.headers_mut().insert("date", HeaderValue::from_str(&date).unwrap());
            answer
        })
        .await;
        let okta = fake.client();
        assert_eq!(okta.began(), None);
        okta.all_groups().await.unwrap();
        okta.all_groups().await.unwrap();
        assert_eq!(okta.began(), Some(time("2026-03-01T17:45:11Z")));
        okta.begin();
        assert_eq!(okta.began(), None);
        okta.all_groups().await.unwrap();
        assert_eq!(okta.began(), Some(time("2026-03-01T17:45:13Z")));
    }
}
