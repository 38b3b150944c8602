//! Identifiers that must not be mixed up.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is: identifiers of both services are opaque.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text, as the service wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// Okta's id of a user (`00u…`). It is the user's `externalId` in AWS.
    OktaUserId
);
identifier!(
    /// Okta's id of a group (`00g…`).
    OktaGroupId
);
identifier!(
    /// Identity Center's id of a user.
    ScimUserId
);
identifier!(
    /// Identity Center's id of a group. AWS permission sets hang on it.
    ScimGroupId
);
identifier!(
    /// A group's identity in AWS, written as its `externalId`: an Okta group id, or `usher-` and the key that a policy chose.
    GroupKey
);

impl GroupKey {
    /// The key of an Okta group that no policy renamed: its own id.
    pub fn of_okta_group(id: &OktaGroupId) -> Self {
        Self(id.0.clone())
    }

    /// The key that a policy chose, as it is written: AWS was seen to refuse `:`, hence the dash.
    pub fn chosen(key: &str) -> Self {
        Self(format!("usher-{key}"))
    }

    /// Whether a policy chose it: it does not say which source group it belongs to.
    pub fn is_chosen(&self) -> bool {
        self.0.starts_with("usher-")
    }

    /// Whether an `externalId` is one that Usher writes on a group: an Okta group id or `usher-…`.
    pub fn is_ours(external_id: &str) -> bool {
        external_id.starts_with("usher-") || OktaGroupId::is_okta_shaped(external_id)
    }
}

impl OktaGroupId {
    /// Whether a text has the shape of an Okta group id: `00g` and 17 letters or digits.
    pub fn is_okta_shaped(text: &str) -> bool {
        is_okta_shaped(text, "00g")
    }
}

impl OktaUserId {
    /// Whether an `externalId` has the shape of an Okta user id: `00u` and 17 letters or digits.
    pub fn is_okta_shaped(external_id: &str) -> bool {
        is_okta_shaped(external_id, "00u")
    }
}

/// Okta's ids are 20 characters with a prefix that names the kind (reference okta.md §3.1, §3.2).
fn is_okta_shaped(text: &str, prefix: &str) -> bool {
    text.len() == 20 && text.starts_with(prefix) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_okta_s_own_ids_and_our_keys_are_taken_for_ours() {
        assert!(OktaUserId::is_okta_shaped("00u1a2b3c4D5e6F7g8h9"));
        for other in [
            "",
            "00u",
            "00u1a2b3c4D5e6F7g8h",
            "00u1a2b3c4D5e6F7g8h99",
            "00u1a2b3c4D5e6F7g8h-",
            "00g1a2b3c4D5e6F7g8h9",
        ] {
            assert!(!OktaUserId::is_okta_shaped(other), "{other}");
        }
        assert!(GroupKey::is_ours("00g1a2b3c4D5e6F7g8h9"));
        assert!(GroupKey::is_ours(GroupKey::chosen("eng").as_str()));
        assert!(!GroupKey::is_ours("00u1a2b3c4D5e6F7g8h9"));
        assert!(!GroupKey::is_ours("engineers"));
    }
}
