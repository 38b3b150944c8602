//! `[state]`: what a run leaves to the next.

use std::time::Duration;

use usher_storage::Place;

use super::duration;
use super::reader::Reader;

/// How long incremental runs may follow a full one, unless the configuration says so.
const FULL_EVERY: Duration = Duration::from_secs(3600);

/// Where the state is, and how far it is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateSection {
    /// Where it is kept.
    pub(crate) place: Place,
    /// How long incremental runs may follow one that read everything.
    pub(crate) full_every: Duration,
}

/// Reads the section; nothing is kept without a path.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<StateSection> {
    reader.only_keys("state", &["path", "full_every"]);
    let full_every = reader.optional("state", "full_every", duration::parse);
    if full_every.is_some() && reader.optional_text("state", "path").is_none() {
        reader.complain("state", "full_every", "means nothing without a `path`: no state is kept");
    }
    if reader.is_empty("state") {
        reader.complain("state", "path", "is missing: without a place no state is kept");
    }
    let place = reader.optional("state", "path", Place::parse)?;
    Some(StateSection { place, full_every: full_every.unwrap_or(FULL_EVERY) })
}

#[cfg(test)]
mod tests {
    use super::super::Configuration;
    use super::super::tests::{GOOD, problems};
    use super::*;

    fn state(text: &str) -> Option<StateSection> {
        Configuration::parse(&format!("{GOOD}{text}")).unwrap().state
    }

    #[test]
    fn no_state_is_kept_unless_a_place_is_named() {
        assert_eq!(state(""), None);
        let named = state("[state]\npath = \"usher.state\"").unwrap();
        assert_eq!(named.place, Place::File("usher.state".into()));
        assert_eq!(named.full_every, Duration::from_secs(3600));
        let often = state("[state]\npath = \"usher.state\"\nfull_every = \"15m\"").unwrap();
        assert_eq!(often.full_every, Duration::from_secs(900));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for text in [
            "[state]\npath = \" \"",
            "[state]\nfull_every = \"often\"",
            "[state]\nfull_every = \"1h\"",
            "[state]\nfile = \"x\"",
        ] {
            let found = problems(&format!("{GOOD}{text}"));
            assert_eq!((found.len(), found[0].0), (1, Some(9)), "{found:?}");
        }
        let found = problems(&format!("{GOOD}[state]\n"));
        assert_eq!((found.len(), found[0].0), (1, Some(8)), "{found:?}");
    }
}
