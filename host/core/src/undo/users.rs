//! Accounts: those that were created are closed or deleted, those that were changed get their attributes back, those that were deleted
//! are made again.

use std::collections::{BTreeMap, BTreeSet};

use super::story::{Attributes, Fate, Stories, UserStory};
use super::{AS_IT_IS, Allowed, Findings, Found, Identity, MADE_AGAIN, NOT_DELETED, Now, RULE, user_ref};
use crate::account::{Account, Field};
use crate::actual::{ActualUser, Completeness};
use crate::decision::Reason;
use crate::desired::Left;
use crate::id::{ScimGroupId, ScimUserId};
use crate::plan::{Change, UserRef};
use crate::quote::quoted;
use crate::reconcile::difference::between;
use crate::reconcile::moves::{deactivate_only, names_held, step_aside};
use crate::reconcile::names::{Mover, contested, is_temporary, order};
use crate::reconcile::stages::Phase;
use crate::reconcile::users::claims;

/// Who has an account once the plan is applied.
#[derive(Default)]
pub(super) struct People {
    /// Accounts that the plan deletes.
    pub(super) deleted: BTreeSet<ScimUserId>,
    /// People whose account the plan makes again.
    pub(super) made_again: BTreeMap<Identity, UserRef>,
}

/// Somebody whose account is to hold something else.
struct Return<'a> {
    user: UserRef,
    /// The account as it stands; none when it is to be made again.
    standing: Option<&'a ActualUser>,
    account: Account,
}

pub(super) fn undo(stories: &Stories, now: &Now<'_>, allowed: &Allowed, findings: &mut Findings) -> People {
    let mut people = People::default();
    let mut returns: BTreeMap<Identity, Return<'_>> = BTreeMap::new();
    for (identity, story) in &stories.users {
        let back = match story.fate {
            Fate::Created => {
                created(identity, story, stories, now, allowed, &mut people, findings);
                None
            }
            Fate::Stayed => changed(story, now, allowed, findings),
            Fate::Deleted => deleted(story, now, findings),
        };
        returns.extend(back.map(|back| (identity.clone(), back)));
    }
    write(returns, now, &mut people, findings);
    people
}

fn created(
    identity: &Identity,
    story: &UserStory,
    stories: &Stories,
    now: &Now<'_>,
    allowed: &Allowed,
    people: &mut People,
    findings: &mut Findings,
) {
    let what = "created the account";
    let standing = match now.user(&story.user) {
        Found::There(standing) => standing,
        Found::Relinked(standing) => return relinked(&story.user, standing, findings),
        Found::MadeSince(standing) => return made_since(&story.user, standing, findings),
        Found::Gone => return findings.as_before += 1,
    };
    let name = &standing.account.user_name;
    if let Some(pattern) =
        allowed.protected.user(name).filter(|_| allowed.delete_created || standing.account.active)
    {
        return findings.protected_user(name, &pattern.to_string(), what);
    }
    let user = user_ref(standing, &story.user);
    let why = findings.why(what);
    if allowed.delete_created {
        let later = later(identity, story, standing, stories, now);
        if later.is_empty() {
            people.deleted.insert(standing.id.clone());
            let account = Box::new(standing.account.clone());
            return findings.stages.add(Phase::Delete, Change::DeleteUser { user, account }, &why);
        }
        findings.conflict(format!("the account {}", quoted(name)), later, NOT_DELETED);
    }
    if !standing.account.active {
        return findings.as_before += 1;
    }
    deactivate_only(&user, &standing.account, &why, &mut findings.stages);
}

/// What became of a new account after the run: with it, what others did would be deleted.
fn later(
    identity: &Identity,
    story: &UserStory,
    standing: &ActualUser,
    stories: &Stories,
    now: &Now<'_>,
) -> Vec<String> {
    let compared = Field::ALL.iter().filter(|field| !matches!(field, Field::ProfileUrl | Field::Active));
    let mut later: Vec<String> = compared
        .filter_map(|field| {
            let written = story.attributes.get(field.name()).and_then(|(_, after)| after.as_deref());
            let found = standing.account.get(*field);
            (written != found).then(|| another(field.name(), written, found))
        })
        .collect();
    let by_run: BTreeSet<&ScimGroupId> = stories
        .groups
        .values()
        .filter(|story| story.members.get(identity).is_some_and(|membership| membership.after))
        .filter_map(|story| match now.group(&story.group) {
            Found::There(group) => Some(&group.id),
            Found::Relinked(_) | Found::MadeSince(_) | Found::Gone => None,
        })
        .collect();
    for group in now.actual.groups.values().filter(|group| !by_run.contains(&group.id)) {
        let name = quoted(&group.display_name);
        match now.members(group) {
            Some(members) if !members.contains(&standing.id) => {}
            Some(_) => later.push(format!("is a member of the group {name} since")),
            None => later.push(format!("may be a member of the group {name}, whose members were not read")),
        }
    }
    if now.actual.completeness == Completeness::Partial {
        later.push("may be a member of a group that Identity Center could not list".to_owned());
    }
    later
}

