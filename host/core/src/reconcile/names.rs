//! Who may have which unique name, and in which order names are freed and taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::name::folded;

/// How every name begins that is borne for a moment only, while a ring is open.
const TEMPORARY: &str = "usher-swap-";

/// The name that an object of this key bears while others take theirs: nobody else's, and one that AWS takes.
pub(crate) fn temporary(key: impl std::fmt::Display) -> String {
    format!("{TEMPORARY}{key}")
}

/// Whether a name is such a one.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// A value of an attribute that must be unique, as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Claim {
    /// The SCIM name.
    pub(crate) attribute: &'static str,
    /// The value without its case.
    pub(crate) value: String,
}

impl Claim {
    pub(crate) fn new(attribute: &'static str, value: &str) -> Self {
        Self { attribute, value: folded(value) }
    }
}

/// An object that the plan may change or create.
#[derive(Clone, Debug)]
pub(crate) struct Mover {
    /// How a report names it.
    pub(crate) label: String,
    /// What it holds now; nothing when it is yet to be created.
    pub(crate) has: BTreeSet<Claim>,
    /// What it should hold.
    pub(crate) wants: BTreeSet<Claim>,
    /// Whether what it holds is its own. An account to be adopted is nobody's yet: who else wants its name is a rival.
    pub(crate) is_owner: bool,
}

impl Mover {
    fn moves(&self) -> bool {
        self.has != self.wants
    }

    /// What it wants and has no right to yet.
    fn seeks(&self) -> impl Iterator<Item = &Claim> {
        self.wants.iter().filter(|claim| !self.is_owner || !self.has.contains(claim))
    }

    /// What it wants and has a right to.
    fn keeps(&self) -> impl Iterator<Item = &Claim> {
        self.wants.iter().filter(|claim| self.is_owner && self.has.contains(claim))
    }
}

/// Movers that cannot have what they want, each with the first claim that stands against it and who holds it. They keep what
/// they hold, which in turn may stand in the way of others.
///
/// `stayers` are the claims of all objects that the plan does not change, each with its holder's label.
pub(crate) fn contested<K: Ord + Clone>(
    movers: &BTreeMap<K, Mover>,
    stayers: BTreeMap<Claim, String>,
) -> BTreeMap<K, (Claim, String)> {
    let mut wanted: BTreeMap<&Claim, Vec<&K>> = BTreeMap::new();
    for (id, mover) in movers {
        for claim in mover.seeks() {
            wanted.entry(claim).or_default().push(id);
        }
    }
    let mut taken: Vec<(Claim, String)> = stayers.into_iter().collect();
    // Two that want one thing: whoever has it keeps it, else nobody gets it.
    for mover in movers.values() {
        taken.extend(mover.keeps().map(|claim| (claim.clone(), mover.label.clone())));
    }
    let mut blocked: BTreeMap<K, (Claim, String)> = BTreeMap::new();
    for (claim, rivals) in wanted.iter().filter(|(_, rivals)| rivals.len() > 1) {
        for rival in rivals {
            let other = rivals.iter().find(|other| *other != rival).map_or("", |other| &movers[*other].label);
            blocked.entry((*rival).clone()).or_insert_with(|| ((*claim).clone(), other.to_owned()));
        }
    }
    for id in blocked.keys() {
        taken.extend(keeps(&movers[id]));
    }
    while let Some((claim, holder)) = taken.pop() {
        for id in wanted.get(&claim).into_iter().flatten() {
            if !blocked.contains_key(*id) {
                blocked.insert((*id).clone(), (claim.clone(), holder.clone()));
                taken.extend(keeps(&movers[*id]));
            }
        }
    }
    blocked
}

fn keeps(mover: &Mover) -> impl Iterator<Item = (Claim, String)> {
    mover.has.iter().map(|claim| (claim.clone(), mover.label.clone()))
}

/// In which order the movers go so that no step meets a name that is still held.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Order<K: Ord> {
    /// Who goes out of the way first, with the claims to let go of, so that a ring opens.
    pub(crate) aside: BTreeMap<K, BTreeSet<Claim>>,
    /// The round in which each gets what it wants, from 0.
    pub(crate) rounds: BTreeMap<K, usize>,
}

/// Orders movers of which none is contested.
pub(crate) fn order<K: Ord + Clone>(movers: &BTreeMap<K, Mover>) -> Order<K> {
    let mut holders: BTreeMap<&Claim, Vec<&K>> = BTreeMap::new();
    for (id, mover) in movers {
        for claim in mover.has.difference(&mover.wants) {
            holders.entry(claim).or_default().push(id);
        }
    }
    let waits_for = |id: &K| -> BTreeSet<&K> {
        let wants = movers[id].wants.difference(&movers[id].has);
        wants.filter_map(|claim| holders.get(claim)).flatten().copied().collect()
    };
    let mut waiting: BTreeMap<&K, BTreeSet<&K>> =
        movers.iter().filter(|(_, mover)| mover.moves()).map(|(id, _)| (id, waits_for(id))).collect();
    let mut order = Order { aside: BTreeMap::new(), rounds: BTreeMap::new() };
    let mut round = 0;
    while !waiting.is_empty() {
        let ready: BTreeSet<&K> =
            waiting.iter().filter(|(_, before)| before.is_empty()).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            let Some(id) = in_a_ring(&waiting) else { break };
            let wanted: BTreeSet<&Claim> = waiting.keys().flat_map(|other| &movers[*other].wants).collect();
            let given_up =
                movers[id].has.difference(&movers[id].wants).filter(|claim| wanted.contains(claim));
            order.aside.insert(id.clone(), given_up.cloned().collect());
            free(&mut waiting, &BTreeSet::from([id]));
            continue;
        }
        waiting.retain(|id, _| !ready.contains(id));
        free(&mut waiting, &ready);
        order.rounds.extend(ready.into_iter().map(|id| (id.clone(), round)));
        round += 1;
    }
    order
}

