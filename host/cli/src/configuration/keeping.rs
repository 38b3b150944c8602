//! `[journal]` and `[lock]`: what a run that writes leaves behind, and what keeps another one from writing meanwhile.

use std::path::PathBuf;

use super::reader::Reader;

/// Where the two files are; neither is kept unless the configuration says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeepingSection {
    /// The journal.
    pub(crate) journal: Option<PathBuf>,
    /// The lock: beside the journal, unless it is named.
    pub(crate) lock: Option<PathBuf>,
}

/// Reads both sections.
pub(super) fn read(reader: &mut Reader<'_>) -> KeepingSection {
    reader.only_keys("journal", &["path"]);
    reader.only_keys("lock", &["path"]);
    let journal = reader.optional("journal", "path", path);
    let lock = reader.optional("lock", "path", path);
    let beside = |journal: &PathBuf| {
        let mut name = journal.as_os_str().to_owned();
        name.push(".lock");
        PathBuf::from(name)
    };
    KeepingSection { lock: lock.or_else(|| journal.as_ref().map(beside)), journal }
}

fn path(text: &str) -> Result<PathBuf, &'static str> {
    if text.trim().is_empty() {
        return Err("must name a file");
    }
    if text.contains("://") {
        return Err("must name a file on this machine: other stores are not supported yet");
    }
    Ok(PathBuf::from(text))
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
        assert_eq!(both.lock.as_deref(), Some("var/usher.jsonl.lock".as_ref()));
        let named = keeping("[journal]\npath = \"a\"\n[lock]\npath = \"b\"");
        assert_eq!(named.lock.as_deref(), Some("b".as_ref()));
        assert_eq!(keeping("[lock]\npath = \"b\"").journal, None);
    }

    #[test]
    fn a_path_that_is_none_is_told_with_its_line() {
        for text in
            ["[journal]\npath = \" \"", "[lock]\npath = \"s3://bucket/lock\"", "[journal]\nfile = \"x\""]
        {
            let found = problems(&format!("{GOOD}{text}"));
            assert_eq!((found.len(), found[0].0), (1, Some(9)), "{found:?}");
        }
    }
}
