//! Steps that a plan from the two sides and one that takes a run back have in common.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::between;
use super::names::{Claim, Mover, temporary};
use super::stages::{Phase, Stages};
use super::users::claims;
use crate::account::{Account, Field};
use crate::actual::Actual;
use crate::decision::Reason;
use crate::id::{GroupKey, ScimGroupId, ScimUserId};
use crate::plan::{Change, GroupRef, UserRef};
use crate::quote::quoted;

/// SCIM's name of a group's name.
pub(crate) const DISPLAY_NAME: &str = "displayName";

/// The names that accounts hold which the plan leaves alone, each with its holder: `ann@acme.example (00u…)`.
pub(crate) fn names_held(
    actual: &Actual,
    moving: &BTreeSet<&ScimUserId>,
    deleted: &BTreeSet<ScimUserId>,
) -> BTreeMap<Claim, String> {
    let staying =
        actual.users.values().filter(|user| !moving.contains(&user.id) && !deleted.contains(&user.id));
    staying
        .flat_map(|user| {
            let known_as = user.external_id.as_deref().unwrap_or(user.id.as_str());
            let label = format!("{} ({known_as})", user.account.user_name);
            claims(&user.account).into_iter().map(move |claim| (claim, label.clone()))
        })
        .collect()
}

/// The same of groups: `"aws-admins" (00g…)`.
pub(crate) fn group_names_held(
    actual: &Actual,
    moving: &BTreeSet<&ScimGroupId>,
    deleted: &BTreeSet<ScimGroupId>,
) -> BTreeMap<Claim, String> {
    let staying =
        actual.groups.values().filter(|group| !moving.contains(&group.id) && !deleted.contains(&group.id));
    staying
        .map(|group| {
            let known_as = group.external_id.as_deref().unwrap_or(group.id.as_str());
            let label = format!("{} ({known_as})", quoted(&group.display_name));
            (Claim::new(DISPLAY_NAME, &group.display_name), label)
        })
        .collect()
}

/// A group that has one name, if it stands, and wants another. Which of two groups gets a name that both want is judged before.
pub(crate) fn group_mover(key: &GroupKey, has: Option<&str>, wants: &str) -> Mover {
    let claim = |name| BTreeSet::from([Claim::new(DISPLAY_NAME, name)]);
    Mover {
        label: format!("{} ({key})", quoted(wants)),
        has: has.map(claim).unwrap_or_default(),
        wants: claim(wants),
        is_owner: true,
    }
}

/// Closes an account and changes nothing else of it; gives back how it stands afterwards.
pub(crate) fn deactivate_only(
    user: &UserRef,
    before: &Account,
    why: &Reason,
    stages: &mut Stages,
) -> Account {
    let account = Account { active: false, ..before.clone() };
    let changes = between(before, &account);
    let change = Change::DeactivateUser { user: user.clone(), account: Box::new(account.clone()), changes };
    stages.add(Phase::Revoke, change, why);
    account
}

/// Lets go of names that others wait for while this one waits for theirs; gives back how the account stands afterwards.
pub(crate) fn step_aside(
    user: &UserRef,
    before: &Account,
    claims: &BTreeSet<Claim>,
    why: &Reason,
    stages: &mut Stages,
) -> Account {
    let mut account = before.clone();
    for claim in claims {
        if claim.attribute == Field::UserName.name() {
            account.user_name = temporary(user.okta_id.as_ref().map_or("", |id| id.as_str()));
        } else {
            account.email = None;
        }
    }
    let changes = between(before, &account);
    let change = Change::UpdateUser { user: user.clone(), account: Box::new(account.clone()), changes };
    stages.add(Phase::MakeRoom, change, why);
    account
}

/// The same for a group, whose one name it is; gives back the name for a moment.
pub(crate) fn step_group_aside(
    group: &GroupRef,
    before: String,
    why: &Reason,
    stages: &mut Stages,
) -> String {
    let after = temporary(&group.key);
    let rename = Change::RenameGroup { group: group.clone(), before, after: after.clone() };
    stages.add(Phase::MakeRoom, rename, why);
    after
}

/// In the order in which a person looks for a name.
pub(crate) fn by_name(mut users: Vec<UserRef>) -> Vec<UserRef> {
    users.sort_by(|one, other| (&one.user_name, &one.okta_id).cmp(&(&other.user_name, &other.okta_id)));
    users
}
