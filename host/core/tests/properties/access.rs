//! Who has access after a run, judged by the organisation and its decisions alone.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use usher_core::desired::Scope;
use usher_core::plan::{Change, Plan};
use usher_core::reconcile::reconcile;
use usher_core::settings::Settings;

use crate::organisation::{Becomes, Given, Group, Organisation, Says, group_id, organisation, team_key};
use crate::target::Target;
use crate::world::okta_id;

fn any_organisation() -> impl Strategy<Value = Organisation> {
    prop_oneof![2 => organisation(Scope::Whole), 1 => organisation(Scope::Narrowed)]
}

fn run(organisation: &Organisation) -> (Target, Plan) {
    let mut target = Target::new(organisation.actual());
    let desired = organisation.desired();
    let plan = reconcile(
        &desired,
        &target.actual,
        &organisation.whereabouts(&desired, &target.actual),
        &Settings::default(),
    );
    target.apply_all(&plan.operations);
    (target, plan)
}

impl Group {
    fn is_held(&self) -> bool {
        matches!(self.becomes, Becomes::Held | Becomes::TeamWithoutName(_))
    }

    /// The key of the group that this one becomes, when its members go there.
    fn key(&self, number: usize) -> Option<String> {
        match self.becomes {
            Becomes::Itself | Becomes::ItselfNamedLikeTeam(_) => Some(group_id(number).as_str().to_owned()),
            Becomes::Team(team) | Becomes::TeamRenamed(team) => Some(team_key(team)),
            Becomes::TeamWithoutName(_) | Becomes::Skipped | Becomes::Held => None,
        }
    }

    fn name(&self, number: usize) -> Option<String> {
        match self.becomes {
            Becomes::Itself => Some(format!("group{number}")),
            Becomes::ItselfNamedLikeTeam(team) | Becomes::Team(team) => Some(format!("team{team}")),
            Becomes::TeamRenamed(_) => Some(format!("renamed{number}")),
            Becomes::TeamWithoutName(_) | Becomes::Skipped | Becomes::Held => None,
        }
    }
}

/// The organisation as a person with the rules in hand would read it.
struct Judge<'a>(&'a Organisation);

impl Judge<'_> {
    fn is_narrowed(&self) -> bool {
        self.0.scope == Scope::Narrowed
    }

    fn is_asked(&self, person: usize) -> bool {
        self.0.seen().any(|(number, group)| group.key(number).is_some() && group.members.contains(&person))
    }

    fn is_in_held_group(&self, person: usize) -> bool {
        self.0.seen().any(|(_, group)| group.is_held() && group.members.contains(&person))
    }

    fn has_held_group(&self) -> bool {
        self.0.seen().any(|(_, group)| group.is_held())
    }

    /// Whether account and memberships stay.
    fn is_frozen(&self, person: usize) -> bool {
        let it = &self.0.people[person];
        if !self.is_asked(person) {
            return self.is_in_held_group(person);
        }
        let unknown = |given: &Given| matches!(given, Given::Source(number) if !self.0.is_known(*number));
        match it.says {
            Says::Hold | Says::Nothing => true,
            Says::Skip => self.is_narrowed() || self.is_in_held_group(person),
            Says::Keep => it.groups.iter().flatten().any(unknown),
        }
    }

    fn is_desired(&self, person: usize) -> bool {
        self.is_asked(person) && self.0.people[person].says == Says::Keep && !self.is_frozen(person)
    }

    /// The keys of the groups that a person should be in.
    fn keys_of(&self, person: usize) -> BTreeSet<String> {
        if !self.is_desired(person) {
            return BTreeSet::new();
        }
        match &self.0.people[person].groups {
            Some(given) => given.iter().map(|it| given_key(*it)).collect(),
            None => {
                let groups = self.0.seen().filter(|(_, group)| group.members.contains(&person));
                groups.filter_map(|(number, group)| group.key(number)).collect()
            }
        }
    }

    /// Keys that decisions give a group, with the names they give it.
    fn named_keys(&self) -> BTreeSet<(String, String)> {
        let of_groups =
            self.0.seen().filter_map(|(number, group)| Some((group.key(number)?, group.name(number)?)));
        let people = (0..self.0.people.len()).filter(|it| self.is_desired(*it));
        let of_people =
            people.flat_map(|it| self.0.people[it].groups.iter().flatten()).filter_map(|it| match it {
                Given::Source(_) => None,
                Given::Team(team) => Some((team_key(*team), format!("team{team}"))),
                Given::Extra => Some((given_key(*it), "extra".to_owned())),
            });
        of_groups.chain(of_people).collect()
    }

    fn is_wanted(&self, key: &str) -> bool {
        self.named_keys().iter().any(|(it, _)| it == key)
    }

    /// Whether a group on hold is this one.
    fn is_owned_by_hold(&self, key: &str) -> bool {
        self.0.seen().filter(|(_, group)| group.is_held()).any(|(number, group)| {
            key == group_id(number).as_str()
                || matches!(group.becomes, Becomes::TeamWithoutName(team) if key == team_key(team))
        })
    }

    /// Why a membership may be there after the run; none when it should not.
    fn reason(&self, person: usize, key: &str, name: &str) -> Option<&'static str> {
        let is_chosen = key.starts_with("usher-");
        let is_regrouped = |it: usize| {
            self.is_asked(it) && self.0.people[it].groups.is_some() && self.0.people[it].says == Says::Keep
        };
        let regroups = (0..self.0.people.len()).any(is_regrouped);
        let is_settled = self.is_desired(person) && !is_regrouped(person);
        let in_the_way = || self.named_keys().iter().any(|(other, wanted)| other != key && wanted == name);
        if self.keys_of(person).contains(key) {
            Some("wanted")
        } else if self.is_frozen(person) {
            Some("on hold")
        } else if self.is_owned_by_hold(key) {
            Some("the group is on hold")
        } else if is_chosen && self.has_held_group() && !self.is_wanted(key) {
            Some("the group may be that of one on hold")
        } else if is_chosen && self.is_in_held_group(person) {
            Some("in a group on hold")
        } else if !self.is_wanted(key) && in_the_way() {
            Some("the group stands in the way of another")
        } else if self.is_narrowed() && (!self.is_wanted(key) || is_chosen || (regroups && !is_settled)) {
            Some("the run did not see enough")
        } else {
            None
        }
    }
}

