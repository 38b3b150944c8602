//! The paths that are read.

use url::Url;
use usher_core::id::{OktaGroupId, OktaUserId};

/// A path of the Management API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Groups,
    Group,
    GroupMembers,
    GroupSchema,
    User,
    UserSchema,
    Users,
    UserGroups,
}

impl Endpoint {
    /// How it is named in counts and messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Groups => "GET /api/v1/groups",
            Self::Group => "GET /api/v1/groups/{id}",
            Self::GroupMembers => "GET /api/v1/groups/{id}/users",
            Self::GroupSchema => "GET /api/v1/meta/schemas/group/default",
            Self::User => "GET /api/v1/users/{id}",
            Self::UserSchema => "GET /api/v1/meta/schemas/user/default",
            Self::Users => "GET /api/v1/users",
            Self::UserGroups => "GET /api/v1/users/{id}/groups",
        }
    }

    /// The rate-limit bucket: members count against the same one as the list of groups (okta.md §4.1).
    pub(crate) fn bucket(self) -> &'static str {
        match self {
            Self::Groups | Self::GroupMembers => "/api/v1/groups",
            Self::Group => "/api/v1/groups/{id}",
            Self::GroupSchema => "/api/v1/meta/schemas/group/default",
            Self::User => "/api/v1/users/{id}",
            Self::UserSchema => "/api/v1/meta/schemas/user/default",
            Self::Users | Self::UserGroups => "/api/v1/users",
        }
    }
}

/// `/api/v1/groups`.
pub(crate) fn groups(base: &Url) -> Url {
    path(base, &["api", "v1", "groups"])
}

/// `/api/v1/groups/{id}`.
pub(crate) fn group(base: &Url, group: &OktaGroupId) -> Url {
    path(base, &["api", "v1", "groups", group.as_str()])
}

/// `/api/v1/groups/{id}/users`.
pub(crate) fn group_members(base: &Url, group: &OktaGroupId) -> Url {
    path(base, &["api", "v1", "groups", group.as_str(), "users"])
}

/// `/api/v1/users/{id}`.
pub(crate) fn user(base: &Url, user: &OktaUserId) -> Url {
    path(base, &["api", "v1", "users", user.as_str()])
}

/// `/api/v1/meta/schemas/group/default`.
pub(crate) fn group_schema(base: &Url) -> Url {
    path(base, &["api", "v1", "meta", "schemas", "group", "default"])
}

/// `/api/v1/meta/schemas/user/default`.
pub(crate) fn user_schema(base: &Url) -> Url {
    path(base, &["api", "v1", "meta", "schemas", "user", "default"])
}

/// `/api/v1/users`.
pub(crate) fn users(base: &Url) -> Url {
    path(base, &["api", "v1", "users"])
}

/// `/api/v1/users/{id}/groups`.
pub(crate) fn user_groups(base: &Url, user: &OktaUserId) -> Url {
    path(base, &["api", "v1", "users", user.as_str(), "groups"])
}

/// Whether a text can stand as one segment of a path; the empty one and dots would make it another path.
pub(crate) fn is_segment(id: &str) -> bool {
    !matches!(id, "" | "." | "..")
}

/// The segments are percent-encoded, so no identifier can lead to another path.
fn path(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(segments);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_never_leads_to_another_path() {
        let base = Url::parse("https://acme.okta.com/").unwrap();
        let url = user(&base, &OktaUserId::new("../groups/00g1?x=1#y"));
        assert_eq!(url.as_str(), "https://acme.okta.com/api/v1/users/..%2Fgroups%2F00g1%3Fx=1%23y");
        assert!(!is_segment("") && !is_segment("..") && is_segment("00u1"));
    }
}
