//! Accounts: created, adopted, updated, deactivated, reactivated.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::{between, change};
use super::moves::{deactivate_only, names_held, step_aside};
use super::names::{Claim, Mover, contested, order};
use super::stages::Phase;
use super::{Findings, okta_id};
use crate::account::{Account, Field};
use crate::actual::{Actual, ActualUser};
use crate::decision::Reason;
use crate::desired::{Conflict, Desired, DesiredUser};
use crate::id::{OktaUserId, ScimUserId};
use crate::name::{folded, same};
use crate::plan::{Change, UserRef};
use crate::quote::quoted;
use crate::settings::Settings;

/// The people of a plan, for their memberships.
#[derive(Default)]
pub(super) struct People {
    /// Desired people who have an account once the plan is applied.
    pub(super) with_account: BTreeMap<OktaUserId, UserRef>,
    /// Whose an account is.
    pub(super) owners: BTreeMap<ScimUserId, OktaUserId>,
    /// Accounts whose memberships stay as they are.
    pub(super) kept: BTreeSet<ScimUserId>,
    /// Accounts that nobody claims and that may be those of desired people, but cannot be adopted: they stay in the groups that
    /// these people should be in, and join none.
    pub(super) not_adopted: BTreeMap<OktaUserId, BTreeSet<ScimUserId>>,
}

/// A desired person and the account that stands for them.
struct Match<'a> {
    wanted: &'a DesiredUser,
    standing: Standing<'a>,
}

enum Standing<'a> {
    /// Carries the person's id.
    Linked(&'a ActualUser),
    /// Has the userName and nobody's id.
    Unclaimed(&'a ActualUser),
    /// There is none.
    Missing,
}

impl<'a> Match<'a> {
    fn account(&self) -> Option<&'a ActualUser> {
        match self.standing {
            Standing::Linked(user) | Standing::Unclaimed(user) => Some(user),
            Standing::Missing => None,
        }
    }

    fn user_ref(&self, id: &OktaUserId) -> UserRef {
        UserRef {
            okta_id: Some(id.clone()),
            scim_id: self.account().map(|user| user.id.clone()),
            user_name: self.wanted.account.user_name.clone(),
        }
    }
}

/// Plans what becomes of the accounts of desired people. The names of `deleted` accounts are free when it is their turn.
pub(super) fn reconcile(
    desired: &Desired,
    actual: &Actual,
    deleted: &BTreeSet<ScimUserId>,
    findings: &mut Findings,
) -> People {
    let mut people = owners(desired, actual);
    let mut matches = matches(desired, actual);
    matches.retain(|id, found| {
        if found.wanted.keeps_attributes {
            leave_alone(id, found, &mut people, findings);
        }
        !found.wanted.keeps_attributes
    });
    matches.retain(|id, found| {
        let stays_away = matches!(found.standing, Standing::Missing) && !found.wanted.account.active;
        if stays_away {
            let DesiredUser { account, why, .. } = found.wanted;
            findings
                .notes
                .push(format!("no account is created for {}: {} ({id})", account.user_name, why.message));
        }
        !stays_away
    });

    let mut movers = movers(&matches);
    let moving: BTreeSet<&ScimUserId> =
        matches.values().filter_map(|found| Some(&found.account()?.id)).collect();
    let blocked = contested(&movers, names_held(actual, &moving, deleted));
    for (id, (claim, holder)) in blocked {
        let Some(found) = matches.remove(&id) else { continue };
        findings.conflict(conflict(&movers[&id].label, &claim, holder));
        leave_alone(&id, &found, &mut people, findings);
        movers.remove(&id);
    }
    // Who is created takes a name and frees none, and comes after all that do.
    movers.retain(|id, _| matches.get(id).is_some_and(|found| found.account().is_some()));
    let order = order(&movers);

    for (id, found) in &matches {
        let user = found.user_ref(id);
        let phase = Phase::Update(order.rounds.get(id).copied().unwrap_or_default());
        match found.standing {
            Standing::Missing => {
                let account = Box::new(found.wanted.account.clone());
                let create = Change::CreateUser { user: user.clone(), account };
                findings.stages.add(Phase::CreateUsers, create, &found.wanted.why);
            }
            Standing::Linked(standing) => {
                let before = deactivate(&user, &standing.account, found.wanted, findings);
                let before = match order.aside.get(id) {
                    Some(claims) => step_aside(&user, &before, claims, &swap(), &mut findings.stages),
                    None => before,
                };
                update(&user, &before, found.wanted, phase, findings);
            }
            Standing::Unclaimed(standing) => {
                let before = match order.aside.get(id) {
                    Some(claims) => {
                        step_aside(&user, &standing.account, claims, &swap(), &mut findings.stages)
                    }
                    None => standing.account.clone(),
                };
                adopt(id, &user, standing, &before, found.wanted, phase, findings);
            }
        }
        if let Some(standing) = found.account() {
            people.owners.insert(standing.id.clone(), id.clone());
        }
        people.with_account.insert(id.clone(), user);
    }
    people
}

