//! What a directory should come to, written from the design alone. It plans nothing and knows no order of steps: it says what stands
//! in the end, and shares no code with what it judges.

use std::collections::{BTreeMap, BTreeSet};

use usher_core::settings::{Leavers, Memberships, OrphanedGroups, Settings};

use crate::company::{Company, Group as OktaGroup, Person};
use crate::directory::{Directory, Group, User, new_id};
use crate::event::Kind;
use crate::history::UserNames;
use crate::names::{Mover, contested};

/// The end of a run.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) directory: Directory,
    /// Okta ids and keys of those that cannot have what they want.
    pub(crate) contested: BTreeSet<String>,
    /// Logins of those that are on hold, whether by the policy or since AWS would not take them.
    pub(crate) held: BTreeSet<String>,
    /// Okta groups whose members are read.
    pub(crate) read: u64,
    /// Leavers of whom Okta is asked.
    pub(crate) asked: u64,
    /// Since when leavers wait to be deleted, as the next run should know it: seconds by Okta id.
    pub(crate) waiting: BTreeMap<String, u64>,
}

/// What a run knows of those who wait to be deleted, and the time of the run in seconds since the history began.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) now: u64,
    pub(crate) since: BTreeMap<String, u64>,
}

/// What becomes of somebody in Okta.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Wanted,
    Held,
    Left,
}

/// A group in AWS that Okta groups become.
#[derive(Default)]
struct Wanted<'a> {
    name: &'a str,
    people: BTreeSet<&'a str>,
}

/// None when the policy selects no group: then the run ends before a plan.
pub(crate) fn expected(
    company: &Company,
    before: &Directory,
    settings: &Settings,
    user_names: UserNames,
    waiting: &Waiting,
) -> Option<Expected> {
    let (mut wanted, mut on_hold) = (BTreeMap::<&str, Wanted>::new(), BTreeSet::new());
    let mut frozen = BTreeSet::new();
    let mut read = 0;
    for group in &company.groups {
        let Some(becomes) = becomes(group) else { continue };
        read += 1;
        let members = group.members.iter().map(String::as_str);
        match becomes {
            Some((key, name)) => {
                let wanted = wanted.entry(key).or_default();
                wanted.name = name;
                wanted.people.extend(members);
            }
            None => {
                frozen.insert(group.id.as_str());
                on_hold.extend(members);
            }
        }
    }
    if read == 0 {
        return None;
    }
    let judge = Judge { company, before, settings, user_names, waiting, wanted, frozen, on_hold };
    Some(judge.expected(read))
}

/// What the policy makes of a group: nothing, a hold, or a group of this key and name.
fn becomes(group: &OktaGroup) -> Option<Option<(&str, &str)>> {
    let is_selected = group.name.starts_with("aws-");
    is_selected.then_some(match &group.name {
        name if name.ends_with("-frozen") => None,
        name if name.starts_with("aws-both-") => Some(("usher-both", "aws-both")),
        name => Some((&group.id, name)),
    })
}

fn is_closed(person: &Person) -> bool {
    matches!(person.status, "SUSPENDED" | "DEPROVISIONED")
}

/// AWS takes no account without a last name.
fn is_broken(person: &Person) -> bool {
    person.family.is_none()
}

fn is_okta_user(external_id: Option<&str>) -> bool {
    external_id.is_some_and(|id| id.len() == 20 && id.starts_with("00u"))
}

fn is_ours(external_id: Option<&str>) -> bool {
    external_id.is_some_and(|id| id.starts_with("usher-") || (id.len() == 20 && id.starts_with("00g")))
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// What must be unique.
fn claims(user: &User) -> BTreeSet<String> {
    let claim = |name: &str| Some(format!("{name} {}", user.attributes.get(name)?.to_lowercase()));
    ["userName", "email"].into_iter().filter_map(claim).collect()
}

struct Judge<'a> {
    company: &'a Company,
    before: &'a Directory,
    settings: &'a Settings,
    user_names: UserNames,
    waiting: &'a Waiting,
    /// By key.
    wanted: BTreeMap<&'a str, Wanted<'a>>,
    /// Okta groups on hold, and who is in them.
    frozen: BTreeSet<&'a str>,
    on_hold: BTreeSet<&'a str>,
}

