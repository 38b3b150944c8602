//! Groups: read, looked up, created, changed. Who is in them is another question, see `members` and `membership`.

use usher_core::actual::ActualGroup;
use usher_core::id::{GroupKey, ScimGroupId, ScimUserId};
use usher_core::plan::MEMBERS_PER_REQUEST;
use usher_core::quote::quoted;

use crate::client::{IdentityCenter, Reading, bad_answer};
use crate::error::{Answered, ScimError};
use crate::operation::Operation;
use crate::query::equals;
use crate::transport::Call;
use crate::users::unacceptable;
use crate::{body, limits, read};

impl IdentityCenter {
    /// All groups without their members, as far as the store lists them. One request for each 100.
    pub async fn groups(&self) -> Result<Reading<ActualGroup>, ScimError> {
        let aim = "read the groups";
        let (resources, completeness) = self.walk(Operation::ListGroups, None, aim).await?;
        let groups: Result<Vec<_>, String> = resources.iter().map(read::group).collect();
        let items = groups.map_err(|reason| bad_answer(&Call::new(Operation::ListGroups, aim), reason))?;
        let shown = resources.iter().zip(&items).find_map(|(resource, group)| {
            let members = read::shown_members(resource)?;
            Some((group.id.clone(), members.into_iter().next()?))
        });
        if let Some((group, user)) = shown {
            self.store.shows_member(group, user);
        }
        Ok(Reading { items, completeness })
    }

    /// Nothing, when there is a SCIM interface that takes this token. One request, whose answer is a single group.
    ///
    /// # Errors
    /// Any failure of the request, and an answer that is no list.
    pub async fn lets_in(&self) -> Result<(), ScimError> {
        self.glance(Operation::ListGroups, "read the groups").await
    }

    /// The group that carries this externalId. One request.
    pub async fn find_group_by_external_id(
        &self,
        external_id: &str,
    ) -> Result<Option<ActualGroup>, ScimError> {
        let found = self.find_groups("externalId", external_id).await?;
        Ok(found.into_iter().find(|group| group.external_id.as_deref() == Some(external_id)))
    }

    /// The group of this name: the very one, else one that differs in case alone. One request.
    pub async fn find_group_by_display_name(&self, name: &str) -> Result<Option<ActualGroup>, ScimError> {
        let mut found = self.find_groups("displayName", name).await?;
        found.retain(|group| group.display_name.to_lowercase() == name.to_lowercase());
        found.sort_by_key(|group| group.display_name != name);
        Ok(found.into_iter().next())
    }

    async fn find_groups(&self, attribute: &str, value: &str) -> Result<Vec<ActualGroup>, ScimError> {
        let aim = format!("look up the group of {attribute} {}", quoted(value));
        let found = self.look_up(Operation::ListGroups, &equals(attribute, value), &aim).await?;
        let groups: Result<Vec<_>, String> = found.iter().map(read::group).collect();
        groups.map_err(|reason| bad_answer(&Call::new(Operation::ListGroups, aim), reason))
    }

    /// Creates a group with its members and returns Identity Center's id of it. One request, and one more for each
    /// 100 members beyond the first 100.
    ///
    /// # Errors
    /// As [`IdentityCenter::create_user`].
    pub async fn create_group(
        &self,
        key: &GroupKey,
        display_name: &str,
        members: &[ScimUserId],
    ) -> Result<ScimGroupId, ScimError> {
        let aim = format!("create the group {} ({key})", quoted(display_name));
        limits::group(Some(key), Some(display_name)).map_err(|problem| unacceptable(&aim, problem))?;
        let (first, rest) = members.split_at(members.len().min(MEMBERS_PER_REQUEST));
        let call = Call::new(Operation::CreateGroup, aim)
            .body(body::create_group(key, display_name, first))
            .members(first.len());
        let id = match self.transport.send(&call).await {
            Ok(success) => match success.json.as_ref().map(read::id) {
                Some(Ok(id)) => ScimGroupId::new(id),
                Some(Err(_)) | None => match self.find_group_by_external_id(key.as_str()).await? {
                    Some(group) => group.id,
                    None => return Err(bad_answer(&call, "it does not say the id of the new group")),
                },
            },
            Err(ScimError::Conflict { answered, .. }) => {
                let holder = self.group_holder(None, Some(key), Some(display_name)).await?;
                match holder {
                    Some((_, group)) if group.external_id.as_deref() == Some(key.as_str()) => {
                        self.complete_members(&group.id, first).await?;
                        group.id
                    }
                    holder => return Err(conflict(call.aim, holder, answered)),
                }
            }
            Err(error) => return Err(error),
        };
        self.add_members(&id, rest).await?;
        Ok(id)
    }

    /// A create that came to be although it was answered otherwise: whether with its members is looked at.
    async fn complete_members(&self, id: &ScimGroupId, members: &[ScimUserId]) -> Result<(), ScimError> {
        if members.is_empty() {
            return Ok(());
        }
        let standing = self.members(std::slice::from_ref(id), members).await?;
        let standing = standing.get(id);
        let missing: Vec<ScimUserId> = members
            .iter()
            .filter(|member| standing.is_none_or(|standing| !standing.contains(member)))
            .cloned()
            .collect();
        self.add_members(id, &missing).await
    }

    /// Renames a group or sets its externalId (adopts it), or both; the id stays. One request.
    pub async fn update_group(
        &self,
        id: &ScimGroupId,
        display_name: Option<&str>,
        key: Option<&GroupKey>,
    ) -> Result<(), ScimError> {
        let aim = match display_name {
            Some(name) => format!("rename the group {id} to {}", quoted(name)),
            None => format!("adopt the group {id}"),
        };
        limits::group(key, display_name).map_err(|problem| unacceptable(&aim, problem))?;
        let Some(patch) = body::patch_group(display_name, key) else { return Ok(()) };
        let call = Call::new(Operation::PatchGroup, aim).id(id.as_str()).body(patch);
        match self.transport.send(&call).await {
            Ok(_) => Ok(()),
            Err(ScimError::Conflict { answered, .. }) => {
                let holder = self.group_holder(Some(id), key, display_name).await?;
                Err(conflict(call.aim, holder, answered))
            }
            Err(error) => Err(error),
        }
    }

    async fn group_holder(
        &self,
        except: Option<&ScimGroupId>,
        key: Option<&GroupKey>,
        display_name: Option<&str>,
    ) -> Result<Option<(&'static str, ActualGroup)>, ScimError> {
        if let Some(key) = key {
            let found = self.find_group_by_external_id(key.as_str()).await?;
            if let Some(group) = found.filter(|group| Some(&group.id) != except) {
                return Ok(Some(("externalId", group)));
            }
        }
        if let Some(name) = display_name {
            let found = self.find_group_by_display_name(name).await?;
            return Ok(found.filter(|group| Some(&group.id) != except).map(|group| ("displayName", group)));
        }
        Ok(None)
    }
}

fn conflict(aim: String, holder: Option<(&'static str, ActualGroup)>, answered: Box<Answered>) -> ScimError {
    let (attribute, contested) = match holder {
        Some((attribute, group)) => {
            let external_id = group
                .external_id
                .as_deref()
                .map_or("no externalId".into(), |id| format!("externalId {}", quoted(id)));
            let contested = format!(
                "its {attribute} is held by the group {} (id {}, {external_id})",
                quoted(&group.display_name),
                group.id
            );
            (Some(attribute), contested)
        }
        None => (None, "a value that must be unique is taken".to_owned()),
    };
    ScimError::Conflict { aim, contested, attribute, answered }
}
