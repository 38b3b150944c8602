//! Pairs of a desired and an actual directory, made so that names wander in chains and rings, accounts wait to be adopted, people
//! leave and come back, and some things are on hold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use usher_core::account::{Account, PersonName};
use usher_core::actual::{Actual, ActualGroup, ActualUser, Completeness};
use usher_core::decision::Reason;
use usher_core::desired::{Desired, DesiredGroup, DesiredUser, Left, Scope};
use usher_core::id::{GroupKey, OktaGroupId, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::name::folded;
use usher_core::protected::{Pattern, Protected};
use usher_core::settings::{Leavers, Memberships, OrphanedGroups, Settings};
use usher_core::source::{UserStatus, Whereabouts};

use crate::target;

/// People in a world; the last two are administrators who are nobody's business.
const PEOPLE: usize = 9;
const ADMINS: usize = 2;
const GROUPS: usize = 6;
/// Names that wander: few, so that most are wanted by one and held by another.
const NAMES: usize = PEOPLE + 2;

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) desired: Desired,
    pub(crate) actual: Actual,
    pub(crate) whereabouts: BTreeMap<OktaUserId, Whereabouts>,
    pub(crate) settings: Settings,
}

/// How much may be contested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peace {
    /// Nobody wants what somebody keeps.
    Clean,
    /// Anything goes.
    Contested,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum There {
    No,
    Linked,
    HandMade,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Desired,
    /// Desired, with an account of which nothing can be written.
    Broken,
    Held,
    Skipped,
    Absent,
}

#[derive(Clone, Debug)]
struct Person {
    there: There,
    fate: Fate,
    was_active: bool,
    is_active: bool,
    is_deprovisioned: bool,
    has_email: (bool, bool),
    titles: (usize, usize),
    shouts: (bool, bool),
    place: Option<Whereabouts>,
}

#[derive(Clone, Debug)]
struct Group {
    there: There,
    fate: Fate,
    is_chosen: bool,
    shouts: bool,
    before: BTreeSet<usize>,
    after: BTreeSet<usize>,
}

fn person() -> impl Strategy<Value = Person> {
    let there = prop_oneof![2 => Just(There::No), 5 => Just(There::Linked), 1 => Just(There::HandMade)];
    let fate = prop_oneof![
        8 => Just(Fate::Desired),
        1 => Just(Fate::Broken),
        1 => Just(Fate::Held),
        1 => Just(Fate::Skipped),
        1 => Just(Fate::Absent)
    ];
    let place = prop_oneof![
        Just(None),
        Just(Some(Whereabouts::Gone)),
        Just(Some(Whereabouts::Known(UserStatus::Deprovisioned))),
        Just(Some(Whereabouts::Known(UserStatus::Suspended))),
        Just(Some(Whereabouts::Known(UserStatus::Active)))
    ];
    let mostly = || prop::bool::weighted(0.8);
    let rarely = || prop::bool::weighted(0.2);
    (
        there,
        fate,
        mostly(),
        (mostly(), any::<bool>()),
        (mostly(), mostly()),
        (0..3usize, 0..3usize),
        (rarely(), rarely()),
        place,
    )
        .prop_map(
            |(there, fate, was_active, (is_active, is_deprovisioned), has_email, titles, shouts, place)| {
                Person {
                    there,
                    fate,
                    was_active,
                    is_active,
                    is_deprovisioned,
                    has_email,
                    titles,
                    shouts,
                    place,
                }
            },
        )
}

fn group() -> impl Strategy<Value = Group> {
    let there = prop_oneof![1 => Just(There::No), 4 => Just(There::Linked), 1 => Just(There::HandMade)];
    let fate = prop_oneof![6 => Just(Fate::Desired), 1 => Just(Fate::Held), 1 => Just(Fate::Absent)];
    let members = || btree_set(0..PEOPLE, 0..PEOPLE);
    (there, fate, any::<bool>(), prop::bool::weighted(0.2), members(), members()).prop_map(
        |(there, fate, is_chosen, shouts, before, after)| Group {
            there,
            fate,
            is_chosen,
            shouts,
            before,
            after,
        },
    )
}

