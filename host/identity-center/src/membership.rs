//! Memberships: added and removed, never replaced (reference aws-identity-center.md §2.6).

use serde_json::Value;
use usher_core::id::{ScimGroupId, ScimUserId};
use usher_core::plan::MEMBERS_PER_REQUEST;

use crate::body;
use crate::client::IdentityCenter;
use crate::error::ScimError;
use crate::operation::Operation;
use crate::transport::Call;

impl IdentityCenter {
    /// Adds members to a group. One request for each 100.
    pub async fn add_members(&self, group: &ScimGroupId, members: &[ScimUserId]) -> Result<(), ScimError> {
        for some in members.chunks(MEMBERS_PER_REQUEST) {
            let aim = format!("add {} to the group {group}", counted(some));
            self.change_members(group, some.len(), aim, body::add_members(some)).await?;
        }
        Ok(())
    }

    /// Removes members from a group. One request for each 100. Whoever is gone, or in a group that is gone, is removed.
    pub async fn remove_members(&self, group: &ScimGroupId, members: &[ScimUserId]) -> Result<(), ScimError> {
        for some in members.chunks(MEMBERS_PER_REQUEST) {
            match self.remove_at_once(group, some).await {
                // It is not documented whether a refused request is applied in part, so every removal is made sure of.
                Err(ScimError::NotFound { .. }) if some.len() > 1 && !self.is_gone(group).await? => {
                    for one in some.chunks(1) {
                        match self.remove_at_once(group, one).await {
                            Ok(()) | Err(ScimError::NotFound { .. }) => {}
                            Err(error) => return Err(error),
                        }
                    }
                }
                Ok(()) | Err(ScimError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn remove_at_once(&self, group: &ScimGroupId, members: &[ScimUserId]) -> Result<(), ScimError> {
        let aim = format!("remove {} from the group {group}", counted(members));
        self.change_members(group, members.len(), aim, body::remove_members(members)).await
    }

    async fn is_gone(&self, group: &ScimGroupId) -> Result<bool, ScimError> {
        let call = Call::new(Operation::GetGroup, format!("see whether the group {group} is there"))
            .id(group.as_str());
        match self.transport.send(&call).await {
            Ok(_) => Ok(false),
            Err(error) => match error {
                ScimError::NotFound { .. } => Ok(true),
                error => Err(error),
            },
        }
    }

    async fn change_members(
        &self,
        group: &ScimGroupId,
        count: usize,
        aim: String,
        patch: Value,
    ) -> Result<(), ScimError> {
        let call = Call::new(Operation::PatchGroup, aim).id(group.as_str()).body(patch).members(count);
        self.transport.send(&call).await?;
        Ok(())
    }
}

fn counted(members: &[ScimUserId]) -> String {
    match members {
        [one] => format!("the member {one}"),
        some => format!("{} members", some.len()),
    }
}
