//! People who have an account of ours and are no longer desired: who they are, and what becomes of their accounts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::difference::between;
use super::stages::Phase;
use super::{Findings, is_absence_meaningful, okta_id};
use crate::account::Account;
use crate::actual::{Actual, ActualGroup, ActualUser};
use crate::decision::Reason;
use crate::deferral::day;
use crate::desired::{Desired, DesiredUser, Left};
use crate::id::{GroupKey, OktaUserId, ScimUserId};
use crate::name::folded;
use crate::plan::{Change, Plan, UserRef};
use crate::quote::quoted;
use crate::settings::{Leavers, Settings};
use crate::source::{UserStatus, Whereabouts};

/// The rule under which a leaver stays active: a group that is left as it is has the person.
const KEPT_RULE: &str = "group-on-hold";

/// The rule under which somebody stays whom Okta's lists left out.
const UNLISTED_RULE: &str = "unlisted";

/// Why, for a person.
pub(super) const UNLISTED: &str = "what Okta says of this person alone is not what its lists said, of the groups or the status: it may have \
                        changed while it was read, and the next run decides. Where this token is not shown a group, a note of the plan names it";

/// The rule under which nothing is taken from a name.
pub(super) const PROTECTED_RULE: &str = "protected";

/// The desired directory within the settings. Where leavers are deleted, whom Okta has deactivated for good is one, in whatever
/// group; an account that is not yet that person's is not adopted to be deleted. Who is protected stays active.
pub(super) fn within<'a>(desired: &'a Desired, actual: &Actual, settings: &Settings) -> Cow<'a, Desired> {
    let mut within = Cow::Borrowed(desired);
    let deletes = settings.leavers == Leavers::Delete && is_absence_meaningful(desired, actual);
    if !deletes && settings.protected.users.is_empty() {
        return within;
    }
    let accounts = Accounts::of(actual);
    let is_settled = |id| !desired.held_users.contains_key(id) && !desired.people_on_hold.contains(id);
    for (id, user) in desired.users.iter().filter(|(_, user)| !user.account.active) {
        let stands = accounts.of_person(id, user);
        if protects(settings, user, stands).is_some() {
            if stands.is_some_and(|stands| stands.account.active)
                && let Some(user) = within.to_mut().users.get_mut(id)
            {
                user.account.active = true;
            }
        } else if deletes
            && user.is_deprovisioned
            && is_settled(id)
            && accounts.linked.get(id).is_none_or(|own| group_on_hold(desired, actual, &own.id).is_none())
        {
            within.to_mut().users.remove(id);
        }
    }
    within
}

/// The desired directory with those on hold of whom Okta says something else than its lists said.
pub(super) fn holding<'a>(
    desired: &'a Desired,
    actual: &Actual,
    whereabouts: &BTreeMap<OktaUserId, Whereabouts>,
) -> Cow<'a, Desired> {
    let mut holding = Cow::Borrowed(desired);
    let is_unlisted = |id: &OktaUserId| matches!(whereabouts.get(id), Some(Whereabouts::Unlisted(_)));
    let why = || Reason::by_usher(UNLISTED_RULE, UNLISTED);
    for (id, user) in unwanted(desired, actual).filter(|(id, _)| is_unlisted(id)) {
        let left = Left { label: user.account.user_name.clone(), why: why() };
        holding.to_mut().held_users.insert(id, left);
    }
    for (id, user) in closed_by_policy(desired, actual).filter(|(id, _)| is_unlisted(id)) {
        let desired = holding.to_mut();
        desired.users.remove(id);
        desired.held_users.insert(id.clone(), Left { label: user.account.user_name.clone(), why: why() });
    }
    holding
}

/// Whom a policy makes inactive although Okta lets them in, with the accounts that stand active, and perhaps not yet as theirs. The policy
/// may have done so for the groups in which they were met.
pub(super) fn closed_by_policy<'a>(
    desired: &'a Desired,
    actual: &'a Actual,
) -> impl Iterator<Item = (&'a OktaUserId, &'a ActualUser)> {
    let is_closed = |user: &DesiredUser| user.is_closed_by_policy && !user.account.active;
    let mut closed = desired.users.iter().filter(move |(_, user)| is_closed(user)).peekable();
    let accounts = closed.peek().map(|_| Accounts::of(actual)).unwrap_or_default();
    closed.filter_map(move |(id, user)| {
        Some((id, accounts.of_person(id, user).filter(|standing| standing.account.active)?))
    })
}

/// Whether somebody stays only since Okta says something else of them than its lists said.
pub(super) fn is_unlisted(desired: &Desired, id: &OktaUserId) -> bool {
    desired.held_users.get(id).is_some_and(|left| left.why.rule == UNLISTED_RULE)
}

