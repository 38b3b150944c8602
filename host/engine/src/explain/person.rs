//! One person, from Okta to the plan.

use std::collections::BTreeMap;

use serde::Serialize;
use usher_core::actual::{ActualUser, Completeness};
use usher_core::decision::{Reason, UserVerdict};
use usher_core::deferral::day;
use usher_core::desired::{Conflict, Scope};
use usher_core::draft;
use usher_core::id::{OktaGroupId, OktaUserId, ScimUserId};
use usher_core::name::same;
use usher_core::plan::AttributeChange;
use usher_core::quote::quoted;
use usher_core::reconcile;
use usher_core::settings::{Leavers, Memberships};
use usher_core::source::{SourceGroup, SourceUser, UserStatus, Whereabouts};

use super::error::ExplainError;
use super::find::{self, Somebody};
use super::step::{Becomes, Conclusion, InGroup, Said, Verdict, WouldChange, becomes, by, operations};
use crate::error::EngineError;
use crate::prepare::Prepared;
use crate::subject;

/// A person and every step of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonExplained {
    /// Okta's id, when an Okta id is known.
    pub okta_id: Option<OktaUserId>,
    /// Identity Center's id, when there is an account.
    pub scim_id: Option<ScimUserId>,
    /// How to call this person: the login, else the userName, else the id.
    pub label: String,
    /// In the order in which a run takes them.
    pub steps: Vec<PersonStep>,
    /// What comes of it.
    pub conclusion: Conclusion,
}

/// A step of a person's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum PersonStep {
    /// Okta has this person.
    InOkta {
        /// Okta's id.
        id: OktaUserId,
        /// What the person signs in with.
        login: Option<String>,
        /// The primary mail address.
        email: Option<String>,
        /// The status.
        status: UserStatus,
        /// Whether a group that was read has this person; otherwise Okta was asked for this very one.
        in_a_read_group: bool,
    },
    /// Okta has no such person (any more).
    NotInOkta {
        /// The id that was asked for; none for an account that carries no Okta id.
        id: Option<OktaUserId>,
    },
    /// What was read does not say whether Okta has this person.
    NotAskedOfOkta {
        /// The id.
        id: OktaUserId,
    },
    /// A group in Okta that has this person.
    MemberOf {
        /// Okta's id of the group.
        id: OktaGroupId,
        /// Its name in Okta.
        name: String,
        /// What becomes of it.
        becomes: Becomes,
    },
    /// The groups told are only those whose members were read: a snapshot holds no others.
    OtherGroupsUnknown,
    /// The policy was asked about this person.
    Decided {
        /// What it said.
        said: Said,
        /// Why.
        why: Reason,
        /// What it made of the host's draft.
        changes: Vec<AttributeChange>,
        /// The groups that it put in place of those given, by name or key; none when it kept them.
        groups: Option<Vec<String>>,
    },
    /// The host leaves what stands as it is.
    Held {
        /// Why.
        why: Reason,
    },
    /// There is an account.
    InAws {
        /// Identity Center's id.
        id: ScimUserId,
        /// Its userName.
        user_name: String,
        /// Whose it is.
        external_id: Option<String>,
        /// Whether the person may sign in.
        active: bool,
        /// Whether it is this person's: it carries the id, or the plan adopts it. Another one stands in the way by its name.
        is_theirs: bool,
    },
    /// There is no account.
    NotInAws {
        /// Whether the target could list everybody.
        certain: bool,
    },
    /// A group in AWS that has this person or should have.
    InGroup {
        /// Which.
        group: InGroup,
        /// Whether this person should be in it.
        should_be: bool,
        /// Whether this person is; none when its members were not read.
        is: Option<bool>,
    },
    /// Something of this person is contested.
    Contested(Conflict),
    /// An operation of the plan.
    WouldChange(WouldChange),
}