impl<'a> Judge<'a> {
    fn expected(&self, read: u64) -> Expected {
        let people: Vec<(&Person, Fate)> = self.company.people.iter().map(|it| (it, self.fate(it))).collect();
        let fates: BTreeMap<&str, Fate> = people.iter().map(|(it, fate)| (it.id.as_str(), *fate)).collect();
        let (mut users, mut waiting) = (BTreeMap::new(), BTreeMap::new());
        let mut asked = 0;
        for (id, user) in &self.before.users {
            let after = match user.external_id.as_deref().filter(|it| is_okta_user(Some(it))) {
                None => Some(user.clone()),
                Some(owner) => match fates.get(owner) {
                    Some(Fate::Wanted) => Some(user.clone()),
                    Some(Fate::Held) => {
                        waiting.extend(
                            self.waiting.since.get_key_value(owner).map(|(id, at)| (id.clone(), *at)),
                        );
                        let is_closed =
                            self.person(owner).is_some_and(is_closed) && !self.protects_user(user);
                        Some(User { active: user.active && !is_closed, ..user.clone() })
                    }
                    Some(Fate::Left) | None => {
                        let deletes = self.settings.leavers == Leavers::Delete && self.is_due(owner);
                        let is_touched = user.active || deletes;
                        asked += u64::from(is_touched && self.settings.leavers != Leavers::Keep);
                        let after = self.leaver(owner, id, user);
                        waiting.extend(self.waits(owner, user, after.as_ref()));
                        after
                    }
                },
            };
            users.extend(after.map(|after| (id.clone(), after)));
        }

        // Who may have the names they want.
        let wanted_people =
            people.iter().filter(|(_, fate)| *fate == Fate::Wanted).map(|(person, _)| *person);
        let movers: BTreeMap<&str, Mover> = wanted_people
            .clone()
            .filter(|person| !is_broken(person))
            .filter_map(|person| {
                let object = self.object(person);
                let has = object.map(|id| claims(&self.before.users[id])).unwrap_or_default();
                let is_linked = self.own(person).is_some() || object.is_none();
                let mover = Mover { object, is_linked, has, wants: claims(&self.account(person)) };
                (object.is_some() || !is_closed(person)).then_some((person.id.as_str(), mover))
            })
            .collect();
        let moved: BTreeSet<&str> = movers.values().filter_map(|mover| mover.object).collect();
        let stay = users.iter().filter(|(id, _)| !moved.contains(id.as_str())).map(|(_, user)| claims(user));
        let blocked = contested(&movers, &stay.flatten().collect());

        // Accounts, and what each wanted person has of them.
        let mut accounts: BTreeMap<&str, String> = BTreeMap::new();
        let mut not_adopted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for person in wanted_people {
            let own = self.own(person);
            if is_broken(person) || blocked.contains(person.id.as_str()) {
                if let Some(id) = own {
                    accounts.insert(&person.id, id.to_owned());
                    let Some(user) = users.get_mut(id) else { continue };
                    let is_protected = match is_broken(person) {
                        true => self.protects_user(&self.before.users[id]),
                        false => self.protects(person),
                    };
                    user.active &= !is_closed(person) || is_protected;
                }
                let may_be_theirs = not_adopted.entry(&person.id).or_default();
                may_be_theirs.extend(self.object(person).filter(|_| own.is_none()));
                if is_broken(person) && !is_closed(person) {
                    let account = self.account(person);
                    may_be_theirs.extend(self.nobodys(&[&person.login, &account.attributes["userName"]]));
                }
            } else if let Some(mover) = movers.get(person.id.as_str()) {
                let id = mover.object.map_or_else(|| new_id(&person.id), str::to_owned);
                let stood_active = self.before.users.get(&id).is_some_and(|user| user.active);
                let mut account = self.account(person);
                account.active |= stood_active && self.protects(person);
                users.insert(id.clone(), account);
                accounts.insert(&person.id, id);
            }
        }

        let held_people = people.iter().filter(|(_, fate)| *fate == Fate::Held).map(|(person, _)| *person);
        let kept: BTreeSet<&str> = held_people
            .clone()
            .flat_map(|person| self.own(person).into_iter().chain(self.nobodys(&[&person.login])))
            .collect();
        let broken = people
            .iter()
            .filter(|(person, fate)| *fate == Fate::Wanted && is_broken(person) && !is_closed(person));
        let held = held_people.chain(broken.map(|(person, _)| *person)).map(|it| it.login.clone()).collect();
        let memberships = Staying { accounts, not_adopted, kept };
        let (mut groups, contested_groups) = self.groups(&memberships);
        for group in groups.values_mut() {
            group.members.retain(|id| users.contains_key(id));
        }
        let contested = blocked.into_iter().chain(contested_groups).map(str::to_owned).collect();
        Expected { directory: Directory { users, groups }, contested, held, read, asked, waiting }
    }

