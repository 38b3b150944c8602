//! Makes a plan so, stage by stage.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::stream::{self, StreamExt};
use serde::Serialize;
use usher_core::guard::GuardedPlan;
use usher_core::id::{GroupKey, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::plan::{Change, GroupRef, Operation, UserRef};
use usher_core::quote::quoted;
use usher_identity_center::{IdentityCenter, ScimError, recorded};

use crate::progress::{Activity, Progress};
use crate::subject;
use crate::witness::Witness;

/// Operations under way at once; the client paces and bounds its requests itself.
const OPERATIONS_AT_ONCE: usize = 32;

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Outcome {
    /// The target took it.
    Done,
    /// The target took it but for some members, who have no account.
    DoneWithout {
        /// Their userNames.
        missing: Vec<String>,
    },
    /// The target refused it, or an operation it rests on had failed.
    Failed {
        /// One paragraph.
        error: String,
    },
    /// The run had ended before its turn.
    NotAttempted,
}

/// What became of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// One for each operation of the plan, in its order.
    pub outcomes: Vec<Outcome>,
    /// Why the rest was not attempted: the service would refuse everything (wrong token, unreachable).
    pub ended_early: Option<String>,
}

impl Applied {
    /// Whether every operation was done completely.
    pub fn is_complete(&self) -> bool {
        self.outcomes.iter().all(|outcome| *outcome == Outcome::Done)
    }

    /// How many operations the target took, wholly or in part.
    pub fn done(&self) -> usize {
        let taken = |outcome: &&Outcome| matches!(outcome, Outcome::Done | Outcome::DoneWithout { .. });
        self.outcomes.iter().filter(taken).count()
    }
}

/// Applies the plan. One bad record never stops the others; a refusal that would meet every operation does, and so does the
/// witness, who hears of each operation before and after it is written.
pub async fn apply(
    plan: &GuardedPlan,
    identity_center: &IdentityCenter,
    witness: &dyn Witness,
    progress: &dyn Progress,
) -> Applied {
    let writer = Writer {
        identity_center,
        witness,
        replacing: replacing(&plan.operations),
        made: Mutex::default(),
        joined: Mutex::default(),
        ended_early: Mutex::default(),
    };
    let mut outcomes = vec![Outcome::NotAttempted; plan.operations.len()];
    progress.begin(Activity::Apply, Some(plan.operations.len() as u64));
    let numbered: Vec<(usize, &Operation)> = plan.operations.iter().enumerate().collect();
    for stage in numbered.chunk_by(|(_, one), (_, other)| one.stage == other.stage) {
        let done: Vec<(usize, Outcome)> = stream::iter(stage)
            .map(|(index, operation)| {
                let writer = &writer;
                async move {
                    let outcome = writer.write(index + 1, operation).await;
                    progress.advance(Activity::Apply, 1);
                    (*index, outcome)
                }
            })
            .buffer_unordered(OPERATIONS_AT_ONCE)
            .collect()
            .await;
        for (index, outcome) in done {
            outcomes[index] = outcome;
        }
    }
    progress.end(Activity::Apply);
    Applied { outcomes, ended_early: writer.ended_early.into_inner().unwrap_or_else(PoisonError::into_inner) }
}

/// Identity Center's ids of what this run created.
#[derive(Default)]
struct Made {
    users: BTreeMap<OktaUserId, ScimUserId>,
    groups: BTreeMap<GroupKey, ScimGroupId>,
}

struct Writer<'a> {
    identity_center: &'a IdentityCenter,
    witness: &'a dyn Witness,
    /// Numbers of operations: removals that wait for somebody to join.
    replacing: BTreeSet<usize>,
    made: Mutex<Made>,
    /// Groups that this run put somebody into.
    joined: Mutex<BTreeSet<ScimGroupId>>,
    ended_early: Mutex<Option<String>>,
}