/// Explains everybody whom a text may mean: a login, a mail address, an Okta id, a userName or an id of Identity Center.
///
/// # Errors
/// [`ExplainError::Nobody`] with similar names; any failure of a question to Okta.
pub async fn person(prepared: &Prepared, wanted: &str) -> Result<Vec<PersonExplained>, ExplainError> {
    let (found, profiles) = find::people(prepared, wanted).await?;
    let mut explained = Vec::with_capacity(found.len());
    for somebody in found {
        explained.push(match somebody {
            Somebody::InOkta(id) => {
                let walk = Walk { prepared, id: &id, asked: &profiles };
                walk.explained(walk.all_groups().await?)
            }
            Somebody::OnlyInAws(id) => only_in_aws(prepared, &id),
        });
    }
    Ok(explained)
}

/// One person's way through the run.
struct Walk<'a> {
    prepared: &'a Prepared,
    id: &'a OktaUserId,
    /// Those whom no group that was read has, as Okta answered.
    asked: &'a BTreeMap<OktaUserId, SourceUser>,
}

impl Walk<'_> {
    fn met(&self) -> Option<&SourceUser> {
        self.prepared.read.reading.users.get(self.id)
    }

    fn profile(&self) -> Option<&SourceUser> {
        self.met().or_else(|| self.asked.get(self.id))
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        let told = self.prepared.read.whereabouts.get(self.id).copied();
        let is_live = self.prepared.source.live().is_some();
        told.or_else(|| (is_live && self.profile().is_none()).then_some(Whereabouts::Gone))
    }

    /// All groups that Okta has this person in; none when only those that were read are known.
    async fn all_groups(&self) -> Result<Option<Vec<SourceGroup>>, ExplainError> {
        match self.prepared.source.live().filter(|_| self.profile().is_some()) {
            Some(okta) => Ok(Some(okta.groups_of(self.id).await.map_err(EngineError::from)?)),
            None => Ok(None),
        }
    }

    fn explained(&self, groups: Option<Vec<SourceGroup>>) -> PersonExplained {
        let account = find::account(self.prepared, self.id);
        let mut steps = vec![self.in_okta()];
        steps.extend(self.member_of(groups));
        steps.extend(self.decided());
        steps.extend(self.held());
        steps.extend(self.in_aws(account));
        steps.extend(self.in_groups(account));
        let conflicts = self.conflicts();
        steps.extend(conflicts.iter().cloned().map(PersonStep::Contested));
        let changes = self.changes(account);
        steps.extend(changes.iter().cloned().map(PersonStep::WouldChange));
        let login = self.profile().and_then(|user| user.text("login"));
        let user_name = account.map(|user| user.account.user_name.as_str());
        PersonExplained {
            okta_id: Some(self.id.clone()),
            scim_id: account.map(|user| user.id.clone()),
            label: login.or(user_name).unwrap_or(self.id.as_str()).to_owned(),
            conclusion: self.conclusion(account, &steps, &conflicts, &changes),
            steps,
        }
    }

    fn in_okta(&self) -> PersonStep {
        let id = self.id.clone();
        let (login, email, status) = match (self.profile(), self.whereabouts()) {
            (Some(user), _) => {
                let text = |name: &str| user.text(name).map(str::to_owned);
                (text("login"), text("email"), user.status)
            }
            (None, Some(Whereabouts::Known(status) | Whereabouts::Unlisted(status))) => (None, None, status),
            (None, Some(Whereabouts::Gone)) => return PersonStep::NotInOkta { id: Some(id) },
            (None, None) => return PersonStep::NotAskedOfOkta { id },
        };
        PersonStep::InOkta { id, login, email, status, in_a_read_group: self.met().is_some() }
    }

    fn member_of(&self, groups: Option<Vec<SourceGroup>>) -> Vec<PersonStep> {
        let reading = &self.prepared.read.reading;
        let is_cut = groups.is_none();
        let has_this_one = |id: &OktaGroupId| reading.members.get(id).is_some_and(|it| it.contains(self.id));
        let mut groups = groups.unwrap_or_else(|| {
            reading.groups.values().filter(|group| has_this_one(&group.id)).cloned().collect()
        });
        groups.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        let step = |group: SourceGroup| {
            let becomes = becomes(self.prepared, &group.id);
            PersonStep::MemberOf { id: group.id, name: group.name, becomes }
        };
        let mut steps: Vec<PersonStep> = groups.into_iter().map(step).collect();
        if is_cut && !matches!(self.whereabouts(), Some(Whereabouts::Gone)) {
            steps.push(PersonStep::OtherGroupsUnknown);
        }
        steps
    }

    fn decided(&self) -> Option<PersonStep> {
        let decision = self.prepared.decisions.users.iter().find(|decision| decision.id == *self.id)?;
        let (said, account) = match &decision.verdict {
            UserVerdict::Keep => (Said::Keep, None),
            UserVerdict::Sync(account) => (Said::Sync, Some(account)),
            UserVerdict::Skip => (Said::Skip, None),
            UserVerdict::Hold => (Said::Hold, None),
        };
        let draft = self.met().map(draft::account);
        let changes = account.map(|account| subject::between(draft.as_ref(), account)).unwrap_or_default();
        let name = |target: &usher_core::decision::TargetGroup| match target.display_name.as_str() {
            "" => target.key.clone().unwrap_or_default(),
            name => name.to_owned(),
        };
        let groups = decision.groups.as_ref().map(|groups| groups.iter().map(name).collect());
        Some(PersonStep::Decided { said, why: decision.why.clone(), changes, groups })
    }

    /// What the host holds beyond what the policy said: an account that AWS would refuse, a group on hold.
    fn held(&self) -> Option<PersonStep> {
        let left = self.prepared.desired.held_users.get(self.id)?;
        let mut decisions = self.prepared.decisions.users.iter();
        let is_said =
            decisions.any(|it| it.id == *self.id && it.verdict == UserVerdict::Hold && it.why == left.why);
        if is_said {
            return None;
        }
        Some(PersonStep::Held { why: left.why.clone() })
    }

    fn in_aws(&self, account: Option<&ActualUser>) -> Vec<PersonStep> {
        let actual = &self.prepared.read.actual;
        if let Some(account) = account {
            return vec![standing(account, true)];
        }
        let mut steps = vec![PersonStep::NotInAws { certain: actual.completeness == Completeness::Complete }];
        let wanted = self.prepared.desired.users.get(self.id).map(|user| user.account.user_name.as_str());
        let in_the_way = actual
            .users
            .values()
            .filter(|user| wanted.is_some_and(|user_name| same(&user.account.user_name, user_name)));
        steps.extend(in_the_way.map(|user| standing(user, false)));
        steps
    }

    fn in_groups(&self, account: Option<&ActualUser>) -> Vec<PersonStep> {
        let Prepared { read, desired, .. } = self.prepared;
        let mut groups: BTreeMap<String, PersonStep> = BTreeMap::new();
        let mut tell = |group: InGroup, should_be: bool, is: Option<bool>| {
            groups.insert(
                format!("{} {}", group.display_name, group.key),
                PersonStep::InGroup { group, should_be, is },
            );
        };
        let is_in = |members: &std::collections::BTreeSet<ScimUserId>| {
            account.is_some_and(|account| members.contains(&account.id))
        };
        for (key, wanted) in desired.groups.iter().filter(|(_, wanted)| wanted.members.contains(self.id)) {
            let standing = find::standing(self.prepared, key);
            // As AWS calls it: whether it gets another name is not this person's affair.
            let name = standing.map_or(&wanted.display_name, |group| &group.display_name);
            let group = InGroup { key: key.clone(), display_name: name.clone() };
            let is = match standing {
                Some(standing) => read.actual.members.get(&standing.id).map(is_in),
                None => Some(false),
            };
            tell(group, true, is);
        }
        for (id, _) in read.actual.members.iter().filter(|(_, members)| is_in(members)) {
            let Some(group) = read.actual.groups.get(id) else { continue };
            let key = find::key_of(self.prepared, group);
            let should_be = desired.groups.get(&key).is_some_and(|wanted| wanted.members.contains(self.id));
            if !should_be {
                tell(InGroup { key, display_name: group.display_name.clone() }, false, Some(true));
            }
        }
        groups.into_values().collect()
    }

    /// Parties are named with their ids.
    fn conflicts(&self) -> Vec<Conflict> {
        let id = format!("({})", self.id);
        let conflicts = self.prepared.plan.conflicts.iter();
        conflicts.filter(|it| it.parties.iter().any(|party| party.ends_with(&id))).cloned().collect()
    }

    fn changes(&self, account: Option<&ActualUser>) -> Vec<WouldChange> {
        changes(self.prepared, Some(self.id), account.map(|account| &account.id))
    }

    fn conclusion(
        &self,
        account: Option<&ActualUser>,
        steps: &[PersonStep],
        conflicts: &[Conflict],
        changes: &[WouldChange],
    ) -> Conclusion {
        let Prepared { desired, plan, .. } = self.prepared;
        if !changes.is_empty() {
            let kinds: std::collections::BTreeSet<&str> = changes.iter().map(|change| change.kind).collect();
            let kinds: Vec<&str> = kinds.into_iter().collect();
            let and = if conflicts.is_empty() { "" } else { "; the rest is contested and stays as it is" };
            let message =
                format!("{} would change this person: {}{and}", operations(changes.len()), kinds.join(", "));
            return Conclusion::new(Verdict::WouldChange, message);
        }
        if let Some(conflict) = conflicts.first() {
            let message =
                format!("stays as it is, since the {} is contested: {}", conflict.contested, conflict.advice);
            return Conclusion::new(Verdict::LeftAlone, message);
        }
        if let Some(left) = desired.held_users.get(self.id) {
            return Conclusion::new(Verdict::LeftAlone, format!("held {}", by(&left.why)));
        }
        if let Some(Whereabouts::Unlisted(_)) = self.whereabouts() {
            return Conclusion::new(Verdict::LeftAlone, reconcile::UNLISTED);
        }
        let user_name = account.map(|account| account.account.user_name.as_str());
        if let Some(kept) = plan.kept_users.iter().find(|left| Some(left.label.as_str()) == user_name) {
            return Conclusion::new(Verdict::LeftAlone, format!("stays as it is {}", by(&kept.why)));
        }
        match (desired.users.get(self.id), account) {
            (Some(_), Some(_)) => {
                let differs: Vec<String> = steps.iter().filter_map(|step| self.differs(step)).collect();
                if differs.is_empty() {
                    let message = "stands in AWS as Okta and the policy say; nothing would change";
                    return Conclusion::new(Verdict::InStep, message);
                }
                Conclusion::new(Verdict::LeftAlone, format!("stays as it is: {}", differs.join("; ")))
            }
            (Some(wanted), None) => {
                let message =
                    format!("no account is made, since it would be an inactive one: {}", wanted.why.message);
                Conclusion::new(Verdict::NotSynced, message)
            }
            (None, _) => self.why_not(account),
        }
    }

    /// A membership that is not as it should be, and which the plan leaves so.
    fn differs(&self, step: &PersonStep) -> Option<String> {
        let PersonStep::InGroup { group, should_be, is } = step else { return None };
        let name = quoted(&group.display_name);
        let is_additive = self.prepared.settings.memberships == Memberships::Additive;
        let wanted = self.prepared.desired.groups.get(&group.key).map(|wanted| &wanted.display_name);
        match (should_be, is) {
            (true, Some(true)) => wanted
                .filter(|wanted| **wanted != group.display_name)
                .map(|wanted| format!("in the group {name}, which should be called {}", quoted(wanted))),
            (true, Some(false)) => Some(format!("not put into the group {name}, which stays as it is")),
            (_, None) => Some(format!("whether the group {name} has this person was not read")),
            (false, _) if is_additive => Some(format!(
                "still in the group {name}, as memberships are never removed (memberships = \"additive\")"
            )),
            (false, _) => Some(format!("still in the group {name}, which stays as it is")),
        }
    }

    fn why_not(&self, account: Option<&ActualUser>) -> Conclusion {
        let Prepared { desired, read, settings, .. } = self.prepared;
        let due = settings.deferral.as_ref().filter(|_| settings.leavers == Leavers::Delete);
        let due = due.and_then(|deferral| deferral.due(self.id)).map(day);
        let not = |message: String| {
            let rest = match account.map(|account| account.account.active) {
                Some(true) if desired.scope == Scope::Narrowed => {
                    "; a run of some groups deactivates nobody for that".to_owned()
                }
                Some(true) if read.actual.completeness == Completeness::Partial => {
                    "; Identity Center could not list everybody, so nobody is deactivated for that".to_owned()
                }
                Some(true) if settings.leavers == Leavers::Keep => {
                    "; the account stays active (leavers = \"keep\")".to_owned()
                }
                Some(false) => match due {
                    Some(day) => format!("; the account is inactive, and deleted from {day} on"),
                    None => "; the account is inactive, as it should be".to_owned(),
                },
                Some(true) | None => String::new(),
            };
            Conclusion::new(Verdict::NotSynced, format!("{message}{rest}"))
        };
        if let Some(left) = desired.skipped_users.get(self.id) {
            return not(format!("skipped {}", by(&left.why)));
        }
        match (self.profile().map(|user| user.status), self.whereabouts()) {
            (Some(status), _) | (None, Some(Whereabouts::Known(status) | Whereabouts::Unlisted(status))) => {
                not(format!("is {} in Okta, but in no group that is selected", status.word()))
            }
            (None, Some(Whereabouts::Gone)) => not("Okta has no such person (any more)".to_owned()),
            (None, None) => not("is in no group that was read".to_owned()),
        }
    }
}

