//! What a plan is known by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The algorithm's name in front of every hash.
const PREFIX: &str = "sha256:";

/// SHA-256 of a plan's [content](crate::content::Content) as canonical JSON. Written `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanHash(String);

impl PlanHash {
    /// The hash of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("{PREFIX}{digits}"))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no hash of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no hash of a plan; `usher plan` prints it: sha256: and 64 hexadecimal digits")]
pub struct NoPlanHash;

impl FromStr for PlanHash {
    type Err = NoPlanHash;

    fn from_str(text: &str) -> Result<Self, NoPlanHash> {
        let text = text.trim().to_ascii_lowercase();
        let digits = text.strip_prefix(PREFIX).ok_or(NoPlanHash)?;
        let is_hash = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { Ok(Self(text)) } else { Err(NoPlanHash) }
    }
}

impl TryFrom<String> for PlanHash {
    type Error = NoPlanHash;

    fn try_from(text: String) -> Result<Self, NoPlanHash> {
        text.parse()
    }
}

impl From<PlanHash> for String {
    fn from(hash: PlanHash) -> Self {
        hash.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector "abc" of FIPS 180-2, appendix B.1.
    const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_hash_is_the_published_one_and_is_read_as_it_is_written() {
        assert_eq!(PlanHash::of(b"abc").as_str(), ABC);
        assert_eq!(ABC.to_uppercase().parse(), Ok(PlanHash::of(b"abc")));
        for text in ["", "sha256:", &ABC[7..], &ABC[..70], &ABC.replace('b', "g")] {
            assert_eq!(text.parse::<PlanHash>(), Err(NoPlanHash), "{text}");
        }
    }
}
