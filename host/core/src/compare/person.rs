//! People: the verdict, the account field by field, and the groups of the target.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Compared, Judged, NamedGroup, Pair, Said, Verdict};
use crate::account::{Account, Field};
use crate::id::{GroupKey, OktaUserId};
use crate::plan::AttributeChange;

/// A person of whom the two say something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonDifference {
    /// Okta's id.
    pub id: OktaUserId,
    /// The login in Okta, or the id where there is none.
    pub login: String,
    /// What either says.
    pub said: Pair<Said>,
    /// From the account of A to that of B, where both give one.
    pub account: Vec<AttributeChange>,
    /// Groups of the target that B gives and A does not. None of a person, or of a group, that either leaves as it stands.
    pub gained: Vec<NamedGroup>,
    /// Groups of the target that A gives and B does not.
    pub lost: Vec<NamedGroup>,
}

impl PersonDifference {
    /// Whether the person is no longer wanted, or no longer left as they stand, may no longer sign in, or is in a group less.
    pub fn takes_away(&self) -> bool {
        let Pair { a, b } = self.said.map(|said| said.verdict);
        let is_dropped =
            matches!(a, Verdict::Sync | Verdict::Hold) && matches!(b, Verdict::Skip | Verdict::NotAsked);
        let is_closed = self
            .account
            .iter()
            .any(|it| it.attribute == Field::Active.name() && it.after.as_deref() == Some("false"));
        is_dropped || is_closed || !self.lost.is_empty()
    }

    /// Whether the person was not wanted before, or is in a group more.
    pub fn gives(&self) -> bool {
        let Pair { a, b } = self.said.map(|said| said.verdict);
        let is_new = b == Verdict::Sync && matches!(a, Verdict::Skip | Verdict::NotAsked);
        !self.takes_away() && (is_new || !self.gained.is_empty())
    }
}

/// Compares everybody whom either met in a group.
pub(super) fn compared(a: &Judged<'_>, b: &Judged<'_>) -> Compared<PersonDifference> {
    let people = a.reading.users.values().chain(b.reading.users.values());
    let people: BTreeMap<_, _> = people.map(|user| ((user.label(), &user.id), user)).collect();
    let (of_a, of_b) = (People::of(a), People::of(b));
    let left_as_they_stand =
        |key: &GroupKey| a.desired.untouched_groups.contains(key) || b.desired.untouched_groups.contains(key);
    let mut compared = Compared { compared: people.len(), otherwise: Vec::new(), other_reason: Vec::new() };
    for user in people.into_values() {
        let (a, b) = (of_a.person(&user.id), of_b.person(&user.id));
        let (gained, lost) = match (&a.groups, &b.groups) {
            (Some(before), Some(after)) => {
                let only = |these: &Keys<'_>, those: &Keys<'_>, people: &People<'_>| {
                    let keys = these.difference(those).copied().filter(|key| !left_as_they_stand(key));
                    keys.map(|key| people.group(key)).collect()
                };
                (only(after, before, &of_b), only(before, after, &of_a))
            }
            // What stands is not known here.
            _ => (Vec::new(), Vec::new()),
        };
        let account = match (a.account, b.account) {
            (Some(before), Some(after)) => changes(before, after),
            _ => Vec::new(),
        };
        let said = Pair { a: a.said, b: b.said };
        let is_otherwise =
            said.a.verdict != said.b.verdict || !account.is_empty() || !gained.is_empty() || !lost.is_empty();
        let into = if is_otherwise {
            &mut compared.otherwise
        } else if !said.is_same() {
            &mut compared.other_reason
        } else {
            continue;
        };
        let (id, login) = (user.id.clone(), user.label().to_owned());
        into.push(PersonDifference { id, login, said, account, gained, lost });
    }
    compared
}

/// Keys of groups of the target.
type Keys<'a> = BTreeSet<&'a GroupKey>;

/// What one of the two makes of a person.
struct Person<'a> {
    said: Said,
    /// None unless one would be written.
    account: Option<&'a Account>,
    /// None where they are left as they stand.
    groups: Option<Keys<'a>>,
}

/// What one of the two makes of people.
struct People<'a> {
    judged: &'a Judged<'a>,
    groups: BTreeMap<&'a OktaUserId, Keys<'a>>,
}

impl<'a> People<'a> {
    fn of(judged: &'a Judged<'a>) -> Self {
        let mut groups = BTreeMap::<_, Keys<'a>>::new();
        for (key, group) in &judged.desired.groups {
            for member in &group.members {
                groups.entry(member).or_default().insert(key);
            }
        }
        Self { judged, groups }
    }

    fn person(&self, id: &OktaUserId) -> Person<'a> {
        let Judged { desired, policies, .. } = self.judged;
        let user = desired.users.get(id);
        let groups = || self.groups.get(id).cloned().unwrap_or_default();
        // An account that AWS would refuse keeps what stands of it, and its groups are mirrored all the same.
        let kept = user.filter(|user| user.keeps_attributes).map(|user| &user.why);
        if let Some(why) = desired.held_users.get(id).map(|left| &left.why).or(kept) {
            let said = Said::of(Verdict::Hold, why, policies);
            return Person { said, account: None, groups: user.map(|_| groups()) };
        }
        if let Some(user) = user {
            let said = Said::of(Verdict::Sync, &user.why, policies);
            return Person { said, account: Some(&user.account), groups: Some(groups()) };
        }
        let said = match desired.skipped_users.get(id) {
            Some(left) => Said::of(Verdict::Skip, &left.why, policies),
            None => Said::not_asked(),
        };
        Person { said, account: None, groups: Some(BTreeSet::new()) }
    }

    fn group(&self, key: &GroupKey) -> NamedGroup {
        let group = self.judged.desired.groups.get(key);
        let display_name = group.map_or(key.as_str(), |group| group.display_name.as_str()).to_owned();
        NamedGroup { key: key.clone(), display_name }
    }
}

/// Every field counts here, also those that AWS never gives back.
fn changes(before: &Account, after: &Account) -> Vec<AttributeChange> {
    let differing = Field::ALL.iter().filter(|field| before.get(**field) != after.get(**field));
    let change = |field: &Field| AttributeChange {
        attribute: field.name().to_owned(),
        before: before.get(*field).map(str::to_owned),
        after: after.get(*field).map(str::to_owned),
    };
    differing.map(change).collect()
}