/// The numbers of the removals that come after others have joined the group, since it must never be empty.
fn replacing(operations: &[Operation]) -> BTreeSet<usize> {
    let mut joined = BTreeSet::new();
    let mut replacing = BTreeSet::new();
    for (number, operation) in (1..).zip(operations) {
        match &operation.change {
            Change::AddMembers { group, .. } => joined.extend(&group.scim_id),
            Change::RemoveMembers { group, .. } if group.scim_id.iter().any(|id| joined.contains(id)) => {
                replacing.insert(number);
            }
            _ => {}
        }
    }
    replacing
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer<'_> {
    /// `number` is the operation's place in the plan, from 1.
    async fn write(&self, number: usize, operation: &Operation) -> Outcome {
        if lock(&self.ended_early).is_some() {
            return Outcome::NotAttempted;
        }
        if let Err(why) = self.witness.before(number, operation) {
            lock(&self.ended_early).get_or_insert(why);
            return Outcome::NotAttempted;
        }
        let (written, sent) =
            recorded(self.witness.permission(), self.try_write(number, &operation.change)).await;
        let outcome = match written {
            Ok(outcome) => outcome,
            Err(error) => {
                let text = error.to_string();
                if error.ends_the_run() {
                    lock(&self.ended_early).get_or_insert(text.clone());
                }
                Outcome::Failed { error: text }
            }
        };
        let target_id = self.target_id(&operation.change);
        if let Err(why) = self.witness.after(number, &outcome, target_id.as_deref(), &sent) {
            lock(&self.ended_early).get_or_insert(why);
        }
        outcome
    }

    /// Identity Center's id of what an operation changes or has made.
    fn target_id(&self, change: &Change) -> Option<String> {
        let user = subject::user(change).and_then(|user| self.user_id(user)).map(|id| id.to_string());
        user.or_else(|| change.group().and_then(|group| self.group_id(group)).map(|id| id.to_string()))
    }

    async fn try_write(&self, number: usize, change: &Change) -> Result<Outcome, ScimError> {
        match change {
            Change::CreateUser { user, account } => {
                let Some(okta_id) = &user.okta_id else { return Ok(without_account(user)) };
                let id = self.identity_center.create_user(okta_id, account).await?;
                lock(&self.made).users.insert(okta_id.clone(), id);
            }
            Change::AdoptUser { user, account, changes } => {
                let Some(id) = self.user_id(user) else { return Ok(without_account(user)) };
                self.identity_center.update_user(&id, user.okta_id.as_ref(), account, changes).await?;
            }
            Change::UpdateUser { user, account, changes }
            | Change::DeactivateUser { user, account, changes }
            | Change::ReactivateUser { user, account, changes } => {
                let Some(id) = self.user_id(user) else { return Ok(without_account(user)) };
                self.identity_center.update_user(&id, None, account, changes).await?;
            }
            Change::CreateGroup { group, members } => {
                let (ids, missing) = self.user_ids(members);
                let id = self.identity_center.create_group(&group.key, &group.display_name, &ids).await?;
                lock(&self.made).groups.insert(group.key.clone(), id);
                return Ok(done_without(missing));
            }
            Change::AdoptGroup { group, changes } => {
                let Some(id) = self.group_id(group) else { return Ok(without_group(group)) };
                let renamed = changes.iter().any(|change| change.attribute == "displayName");
                let name = renamed.then_some(group.display_name.as_str());
                self.identity_center.update_group(&id, name, Some(&group.key)).await?;
            }
            Change::RenameGroup { group, after, .. } => {
                let Some(id) = self.group_id(group) else { return Ok(without_group(group)) };
                self.identity_center.update_group(&id, Some(after), None).await?;
            }
            Change::AddMembers { group, members } => {
                let Some(id) = self.group_id(group) else { return Ok(without_group(group)) };
                let (ids, missing) = self.user_ids(members);
                if !ids.is_empty() {
                    self.identity_center.add_members(&id, &ids).await?;
                    lock(&self.joined).insert(id);
                }
                return Ok(done_without(missing));
            }
            Change::RemoveMembers { group, members } => {
                let Some(id) = self.group_id(group) else { return Ok(without_group(group)) };
                if self.replacing.contains(&number) && !lock(&self.joined).contains(&id) {
                    return Ok(without_others(group));
                }
                let (ids, missing) = self.user_ids(members);
                if !ids.is_empty() {
                    self.identity_center.remove_members(&id, &ids).await?;
                }
                return Ok(done_without(missing));
            }
            Change::DeleteUser { user, .. } => {
                let Some(id) = self.user_id(user) else { return Ok(without_account(user)) };
                self.identity_center.delete_user(&id).await?;
            }
            Change::DeleteGroup { group, .. } => {
                let Some(id) = self.group_id(group) else { return Ok(without_group(group)) };
                self.identity_center.delete_group(&id).await?;
            }
        }
        Ok(Outcome::Done)
    }

    fn user_id(&self, user: &UserRef) -> Option<ScimUserId> {
        user.scim_id.clone().or_else(|| lock(&self.made).users.get(user.okta_id.as_ref()?).cloned())
    }

    fn group_id(&self, group: &GroupRef) -> Option<ScimGroupId> {
        group.scim_id.clone().or_else(|| lock(&self.made).groups.get(&group.key).cloned())
    }

    /// The ids of those who have an account, and the userNames of those whose account could not be made.
    fn user_ids(&self, members: &[UserRef]) -> (Vec<ScimUserId>, Vec<String>) {
        let mut ids = Vec::with_capacity(members.len());
        let mut missing = Vec::new();
        for member in members {
            match self.user_id(member) {
                Some(id) => ids.push(id),
                None => missing.push(member.user_name.clone()),
            }
        }
        (ids, missing)
    }
}

fn done_without(missing: Vec<String>) -> Outcome {
    if missing.is_empty() { Outcome::Done } else { Outcome::DoneWithout { missing } }
}

fn without_account(user: &UserRef) -> Outcome {
    Outcome::Failed { error: format!("{} has no account: creating it failed", user.user_name) }
}

fn without_group(group: &GroupRef) -> Outcome {
    Outcome::Failed {
        error: format!("the group {} is not there: creating it failed", quoted(&group.display_name)),
    }
}

fn without_others(group: &GroupRef) -> Outcome {
    let name = quoted(&group.display_name);
    Outcome::Failed {
        error: format!(
            "they stay: the group {name} is protected, and none of its new members could be added"
        ),
    }
}