fn changed<'a>(
    story: &UserStory,
    now: &Now<'a>,
    allowed: &Allowed,
    findings: &mut Findings,
) -> Option<Return<'a>> {
    let standing = match now.user(&story.user) {
        Found::There(standing) => standing,
        Found::Relinked(standing) => {
            relinked(&story.user, standing, findings);
            return None;
        }
        Found::MadeSince(standing) => {
            made_since(&story.user, standing, findings);
            return None;
        }
        Found::Gone => {
            let gone = vec!["is not in AWS any more".to_owned()];
            findings.conflict(format!("the account {}", quoted(&story.user.user_name)), gone, AS_IT_IS);
            return None;
        }
    };
    let name = &standing.account.user_name;
    if story.attributes.get("externalId").is_some_and(|(before, after)| before != after) {
        let message = format!(
            "stays linked to the Okta id that run {} gave it: to AWS that is no attribute that goes; its other attributes go back",
            findings.run
        );
        findings.kept_users.push(Left { label: name.clone(), why: Reason::by_usher(RULE, message) });
    }
    let account = match back(&story.attributes, &standing.account) {
        Ok(account) => account,
        Err(later) => {
            findings.conflict(format!("the account {}", quoted(name)), later, AS_IT_IS);
            return None;
        }
    };
    if is_temporary(&account.user_name) && !is_temporary(name) {
        findings.held_users.push(Left { label: name.clone(), why: bore_a_temporary_name(&findings.run) });
        return None;
    }
    if account == standing.account {
        let other =
            story.attributes.iter().any(|(name, (before, after))| name != "externalId" && before != after);
        findings.as_before += usize::from(other);
        return None;
    }
    if let Some(pattern) = allowed.protected.user(name).or_else(|| allowed.protected.user(&account.user_name))
        && standing.account.active
        && !account.active
    {
        findings.protected_user(name, &pattern.to_string(), "activated the account");
        return None;
    }
    let user = UserRef { user_name: account.user_name.clone(), ..user_ref(standing, &story.user) };
    Some(Return { user, standing: Some(standing), account })
}

/// Nobody can sign in with such a name, so it is none to go back to.
pub(super) fn bore_a_temporary_name(run: &str) -> Reason {
    let message = format!(
        "stays as run {run} left it: before, it bore a temporary name of a run that broke off, which is none to go back to; change it \
         in Okta or by hand"
    );
    Reason::by_usher(RULE, message)
}

/// The account as it was before the run, and whatever else it holds now; or what somebody changed since.
fn back(attributes: &Attributes, standing: &Account) -> Result<Account, Vec<String>> {
    let (mut account, mut later) = (standing.clone(), Vec::new());
    // Names that were let go of for a moment in a run that broke off, such as an earlier try to take this one back. An address is
    // let go of by having none.
    let is_aside = |field: Field, found: Option<&str>| match field {
        Field::UserName => is_temporary(&standing.user_name),
        Field::Email => found.is_none(),
        _ => false,
    };
    for field in Field::ALL.iter().filter(|field| **field != Field::ProfileUrl) {
        let Some((before, after)) = attributes.get(field.name()) else { continue };
        let found = standing.get(*field);
        if before == after || before.as_deref() == found {
            continue;
        }
        if after.as_deref() != found && !is_aside(*field, found) {
            later.push(another(field.name(), after.as_deref(), found));
        } else if before.is_none() && field.is_required() {
            later.push(format!("{} was empty before the run, and AWS takes it empty no more", field.name()));
        } else {
            account.set(*field, before.as_deref());
        }
    }
    if later.is_empty() { Ok(account) } else { Err(later) }
}

fn deleted<'a>(story: &UserStory, now: &Now<'a>, findings: &mut Findings) -> Option<Return<'a>> {
    let name = &story.user.user_name;
    if story.user.okta_id.is_none() {
        let message = "carried no Okta id, without which no account can be made again";
        findings.held_users.push(Left { label: name.clone(), why: Reason::by_usher(RULE, message) });
        return None;
    }
    match now.user(&story.user) {
        Found::Gone => {}
        Found::There(standing) | Found::MadeSince(standing) => {
            made_again(story, standing, findings);
            return None;
        }
        Found::Relinked(standing) => {
            relinked(&story.user, standing, findings);
            return None;
        }
    }
    let mut account = Account::default();
    for field in Field::ALL {
        let before = story.attributes.get(field.name()).and_then(|(before, _)| before.as_deref());
        account.set(*field, before);
    }
    if is_temporary(&account.user_name) {
        findings.held_users.push(Left { label: name.clone(), why: bore_a_temporary_name(&findings.run) });
        return None;
    }
    let user = UserRef { scim_id: None, user_name: account.user_name.clone(), ..story.user.clone() };
    Some(Return { user, standing: None, account })
}

