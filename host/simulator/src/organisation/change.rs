//! Things that happen in Okta.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Group, GroupType, Organisation, User, UserStatus, okta_time};

/// Something that happens in Okta. People are named by id or login, groups by id or name.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A person is created and activated, and put into these groups and into `Everyone`.
    AddUser {
        /// The profile; `login` is required.
        profile: Map<String, Value>,
        /// Ids or names of groups.
        groups: Vec<String>,
    },
    /// Profile attributes get these values; a null stays a null.
    SetProfile {
        /// Who.
        user: String,
        /// What is set; everything else stays.
        profile: Map<String, Value>,
    },
    /// A person is suspended, deactivated, activated again. Memberships stay, as Okta leaves them.
    SetStatus {
        /// Who.
        user: String,
        /// The new status.
        status: UserStatus,
    },
    /// A person is deleted, and with that leaves all groups.
    DeleteUser {
        /// Who.
        user: String,
    },
    /// A person joins a group; nothing happens if already a member.
    AddMember {
        /// Which group.
        group: String,
        /// Who.
        user: String,
    },
    /// A person leaves a group; nothing happens if not a member.
    RemoveMember {
        /// Which group.
        group: String,
        /// Who.
        user: String,
    },
    /// An empty group is created.
    AddGroup {
        /// Its name.
        name: String,
        /// Its type.
        kind: GroupType,
    },
    /// A group gets another name.
    RenameGroup {
        /// Which group.
        group: String,
        /// The new name.
        name: String,
    },
    /// A group is deleted.
    DeleteGroup {
        /// Which group.
        group: String,
    },
    /// Several things at once, in this order; if one cannot happen, none does.
    Several(Vec<Change>),
}

/// Why something cannot happen in Okta.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChangeError {
    /// Nobody has this id or login.
    #[error("the simulated Okta has no user with the id or login {0:?}")]
    UnknownUser(String),
    /// No group has this id or name.
    #[error("the simulated Okta has no group with the id or name {0:?}")]
    UnknownGroup(String),
    /// Somebody has this login.
    #[error("the simulated Okta has a user with the login {0:?} already")]
    LoginTaken(String),
    /// A profile without a login.
    #[error("a user of the simulated Okta needs a profile with a \"login\"")]
    NoLogin,
    /// Okta refuses two groups of its own with one name.
    #[error("the simulated Okta has a group with the name {0:?} already")]
    NameTaken(String),
}

impl Organisation {
    /// Lets something happen at `now`; the times move as Okta's do.
    pub(crate) fn apply(&mut self, change: &Change, now: Timestamp) -> Result<(), ChangeError> {
        match change {
            Change::AddUser { profile, groups } => self.add_user(profile, groups, now),
            Change::SetProfile { user, profile } => self.set_profile(user, profile, now),
            Change::SetStatus { user, status } => self.set_status(user, *status, now),
            Change::DeleteUser { user } => self.delete_user(user, now),
            Change::AddMember { group, user } => self.set_member(group, user, true, now),
            Change::RemoveMember { group, user } => self.set_member(group, user, false, now),
            Change::AddGroup { name, kind } => {
                self.refuse_taken_name(name, *kind)?;
                let mut group = Group::new(name, *kind, now);
                while self.groups.contains_key(&group.id) {
                    // An earlier group of this name was renamed, or an app imported the same name again.
                    group.id = super::okta_id("00g", &group.id);
                    group.fields["id"] = json!(group.id);
                }
                self.insert_group(group);
                Ok(())
            }
            Change::RenameGroup { group, name } => {
                let id = self.group_id(group)?;
                if self.groups[&id].name() != name
                    && self.groups[&id].group_type() == GroupType::Okta.as_str()
                {
                    self.refuse_taken_name(name, GroupType::Okta)?;
                }
                let group = self.group_mut(&id);
                group.fields["profile"]["name"] = json!(name);
                group.fields["lastUpdated"] = json!(okta_time(now));
                Ok(())
            }
            Change::DeleteGroup { group } => {
                let id = self.group_id(group)?;
                self.groups.remove(&id);
                Ok(())
            }
            Change::Several(changes) => {
                let mut after = self.clone();
                changes.iter().try_for_each(|change| after.apply(change, now))?;
                *self = after;
                Ok(())
            }
        }
    }

