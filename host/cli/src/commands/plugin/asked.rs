//! Whom a policy is asked about over a snapshot, as in a run.

use usher_core::decision::GroupDecision;
use usher_core::desired::UserToDecide;
use usher_core::selection::Selection;
use usher_core::source::SourceGroup;
use usher_engine::Snapshot;

/// The people in the groups that these decisions take, and a note where the snapshot does not hold all of them.
pub(crate) fn people(
    snapshot: &Snapshot,
    groups: &[SourceGroup],
    decisions: &[GroupDecision],
) -> (Vec<UserToDecide>, Option<String>) {
    let selection = Selection::new(groups, decisions);
    let unread: Vec<&str> = groups
        .iter()
        .filter(|group| {
            selection.to_read().contains(&group.id) && !snapshot.reading.members.contains_key(&group.id)
        })
        .map(|group| group.name.as_str())
        .collect();
    let note = unread.first().map(|first| {
        format!(
            "this policy takes groups ({}) whose members the snapshot does not hold, such as {first}: nobody is asked about \
             because of them",
            unread.len()
        )
    });
    (selection.users_to_decide(&snapshot.reading), note)
}
