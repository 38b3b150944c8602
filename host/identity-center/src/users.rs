//! Users: read, looked up, created, changed.

use usher_core::account::Account;
use usher_core::actual::{ActualUser, Completeness};
use usher_core::id::{OktaUserId, ScimUserId};
use usher_core::plan::AttributeChange;
use usher_core::quote::quoted;

use crate::client::{IdentityCenter, Reading, bad_answer};
use crate::error::{Answered, ScimError};
use crate::limits::Problem;
use crate::operation::Operation;
use crate::query::equals;
use crate::transport::Call;
use crate::{body, limits, read};

impl IdentityCenter {
    /// All users, as far as the store lists them. One request for each 100.
    pub async fn users(&self) -> Result<Reading<ActualUser>, ScimError> {
        let aim = "read the users";
        let (resources, completeness) = self.walk(Operation::ListUsers, None, aim).await?;
        if completeness == Completeness::Partial {
            self.store.hides_users();
        }
        let items: Result<Vec<_>, String> = resources.iter().map(read::user).collect();
        let items = items.map_err(|reason| bad_answer(&Call::new(Operation::ListUsers, aim), reason))?;
        Ok(Reading { items, completeness })
    }

    /// The user that carries this externalId. One request.
    pub async fn find_user_by_external_id(&self, external_id: &str) -> Result<Option<ActualUser>, ScimError> {
        let found = self.find_users("externalId", external_id).await?;
        Ok(found.into_iter().find(|user| user.external_id.as_deref() == Some(external_id)))
    }

    /// The user of this userName, compared without case as AWS compares it. One request.
    pub async fn find_user_by_user_name(&self, user_name: &str) -> Result<Option<ActualUser>, ScimError> {
        let found = self.find_users("userName", user_name).await?;
        Ok(found.into_iter().find(|user| user.account.user_name.to_lowercase() == user_name.to_lowercase()))
    }

    async fn find_users(&self, attribute: &str, value: &str) -> Result<Vec<ActualUser>, ScimError> {
        let aim = format!("look up the user of {attribute} {}", quoted(value));
        let found = self.look_up(Operation::ListUsers, &equals(attribute, value), &aim).await?;
        let users: Result<Vec<_>, String> = found.iter().map(read::user).collect();
        users.map_err(|reason| bad_answer(&Call::new(Operation::ListUsers, aim), reason))
    }

    /// Creates an account and returns Identity Center's id of it.
    ///
    /// # Errors
    /// [`ScimError::Unacceptable`] before anything is sent when AWS would refuse a value; [`ScimError::Conflict`] when
    /// another account holds what must be unique. An account that carries this Okta id already is no conflict.
    pub async fn create_user(
        &self,
        okta_id: &OktaUserId,
        account: &Account,
    ) -> Result<ScimUserId, ScimError> {
        let aim = format!("create the user {} ({okta_id})", quoted(&account.user_name));
        limits::account(okta_id, account).map_err(|problem| unacceptable(&aim, problem))?;
        let call = Call::new(Operation::CreateUser, aim).body(body::create_user(okta_id, account));
        match self.transport.send(&call).await {
            Ok(success) => match success.json.as_ref().map(read::id) {
                Some(Ok(id)) => Ok(ScimUserId::new(id)),
                // A store that does not show what it made.
                Some(Err(_)) | None => match self.find_user_by_external_id(okta_id.as_str()).await? {
                    Some(user) => Ok(user.id),
                    None => Err(bad_answer(&call, "it does not say the id of the new user")),
                },
            },
            Err(ScimError::Conflict { answered, .. }) => {
                let holder = self.holder(None, Some(okta_id), Some(&account.user_name)).await?;
                match holder {
                    // Made by a repeat of this request, or by another run since this one read: this person's either way.
                    Some((_, user)) if is_of(&user, okta_id) => Ok(user.id),
                    holder => Err(conflict(call.aim, holder, account.email.as_deref(), answered)),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Writes the attributes that `changes` names, with the values that `account` has; one request, or none when
    /// there is nothing to write. `adopt` sets the externalId: the account becomes this person's.
    pub async fn update_user(
        &self,
        id: &ScimUserId,
        adopt: Option<&OktaUserId>,
        account: &Account,
        changes: &[AttributeChange],
    ) -> Result<(), ScimError> {
        let aim = format!("update the user {} ({id})", quoted(&account.user_name));
        if let Some(okta_id) = adopt {
            limits::external_id(okta_id.as_str()).map_err(|problem| unacceptable(&aim, problem))?;
        }
        for field in changes.iter().filter_map(|change| body::field(&change.attribute)) {
            limits::field(account, field).map_err(|problem| unacceptable(&aim, problem))?;
        }
        let patch =
            body::patch_user(adopt, account, changes).map_err(|attribute| ScimError::Unacceptable {
                aim: aim.clone(),
                attribute,
                reason: "is no attribute that can be written".to_owned(),
            })?;
        let Some(patch) = patch else { return Ok(()) };
        let call = Call::new(Operation::PatchUser, aim).id(id.as_str()).body(patch);
        match self.transport.send(&call).await {
            Ok(_) => Ok(()),
            Err(ScimError::Conflict { answered, .. }) => {
                let changes_it = |name: &str| changes.iter().any(|change| change.attribute == name);
                let user_name = changes_it("userName").then_some(account.user_name.as_str());
                let holder = self.holder(Some(id), adopt, user_name).await?;
                let email = account.email.as_deref().filter(|_| changes_it("email"));
                Err(conflict(call.aim, holder, email, answered))
            }
            Err(error) => Err(error),
        }
    }

    /// Who else holds an externalId or a userName, since AWS does not say (reference §3.3).
    async fn holder(
        &self,
        except: Option<&ScimUserId>,
        okta_id: Option<&OktaUserId>,
        user_name: Option<&str>,
    ) -> Result<Option<(&'static str, ActualUser)>, ScimError> {
        if let Some(okta_id) = okta_id {
            let found = self.find_user_by_external_id(okta_id.as_str()).await?;
            if let Some(user) = found.filter(|user| Some(&user.id) != except) {
                return Ok(Some(("externalId", user)));
            }
        }
        if let Some(user_name) = user_name {
            let found = self.find_user_by_user_name(user_name).await?;
            return Ok(found.filter(|user| Some(&user.id) != except).map(|user| ("userName", user)));
        }
        Ok(None)
    }
}

fn is_of(user: &ActualUser, okta_id: &OktaUserId) -> bool {
    user.external_id.as_deref() == Some(okta_id.as_str())
}

fn conflict(
    aim: String,
    holder: Option<(&'static str, ActualUser)>,
    email: Option<&str>,
    answered: Box<Answered>,
) -> ScimError {
    let (attribute, contested) = match (holder, email) {
        (Some((attribute, user)), _) => {
            let external_id = user
                .external_id
                .as_deref()
                .map_or("no externalId".into(), |id| format!("externalId {}", quoted(id)));
            let contested = format!(
                "its {attribute} is held by the user {} (id {}, {external_id})",
                quoted(&user.account.user_name),
                user.id
            );
            (Some(attribute), contested)
        }
        // Nobody can be asked for the holder of a mail address by SCIM.
        (None, Some(email)) => (
            Some("email"),
            format!("its email {} seems to be held by another user, as its names are free", quoted(email)),
        ),
        (None, None) => (None, "a value that must be unique is taken".to_owned()),
    };
    ScimError::Conflict { aim, contested, attribute, answered }
}

pub(crate) fn unacceptable(aim: &str, (attribute, reason): Problem) -> ScimError {
    ScimError::Unacceptable { aim: aim.to_owned(), attribute, reason }
}
