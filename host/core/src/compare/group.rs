//! Source groups: the verdict, and which groups of the target they become.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Compared, Judged, NamedGroup, Pair, Said, Verdict};
use crate::decision::{GroupDecision, GroupVerdict};
use crate::id::{GroupKey, OktaGroupId};

/// A source group of which the two say something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupDifference {
    /// Okta's id.
    pub id: OktaGroupId,
    /// Its name in Okta.
    pub name: String,
    /// What either says.
    pub said: Pair<Said>,
    /// The groups of the target that it becomes, by key; none unless it is synced.
    pub becomes: Pair<Vec<NamedGroup>>,
}

impl GroupDifference {
    /// Whether B gives nothing where A gave something, or another group, or drops what A leaves as it stands.
    pub fn takes_away(&self) -> bool {
        let Pair { a, b } = self.said.map(|said| said.verdict);
        let is_lost = |group: &NamedGroup| !self.becomes.b.iter().any(|other| other.key == group.key);
        let is_dropped = a == Verdict::Hold && matches!(b, Verdict::Skip | Verdict::NotAsked);
        is_dropped || b != Verdict::Hold && self.becomes.a.iter().any(is_lost)
    }

    /// Whether B gives something where A gave nothing.
    pub fn gives(&self) -> bool {
        self.becomes.a.is_empty() && !self.becomes.b.is_empty()
    }
}

/// Compares every group that was put to either.
pub(super) fn compared(a: &Judged<'_>, b: &Judged<'_>) -> Compared<GroupDifference> {
    let groups = a.groups.iter().chain(b.groups);
    let groups: BTreeMap<_, _> = groups.map(|group| ((group.name.as_str(), &group.id), group)).collect();
    let (of_a, of_b) = (Decided::of(a), Decided::of(b));
    let mut compared = Compared { compared: groups.len(), otherwise: Vec::new(), other_reason: Vec::new() };
    for group in groups.into_values() {
        let ((said_a, becomes_a), (said_b, becomes_b)) = (of_a.group(&group.id), of_b.group(&group.id));
        let said = Pair { a: said_a, b: said_b };
        let becomes = Pair { a: becomes_a, b: becomes_b };
        let into = if said.a.verdict != said.b.verdict || !becomes.is_same() {
            &mut compared.otherwise
        } else if !said.is_same() {
            &mut compared.other_reason
        } else {
            continue;
        };
        into.push(GroupDifference { id: group.id.clone(), name: group.name.clone(), said, becomes });
    }
    compared
}

/// The decisions of one of the two by the id of the group.
struct Decided<'a> {
    judged: &'a Judged<'a>,
    decisions: BTreeMap<&'a OktaGroupId, &'a GroupDecision>,
}

impl<'a> Decided<'a> {
    fn of(judged: &'a Judged<'a>) -> Self {
        Self { judged, decisions: judged.decisions.iter().map(|it| (&it.id, it)).collect() }
    }

    fn group(&self, id: &OktaGroupId) -> (Said, Vec<NamedGroup>) {
        let Judged { desired, policies, .. } = self.judged;
        // What the host made of the decision comes before what was said: it holds what cannot be written.
        if let Some(left) = desired.held_groups.get(id) {
            return (Said::of(Verdict::Hold, &left.why, policies), Vec::new());
        }
        if let Some(left) = desired.skipped_groups.get(id) {
            return (Said::of(Verdict::Skip, &left.why, policies), Vec::new());
        }
        match self.decisions.get(id) {
            Some(GroupDecision { verdict: GroupVerdict::Sync(targets), why, .. }) => {
                let key = |key: &Option<String>| match key {
                    Some(key) => GroupKey::chosen(key),
                    None => GroupKey::of_okta_group(id),
                };
                let mut becomes: Vec<NamedGroup> = targets
                    .iter()
                    .map(|it| NamedGroup { key: key(&it.key), display_name: it.display_name.clone() })
                    .collect();
                becomes.sort();
                (Said::of(Verdict::Sync, why, policies), becomes)
            }
            _ => (Said::not_asked(), Vec::new()),
        }
    }
}