/// Nobody waits for these any more.
fn free<K: Ord>(waiting: &mut BTreeMap<&K, BTreeSet<&K>>, gone: &BTreeSet<&K>) {
    for before in waiting.values_mut() {
        before.retain(|id| !gone.contains(id));
    }
}

/// One of those that wait for one another in a ring. Everybody waits for somebody who waits, so following far enough ends in one.
fn in_a_ring<'a, K: Ord>(waiting: &BTreeMap<&'a K, BTreeSet<&'a K>>) -> Option<&'a K> {
    let mut at: &K = waiting.keys().next()?;
    for _ in 0..waiting.len() {
        at = waiting.get(at)?.iter().next()?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(values: &str) -> BTreeSet<Claim> {
        values.split_whitespace().map(|value| Claim::new("userName", value)).collect()
    }

    /// `(id, has, wants)`
    fn movers(all: &[(u8, &str, &str)]) -> BTreeMap<u8, Mover> {
        let mover = |id: &u8, has, wants| Mover {
            label: id.to_string(),
            has: claims(has),
            wants: claims(wants),
            is_owner: true,
        };
        all.iter().map(|(id, has, wants)| (*id, mover(id, has, wants))).collect()
    }

    fn blocked(all: &[(u8, &str, &str)], stayers: &str) -> Vec<(u8, String, String)> {
        let stayers = claims(stayers).into_iter().map(|claim| (claim, "stayer".to_owned())).collect();
        let found = contested(&movers(all), stayers).into_iter();
        found.map(|(id, (claim, holder))| (id, claim.value, holder)).collect()
    }

    #[test]
    fn a_free_name_is_not_contested() {
        assert_eq!(blocked(&[(1, "a", "b"), (2, "", "c")], "x"), []);
    }

    #[test]
    fn a_name_that_is_given_up_is_free() {
        assert_eq!(blocked(&[(1, "a", "b"), (2, "b", "c"), (3, "", "a")], ""), []);
    }

    #[test]
    fn a_name_that_stays_blocks_and_so_does_who_is_blocked() {
        let found = blocked(&[(1, "a", "x"), (2, "b", "a"), (3, "", "b"), (4, "d", "e")], "x");
        let told = |id, name: &str, holder: &str| (id, name.to_owned(), holder.to_owned());
        assert_eq!(found, [told(1, "x", "stayer"), told(2, "a", "1"), told(3, "b", "2")]);
    }

    #[test]
    fn of_two_that_want_one_name_the_holder_keeps_it_and_otherwise_nobody_gets_it() {
        let told = |id, name: &str, holder: &str| (id, name.to_owned(), holder.to_owned());
        assert_eq!(blocked(&[(1, "a", "a"), (2, "b", "a")], ""), [told(2, "a", "1")]);
        assert_eq!(blocked(&[(1, "b", "a"), (2, "", "a")], ""), [told(1, "a", "2"), told(2, "a", "1")]);
    }

    #[test]
    fn who_is_to_be_adopted_owns_no_name_yet() {
        let mut all = movers(&[(1, "a", "a"), (2, "b", "a")]);
        all.get_mut(&1).unwrap().is_owner = false;
        let found: Vec<(u8, String)> =
            contested(&all, BTreeMap::new()).into_iter().map(|(id, (_, holder))| (id, holder)).collect();
        assert_eq!(found, [(1, "2".to_owned()), (2, "1".to_owned())]);
    }

    #[test]
    fn who_already_has_what_a_stayer_has_too_is_left_in_peace() {
        assert_eq!(blocked(&[(1, "a b", "a c")], "a"), []);
    }

    #[test]
    fn a_chain_goes_from_its_free_end() {
        let order = order(&movers(&[(1, "a", "b"), (2, "b", "c"), (3, "c", "d")]));
        assert_eq!(order.aside, BTreeMap::new());
        assert_eq!(order.rounds, BTreeMap::from([(3, 0), (2, 1), (1, 2)]));
    }

    #[test]
    fn a_ring_opens_at_one_place_only() {
        let order = order(&movers(&[(1, "a", "b"), (2, "b", "c"), (3, "c", "a")]));
        assert_eq!(order.aside.len(), 1);
        assert_eq!(order.rounds.len(), 3);
    }

    #[test]
    fn a_chain_that_leads_into_a_ring_waits_for_it() {
        let order = order(&movers(&[(0, "z", "a2"), (1, "a a2", "b"), (2, "b", "a")]));
        assert_eq!(order.aside.len(), 1);
        assert!(order.aside.contains_key(&1) || order.aside.contains_key(&2));
        assert_eq!(order.rounds.len(), 3);
    }

    #[test]
    fn who_does_not_move_has_no_round() {
        assert_eq!(
            order(&movers(&[(1, "a", "a")])),
            Order { aside: BTreeMap::new(), rounds: BTreeMap::new() }
        );
    }
}