/// Deactivates the accounts of held people whom Okta has closed, unless they are protected.
pub(super) fn deactivate_closed(
    desired: &Desired,
    actual: &Actual,
    settings: &Settings,
    findings: &mut Findings,
) {
    for standing in actual.users.values().filter(|user| user.account.active) {
        let Some(id) = standing.external_id.as_deref().map(OktaUserId::new) else { continue };
        let Some(why) = desired.closed_users.get(&id).filter(|_| !desired.users.contains_key(&id)) else {
            continue;
        };
        if settings.protected.user(&standing.account.user_name).is_some() {
            continue;
        }
        let user = UserRef {
            okta_id: Some(id),
            scim_id: Some(standing.id.clone()),
            user_name: standing.account.user_name.clone(),
        };
        deactivate_only(&user, &standing.account, why, &mut findings.stages);
    }
}

/// Whose the accounts are that carry an Okta id, and those that belong to people on hold.
fn owners(desired: &Desired, actual: &Actual) -> People {
    let mut people = People::default();
    let mut held_names: BTreeMap<String, Vec<&OktaUserId>> = BTreeMap::new();
    for (id, left) in &desired.held_users {
        for name in desired.held_names.get(id).into_iter().flatten().chain([&left.label]) {
            held_names.entry(folded(name)).or_default().push(id);
        }
    }
    for user in actual.users.values() {
        let owner = user.external_id.as_deref().map(OktaUserId::new);
        let holders: Vec<&OktaUserId> = match &owner {
            Some(id) if desired.held_users.contains_key(id) => vec![id],
            Some(id) if OktaUserId::is_okta_shaped(id.as_str()) => vec![],
            // Nobody's account yet, but of the name of somebody on hold.
            _ => held_names.get(&folded(&user.account.user_name)).cloned().unwrap_or_default(),
        };
        for id in holders {
            if !desired.users.contains_key(id) {
                people.kept.insert(user.id.clone());
            } else if owner.as_ref() != Some(id) {
                people.not_adopted.entry(id.clone()).or_default().insert(user.id.clone());
            }
        }
        if let Some(id) = okta_id(user) {
            people.owners.insert(user.id.clone(), id);
        }
    }
    people
}

fn matches<'a>(desired: &'a Desired, actual: &'a Actual) -> BTreeMap<OktaUserId, Match<'a>> {
    let mut linked: BTreeMap<&str, &ActualUser> = BTreeMap::new();
    let mut unclaimed: BTreeMap<String, Vec<&ActualUser>> = BTreeMap::new();
    for user in actual.users.values() {
        let is_wanted = |id: &str| desired.users.contains_key(&OktaUserId::new(id));
        match user.external_id.as_deref() {
            Some(id) if OktaUserId::is_okta_shaped(id) || is_wanted(id) => {
                linked.entry(id).or_insert(user);
            }
            _ => unclaimed.entry(folded(&user.account.user_name)).or_default().push(user),
        }
    }
    let standing = |id: &OktaUserId, wanted: &DesiredUser| match linked.get(id.as_str()) {
        Some(user) => Standing::Linked(user),
        None => {
            let name = &wanted.account.user_name;
            let candidates = unclaimed.get(&folded(name)).map_or(&[][..], Vec::as_slice);
            let exact = candidates.iter().find(|user| user.account.user_name == *name);
            exact.or_else(|| candidates.first()).map_or(Standing::Missing, |user| Standing::Unclaimed(user))
        }
    };
    let people = desired.users.iter();
    people.map(|(id, wanted)| (id.clone(), Match { wanted, standing: standing(id, wanted) })).collect()
}

/// What of an account must be unique.
pub(crate) fn claims(account: &Account) -> BTreeSet<Claim> {
    [Field::UserName, Field::Email]
        .into_iter()
        .filter_map(|field| Some(Claim::new(field.name(), account.get(field)?)))
        .collect()
}

