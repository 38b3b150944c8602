//! The operations of the service, by the names that AWS gives them.

use super::refusal::Refusal;

/// One operation; limits count for each of them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Api {
    CreateUser,
    GetUser,
    ListUsers,
    PutUser,
    PatchUser,
    DeleteUser,
    CreateGroup,
    GetGroup,
    ListGroups,
    PatchGroup,
    DeleteGroup,
    ServiceProviderConfig,
    ListSchemas,
    GetSchema,
    ListResourceTypes,
}

impl Api {
    /// Whether it counts against the limit of writes.
    pub(crate) fn is_write(self) -> bool {
        matches!(
            self,
            Self::CreateUser
                | Self::PutUser
                | Self::PatchUser
                | Self::DeleteUser
                | Self::CreateGroup
                | Self::PatchGroup
                | Self::DeleteGroup
        )
    }
}

/// A path below the base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint<'path> {
    Users,
    User(&'path str),
    Groups,
    Group(&'path str),
    ServiceProviderConfig,
    Schemas,
    Schema(&'path str),
    ResourceTypes,
}

impl<'path> Endpoint<'path> {
    /// Reads the path behind `/{tenant}/scim/v2`, without its first slash.
    pub(crate) fn parse(path: &'path str) -> Option<Self> {
        let (collection, id) = match path.split_once('/') {
            None => (path, None),
            Some((_, id)) if id.is_empty() || id.contains('/') => return None,
            Some((collection, id)) => (collection, Some(id)),
        };
        match (collection, id) {
            ("Users", None) => Some(Self::Users),
            ("Users", Some(id)) => Some(Self::User(id)),
            ("Groups", None) => Some(Self::Groups),
            ("Groups", Some(id)) => Some(Self::Group(id)),
            ("ServiceProviderConfig", None) => Some(Self::ServiceProviderConfig),
            ("Schemas", None) => Some(Self::Schemas),
            ("Schemas", Some(urn)) => Some(Self::Schema(urn)),
            ("ResourceTypes", None) => Some(Self::ResourceTypes),
            _ => None,
        }
    }

    /// The path with its id replaced, as request counts name it.
    pub(crate) fn template(&self) -> &'static str {
        match self {
            Self::Users => "/Users",
            Self::User(_) => "/Users/{id}",
            Self::Groups => "/Groups",
            Self::Group(_) => "/Groups/{id}",
            Self::ServiceProviderConfig => "/ServiceProviderConfig",
            Self::Schemas => "/Schemas",
            Self::Schema(_) => "/Schemas/{id}",
            Self::ResourceTypes => "/ResourceTypes",
        }
    }

    /// The operation that `method` means here. `PUT /Groups/{id}` does not exist; its status is unknown
    /// (reference §9, 3) and ours is 405, as for every other method that a path does not know.
    pub(crate) fn operation(&self, method: &str) -> Result<Api, Refusal> {
        match (self, method) {
            (Self::Users, "GET") => Ok(Api::ListUsers),
            (Self::Users, "POST") => Ok(Api::CreateUser),
            (Self::User(_), "GET") => Ok(Api::GetUser),
            (Self::User(_), "PUT") => Ok(Api::PutUser),
            (Self::User(_), "PATCH") => Ok(Api::PatchUser),
            (Self::User(_), "DELETE") => Ok(Api::DeleteUser),
            (Self::Groups, "GET") => Ok(Api::ListGroups),
            (Self::Groups, "POST") => Ok(Api::CreateGroup),
            (Self::Group(_), "GET") => Ok(Api::GetGroup),
            (Self::Group(_), "PATCH") => Ok(Api::PatchGroup),
            (Self::Group(_), "DELETE") => Ok(Api::DeleteGroup),
            (Self::ServiceProviderConfig, "GET") => Ok(Api::ServiceProviderConfig),
            (Self::Schemas, "GET") => Ok(Api::ListSchemas),
            (Self::Schema(_), "GET") => Ok(Api::GetSchema),
            (Self::ResourceTypes, "GET") => Ok(Api::ListResourceTypes),
            _ => Err(Refusal::NoSuchMethod),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_does_not_have_is_not_there() {
        for path in ["Bulk", "Me", ".search", "Users/", "Users/a/b", "ResourceTypes/User", "", "users"] {
            assert_eq!(Endpoint::parse(path), None, "{path}");
        }
        assert_eq!(Endpoint::Group("g").operation("PUT"), Err(Refusal::NoSuchMethod));
        assert_eq!(Endpoint::Users.operation("PATCH"), Err(Refusal::NoSuchMethod));
    }
}
