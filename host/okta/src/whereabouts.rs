//! What Okta knows of one id.

use usher_core::id::OktaUserId;
use usher_core::source::Whereabouts;

use crate::client::Okta;
use crate::endpoint::{self, Endpoint};
use crate::error::OktaError;
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
