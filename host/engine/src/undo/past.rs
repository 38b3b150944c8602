//! A run of the journal as what was done, for `usher_core::undo`.

use std::collections::{BTreeMap, BTreeSet};

use usher_core::content::UndoOf;
use usher_core::id::{GroupKey, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::plan::{AttributeChange, GroupRef, UserRef};
use usher_core::quote::quoted;
use usher_core::undo::{Deed, Past};

use super::error::UndoError;
use crate::journal::line::{Attribute, Group, Outcome, Request, User};
use crate::journal::{Attempt, Run, whom};

/// What the run did, as far as `what` asks for it.
///
/// # Errors
/// A run that did nothing of the kind, a name that several had, and an operation that this version does not know.
pub fn past(run: &Run, what: &UndoOf) -> Result<Past, UndoError> {
    let person = what.person.as_deref().map(|wanted| ids_of(run, wanted)).transpose()?;
    let group = what.group.as_deref().map(|wanted| keys_of(run, wanted)).transpose()?;
    let mut past = Past { run: run.run.clone(), ..Past::default() };
    let made = made(run);
    for attempt in &run.attempts {
        let certainty = certainty(attempt);
        if certainty == Certainty::NotDone {
            continue;
        }
        let deed = deed(run, attempt, &made)?;
        if let Deed::DeletedUser(user, _) = &deed
            && certainty == Certainty::Done
        {
            past.deleted.extend(user.okta_id.clone());
        }
        let deed = match &group {
            Some(keys) if !of_group(&deed, keys) => None,
            _ => Some(deed),
        };
        let deed = match &person {
            Some(ids) => deed.and_then(|deed| of_person(deed, ids, group.is_some())),
            None => deed,
        };
        match certainty {
            Certainty::Done => past.done.extend(deed),
            Certainty::Unsure => past.unsure.extend(deed),
            Certainty::NotDone => {}
        }
    }
    let is_narrowed = person.is_some() || group.is_some();
    if is_narrowed && past.done.is_empty() && past.unsure.is_empty() {
        return Err(UndoError::NothingOfTheKind { run: run.run.clone() });
    }
    Ok(past)
}

/// Whether AWS did it.
#[derive(PartialEq, Eq)]
enum Certainty {
    Done,
    NotDone,
    /// The run ended before the answer, or the answer did not say.
    Unsure,
}

fn certainty(attempt: &Attempt) -> Certainty {
    // Of a change that was answered by nothing, or by an error of AWS's own, nobody knows; a refusal is a refusal. What was taken of an
    // operation that failed as a whole, one member of several or an answer that made no sense, was done all the same.
    let may_be_done = |request: &&Request| request.status.is_none_or(|status| !(300..500).contains(&status));
    let mut changes = attempt.requests.iter().filter(|request| !request.request.starts_with("GET "));
    // Whether a refused change of several members was done in part is not documented.
    let has_parts = attempt.change.members.len() > 1;
    let is_refused = |request: &Request| {
        request.request.starts_with("PATCH ") && matches!(request.status, Some(400 | 404 | 409))
    };
    match attempt.result {
        // Of a creation that only met what was there already it is not known who made that.
        Some(Outcome::Done | Outcome::DoneWithout) if attempt.change.kind.starts_with("create-") => {
            let mut creations = changes.filter(|request| request.request.starts_with("POST ")).peekable();
            let is_ours = creations.peek().is_none() || creations.any(|request| may_be_done(&request));
            if is_ours { Certainty::Done } else { Certainty::Unsure }
        }
        Some(Outcome::Done | Outcome::DoneWithout) => Certainty::Done,
        Some(Outcome::Failed)
            if !changes.any(|request| may_be_done(&request) || (has_parts && is_refused(request))) =>
        {
            Certainty::NotDone
        }
        Some(Outcome::Failed) | None => Certainty::Unsure,
    }
}

/// The accounts that the run made, by Okta's ids: it planned their memberships before they had ids of Identity Center.
fn made(run: &Run) -> BTreeMap<&str, &str> {
    let creations = run.attempts.iter().filter(|attempt| attempt.change.kind == "create-user");
    let ids = creations.map(|attempt| {
        let whose = attempt.change.user.as_ref().and_then(|user| user.okta_id.as_deref());
        whose.zip(attempt.target_id.as_deref())
    });
    ids.flatten().collect()
}

fn deed(run: &Run, attempt: &Attempt, made_in_run: &BTreeMap<&str, &str>) -> Result<Deed, UndoError> {
    let change = &attempt.change;
    let attributes = || change.attributes.iter().map(attribute).collect::<Vec<_>>();
    // Who has no account was left out of the request.
    let is_left_out = |user: &User| user.scim_id.is_none() && attempt.missing.contains(&user.user_name);
    let member = |member: &User| {
        let mut member = user(member);
        let made = || Some(*made_in_run.get(member.okta_id.as_ref()?.as_str())?);
        member.scim_id = member.scim_id.clone().or_else(|| made().map(ScimUserId::new));
        member
    };
    let members = || change.members.iter().filter(|user| !is_left_out(user)).map(member).collect::<Vec<_>>();
    let made = attempt.target_id.as_deref();
    let who = change.user.as_ref().map(|who| {
        let mut who = user(who);
        who.scim_id = who.scim_id.or_else(|| made.map(ScimUserId::new));
        who
    });
    let which = change.group.as_ref().map(|which| {
        let mut which = group(which);
        which.scim_id = which.scim_id.or_else(|| made.map(ScimGroupId::new));
        which
    });
    match (change.kind.as_str(), who, which) {
        ("create-user", Some(who), _) => Ok(Deed::CreatedUser(who, attributes())),
        ("adopt-user" | "update-user" | "deactivate-user" | "reactivate-user", Some(who), _) => {
            Ok(Deed::ChangedUser(who, attributes()))
        }
        ("delete-user", Some(who), _) => Ok(Deed::DeletedUser(who, attributes())),
        ("create-group", _, Some(which)) => Ok(Deed::CreatedGroup(which, members())),
        ("adopt-group" | "rename-group", _, Some(which)) => Ok(Deed::ChangedGroup(which, attributes())),
        ("delete-group", _, Some(which)) => Ok(Deed::DeletedGroup(which, members())),
        ("add-members", _, Some(which)) => Ok(Deed::AddedMembers(which, members())),
        ("remove-members", _, Some(which)) => Ok(Deed::RemovedMembers(which, members())),
        (kind, ..) => Err(UndoError::UnknownKind {
            run: run.run.clone(),
            operation: attempt.operation,
            kind: kind.to_owned(),
            written_by: run.usher.clone(),
        }),
    }
}

fn attribute(attribute: &Attribute) -> AttributeChange {
    AttributeChange {
        attribute: attribute.name.clone(),
        before: attribute.before.clone(),
        after: attribute.after.clone(),
    }
}

fn user(user: &User) -> UserRef {
    UserRef {
        okta_id: user.okta_id.as_deref().map(OktaUserId::new),
        scim_id: user.scim_id.as_deref().map(ScimUserId::new),
        user_name: user.user_name.clone(),
    }
}

fn group(group: &Group) -> GroupRef {
    GroupRef {
        key: GroupKey::new(group.key.as_str()),
        scim_id: group.scim_id.as_deref().map(ScimGroupId::new),
        display_name: group.display_name.clone(),
    }
}

/// All ids of the person that is meant, so that who was renamed in the run is one person.
fn ids_of(run: &Run, wanted: &str) -> Result<BTreeSet<String>, UndoError> {
    let (mut ids, mut people) = (BTreeSet::new(), BTreeMap::new());
    for attempt in &run.attempts {
        let change = &attempt.change;
        let made = attempt.target_id.as_deref() == Some(wanted);
        let is_changed =
            |user: &&User| made || whom::is_person(user, wanted) || whom::was_called(change, wanted);
        let changed = change.user.iter().filter(is_changed);
        let members = change.members.iter().filter(|user| whom::is_person(user, wanted));
        for user in changed.chain(members) {
            let known_by = user.okta_id.as_ref().or(user.scim_id.as_ref());
            people.extend(known_by.map(|id| (id.clone(), user.user_name.clone())));
            ids.extend([&user.okta_id, &user.scim_id].into_iter().flatten().cloned());
        }
    }
    only(wanted, people)?;
    Ok(ids)
}

/// The key of the group that is meant.
fn keys_of(run: &Run, wanted: &str) -> Result<BTreeSet<String>, UndoError> {
    let is_meant = |attempt: &&Attempt| {
        let made = attempt.target_id.as_deref() == Some(wanted);
        let group = attempt.change.group.as_ref();
        group.is_some_and(|group| {
            made || whom::is_group(group, wanted) || whom::was_called(&attempt.change, wanted)
        })
    };
    let meant = run.attempts.iter().filter(is_meant);
    let groups = meant.filter_map(|attempt| attempt.change.group.as_ref());
    let groups: BTreeMap<_, _> =
        groups.map(|group| (group.key.clone(), group.display_name.clone())).collect();
    let keys = groups.keys().cloned().collect();
    only(wanted, groups)?;
    Ok(keys)
}

/// A name passes from one to another in a run: who asks by it may mean either.
fn only(wanted: &str, meant: BTreeMap<String, String>) -> Result<(), UndoError> {
    if meant.len() < 2 {
        return Ok(());
    }
    let meant = meant.into_iter().map(|(id, name)| format!("{} ({id})", quoted(&name))).collect();
    Err(UndoError::SeveralMeant { wanted: wanted.to_owned(), meant })
}

fn of_group(deed: &Deed, keys: &BTreeSet<String>) -> bool {
    match deed {
        Deed::CreatedUser(..) | Deed::ChangedUser(..) | Deed::DeletedUser(..) => false,
        Deed::CreatedGroup(group, _)
        | Deed::ChangedGroup(group, _)
        | Deed::DeletedGroup(group, _)
        | Deed::AddedMembers(group, _)
        | Deed::RemovedMembers(group, _) => keys.contains(group.key.as_str()),
    }
}

/// The part of a deed that concerns these people. Of a group it is their membership: that the group came, went or was renamed
/// concerns others too.
fn of_person(deed: Deed, ids: &BTreeSet<String>, only_members: bool) -> Option<Deed> {
    let is_meant = |user: &UserRef| {
        let okta_id = user.okta_id.as_ref().is_some_and(|id| ids.contains(id.as_str()));
        okta_id || user.scim_id.as_ref().is_some_and(|id| ids.contains(id.as_str()))
    };
    let among = |members: Vec<UserRef>| {
        let members: Vec<UserRef> = members.into_iter().filter(|user| is_meant(user)).collect();
        (!members.is_empty()).then_some(members)
    };
    match deed {
        Deed::CreatedUser(..) | Deed::ChangedUser(..) | Deed::DeletedUser(..) if only_members => None,
        Deed::CreatedUser(ref user, _) | Deed::ChangedUser(ref user, _) | Deed::DeletedUser(ref user, _) => {
            is_meant(user).then_some(deed)
        }
        Deed::CreatedGroup(group, members) | Deed::AddedMembers(group, members) => {
            Some(Deed::AddedMembers(group, among(members)?))
        }
        Deed::DeletedGroup(group, members) | Deed::RemovedMembers(group, members) => {
            Some(Deed::RemovedMembers(group, among(members)?))
        }
        Deed::ChangedGroup(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::line::Change;

    fn attempt(
        kind: &str,
        members: usize,
        result: Option<Outcome>,
        requests: &[(&str, Option<u16>)],
    ) -> Attempt {
        let member = User { okta_id: None, scim_id: Some("u".into()), user_name: "u".into() };
        let request = |(request, status): &(&str, Option<u16>)| Request {
            request: (*request).to_owned(),
            status: *status,
            id: None,
        };
        Attempt {
            operation: 1,
            at: "2026-03-01T00:00:00Z".into(),
            change: Change {
                kind: kind.into(),
                user: None,
                group: None,
                members: vec![member; members],
                attributes: vec![],
                rule: "all".into(),
                reason: String::new(),
            },
            result,
            error: None,
            missing: vec![],
            target_id: None,
            requests: requests.iter().map(request).collect(),
        }
    }

    #[test]
    fn a_creation_that_only_met_what_was_there_is_not_known_to_be_the_run_s() {
        let (post, patch) = ("POST /Users", "PATCH /Groups/{id}");
        let of = |requests: &[_]| certainty(&attempt("create-user", 0, Some(Outcome::Done), requests));
        for ours in [
            &[(post, Some(201))][..],
            &[(post, None), (post, Some(409)), ("GET /Users", Some(200))],
            &[(post, Some(503)), (post, Some(409))],
            &[],
        ] {
            assert!(of(ours) == Certainty::Done, "{ours:?}");
        }
        for met in
            [&[(post, Some(409)), ("GET /Users", Some(200))][..], &[(post, Some(429)), (post, Some(409))]]
        {
            assert!(of(met) == Certainty::Unsure, "{met:?}");
        }
        let group = [("POST /Groups", Some(409)), (patch, Some(204))];
        assert!(certainty(&attempt("create-group", 2, Some(Outcome::Done), &group)) == Certainty::Unsure);
    }

    #[test]
    fn a_refused_change_of_several_members_may_be_done_in_part() {
        let patch = |status| [("PATCH /Groups/{id}", Some(status))];
        let of =
            |kind, members, status| certainty(&attempt(kind, members, Some(Outcome::Failed), &patch(status)));
        for (kind, status) in
            [("add-members", 400), ("add-members", 404), ("remove-members", 409), ("create-group", 400)]
        {
            assert!(of(kind, 2, status) == Certainty::Unsure, "{kind} {status}");
        }
        let unmade = [("POST /Groups", Some(400))];
        let unmade = attempt("create-group", 2, Some(Outcome::Failed), &unmade);
        assert!(certainty(&unmade) == Certainty::NotDone);
        for (kind, members, status) in [
            ("add-members", 1, 400),
            ("add-members", 2, 403),
            ("add-members", 2, 429),
            ("update-user", 0, 400),
        ] {
            assert!(of(kind, members, status) == Certainty::NotDone, "{kind} {members} {status}");
        }
        assert!(of("update-user", 0, 500) == Certainty::Unsure);
    }
}