/// The protected people among the desired who would not stay active otherwise.
pub(super) fn kept_active(desired: &Desired, actual: &Actual, settings: &Settings) -> Vec<Left> {
    if settings.protected.users.is_empty() {
        return Vec::new();
    }
    let accounts = Accounts::of(actual);
    let desired_ones =
        desired.users.iter().filter(|(_, user)| !user.account.active).filter_map(|(id, user)| {
            let stands = accounts.of_person(id, user).filter(|stands| stands.account.active)?;
            Some(protected(
                &stands.account.user_name,
                &protects(settings, user, Some(stands))?,
                &user.why.message,
            ))
        });
    let held = desired.closed_users.iter().filter(|(id, _)| !desired.users.contains_key(id));
    let held_ones = held.filter_map(|(id, why)| {
        let stands = accounts.linked.get(id).filter(|stands| stands.account.active)?;
        let user_name = &stands.account.user_name;
        Some(protected(user_name, &settings.protected.user(user_name)?.to_string(), &why.message))
    });
    desired_ones.chain(held_ones).collect()
}

/// The accounts of the target by whose they are, or may become.
#[derive(Default)]
struct Accounts<'a> {
    linked: BTreeMap<OktaUserId, &'a ActualUser>,
    unclaimed: BTreeMap<String, &'a ActualUser>,
}

impl<'a> Accounts<'a> {
    fn of(actual: &'a Actual) -> Self {
        let (mut linked, mut unclaimed) = (BTreeMap::new(), BTreeMap::new());
        for user in actual.users.values() {
            match okta_id(user) {
                Some(id) => linked.insert(id, user),
                None => unclaimed.insert(folded(&user.account.user_name), user),
            };
        }
        Self { linked, unclaimed }
    }

    fn of_person(&self, id: &OktaUserId, wanted: &DesiredUser) -> Option<&'a ActualUser> {
        let unclaimed = || self.unclaimed.get(&folded(&wanted.account.user_name));
        self.linked.get(id).or_else(unclaimed).copied()
    }
}

fn protects(settings: &Settings, wanted: &DesiredUser, standing: Option<&ActualUser>) -> Option<String> {
    let names = [Some(&wanted.account.user_name), standing.map(|user| &user.account.user_name)];
    names.into_iter().flatten().find_map(|name| settings.protected.user(name)).map(ToString::to_string)
}

/// Somebody or something that stays since its name is protected.
pub(super) fn protected(label: &str, pattern: &str, why: &str) -> Left {
    let message = format!("protected by {}; otherwise: {why}", quoted(pattern));
    Left { label: label.to_owned(), why: Reason::by_usher(PROTECTED_RULE, message) }
}

/// The leavers whom the settings let go. Where they are deleted, that includes those who were deactivated before, and have waited
/// long enough.
pub(super) fn standing<'a>(
    desired: &'a Desired,
    actual: &'a Actual,
    settings: &'a Settings,
) -> impl Iterator<Item = (OktaUserId, &'a ActualUser)> {
    let meaningful = is_absence_meaningful(desired, actual) && settings.leavers != Leavers::Keep;
    let deletes = settings.leavers == Leavers::Delete;
    unwanted(desired, actual).filter(move |(id, user)| {
        let is_due = || settings.deferral.as_ref().is_none_or(|deferral| deferral.is_due(id));
        meaningful && (user.account.active || (deletes && is_due()))
    })
}

/// Accounts of ours that nobody desires or holds.
fn unwanted<'a>(
    desired: &'a Desired,
    actual: &'a Actual,
) -> impl Iterator<Item = (OktaUserId, &'a ActualUser)> {
    let ours = actual.users.values().filter_map(|user| Some((okta_id(user)?, user)));
    ours.filter(|(id, _)| !desired.users.contains_key(id) && !desired.held_users.contains_key(id))
}

/// Who waits to be deleted, and since when, for the next run: all that the plan leaves deactivated or deactivates. Nobody of whom it
/// does not follow from this reading that they have left is forgotten.
pub(super) fn waiting_after(
    desired: &Desired,
    actual: &Actual,
    settings: &Settings,
    plan: &Plan,
) -> BTreeMap<OktaUserId, u64> {
    let Some(deferral) = &settings.deferral else { return BTreeMap::new() };
    if !is_absence_meaningful(desired, actual) {
        return deferral.since.clone();
    }
    let desired = &*within(desired, actual, settings);
    let waiting = unwanted(desired, actual).filter(|(_, user)| !user.account.active).map(|(id, _)| id);
    let leaving = plan.operations.iter().filter_map(|operation| match &operation.change {
        Change::DeactivateUser { user, .. } => user.okta_id.clone(),
        _ => None,
    });
    deferral.record(
        waiting,
        leaving.filter(|id| !desired.users.contains_key(id) && !desired.held_users.contains_key(id)),
        |id| desired.held_users.contains_key(id),
    )
}