fn movers(matches: &BTreeMap<OktaUserId, Match<'_>>) -> BTreeMap<OktaUserId, Mover> {
    let mover = |id: &OktaUserId, found: &Match<'_>| Mover {
        label: format!("{} ({id})", found.wanted.account.user_name),
        has: found.account().map(|user| claims(&user.account)).unwrap_or_default(),
        wants: claims(&found.wanted.account),
        is_owner: !matches!(found.standing, Standing::Unclaimed(_)),
    };
    matches.iter().map(|(id, found)| (id.clone(), mover(id, found))).collect()
}

fn conflict(label: &str, claim: &Claim, holder: String) -> Conflict {
    Conflict {
        contested: format!("{} {}", claim.attribute, quoted(&claim.value)),
        parties: vec![label.to_owned(), holder],
        advice: "each must be unique in IAM Identity Center: change one of the two in Okta or, where the one that has it has left or \
                 has another in Okta by now, rename or remove that account in Identity Center"
            .to_owned(),
    }
}

/// An account that is contested, or of which nothing can be written, keeps its attributes. What Okta has closed is closed all
/// the same, and so are memberships that the person should not have any more.
fn leave_alone(id: &OktaUserId, found: &Match<'_>, people: &mut People, findings: &mut Findings) {
    match found.standing {
        Standing::Linked(standing) => {
            let user = UserRef { user_name: standing.account.user_name.clone(), ..found.user_ref(id) };
            if standing.account.active && !found.wanted.account.active {
                deactivate_only(&user, &standing.account, &found.wanted.why, &mut findings.stages);
            }
            people.with_account.insert(id.clone(), user);
        }
        Standing::Unclaimed(standing) => {
            people.not_adopted.entry(id.clone()).or_default().insert(standing.id.clone());
        }
        Standing::Missing => {}
    }
}

/// Deactivates at once if that is what is to become of the account; gives back how the account stands afterwards. Attributes go
/// along in the same request unless one of them is a name that somebody else may have to free first.
fn deactivate(user: &UserRef, before: &Account, wanted: &DesiredUser, findings: &mut Findings) -> Account {
    if !before.active || wanted.account.active {
        return before.clone();
    }
    if claims(before) != claims(&wanted.account) {
        return deactivate_only(user, before, &wanted.why, &mut findings.stages);
    }
    let account = wanted.account.clone();
    let changes = between(before, &account);
    let change = Change::DeactivateUser { user: user.clone(), account: Box::new(account.clone()), changes };
    findings.stages.add(Phase::Revoke, change, &wanted.why);
    account
}

/// Why an account lets go of a name for a moment.
fn swap() -> Reason {
    Reason::by_usher("swap", "makes room for a moment: accounts take over names from one another in a ring")
}

fn update(user: &UserRef, before: &Account, wanted: &DesiredUser, phase: Phase, findings: &mut Findings) {
    let changes = between(before, &wanted.account);
    if changes.is_empty() {
        return;
    }
    let (user, account) = (user.clone(), Box::new(wanted.account.clone()));
    let change = if !before.active && wanted.account.active {
        Change::ReactivateUser { user, account, changes }
    } else {
        Change::UpdateUser { user, account, changes }
    };
    findings.stages.add(phase, change, &wanted.why);
}

fn adopt(
    id: &OktaUserId,
    user: &UserRef,
    standing: &ActualUser,
    before: &Account,
    wanted: &DesiredUser,
    phase: Phase,
    findings: &mut Findings,
) {
    let unclaimed = standing.external_id.as_deref().filter(|text| !text.is_empty());
    let mut changes = vec![change("externalId", unclaimed, Some(id.as_str()))];
    changes.extend(between(before, &wanted.account));
    debug_assert!(same(&standing.account.user_name, &wanted.account.user_name), "adopted by userName");
    // Who may sign in no longer goes first here too, unless an address has to be free before.
    let closes = before.active && !wanted.account.active && claims(before) == claims(&wanted.account);
    let phase = if closes { Phase::Revoke } else { phase };
    let why = wanted.why.saying("an account of this userName stands in AWS and carries no Okta id");
    let change = Change::AdoptUser { user: user.clone(), account: Box::new(wanted.account.clone()), changes };
    findings.stages.add(phase, change, &why);
}