    fn fate(&self, person: &Person) -> Fate {
        let is_on_hold = self.on_hold.contains(person.id.as_str());
        let is_selected = self.wanted.values().any(|group| group.people.contains(person.id.as_str()));
        let fate = match (is_selected, person.kind) {
            (true, Kind::Employee) => Fate::Wanted,
            (true, Kind::OnHold) => Fate::Held,
            (true, Kind::Contractor) | (false, _) if is_on_hold => Fate::Held,
            _ => Fate::Left,
        };
        let is_gone = self.settings.leavers == Leavers::Delete && person.status == "DEPROVISIONED";
        let is_kept = is_on_hold
            || self.protects(person)
            || self.own(person).is_some_and(|id| self.is_in_group_on_hold(id));
        if fate == Fate::Wanted && is_gone && !is_kept { Fate::Left } else { fate }
    }

    /// What becomes of a leaver's account.
    fn leaver(&self, owner: &str, id: &str, user: &User) -> Option<User> {
        let person = self.person(owner);
        let is_on_hold = self.is_in_group_on_hold(id);
        let is_skipped = person.is_some_and(|person| {
            person.kind == Kind::Contractor
                && self.wanted.values().any(|group| group.people.contains(person.id.as_str()))
        });
        let may_sign_in = person.is_some_and(|person| !is_closed(person));
        let is_suspended = person.is_some_and(|person| person.status == "SUSPENDED");
        // Who is to be deleted is deactivated first, and waits, where anybody has to wait.
        let goes_now = self.settings.deferral.is_none() || (!user.active && self.is_due(owner));
        match self.settings.leavers {
            Leavers::Keep => Some(user.clone()),
            _ if self.protects_user(user) => Some(user.clone()),
            _ if is_on_hold && may_sign_in && !is_skipped => Some(user.clone()),
            Leavers::Delete if !is_on_hold && !is_suspended && goes_now => None,
            Leavers::Delete | Leavers::Deactivate => Some(User { active: false, ..user.clone() }),
        }
    }

    /// Whether somebody has waited long enough to be deleted.
    fn is_due(&self, owner: &str) -> bool {
        let Some(deferral) = &self.settings.deferral else { return true };
        let since = self.waiting.since.get(owner).copied().unwrap_or(self.waiting.now);
        since + deferral.after <= self.waiting.now
    }

    /// Since when a leaver waits once the run is over.
    fn waits(&self, owner: &str, before: &User, after: Option<&User>) -> Option<(String, u64)> {
        self.settings.deferral.as_ref()?;
        let known = self.waiting.since.get(owner).copied().filter(|_| !before.active);
        after.filter(|after| !after.active)?;
        Some((owner.to_owned(), known.unwrap_or(self.waiting.now)))
    }

    /// Whether nothing is taken from an account of this name.
    fn protects_user(&self, user: &User) -> bool {
        self.settings.protected.user(&user.attributes["userName"]).is_some()
    }

    /// The same of the name that a person's account has, or gets.
    fn protects(&self, person: &Person) -> bool {
        let standing = self.object(person).map(|id| &self.before.users[id]);
        standing.is_some_and(|user| self.protects_user(user)) || self.protects_user(&self.account(person))
    }

