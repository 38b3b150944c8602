//! What a plan is known by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The digest of a plan's [content](crate::content::Content) as canonical JSON. It is a type of its own so that no plan can be allowed by
/// the digest of something else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct PlanHash(Digest);

impl PlanHash {
    /// The hash of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Digest::of(bytes))
    }
}

impl fmt::Display for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no hash of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no hash of a plan; `usher plan` prints it: sha256: and 64 hexadecimal digits")]
pub struct NoPlanHash;

impl FromStr for PlanHash {
    type Err = NoPlanHash;

    /// Blanks around it and upper case are forgiven: people copy it by hand.
    fn from_str(text: &str) -> Result<Self, NoPlanHash> {
        text.trim().to_ascii_lowercase().parse().map(Self).map_err(|_| NoPlanHash)
    }
}

impl TryFrom<String> for PlanHash {
    type Error = NoPlanHash;

    fn try_from(text: String) -> Result<Self, NoPlanHash> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector "abc" of FIPS 180-2, appendix B.1.
    const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_hash_is_the_published_one_and_is_read_as_it_is_written() {
        let hash = PlanHash::of(b"abc");
        assert_eq!(hash.to_string(), ABC);
        assert_eq!(format!(" {}\n", ABC.to_uppercase()).parse(), Ok(hash.clone()));
        assert_eq!(serde_json::json!(hash), ABC);
        assert_eq!(serde_json::from_str::<PlanHash>(&format!("\"{ABC}\"")).unwrap(), hash);
        for text in ["", "sha256:", &ABC[7..], &ABC[..70], &ABC.replace('b', "g")] {
            assert_eq!(text.parse::<PlanHash>(), Err(NoPlanHash), "{text}");
        }
    }
}