/// An account that stands although the run deleted it: whoever made it again may have made another of it.
fn made_again(story: &UserStory, standing: &ActualUser, findings: &mut Findings) {
    let compared = Field::ALL.iter().filter(|field| **field != Field::ProfileUrl);
    let others: Vec<String> = compared
        .filter_map(|field| {
            let before = story.attributes.get(field.name()).and_then(|(before, _)| before.as_deref());
            let found = standing.account.get(*field);
            (before != found).then(|| made_other(field.name(), before, found))
        })
        .collect();
    if others.is_empty() {
        findings.as_before += 1;
    } else {
        let contested = format!("the account {}", quoted(&standing.account.user_name));
        findings.conflict(contested, others, MADE_AGAIN);
    }
}

/// Writes what each is to hold, in an order in which no step meets a name that is still held.
fn write(
    mut returns: BTreeMap<Identity, Return<'_>>,
    now: &Now<'_>,
    people: &mut People,
    findings: &mut Findings,
) {
    let mover = |back: &Return<'_>| Mover {
        label: label(&back.user),
        has: back.standing.map(|user| claims(&user.account)).unwrap_or_default(),
        wants: claims(&back.account),
        is_owner: true,
    };
    let mut movers: BTreeMap<Identity, Mover> =
        returns.iter().map(|(identity, back)| (identity.clone(), mover(back))).collect();
    let moving: BTreeSet<&ScimUserId> =
        returns.values().filter_map(|back| Some(&back.standing?.id)).collect();
    let blocked = contested(&movers, names_held(now.actual, &moving, &people.deleted));
    for (identity, (claim, holder)) in blocked {
        let Some(back) = returns.remove(&identity) else { continue };
        let contested = format!("{} {}", claim.attribute, quoted(&claim.value));
        let advice = "the name that it had belongs to another by now: take it from there by hand, or leave both as they are";
        findings.conflict(contested, vec![label(&back.user), holder], advice);
        movers.remove(&identity);
    }
    movers.retain(|identity, _| returns.get(identity).is_some_and(|back| back.standing.is_some()));
    let order = order(&movers);
    for (identity, back) in returns {
        let Return { user, standing, account } = back;
        let Some(standing) = standing else {
            let why = findings.why("deleted the account");
            findings.notes.push(format!(
                "{}: made again under a new id of Identity Center; permission sets that were assigned to the account itself are lost",
                user.user_name
            ));
            people.made_again.insert(identity, user.clone());
            findings.stages.add(
                Phase::CreateUsers,
                Change::CreateUser { user, account: Box::new(account) },
                &why,
            );
            continue;
        };
        let why = findings.why("changed the account");
        let mut before = standing.account.clone();
        if before.active && !account.active && claims(&before) != claims(&account) {
            before = deactivate_only(&user, &before, &why, &mut findings.stages);
        }
        if let Some(claims) = order.aside.get(&identity) {
            let why =
                findings.why("had these accounts take over names from one another: makes room for a moment");
            before = step_aside(&user, &before, claims, &why, &mut findings.stages);
        }
        let round = order.rounds.get(&identity).copied().unwrap_or_default();
        let changes = between(&before, &account);
        if changes.is_empty() {
            continue;
        }
        let (opens, closes) = (!before.active && account.active, before.active && !account.active);
        let account = Box::new(account);
        let (phase, change) = match (opens, closes) {
            (true, _) => (Phase::Update(round), Change::ReactivateUser { user, account, changes }),
            (_, true) => (Phase::Revoke, Change::DeactivateUser { user, account, changes }),
            _ => (Phase::Update(round), Change::UpdateUser { user, account, changes }),
        };
        findings.stages.add(phase, change, &why);
    }
}

fn relinked(user: &UserRef, standing: &ActualUser, findings: &mut Findings) {
    let owner = standing.external_id.as_deref().unwrap_or("nobody");
    let parties = vec![label(user), format!("{} ({owner})", standing.account.user_name)];
    findings.conflict(
        format!("the account {}", standing.id),
        parties,
        "it belongs to another by now and is left as it is",
    );
}

fn made_since(user: &UserRef, standing: &ActualUser, findings: &mut Findings) {
    let ids = [user.scim_id.as_ref().map_or("no id", |id| id.as_str()), standing.id.as_str()];
    let parties = vec![format!("{} went since", ids[0]), format!("{} was made for the same person", ids[1])];
    findings.conflict(format!("the account {}", quoted(&standing.account.user_name)), parties, AS_IT_IS);
}

fn label(user: &UserRef) -> String {
    let known_as = user.okta_id.as_ref().map(|id| id.as_str());
    let known_as = known_as.or(user.scim_id.as_ref().map(|id| id.as_str())).unwrap_or("no id");
    format!("{} ({known_as})", user.user_name)
}

/// `title: the run wrote "Boss", and "Lead" stands`
pub(super) fn another(attribute: &str, written: Option<&str>, found: Option<&str>) -> String {
    format!("{attribute}: the run wrote {}, and {} stands", told(written), told(found))
}

/// `title: it was "Boss" before the run, and "Lead" stands`
pub(super) fn made_other(attribute: &str, before: Option<&str>, found: Option<&str>) -> String {
    format!("{attribute}: it was {} before the run, and {} stands", told(before), told(found))
}

fn told(value: Option<&str>) -> String {
    value.map_or("nothing".to_owned(), |value| quoted(value).to_string())
}
