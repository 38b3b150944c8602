//! `[journal]` and `[lock]`: what a run that writes leaves behind, and what keeps another one from writing meanwhile.

use std::path::PathBuf;

use usher_storage::{Place, PlaceError};

use super::reader::Reader;
use super::state::StateSection;

/// Where the two are; neither is kept unless the configuration says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeepingSection {
    /// The journal.
    pub(crate) journal: Option<PathBuf>,
    /// The lock: unless it is named, beside the state or else beside the journal.
    pub(crate) lock: Option<Place>,
}

/// Reads both sections. The state is what two runs at once would spoil first.
pub(super) fn read(reader: &mut Reader<'_>, state: Option<&StateSection>) -> KeepingSection {
    reader.only_keys("journal", &["path"]);
    reader.only_keys("lock", &["path"]);
    let journal = reader.optional("journal", "path", file);
    let lock = reader.optional("lock", "path", Place::parse);
    let lock = lock.or_else(|| match (state, &journal) {
        (Some(state), _) => Some(beside(&state.place)),
        (None, Some(journal)) => Some(beside(&Place::File(journal.clone()))),
        (None, None) => None,
    });
    let state = state.map(|state| &state.place);
    let journal_place = journal.clone().map(Place::File);
    if journal_place.is_some() && journal_place.as_ref() == state {
        reader.complain("journal", "path", "is the state's file too: each wants one of its own");
    }
    if lock.is_some() && (lock == journal_place || lock.as_ref() == state) {
        reader.complain(
            "lock",
            "path",
            "is the file of the journal or of the state too: each wants one of its own",
        );
    }
    KeepingSection { lock, journal }
}

/// The place of the same name that ends with `.lock`.
fn beside(place: &Place) -> Place {
    match place {
        Place::File(path) => {
            let mut name = path.as_os_str().to_owned();
            name.push(".lock");
            Place::File(PathBuf::from(name))
        }
        Place::S3(bucket) => {
            let mut bucket = bucket.clone();
            bucket.key.push_str(".lock");
            Place::S3(bucket)
        }
    }
}

/// A journal is written line by line, which an object in S3 cannot be.
fn file(text: &str) -> Result<PathBuf, String> {
    match Place::parse(text) {
        Ok(Place::File(path)) => Ok(path),
        Ok(Place::S3(_)) | Err(PlaceError::UnknownStore { .. }) => {
            Err("must name a file on this machine: a journal is written line by line".to_owned())
        }
        Err(PlaceError::Empty) => Err("must name a file".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Configuration;
    use super::super::tests::{GOOD, problems};
    use super::*;

    fn keeping(text: &str) -> KeepingSection {
        Configuration::parse(&format!("{GOOD}{text}")).unwrap().keeping
    }

    #[test]
    fn nothing_is_kept_unless_a_path_is_named() {
        assert_eq!(keeping(""), KeepingSection::default());
    }

    #[test]
    fn the_lock_lies_beside_the_journal_unless_it_is_named() {
        let both = keeping("[journal]\npath = \"var/usher.jsonl\"");
        assert_eq!(both.journal.as_deref(), Some("var/usher.jsonl".as_ref()));
        assert_eq!(both.lock, Some(Place::File("var/usher.jsonl.lock".into())));
        let named = keeping("[journal]\npath = \"a\"\n[lock]\npath = \"b\"");
        assert_eq!(named.lock, Some(Place::File("b".into())));
        assert_eq!(keeping("[lock]\npath = \"b\"").journal, None);
    }

    #[test]
    fn where_a_state_is_kept_the_lock_lies_beside_it() {
        let both = keeping("[state]\npath = \"var/usher.state\"\n[journal]\npath = \"usher.jsonl\"");
        assert_eq!(both.lock, Some(Place::File("var/usher.state.lock".into())));
        let remote = keeping("[state]\npath = \"s3://acme/usher.state?region=eu-west-1\"");
        assert_eq!(remote.lock, Some(Place::parse("s3://acme/usher.state.lock?region=eu-west-1").unwrap()));
        let named = keeping("[state]\npath = \"s3://acme/usher.state\"\n[lock]\npath = \"b\"");
        assert_eq!(named.lock, Some(Place::File("b".into())));
    }

    #[test]
    fn the_lock_may_lie_in_s3_and_the_journal_may_not() {
        let named = keeping("[lock]\npath = \"s3://acme/usher.lock?region=eu-west-1\"");
        assert!(
            matches!(&named.lock, Some(Place::S3(it)) if it.region.as_deref() == Some("eu-west-1")),
            "{named:?}"
        );
        let found = problems(&format!("{GOOD}[journal]\npath = \"s3://acme/journal\""));
        assert!(found[0].1.contains("line by line"), "{found:?}");
    }

    #[test]
    fn each_wants_a_file_of_its_own() {
        let state = "[state]\npath = \"x\"\n";
        for (text, section) in [
            (format!("{state}[journal]\npath = \"x\""), "journal.path"),
            (format!("{state}[lock]\npath = \"x\""), "lock.path"),
            ("[journal]\npath = \"x\"\n[lock]\npath = \"x\"".to_owned(), "lock.path"),
        ] {
            let found = problems(&format!("{GOOD}{text}"));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].1.contains(section) && found[0].1.contains("of its own"), "{found:?}");
        }
    }

    #[test]
    fn a_path_that_is_none_is_told_with_its_line() {
        for text in [
            "[journal]\npath = \" \"",
            "[lock]\npath = \"s3://acme\"",
            "[lock]\npath = \"gs://acme/lock\"",
            "[journal]\nfile = \"x\"",
        ] {
            let found = problems(&format!("{GOOD}{text}"));
            assert_eq!((found.len(), found[0].0), (1, Some(9)), "{found:?}");
        }
    }
}
