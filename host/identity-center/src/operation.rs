//! The operations of AWS's SCIM interface that are used (reference aws-identity-center.md §2).

use reqwest::Method;

/// An operation, named as AWS names it. Each has a rate limit of its own (§4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    ListUsers,
    CreateUser,
    PatchUser,
    DeleteUser,
    ListGroups,
    GetGroup,
    CreateGroup,
    PatchGroup,
    DeleteGroup,
}

impl Operation {
    pub(crate) const ALL: [Self; 9] = [
        Self::ListUsers,
        Self::CreateUser,
        Self::PatchUser,
        Self::DeleteUser,
        Self::ListGroups,
        Self::GetGroup,
        Self::CreateGroup,
        Self::PatchGroup,
        Self::DeleteGroup,
    ];

    pub(crate) fn method(self) -> Method {
        match self {
            Self::ListUsers | Self::ListGroups | Self::GetGroup => Method::GET,
            Self::CreateUser | Self::CreateGroup => Method::POST,
            Self::PatchUser | Self::PatchGroup => Method::PATCH,
            Self::DeleteUser | Self::DeleteGroup => Method::DELETE,
        }
    }

    /// How it is named in counts and messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ListUsers => "GET /Users",
            Self::CreateUser => "POST /Users",
            Self::PatchUser => "PATCH /Users/{id}",
            Self::DeleteUser => "DELETE /Users/{id}",
            Self::ListGroups => "GET /Groups",
            Self::GetGroup => "GET /Groups/{id}",
            Self::CreateGroup => "POST /Groups",
            Self::PatchGroup => "PATCH /Groups/{id}",
            Self::DeleteGroup => "DELETE /Groups/{id}",
        }
    }

    pub(crate) fn is_write(self) -> bool {
        self.method() != Method::GET
    }
}