    fn add_user(
        &mut self,
        profile: &Map<String, Value>,
        groups: &[String],
        now: Timestamp,
    ) -> Result<(), ChangeError> {
        let login = profile.get("login").and_then(Value::as_str).ok_or(ChangeError::NoLogin)?;
        if self.user_by_login(login).is_some() {
            return Err(ChangeError::LoginTaken(login.to_owned()));
        }
        let groups = groups.iter().map(|group| self.group_id(group)).collect::<Result<Vec<_>, _>>()?;
        let mut user = User::new(profile.clone(), UserStatus::Active, now);
        while self.users.contains_key(&user.id) {
            // Somebody else had this login before: Okta never gives an id twice.
            user.id = super::okta_id("00u", &user.id);
            user.fields["id"] = json!(user.id);
        }
        let id = user.id.clone();
        self.insert_user(user);
        let everyone = self.groups().filter(|group| group.group_type() == GroupType::BuiltIn.as_str());
        let everyone: Vec<String> =
            everyone.filter(|group| group.name() == "Everyone").map(|group| group.id.clone()).collect();
        for group in groups.iter().chain(&everyone) {
            self.set_member(group, &id, true, now)?;
        }
        Ok(())
    }

    fn set_profile(
        &mut self,
        user: &str,
        profile: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), ChangeError> {
        let id = self.user_id(user)?;
        let login = profile.get("login").and_then(Value::as_str).unwrap_or_default();
        if self.user_by_login(login).is_some_and(|other| other.id != id) {
            return Err(ChangeError::LoginTaken(login.to_owned()));
        }
        let user = self.user_mut(&id);
        for (name, value) in profile {
            user.fields["profile"][name] = value.clone();
        }
        user.fields["lastUpdated"] = json!(okta_time(now));
        Ok(())
    }

    fn set_status(&mut self, user: &str, status: UserStatus, now: Timestamp) -> Result<(), ChangeError> {
        let id = self.user_id(user)?;
        let user = self.user_mut(&id);
        user.fields["status"] = json!(status.as_str());
        user.fields["statusChanged"] = json!(okta_time(now));
        user.fields["lastUpdated"] = json!(okta_time(now));
        Ok(())
    }

    fn delete_user(&mut self, user: &str, now: Timestamp) -> Result<(), ChangeError> {
        let id = self.user_id(user)?;
        let groups: Vec<String> = self.groups_of(&id).map(|group| group.id.clone()).collect();
        for group in groups {
            self.set_member(&group, &id, false, now)?;
        }
        self.users.remove(&id);
        Ok(())
    }

    fn set_member(
        &mut self,
        group: &str,
        user: &str,
        is_member: bool,
        now: Timestamp,
    ) -> Result<(), ChangeError> {
        let user = self.user_id(user)?;
        let group = self.group_id(group)?;
        let group = self.group_mut(&group);
        let has_changed = if is_member { group.members.insert(user) } else { group.members.remove(&user) };
        if has_changed {
            group.fields["lastMembershipUpdated"] = json!(okta_time(now));
        }
        Ok(())
    }

    fn refuse_taken_name(&self, name: &str, kind: GroupType) -> Result<(), ChangeError> {
        let is_taken = |group: &Group| group.name() == name && group.group_type() == GroupType::Okta.as_str();
        if kind == GroupType::Okta && self.groups().any(is_taken) {
            return Err(ChangeError::NameTaken(name.to_owned()));
        }
        Ok(())
    }

    fn user_id(&self, named: &str) -> Result<String, ChangeError> {
        let user = self.user(named).or_else(|| self.user_by_login(named));
        user.map(|user| user.id.clone()).ok_or_else(|| ChangeError::UnknownUser(named.to_owned()))
    }

    fn group_id(&self, named: &str) -> Result<String, ChangeError> {
        let group = self.group(named).or_else(|| self.group_by_name(named));
        group.map(|group| group.id.clone()).ok_or_else(|| ChangeError::UnknownGroup(named.to_owned()))
    }

    fn user_mut(&mut self, id: &str) -> &mut User {
        Arc::make_mut(self.users.get_mut(id).expect("the id was looked up a moment ago"))
    }

    fn group_mut(&mut self, id: &str) -> &mut Group {
        Arc::make_mut(self.groups.get_mut(id).expect("the id was looked up a moment ago"))
    }
}