fn given_key(given: Given) -> String {
    match given {
        Given::Source(number) => group_id(number).as_str().to_owned(),
        Given::Team(team) => team_key(team),
        Given::Extra => "usher-extra".to_owned(),
    }
}

proptest! {
    #![proptest_config(Config { cases: 1024, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_membership_survives_that_neither_okta_nor_a_decision_nor_a_hold_keeps(it in any_organisation()) {
        let judge = Judge(&it);
        let contents = run(&it).0.contents();
        for (key, (name, members)) in &contents.groups {
            for person in (0..it.people.len()).filter(|it| members.contains(okta_id(*it).as_str())) {
                prop_assert!(judge.reason(person, key, name).is_some(), "person {} in {}", person, key);
            }
        }
    }

    #[test]
    fn whoever_should_be_in_a_group_that_stands_is_in_it(it in any_organisation()) {
        let judge = Judge(&it);
        let contents = run(&it).0.contents();
        for person in (0..it.people.len()).filter(|person| it.people[*person].stands) {
            for key in judge.keys_of(person).iter().filter(|key| !judge.is_owned_by_hold(key)) {
                if let Some((_, members)) = contents.groups.get(key) {
                    prop_assert!(members.contains(okta_id(person).as_str()), "person {} not in {}", person, key);
                }
            }
        }
    }

    #[test]
    fn nobody_who_is_active_in_okta_and_desired_or_on_hold_is_deactivated(it in any_organisation()) {
        let judge = Judge(&it);
        let contents = run(&it).0.contents();
        for (person, was) in it.people.iter().enumerate().filter(|(_, was)| was.stands && was.was_active) {
            if !was.is_suspended && (judge.is_desired(person) || judge.is_frozen(person)) {
                prop_assert!(contents.users[okta_id(person).as_str()].active, "person {}", person);
            }
        }
    }

    #[test]
    fn nobody_whom_okta_has_closed_stays_active(it in any_organisation()) {
        let judge = Judge(&it);
        let contents = run(&it).0.contents();
        for (person, was) in it.people.iter().enumerate().filter(|(_, was)| was.stands && was.is_suspended) {
            if !judge.is_narrowed() || judge.is_desired(person) || judge.is_frozen(person) {
                prop_assert!(!contents.users[okta_id(person).as_str()].active, "person {} {:?}", person, was);
            }
        }
    }

    #[test]
    fn a_second_run_over_the_same_organisation_does_nothing(it in any_organisation()) {
        let (target, _) = run(&it);
        let desired = it.desired();
        let whereabouts = it.whereabouts(&desired, &target.actual);
        prop_assert_eq!(reconcile(&desired, &target.actual, &whereabouts, &Settings::default()).operations, vec![]);
    }
}

/// The properties above would hold of organisations in which nothing happens.
#[test]
fn the_organisations_have_all_that_the_properties_are_about() {
    let mut runner = TestRunner::deterministic();
    let mut met = std::collections::BTreeMap::<&str, usize>::new();
    for _ in 0..1000 {
        let organisation = any_organisation().new_tree(&mut runner).expect("an organisation").current();
        let (target, plan) = run(&organisation);
        let judge = Judge(&organisation);
        let mut reasons = BTreeSet::new();
        for (key, (name, members)) in target.contents().groups {
            let people = (0..organisation.people.len()).filter(|it| members.contains(okta_id(*it).as_str()));
            reasons.extend(people.filter_map(|it| judge.reason(it, &key, &name)));
        }
        for operation in &plan.operations {
            reasons.insert(operation.change.kind());
            if matches!(&operation.change, Change::RemoveMembers { .. }) && judge.is_narrowed() {
                reasons.insert("a removal in a narrowed run");
            }
        }
        let told = [(plan.conflicts.is_empty(), "conflict"), (plan.kept_users.is_empty(), "kept")];
        reasons.extend(told.iter().filter(|(is_empty, _)| !is_empty).map(|(_, what)| *what));
        for reason in reasons {
            *met.entry(reason).or_default() += 1;
        }
    }
    let all = [
        "wanted",
        "on hold",
        "the group is on hold",
        "the group may be that of one on hold",
        "in a group on hold",
        "the group stands in the way of another",
        "the run did not see enough",
        "a removal in a narrowed run",
        "create-user",
        "deactivate-user",
        "remove-members",
        "add-members",
        "conflict",
        "kept",
    ];
    let rare: Vec<_> = all.iter().filter(|it| met.get(*it).copied().unwrap_or_default() < 10).collect();
    assert!(rare.is_empty(), "met too rarely in 1000 organisations: {rare:?} of {met:?}");
}