fn shuffled() -> impl Strategy<Value = Vec<usize>> {
    Just((0..NAMES).collect::<Vec<usize>>()).prop_shuffle()
}

prop_compose! {
    /// A world of the given peace, scope and completeness.
    pub(crate) fn world(peace: Peace, scope: Scope, completeness: Completeness)(
        people in vec(person(), PEOPLE),
        groups in vec(group(), GROUPS),
        user_names in (shuffled(), shuffled()),
        emails in (shuffled(), shuffled()),
        group_names in (shuffled(), shuffled()),
        on_hold in prop::option::weighted(0.3, btree_set(0..PEOPLE, 0..4)),
        settings in settings(),
    ) -> World {
        Building::new(peace, scope, completeness, on_hold, settings).build(&people, &groups, [user_names, emails], group_names)
    }
}

fn settings() -> impl Strategy<Value = Settings> {
    let memberships = prop_oneof![4 => Just(Memberships::Mirror), 1 => Just(Memberships::Additive)];
    let leavers =
        prop_oneof![4 => Just(Leavers::Deactivate), 1 => Just(Leavers::Keep), 3 => Just(Leavers::Delete)];
    let orphaned_groups = prop_oneof![
        3 => Just(OrphanedGroups::Empty),
        2 => Just(OrphanedGroups::Keep),
        3 => Just(OrphanedGroups::Delete)
    ];
    // All or none: names wander, and protection would come and go with them from one plan to the next.
    let all = || prop::bool::weighted(0.1).prop_map(|all| if all { vec![pattern("*")] } else { vec![] });
    (memberships, leavers, orphaned_groups, all(), all()).prop_map(
        |(memberships, leavers, orphaned_groups, users, groups)| Settings {
            deferral: None,
            memberships,
            leavers,
            orphaned_groups,
            protected: Protected { users, groups },
        },
    )
}

/// Some of the names that wander.
pub(crate) fn some_protected() -> impl Strategy<Value = Protected> {
    let some = |all: [&'static str; 3]| {
        prop::sample::subsequence(all.to_vec(), 0..3)
            .prop_map(|some| some.into_iter().map(pattern).collect::<Vec<_>>())
    };
    (some(["name1*", "NAME?", "fresh3"]), some(["group2", "group?", "fresh*"]))
        .prop_map(|(users, groups)| Protected { users, groups })
}

fn pattern(text: &str) -> Pattern {
    text.parse().expect("a pattern")
}

pub(crate) fn okta_id(number: usize) -> OktaUserId {
    OktaUserId::new(format!("00u{number:017}"))
}

fn scim_id(number: usize) -> ScimUserId {
    ScimUserId::new(format!("user-{number}"))
}

fn key(number: usize, is_chosen: bool) -> GroupKey {
    if is_chosen {
        GroupKey::chosen(&format!("group{number}"))
    } else {
        GroupKey::new(format!("00g{number:017}"))
    }
}

pub(crate) fn account(user_name: &str, email: Option<String>) -> Account {
    let name = PersonName { given: "Ann".into(), family: "Lee".into(), ..PersonName::default() };
    Account {
        user_name: user_name.into(),
        active: true,
        display_name: "Ann Lee".into(),
        name,
        email,
        ..Account::default()
    }
}

struct Building {
    peace: Peace,
    world: World,
}

impl Building {
    fn new(
        peace: Peace,
        scope: Scope,
        completeness: Completeness,
        on_hold: Option<BTreeSet<usize>>,
        settings: Settings,
    ) -> Self {
        let held_groups = on_hold.iter().map(|_| (OktaGroupId::new("00gHeld"), left("on hold"))).collect();
        let desired = Desired {
            scope,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            held_users: BTreeMap::new(),
            held_names: BTreeMap::new(),
            closed_users: BTreeMap::new(),
            regrouped_users: BTreeSet::new(),
            held_groups,
            people_on_hold: on_hold.into_iter().flatten().map(okta_id).collect(),
            untouched_groups: BTreeSet::new(),
            skipped_users: BTreeMap::new(),
            skipped_groups: BTreeMap::new(),
            conflicts: Vec::new(),
        };
        let actual = Actual { completeness, ..target::empty() };
        Self { peace, world: World { desired, actual, whereabouts: BTreeMap::new(), settings } }
    }