fn standing(user: &ActualUser, is_theirs: bool) -> PersonStep {
    PersonStep::InAws {
        id: user.id.clone(),
        user_name: user.account.user_name.clone(),
        external_id: user.external_id.clone(),
        active: user.account.active,
        is_theirs,
    }
}

/// An account that carries no Okta id and that no decision names: somebody else's.
fn only_in_aws(prepared: &Prepared, id: &ScimUserId) -> PersonExplained {
    let mut steps = vec![PersonStep::NotInOkta { id: None }];
    let user = prepared.read.actual.users.get(id);
    steps.extend(user.map(|user| standing(user, true)));
    let changes = changes(prepared, None, Some(id));
    let conclusion = match changes.len() {
        0 => Conclusion::new(
            Verdict::NotOurs,
            "the account carries no Okta id and no decision names it: Usher never touches it",
        ),
        number => Conclusion::new(
            Verdict::WouldChange,
            format!(
                "the account is none of Usher's, but {} would take it out of groups that are",
                operations(number)
            ),
        ),
    };
    steps.extend(changes.into_iter().map(PersonStep::WouldChange));
    PersonExplained {
        okta_id: None,
        scim_id: Some(id.clone()),
        label: user.map_or(id.as_str(), |user| user.account.user_name.as_str()).to_owned(),
        steps,
        conclusion,
    }
}

/// The operations that change this account or its memberships; of the members only this one is named.
fn changes(
    prepared: &Prepared,
    okta_id: Option<&OktaUserId>,
    scim_id: Option<&ScimUserId>,
) -> Vec<WouldChange> {
    let is_it = |user: &&usher_core::plan::UserRef| {
        (okta_id.is_some() && user.okta_id.as_ref() == okta_id)
            || (scim_id.is_some() && user.scim_id.as_ref() == scim_id)
    };
    let operations = prepared.plan.operations.iter();
    let touching = operations.filter_map(|operation| {
        let change = &operation.change;
        let member = subject::members(change).iter().find(is_it);
        if subject::user(change).filter(is_it).is_none() && member.is_none() {
            return None;
        }
        let members = member.into_iter().map(|user| user.user_name.clone()).collect();
        Some(WouldChange { members, ..WouldChange::of(operation) })
    });
    touching.collect()
}
