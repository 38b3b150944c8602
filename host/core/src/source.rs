//! What Okta returned, unjudged.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::{OktaGroupId, OktaUserId};

/// A value of a profile attribute. Okta's null is an absent attribute, so there is no variant for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of whole numbers.
    Integers(Vec<i64>),
    /// A list of numbers.
    Numbers(Vec<f64>),
}

impl Value {
    /// The text, when the value is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Profile attributes by name, sorted.
pub type Attributes = BTreeMap<String, Value>;

/// Where a group was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupOrigin {
    /// In Okta.
    Okta,
    /// In an application it was imported from.
    App,
    /// By Okta for its own use.
    BuiltIn,
}

/// A group as Okta returned it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceGroup {
    /// Okta's id.
    pub id: OktaGroupId,
    /// Its name; not unique (an imported group may share it).
    pub name: String,
    /// Its description, when it has one that is not empty.
    pub description: Option<String>,
    /// Where it was made.
    pub origin: GroupOrigin,
    /// All profile attributes but name and description.
    pub attributes: Attributes,
}

/// A user's status in Okta.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserStatus {
    /// Made, never activated.
    Staged,
    /// Activated, the person has not finished.
    Provisioned,
    /// In use.
    Active,
    /// Resetting the password.
    Recovery,
    /// The password has expired.
    PasswordExpired,
    /// Locked after failed sign-ins.
    LockedOut,
    /// Suspended by an administrator.
    Suspended,
    /// Deactivated.
    Deprovisioned,
    /// One that Okta added since.
    Other,
}

impl UserStatus {
    /// The word for it in reports: `deprovisioned`, `locked out`, …
    pub fn word(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Provisioned => "provisioned",
            Self::Active => "active",
            Self::Recovery => "in recovery",
            Self::PasswordExpired => "password expired",
            Self::LockedOut => "locked out",
            Self::Suspended => "suspended",
            Self::Deprovisioned => "deprovisioned",
            Self::Other => "in a status this version does not know",
        }
    }
}

/// A user as Okta returned it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceUser {
    /// Okta's id.
    pub id: OktaUserId,
    /// Its status.
    pub status: UserStatus,
    /// The whole profile: base and custom attributes. Unset, null and unrepresentable values are absent.
    pub profile: Attributes,
}

impl SourceUser {
    /// A text attribute that is there and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.profile.get(name).and_then(Value::as_text).filter(|text| !text.is_empty())
    }

    /// How to name this person in a report: the login, or the id when there is none.
    pub fn label(&self) -> &str {
        self.text("login").unwrap_or(self.id.as_str())
    }
}

/// Where Okta says a person is whom the run did not meet in any group it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whereabouts {
    /// Okta has no such user (any more).
    Gone,
    /// Okta knows the user, who is in this status.
    Known(UserStatus),
    /// Likewise, and what was read is not what Okta says by now: it has the user in a group that was read without them or that no list
    /// showed, or lets in whom it kept out; or no list shows a group that the user may be in.
    Unlisted(UserStatus),
}

impl Whereabouts {
    /// Whether Okta itself still lets the person in.
    pub fn may_sign_in(self) -> bool {
        !matches!(self, Self::Gone | Self::Known(UserStatus::Deprovisioned | UserStatus::Suspended))
    }

    /// The same of somebody of whom what was read is not all that there is.
    #[must_use]
    pub fn unlisted(self) -> Self {
        match self {
            Self::Known(status) | Self::Unlisted(status) => Self::Unlisted(status),
            Self::Gone => Self::Gone,
        }
    }
}

/// The members of the groups that were read, complete: whoever builds one has seen every page of every group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceReading {
    /// The groups whose members were read.
    pub groups: BTreeMap<OktaGroupId, SourceGroup>,
    /// Everybody who is a member of at least one of them.
    pub users: BTreeMap<OktaUserId, SourceUser>,
    /// Who is in which; a key for every group in `groups`.
    pub members: BTreeMap<OktaGroupId, BTreeSet<OktaUserId>>,
}

impl SourceReading {
    /// Adds a group with the complete list of its members.
    pub fn insert(&mut self, group: SourceGroup, members: Vec<SourceUser>) {
        let ids = members.iter().map(|user| user.id.clone()).collect();
        self.users.extend(members.into_iter().map(|user| (user.id.clone(), user)));
        self.members.insert(group.id.clone(), ids);
        self.groups.insert(group.id.clone(), group);
    }
}
