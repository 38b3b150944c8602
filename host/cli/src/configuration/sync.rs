//! `[sync]` but for the groups: what may be taken away.

use usher_core::deferral::Deferral;
use usher_core::protected::Protected;
use usher_core::settings::{Leavers, Memberships, OrphanedGroups, Settings};

use super::duration;
use super::reader::Reader;

const MEMBERSHIPS: [(&str, Memberships); 2] =
    [("mirror", Memberships::Mirror), ("additive", Memberships::Additive)];
const LEAVERS: [(&str, Leavers); 3] =
    [("deactivate", Leavers::Deactivate), ("keep", Leavers::Keep), ("delete", Leavers::Delete)];
const ORPHANED_GROUPS: [(&str, OrphanedGroups); 3] =
    [("empty", OrphanedGroups::Empty), ("keep", OrphanedGroups::Keep), ("delete", OrphanedGroups::Delete)];

/// Reads the section; what is protected stands in another.
pub(super) fn read(reader: &mut Reader<'_>, protected: Protected) -> Settings {
    let memberships = reader.choice("sync", "memberships", &MEMBERSHIPS).unwrap_or_default();
    let leavers = reader.choice("sync", "leavers", &LEAVERS).unwrap_or_default();
    let delete_after = reader.optional("sync", "delete_after", duration::parse);
    if delete_after.is_some() && leavers != Leavers::Delete {
        reader.complain("sync", "delete_after", "means something only with `leavers = \"delete\"`");
    }
    let orphaned_groups = reader.choice("sync", "orphaned_groups", &ORPHANED_GROUPS);
    if memberships == Memberships::Additive && orphaned_groups == Some(OrphanedGroups::Empty) {
        let message = "\"empty\" removes members, and `sync.memberships = \"additive\"` never does; write \"keep\" or \"delete\"";
        reader.complain("sync", "orphaned_groups", message);
    }
    let otherwise = match memberships {
        Memberships::Mirror => OrphanedGroups::Empty,
        Memberships::Additive => OrphanedGroups::Keep,
    };
    Settings {
        memberships,
        leavers,
        // When it is, and who waits, is known when a run begins.
        deferral: delete_after.map(|after| Deferral { after: after.as_secs(), ..Deferral::default() }),
        orphaned_groups: orphaned_groups.unwrap_or(otherwise),
        protected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::Configuration;
    use crate::configuration::tests::{GOOD, problems};

    fn settings(text: &str) -> Settings {
        Configuration::parse(&format!("{GOOD}{text}")).expect("it is right").settings
    }

    #[test]
    fn by_default_nothing_is_deleted() {
        assert_eq!(settings(""), Settings::default());
        assert_eq!(
            settings("[sync]\nleavers = \"deactivate\"\nmemberships = \"mirror\""),
            Settings::default()
        );
    }

    #[test]
    fn every_word_means_its_setting() {
        let all = settings(
            "[sync]\nmemberships = \"additive\"\nleavers = \"delete\"\norphaned_groups = \"delete\"",
        );
        assert_eq!(
            (all.memberships, all.leavers, all.orphaned_groups),
            (Memberships::Additive, Leavers::Delete, OrphanedGroups::Delete)
        );
        let keep = settings("[sync]\nleavers = \"keep\"\norphaned_groups = \"keep\"");
        assert_eq!((keep.leavers, keep.orphaned_groups), (Leavers::Keep, OrphanedGroups::Keep));
    }

    #[test]
    fn leavers_may_wait_to_be_deleted_where_somebody_remembers_since_when() {
        let state = "[state]\npath = \"usher.state\"\n";
        let waits = settings(&format!("{state}[sync]\nleavers = \"delete\"\ndelete_after = \"30d\""));
        assert_eq!(waits.deferral.map(|deferral| deferral.after), Some(30 * 86_400));
        for (text, problem) in [
            (format!("{state}[sync]\ndelete_after = \"30d\""), "leavers = \"delete\""),
            ("[sync]\nleavers = \"delete\"\ndelete_after = \"30d\"".to_owned(), "`[state]`"),
            (format!("{state}[sync]\nleavers = \"delete\"\ndelete_after = \"later\""), "30d"),
        ] {
            let found = problems(&format!("{GOOD}{text}"));
            assert!(found.len() == 1 && found[0].1.contains(problem), "{found:?}");
        }
    }

    #[test]
    fn where_groups_only_grow_no_orphaned_one_is_emptied() {
        assert_eq!(settings("[sync]\nmemberships = \"additive\"").orphaned_groups, OrphanedGroups::Keep);
        let found =
            problems(&format!("{GOOD}[sync]\nmemberships = \"additive\"\norphaned_groups = \"empty\""));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, Some(10));
    }

    #[test]
    fn another_word_is_told_with_the_near_one() {
        let found = problems(&format!("{GOOD}[sync]\nleavers = \"delte\"\nmemberships = 3"));
        let found: Vec<(usize, &str)> =
            found.iter().map(|(line, message)| (line.unwrap_or_default(), message.as_str())).collect();
        assert_eq!(
            found,
            [
                (
                    9,
                    "`sync.leavers`: must be \"deactivate\", \"keep\" or \"delete\"; did you mean \"delete\"?"
                ),
                (10, "`sync.memberships`: must be \"mirror\" or \"additive\""),
            ]
        );
    }
}