    fn build(
        mut self,
        people: &[Person],
        groups: &[Group],
        [user_names, emails]: [(Vec<usize>, Vec<usize>); 2],
        group_names: (Vec<usize>, Vec<usize>),
    ) -> World {
        let wandering = people.len() - ADMINS;
        for (number, person) in people.iter().enumerate() {
            let is_admin = number >= wandering;
            if is_admin || person.there == There::Linked {
                let user_name = match self.peace {
                    Peace::Clean if is_admin => format!("admin{number}"),
                    _ => format!("name{}", user_names.0[number]),
                };
                let external_id = (!is_admin).then(|| okta_id(number).as_str().to_owned());
                let email = format!("mail{}@acme.example", emails.0[number]);
                self.stands(number, person, shout(&user_name, person.shouts.0), email, external_id);
            }
        }
        let kept = self.kept(&people[..wandering]);
        for (number, person) in people[..wandering].iter().enumerate() {
            let wanted = |name: String, fresh: String| match self.peace {
                Peace::Clean if kept.contains(&folded(&name)) => fresh,
                _ => name,
            };
            let user_name = wanted(format!("name{}", user_names.1[number]), format!("fresh{number}"));
            let email = wanted(
                format!("mail{}@acme.example", emails.1[number]),
                format!("fresh{number}@acme.example"),
            );
            if person.there == There::HandMade {
                let email = match (self.peace, person.fate) {
                    (Peace::Clean, Fate::Desired) if person.is_deprovisioned => {
                        format!("hand{number}@acme.example")
                    }
                    (Peace::Contested, _) | (_, Fate::Desired) => {
                        format!("mail{}@acme.example", emails.0[number])
                    }
                    _ => format!("hand{number}@acme.example"),
                };
                self.hand_made(number, person, &user_name, email);
            }
            self.wanted(number, person, shout(&user_name, person.shouts.1), email);
        }
        self.groups(groups, &group_names);
        self.world
    }

    fn stands(
        &mut self,
        number: usize,
        person: &Person,
        user_name: String,
        email: String,
        external_id: Option<String>,
    ) {
        let email = person.has_email.0.then_some(email);
        let account = Account {
            active: person.was_active,
            title: title(person.titles.0),
            ..account(&user_name, email)
        };
        let id = scim_id(number);
        self.world.actual.users.insert(id.clone(), ActualUser { id, external_id, account });
    }

    /// An account with the name that the person wants, if nobody has it, linked to nobody or by some other tool.
    fn hand_made(&mut self, number: usize, person: &Person, user_name: &str, email: String) {
        let taken =
            self.world.actual.users.values().any(|user| folded(&user.account.user_name) == folded(user_name));
        if !taken {
            let external_id = person.shouts.0.then(|| format!("other-tool-{number}"));
            self.stands(number, person, shout(user_name, person.shouts.0), email, external_id);
        }
    }

    /// Names and addresses that stay with who has them, without case.
    fn kept(&self, people: &[Person]) -> BTreeSet<String> {
        let stays = |user: &&ActualUser| {
            let linked = (0..people.len())
                .find(|number| user.external_id.as_deref() == Some(okta_id(*number).as_str()));
            linked.is_none_or(|number| people[number].fate != Fate::Desired)
        };
        let staying = self.world.actual.users.values().filter(stays);
        staying
            .flat_map(|user| {
                [Some(folded(&user.account.user_name)), user.account.email.as_deref().map(folded)]
            })
            .flatten()
            .collect()
    }

