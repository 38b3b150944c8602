//! Users and groups that go altogether.

use usher_core::id::{ScimGroupId, ScimUserId};

use crate::client::IdentityCenter;
use crate::error::ScimError;
use crate::operation::Operation;
use crate::transport::Call;

impl IdentityCenter {
    /// Deletes an account, and with it its memberships. One that is gone already is as good. One request.
    pub async fn delete_user(&self, id: &ScimUserId) -> Result<(), ScimError> {
        self.delete(Call::new(Operation::DeleteUser, format!("delete the user {id}")).id(id.as_str())).await
    }

    /// Deletes a group; its members stay. One that is gone already is as good. One request.
    pub async fn delete_group(&self, id: &ScimGroupId) -> Result<(), ScimError> {
        self.delete(Call::new(Operation::DeleteGroup, format!("delete the group {id}")).id(id.as_str())).await
    }

    async fn delete(&self, call: Call) -> Result<(), ScimError> {
        match self.transport.send(&call).await {
            Ok(_) | Err(ScimError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
