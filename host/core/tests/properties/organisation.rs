//! Organisations with their decisions, from the source groups on, and what stands in AWS before the run.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use usher_core::account::Account;
use usher_core::actual::{Actual, ActualGroup, ActualUser};
use usher_core::decision::{GroupDecision, GroupVerdict, Reason, TargetGroup, UserDecision, UserVerdict};
use usher_core::desired::{Desired, Scope, UserToDecide};
use usher_core::id::{OktaGroupId, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::reconcile::people_to_ask_for;
use usher_core::selection::Selection;
use usher_core::settings::Settings;
use usher_core::source::{
    GroupOrigin, SourceGroup, SourceReading, SourceUser, UserStatus, Value, Whereabouts,
};

use crate::target;
use crate::world::{account, okta_id};

const PEOPLE: usize = 6;
const GROUPS: usize = 5;
const TEAMS: usize = 2;

/// What the policy makes of a source group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Becomes {
    /// Itself, under its name.
    Itself,
    /// Itself, under the name that a team has too.
    ItselfNamedLikeTeam(usize),
    /// A group of a key that the policy chose.
    Team(usize),
    /// That group, under a name that is not the one others give it.
    TeamRenamed(usize),
    /// That group, under a name that cannot be written.
    TeamWithoutName(usize),
    Skipped,
    Held,
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) becomes: Becomes,
    pub(crate) members: BTreeSet<usize>,
    /// Whether a narrowed run looks at it.
    pub(crate) is_named: bool,
    stands: bool,
    before: BTreeSet<usize>,
}

/// A group that a decision about a person names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Given {
    Source(usize),
    Team(usize),
    Extra,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    Keep,
    Skip,
    Hold,
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) says: Says,
    pub(crate) groups: Option<BTreeSet<Given>>,
    pub(crate) is_suspended: bool,
    has_last_name: bool,
    shares_email: bool,
    pub(crate) stands: bool,
    pub(crate) was_active: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Organisation {
    pub(crate) scope: Scope,
    pub(crate) groups: Vec<Group>,
    pub(crate) people: Vec<Person>,
    /// The groups of keys that policies chose: each team, then the one made from a name.
    others: Vec<(bool, BTreeSet<usize>)>,
}

fn becomes() -> impl Strategy<Value = Becomes> {
    prop_oneof![
        6 => Just(Becomes::Itself),
        1 => (0..TEAMS).prop_map(Becomes::ItselfNamedLikeTeam),
        4 => (0..TEAMS).prop_map(Becomes::Team),
        1 => (0..TEAMS).prop_map(Becomes::TeamRenamed),
        1 => (0..TEAMS).prop_map(Becomes::TeamWithoutName),
        2 => Just(Becomes::Skipped),
        1 => Just(Becomes::Held),
    ]
}

fn given_group() -> impl Strategy<Value = Given> {
    prop_oneof![
        3 => (0..GROUPS).prop_map(Given::Source),
        2 => (0..TEAMS).prop_map(Given::Team),
        1 => Just(Given::Extra),
    ]
}

prop_compose! {
    fn group()(
        becomes in becomes(),
        members in btree_set(0..PEOPLE, 0..PEOPLE),
        is_named in any::<bool>(),
        stands in prop::bool::weighted(0.8),
        before in btree_set(0..PEOPLE, 0..PEOPLE),
    ) -> Group {
        Group { becomes, members, is_named, stands, before }
    }
}

prop_compose! {
    fn person()(
        says in prop_oneof![12 => Just(Says::Keep), 2 => Just(Says::Skip), 1 => Just(Says::Hold), 1 => Just(Says::Nothing)],
        groups in prop::option::weighted(0.15, btree_set(given_group(), 0..3)),
        is_suspended in prop::bool::weighted(0.2),
        has_last_name in prop::bool::weighted(0.8),
        shares_email in prop::bool::weighted(0.2),
        stands in prop::bool::weighted(0.8),
        was_active in prop::bool::weighted(0.8),
    ) -> Person {
        Person { says, groups, is_suspended, has_last_name, shares_email, stands, was_active }
    }
}

prop_compose! {
    pub(crate) fn organisation(scope: Scope)(
        groups in vec(group(), GROUPS),
        people in vec(person(), PEOPLE),
        others in vec((prop::bool::weighted(0.8), btree_set(0..PEOPLE, 0..PEOPLE)), TEAMS + 1),
    ) -> Organisation {
        Organisation { scope, groups, people, others }
    }
}

pub(crate) fn group_id(number: usize) -> OktaGroupId {
    OktaGroupId::new(format!("00g{number:017}"))
}

pub(crate) fn team_key(number: usize) -> String {
    format!("usher-team{number}")
}

fn scim_id(number: usize) -> ScimUserId {
    ScimUserId::new(format!("user-{number}"))
}