    fn wanted(&mut self, number: usize, person: &Person, user_name: String, email: String) {
        let id = okta_id(number);
        let email = person.has_email.1.then_some(email);
        let profile_url = Some("https://acme.example/ann".to_owned());
        let title = title(person.titles.1);
        let account = Account { active: person.is_active, title, profile_url, ..account(&user_name, email) };
        let desired = &mut self.world.desired;
        let is_deprovisioned = person.is_deprovisioned && !person.is_active;
        let why = Reason::new("test", "wanted");
        if is_deprovisioned && matches!(person.fate, Fate::Desired | Fate::Broken) {
            self.world.whereabouts.insert(id.clone(), Whereabouts::Known(UserStatus::Deprovisioned));
        }
        match person.fate {
            Fate::Desired => {
                let user = DesiredUser {
                    account,
                    keeps_attributes: false,
                    is_deprovisioned,
                    is_closed_by_policy: false,
                    why,
                };
                desired.users.insert(id, user);
            }
            Fate::Broken => {
                // Whom Okta has closed is nobody to be told of.
                if person.is_active || person.there != There::Linked || person.shouts.0 {
                    desired.held_users.insert(id.clone(), left(&user_name));
                }
                let user = DesiredUser {
                    account,
                    keeps_attributes: true,
                    is_deprovisioned,
                    is_closed_by_policy: false,
                    why,
                };
                desired.users.insert(id, user);
            }
            Fate::Held => {
                if !person.is_active {
                    desired.closed_users.insert(id.clone(), Reason::new("closed", "in Okta"));
                }
                desired.held_users.insert(id, left(&user_name));
            }
            Fate::Skipped => {
                desired.skipped_users.insert(id.clone(), left(&user_name));
                self.world.whereabouts.extend(person.place.map(|place| (id, place)));
            }
            Fate::Absent => {
                self.world.whereabouts.extend(person.place.map(|place| (id, place)));
            }
        }
    }

    fn groups(&mut self, groups: &[Group], names: &(Vec<usize>, Vec<usize>)) {
        let mut kept = BTreeSet::new();
        for (number, group) in groups.iter().enumerate() {
            if group.there == There::Linked {
                let name = format!("group{}", names.0[number]);
                if group.fate != Fate::Desired {
                    kept.insert(name.clone());
                }
                let external_id = Some(key(number, group.is_chosen).as_str().to_owned());
                self.group_stands(number, group, name, external_id);
            }
        }
        for (number, group) in groups.iter().enumerate() {
            let mut name = format!("group{}", names.1[number]);
            if self.peace == Peace::Clean && kept.contains(&name) {
                name = format!("fresh{number}");
            }
            let taken = self.world.actual.groups.values().any(|it| folded(&it.display_name) == name);
            if group.there == There::HandMade && !taken {
                self.group_stands(number, group, shout(&name, group.shouts), None);
            }
            let key = key(number, group.is_chosen);
            let members = group.after.iter().map(|number| okta_id(*number)).collect();
            match group.fate {
                Fate::Desired => {
                    let why = Reason::new("test", "wanted");
                    self.world.desired.groups.insert(
                        key,
                        DesiredGroup { display_name: name, contested_names: BTreeSet::new(), members, why },
                    );
                }
                Fate::Held => {
                    self.world.desired.untouched_groups.insert(key);
                }
                Fate::Broken | Fate::Skipped | Fate::Absent => {}
            }
        }
    }

    fn group_stands(
        &mut self,
        number: usize,
        group: &Group,
        display_name: String,
        external_id: Option<String>,
    ) {
        let id = ScimGroupId::new(format!("group-{number}"));
        let there = |id: &ScimUserId| self.world.actual.users.contains_key(id);
        let members = group.before.iter().map(|number| scim_id(*number)).filter(there).collect();
        self.world.actual.members.insert(id.clone(), members);
        self.world.actual.groups.insert(id.clone(), ActualGroup { id, external_id, display_name });
    }
}

fn left(label: &str) -> Left {
    Left { label: label.to_owned(), why: Reason::new("test", "for a reason") }
}

fn shout(name: &str, loud: bool) -> String {
    if loud { name.to_uppercase() } else { name.to_owned() }
}

fn title(number: usize) -> Option<String> {
    ["", "Engineer", "Director"]
        .get(number)
        .filter(|title| !title.is_empty())
        .map(|title| (*title).to_owned())
}