    /// Groups by id, and the keys that cannot have the name they want.
    fn groups(&self, memberships: &Staying<'a>) -> (BTreeMap<String, Group>, BTreeSet<&'a str>) {
        let is_shared = |key: &str, name: &str| {
            self.wanted.iter().any(|(other, wanted)| *other != key && same(wanted.name, name))
        };
        let claim = |name: &str| BTreeSet::from([name.to_lowercase()]);
        let (shared, alone): (Vec<_>, Vec<_>) =
            self.wanted.iter().partition(|(key, wanted)| is_shared(key, wanted.name));
        let movers: BTreeMap<&str, Mover> = alone
            .iter()
            .map(|(key, wanted)| {
                let object = self.group_object(key, wanted.name);
                let has = object.map(|id| claim(&self.before.groups[id].name)).unwrap_or_default();
                (**key, Mover { object, is_linked: true, has, wants: claim(wanted.name) })
            })
            .collect();
        let moved: BTreeSet<&str> = movers.values().filter_map(|mover| mover.object).collect();
        let stay = self.before.groups.iter().filter(|(id, _)| !moved.contains(id.as_str()));
        let mut blocked = contested(&movers, &stay.flat_map(|(_, group)| claim(&group.name)).collect());
        blocked.extend(shared.iter().map(|(key, _)| **key));

        let mut groups = self.before.groups.clone();
        let mut contested_names = BTreeSet::new();
        let mut missed_names = BTreeSet::new();
        for (key, wanted) in &self.wanted {
            let is_blocked = blocked.contains(key);
            let own = self.own_group(key);
            if is_blocked {
                contested_names.extend(claim(wanted.name));
                if own.is_none() {
                    missed_names.extend(claim(wanted.name));
                    continue;
                }
            }
            let id = self.group_object(key, wanted.name).map_or_else(|| new_id(key), str::to_owned);
            let group = groups.entry(id).or_default();
            if !is_blocked {
                group.external_id = Some((*key).to_owned());
                wanted.name.clone_into(&mut group.name);
            }
            let names = [own.map(|id| &*self.before.groups[id].name), Some(&*group.name)];
            let is_protected =
                names.into_iter().flatten().any(|name| self.settings.protected.group(name).is_some());
            let is_additive = self.settings.memberships == Memberships::Additive;
            let mut members = group.members.clone();
            members.retain(|id| is_additive || self.stays(id, key, memberships));
            members.extend(wanted.people.iter().filter_map(|id| memberships.accounts.get(id)).cloned());
            if !(is_protected && members.is_empty()) {
                let protected = group.members.iter().filter(|id| self.protects_member(id, memberships));
                members.extend(protected.cloned());
                group.members = members;
            }
        }
        for (id, group) in &self.before.groups {
            let external_id = group.external_id.as_deref();
            let is_wanted = external_id.is_some_and(|key| self.wanted.contains_key(key));
            let is_missed = missed_names.contains(&group.name.to_lowercase());
            if !is_ours(external_id) || is_wanted || self.is_group_on_hold(group) || is_missed {
                continue;
            }
            let is_kept = |id: &String| memberships.kept.contains(id.as_str());
            let stays = |id: &&String| is_kept(id) || self.protects_member(id, memberships);
            let kept: BTreeSet<String> = group.members.iter().filter(stays).cloned().collect();
            let is_contested = contested_names.contains(&group.name.to_lowercase());
            let is_protected = self.settings.protected.group(&group.name).is_some();
            match self.settings.orphaned_groups {
                OrphanedGroups::Keep => {}
                _ if is_protected && !group.members.iter().any(is_kept) => {}
                OrphanedGroups::Delete if !is_contested && kept.is_empty() => drop(groups.remove(id)),
                _ if self.settings.memberships == Memberships::Additive => {}
                OrphanedGroups::Empty | OrphanedGroups::Delete => {
                    groups.insert(id.clone(), Group { members: kept, ..group.clone() });
                }
            }
        }
        (groups, blocked)
    }

    /// Whether a member of a wanted group stays though not one of its people.
    fn stays(&self, id: &str, key: &str, memberships: &Staying<'a>) -> bool {
        let may_be_theirs =
            |person: &&str| memberships.not_adopted.get(person).is_some_and(|accounts| accounts.contains(id));
        let is_on_hold = |person: &str| self.on_hold.contains(person);
        memberships.kept.contains(id)
            || self.wanted[key].people.iter().any(may_be_theirs)
            || (key.starts_with("usher-") && self.owner(id, memberships).is_some_and(is_on_hold))
    }

