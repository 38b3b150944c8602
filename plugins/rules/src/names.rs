//! What an expression may speak of.

use crate::account;

/// Which item an expression is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A group: `group` and `now`.
    Group,
    /// A person: `user`, `draft` and `now`.
    User,
}

impl Scope {
    /// The variables of this scope.
    pub(crate) fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Group => &["group", "now"],
            Self::User => &["user", "draft", "now"],
        }
    }
}

/// What every group has; its other attributes are below `group.attributes`.
pub(crate) const GROUP_FIELDS: [&str; 5] = ["id", "name", "description", "origin", "attributes"];

/// What every person has beside the Okta profile. A profile attribute of that name is hidden.
pub(crate) const USER_FIELDS: [&str; 3] = ["id", "status", "groups"];

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Something that is always handed over.
    Given,
    /// An attribute of the group that must be asked for.
    GroupAttribute(String),
    /// An attribute of the person's Okta profile that must be asked for.
    UserAttribute(String),
}

/// What `root.segments…` means, or what is wrong with it.
pub(crate) fn meaning(root: &str, segments: &[String]) -> Result<Meaning, String> {
    let [first, rest @ ..] = segments else {
        return match root {
            "user" => Err("`user` is read one attribute at a time, such as `user.department`: only what rules name leaves the host"
                .to_owned()),
            "group" => Err("`group` is read one field at a time, such as `group.name`".to_owned()),
            _ => Ok(Meaning::Given),
        };
    };
    match root {
        "now" => Err("`now` is a number, the seconds since 1970; it has no fields".to_owned()),
        "user" if !rest.is_empty() => Err(format!("`user.{first}` has no fields")),
        "user" if USER_FIELDS.contains(&first.as_str()) => Ok(Meaning::Given),
        "user" => Ok(Meaning::UserAttribute(first.clone())),
        "group" => group(first, rest),
        _ => draft(segments),
    }
}

fn group(first: &str, rest: &[String]) -> Result<Meaning, String> {
    match (first, rest) {
        ("attributes", []) => {
            Err("`group.attributes` is read one attribute at a time, such as `group.attributes.owner`"
                .to_owned())
        }
        ("attributes", [name]) => Ok(Meaning::GroupAttribute(name.clone())),
        ("attributes", [name, ..]) => Err(format!("`group.attributes.{name}` has no fields")),
        (field, []) if GROUP_FIELDS.contains(&field) => Ok(Meaning::Given),
        (field, _) if GROUP_FIELDS.contains(&field) => Err(format!("`group.{field}` has no fields")),
        (field, _) => Err(match crate::near::near(field, GROUP_FIELDS) {
            Some(near) => format!("there is no `group.{field}`; did you mean `group.{near}`?"),
            None => format!(
                "there is no `group.{field}`; another attribute of the group's profile is `group.attributes.{field}`"
            ),
        }),
    }
}

fn draft(segments: &[String]) -> Result<Meaning, String> {
    let path = segments.join(".");
    let is_field = account::FIELDS.iter().any(|field| field.name == path);
    let is_part =
        account::FIELDS.iter().any(|field| field.name.split_once('.').is_some_and(|(part, _)| part == path));
    if is_field || is_part {
        return Ok(Meaning::Given);
    }
    Err(format!("there is no `draft.{path}`; {}", account::suggestion(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Result<Meaning, String> {
        let mut segments = path.split('.').map(str::to_owned);
        let root = segments.next().unwrap();
        meaning(&root, &segments.collect::<Vec<_>>())
    }

    #[test]
    fn profile_attributes_must_be_asked_for_and_the_rest_is_given() {
        assert_eq!(of("user.department"), Ok(Meaning::UserAttribute("department".into())));
        assert_eq!(of("group.attributes.owner"), Ok(Meaning::GroupAttribute("owner".into())));
        for given in [
            "user.id",
            "user.status",
            "user.groups",
            "group.name",
            "group.origin",
            "draft.work.costCenter",
            "draft.name",
            "now",
        ] {
            assert_eq!(of(given), Ok(Meaning::Given), "{given}");
        }
    }

    #[test]
    fn what_has_no_fields_is_named() {
        for path in ["user.groups.x", "user.a.b", "group.name.x", "group.attributes.a.b", "now.x"] {
            assert!(of(path).unwrap_err().contains("has no fields"), "{path}");
        }
    }

    #[test]
    fn a_misspelt_field_names_the_right_one() {
        assert_eq!(of("group.nam").unwrap_err(), "there is no `group.nam`; did you mean `group.name`?");
        assert_eq!(
            of("draft.displayNam").unwrap_err(),
            "there is no `draft.displayNam`; did you mean `displayName`?"
        );
    }
}