/// A line for each of them.
fn tell_waiting(desired: &Desired, actual: &Actual, settings: &Settings, findings: &mut Findings) {
    let Some(deferral) = settings.deferral.as_ref().filter(|_| settings.leavers == Leavers::Delete) else {
        return;
    };
    if !is_absence_meaningful(desired, actual) {
        return;
    }
    for (id, user) in unwanted(desired, actual) {
        let user_name = &user.account.user_name;
        if user.account.active || deferral.is_due(&id) || settings.protected.user(user_name).is_some() {
            continue;
        }
        let due = deferral.due(&id).map_or("a day that is not known yet".to_owned(), day);
        findings.notes.push(format!("{user_name} is deactivated, and deleted from {due} on ({id})"));
    }
}

/// Plans what becomes of those leavers of whom Okta said where they are; gives back the accounts that go altogether.
pub(super) fn reconcile(
    desired: &Desired,
    actual: &Actual,
    whereabouts: &BTreeMap<OktaUserId, Whereabouts>,
    settings: &Settings,
    findings: &mut Findings,
) -> BTreeSet<ScimUserId> {
    let mut deleted = BTreeSet::new();
    for (id, user) in standing(desired, actual, settings) {
        let Some(place) = whereabouts.get(&id) else { continue };
        let why = leaving(desired, &id, *place);
        let user_name = &user.account.user_name;
        if let Some(pattern) = settings.protected.user(user_name) {
            findings.kept_users.push(protected(user_name, &pattern.to_string(), &why.message));
            continue;
        }
        let on_hold = group_on_hold(desired, actual, &user.id);
        if let Some(group) = on_hold
            && place.may_sign_in()
            && !desired.skipped_users.contains_key(&id)
        {
            if user.account.active {
                let message = format!("a member of {}, which is left as it is", quoted(group));
                findings.notes.push(format!("{user_name} stays active: {message} ({id})"));
                let why = Reason::by_usher(KEPT_RULE, message);
                findings.kept_users.push(Left { label: user_name.clone(), why });
            }
            continue;
        }
        let has_waited =
            settings.deferral.as_ref().is_none_or(|deferral| !user.account.active && deferral.is_due(&id));
        let goes = settings.leavers == Leavers::Delete
            && has_waited
            && *place != Whereabouts::Known(UserStatus::Suspended)
            && on_hold.is_none()
            && !desired.people_on_hold.contains(&id);
        let scim_id = Some(user.id.clone());
        let leaver = UserRef { okta_id: Some(id), scim_id, user_name: user_name.clone() };
        if goes {
            let change = Change::DeleteUser { user: leaver, account: Box::new(user.account.clone()) };
            findings.stages.add(Phase::Delete, change, &why);
            deleted.insert(user.id.clone());
        } else if user.account.active {
            let account = Account { active: false, ..user.account.clone() };
            let changes = between(&user.account, &account);
            let change = Change::DeactivateUser { user: leaver, account: Box::new(account), changes };
            findings.stages.add(Phase::Revoke, change, &why);
        }
    }
    tell_waiting(desired, actual, settings, findings);
    if settings.leavers == Leavers::Keep {
        let acting = Settings { leavers: Leavers::Deactivate, ..Settings::default() };
        findings.count(
            "leavers who keep their accounts (leavers = \"keep\")",
            standing(desired, actual, &acting).count(),
        );
    }
    deleted
}

/// A group that stays as it stands and has this member. To deactivate the member would take away what the hold keeps.
fn group_on_hold<'a>(desired: &Desired, actual: &'a Actual, user: &ScimUserId) -> Option<&'a str> {
    let on_hold = |group: &&ActualGroup| {
        group.external_id.as_deref().map(GroupKey::new).is_some_and(|key| {
            let may_be_on_hold = key.is_chosen() && !desired.held_groups.is_empty();
            desired.untouched_groups.contains(&key) || (may_be_on_hold && !desired.groups.contains_key(&key))
        })
    };
    let mut of_user = actual
        .groups
        .values()
        .filter(|group| actual.members.get(&group.id).is_some_and(|members| members.contains(user)));
    of_user.find(on_hold).map(|group| group.display_name.as_str())
}

/// Why a person leaves: what the policy said, if it said anything, else where Okta says the person is.
fn leaving(desired: &Desired, id: &OktaUserId, place: Whereabouts) -> Reason {
    if let Some(left) = desired.skipped_users.get(id) {
        let message = format!("skipped by rule `{}`: {}", left.why.rule, left.why.message);
        return left.why.saying(message);
    }
    match place {
        Whereabouts::Gone => Reason::by_usher("gone", "Okta has no such user any more"),
        Whereabouts::Known(UserStatus::Deprovisioned) => {
            Reason::by_usher("deprovisioned", "is deprovisioned in Okta")
        }
        Whereabouts::Known(UserStatus::Suspended) => Reason::by_usher("suspended", "is suspended in Okta"),
        Whereabouts::Known(status) | Whereabouts::Unlisted(status) => Reason::by_usher(
            "not-selected",
            format!("is {} in Okta, but in no selected group", status.word()),
        ),
    }
}