    /// Whether a member is protected, by the name of the account or by the one that it gets.
    fn protects_member(&self, id: &str, memberships: &Staying<'a>) -> bool {
        let owner = self.owner(id, memberships).and_then(|owner| self.person(owner));
        let is_wanted = |person: &&Person| self.fate(person) == Fate::Wanted && !is_broken(person);
        self.protects_user(&self.before.users[id])
            || owner.filter(is_wanted).is_some_and(|person| self.protects_user(&self.account(person)))
    }

    /// Whose account it is in the end.
    fn owner(&self, id: &str, memberships: &Staying<'a>) -> Option<&'a str> {
        let mut adopted = memberships.accounts.iter().filter(|(_, account)| *account == id);
        let carried = || self.before.users[id].external_id.as_deref();
        adopted.next().map(|(person, _)| *person).or_else(carried)
    }

    fn person(&self, id: &str) -> Option<&'a Person> {
        self.company.people.iter().find(|person| person.id == id)
    }

    /// The account as AWS should have it.
    fn account(&self, person: &Person) -> User {
        let user_name = match (self.user_names, &person.email) {
            (UserNames::Mails, Some(email)) => email.clone(),
            _ => person.login.clone(),
        };
        let display_name = [Some(&person.given), person.family.as_ref()].map(|part| part.map(String::as_str));
        let attributes = [
            ("userName", Some(user_name)),
            ("displayName", Some(display_name.into_iter().flatten().collect::<Vec<_>>().join(" "))),
            ("givenName", Some(person.given.clone())),
            ("familyName", person.family.clone()),
            ("title", person.title.clone()),
            ("email", person.email.clone()),
        ];
        let attributes = attributes.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let (external_id, active) = (Some(person.id.clone()), !is_closed(person));
        User { external_id, active, attributes: attributes.collect() }
    }

    /// The account that carries the person's id.
    fn own(&self, person: &Person) -> Option<&'a str> {
        let mut users = self.before.users.iter();
        let own = users.find(|(_, user)| user.external_id.as_deref() == Some(&person.id));
        own.map(|(id, _)| id.as_str())
    }

    /// The account that stands for the person: their own, or one of the right name that is nobody's.
    fn object(&self, person: &Person) -> Option<&'a str> {
        let name = self.account(person).attributes["userName"].clone();
        self.own(person).or_else(|| self.nobodys(&[&name]).first().copied())
    }

    /// Accounts of these names that carry nobody's id.
    fn nobodys(&self, names: &[&str]) -> Vec<&'a str> {
        let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let nobodys = self.before.users.iter().filter(move |(_, user)| {
            let name = user.attributes.get("userName").map(|name| name.to_lowercase());
            !is_okta_user(user.external_id.as_deref()) && name.is_some_and(|name| names.contains(&name))
        });
        nobodys.map(|(id, _)| id.as_str()).collect()
    }

    fn own_group(&self, key: &str) -> Option<&'a str> {
        let mut groups = self.before.groups.iter();
        groups.find(|(_, group)| group.external_id.as_deref() == Some(key)).map(|(id, _)| id.as_str())
    }

    fn group_object(&self, key: &str, name: &str) -> Option<&'a str> {
        let nobodys = || {
            let mut groups = self.before.groups.iter();
            groups.find(|(_, it)| !is_ours(it.external_id.as_deref()) && same(&it.name, name))
        };
        self.own_group(key).or_else(|| nobodys().map(|(id, _)| id.as_str()))
    }

    /// Whether a group in AWS is left as it is: an Okta group on hold is it, or may own it.
    fn is_group_on_hold(&self, group: &Group) -> bool {
        group.external_id.as_deref().is_some_and(|key| {
            let may_be_owned = key.starts_with("usher-") && !self.frozen.is_empty();
            self.frozen.contains(key) || (may_be_owned && !self.wanted.contains_key(key))
        })
    }

    fn is_in_group_on_hold(&self, id: &str) -> bool {
        self.before.groups.values().any(|group| group.members.contains(id) && self.is_group_on_hold(group))
    }
}

/// Whose memberships are what.
struct Staying<'a> {
    /// Wanted people who have an account in the end.
    accounts: BTreeMap<&'a str, String>,
    /// Accounts that may be those of wanted people, and could not be adopted.
    not_adopted: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Accounts of people on hold.
    kept: BTreeSet<&'a str>,
}