impl Organisation {
    /// The source groups that the run looks at.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (usize, &Group)> {
        let groups = self.groups.iter().enumerate();
        groups.filter(|(_, group)| self.scope == Scope::Whole || group.is_named)
    }

    /// What the run over this organisation desires.
    pub(crate) fn desired(&self) -> Desired {
        let mut reading = SourceReading::default();
        let mut groups = Vec::new();
        let mut decisions = Vec::new();
        for (number, group) in self.seen() {
            let source = SourceGroup {
                id: group_id(number),
                name: format!("group{number}"),
                description: None,
                origin: GroupOrigin::Okta,
                attributes: BTreeMap::new(),
            };
            let verdict = verdict(number, group.becomes);
            decisions.push(GroupDecision { id: source.id.clone(), verdict, why: why() });
            if group.becomes != Becomes::Skipped {
                reading
                    .insert(source.clone(), group.members.iter().map(|it| self.source_user(*it)).collect());
            }
            groups.push(source);
        }
        let selection = Selection::new(&groups, &decisions);
        let asked = selection.users_to_decide(&reading);
        let decisions: Vec<UserDecision> = asked.iter().filter_map(|user| self.decision(user)).collect();
        selection.desired(&reading, &asked, &decisions, self.scope)
    }

    fn source_user(&self, number: usize) -> SourceUser {
        let person = &self.people[number];
        let login = format!("person{number}@acme.example");
        let email = if person.shares_email { "shared@acme.example".to_owned() } else { login.clone() };
        let last_name = if person.has_last_name { "Lee" } else { "" };
        let profile =
            [("login", login.as_str()), ("email", &email), ("firstName", "Ann"), ("lastName", last_name)]
                .map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned())));
        let status = if person.is_suspended { UserStatus::Suspended } else { UserStatus::Active };
        SourceUser { id: okta_id(number), status, profile: profile.into() }
    }

    fn decision(&self, user: &UserToDecide) -> Option<UserDecision> {
        let person = (0..PEOPLE).find(|it| okta_id(*it) == user.source.id).map(|it| &self.people[it])?;
        let verdict = match person.says {
            Says::Keep => UserVerdict::Keep,
            Says::Skip => UserVerdict::Skip,
            Says::Hold => UserVerdict::Hold,
            Says::Nothing => return None,
        };
        let groups = person.groups.as_ref().map(|given| given.iter().map(|it| self.target(*it)).collect());
        Some(UserDecision {
            id: user.source.id.clone(),
            verdict,
            groups,
            why: why(),
            groups_by_others: BTreeMap::new(),
        })
    }

    fn target(&self, given: Given) -> TargetGroup {
        match given {
            Given::Source(number) => {
                let display_name =
                    if self.is_known(number) { String::new() } else { format!("group{number}") };
                TargetGroup { key: Some(group_id(number).as_str().to_owned()), display_name }
            }
            Given::Team(team) => {
                TargetGroup { key: Some(format!("team{team}")), display_name: format!("team{team}") }
            }
            Given::Extra => TargetGroup { key: None, display_name: "extra".to_owned() },
        }
    }

    /// Whether the run knows a source group by its own id.
    pub(crate) fn is_known(&self, number: usize) -> bool {
        self.seen().any(|(it, group)| {
            it == number && matches!(group.becomes, Becomes::Itself | Becomes::ItselfNamedLikeTeam(_))
        })
    }

    pub(crate) fn actual(&self) -> Actual {
        let mut actual = target::empty();
        for (number, person) in self.people.iter().enumerate().filter(|(_, person)| person.stands) {
            let user_name = format!("person{number}@acme.example");
            let account =
                Account { active: person.was_active, ..account(&user_name, Some(user_name.clone())) };
            let external_id = Some(okta_id(number).as_str().to_owned());
            actual.users.insert(scim_id(number), ActualUser { id: scim_id(number), external_id, account });
        }
        let mut stands = |key: String, display_name: String, before: &BTreeSet<usize>| {
            let id = ScimGroupId::new(format!("id-of-{key}"));
            let members =
                before.iter().filter(|it| self.people[**it].stands).map(|it| scim_id(*it)).collect();
            actual.members.insert(id.clone(), members);
            actual.groups.insert(id.clone(), ActualGroup { id, external_id: Some(key), display_name });
        };
        for (number, group) in self.groups.iter().enumerate().filter(|(_, group)| group.stands) {
            stands(group_id(number).as_str().to_owned(), format!("group{number}"), &group.before);
        }
        for (number, (_, before)) in self.others.iter().enumerate().filter(|(_, (stands, _))| *stands) {
            let (key, name) = if number < TEAMS {
                (team_key(number), format!("team{number}"))
            } else {
                ("usher-extra".to_owned(), "extra".to_owned())
            };
            stands(key, name, before);
        }
        actual
    }

    pub(crate) fn whereabouts(
        &self,
        desired: &Desired,
        actual: &Actual,
    ) -> BTreeMap<OktaUserId, Whereabouts> {
        let asked = people_to_ask_for(desired, actual, &Settings::default());
        let status = |id: &OktaUserId| {
            let person = (0..PEOPLE).find(|it| okta_id(*it) == *id).map(|it| self.source_user(it));
            person.map_or(Whereabouts::Gone, |it| Whereabouts::Known(it.status))
        };
        asked.into_iter().map(|id| (id.clone(), status(&id))).collect()
    }
}

fn why() -> Reason {
    Reason::new("test", "said so")
}

fn verdict(number: usize, becomes: Becomes) -> GroupVerdict {
    let team = |team: usize, display_name: String| {
        GroupVerdict::Sync(vec![TargetGroup { key: Some(format!("team{team}")), display_name }])
    };
    match becomes {
        Becomes::Itself => {
            GroupVerdict::Sync(vec![TargetGroup { key: None, display_name: format!("group{number}") }])
        }
        Becomes::ItselfNamedLikeTeam(it) => {
            GroupVerdict::Sync(vec![TargetGroup { key: None, display_name: format!("team{it}") }])
        }
        Becomes::Team(it) => team(it, format!("team{it}")),
        Becomes::TeamRenamed(it) => team(it, format!("renamed{number}")),
        Becomes::TeamWithoutName(it) => team(it, String::new()),
        Becomes::Skipped => GroupVerdict::Skip,
        Becomes::Held => GroupVerdict::Hold,
    }
}
