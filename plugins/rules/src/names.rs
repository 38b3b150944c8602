//! What an expression may speak of.

use std::collections::{BTreeMap, BTreeSet};
use usher_guest::near;

use crate::account;

/// Which item an expression is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A group: `group`.
    Group,
    /// A person: `user` and `draft`.
    User,
    /// A named expression, which serves the rules whose item it reads.
    Named,
}

impl Scope {
    /// The variables of this scope.
    pub(crate) fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Group => &["group", "now", "tables", "expressions"],
            Self::User => &["user", "draft", "now", "tables", "expressions"],
            Self::Named => &["group", "user", "draft", "now", "tables", "expressions"],
        }
    }
}

/// What the configuration itself gives names to.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The keys of each table.
    pub(crate) tables: BTreeMap<String, BTreeSet<String>>,
    /// Each named expression, and whose item it reads: one of a group, one of a person, or neither.
    pub(crate) expressions: BTreeMap<String, Option<Scope>>,
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
    /// A named expression.
    Expression(String),
}

/// What `root.segments…` means, or what is wrong with it.
pub(crate) fn meaning(written: &Written, root: &str, segments: &[String]) -> Result<Meaning, String> {
    let [first, rest @ ..] = segments else {
        return match root {
            "user" => Err("`user` is read one attribute at a time, such as `user.department`: only what rules name leaves the host"
                .to_owned()),
            "group" => Err("`group` is read one field at a time, such as `group.name`".to_owned()),
            "tables" => Err("`tables` is read one table at a time, such as `tables.regions[user.region]`".to_owned()),
            "expressions" => Err("`expressions` is read one at a time, such as `expressions.contractor`".to_owned()),
            _ => Ok(Meaning::Given),
        };
    };
    match root {
        "now" => Err("`now` is a number, the seconds since 1970; it has no fields".to_owned()),
        "user" if !rest.is_empty() => Err(format!("`user.{first}` has no fields")),
        "user" if USER_FIELDS.contains(&first.as_str()) => Ok(Meaning::Given),
        "user" => Ok(Meaning::UserAttribute(first.clone())),
        "group" => group(first, rest),
        "tables" => table(written, first, rest),
        "expressions" => expression(written, first, rest),
        _ => draft(segments),
    }
}

fn table(written: &Written, name: &str, rest: &[String]) -> Result<Meaning, String> {
    let Some(keys) = written.tables.get(name) else {
        return Err(format!("there is no table `{name}`{}", suggestion(name, written.tables.keys())));
    };
    match rest {
        [] => Ok(Meaning::Given),
        [key] if keys.contains(key) => Ok(Meaning::Given),
        [key] => Err(format!("the table `{name}` has no `{key}`{}", suggestion(key, keys))),
        [key, ..] => Err(format!("`tables.{name}.{key}` has no fields")),
    }
}

fn expression(written: &Written, name: &str, rest: &[String]) -> Result<Meaning, String> {
    match rest {
        _ if !written.expressions.contains_key(name) => {
            Err(format!("there is no expression `{name}`{}", suggestion(name, written.expressions.keys())))
        }
        [] => Ok(Meaning::Expression(name.to_owned())),
        _ => Err(format!("`expressions.{name}` has no fields")),
    }
}

/// The near name, or all there are when they are few.
fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a String>) -> String {
    let candidates: Vec<_> = candidates.into_iter().map(String::as_str).collect();
    match (near::near(name, candidates.iter().copied()), candidates.len()) {
        (Some(near), _) => format!("; did you mean `{near}`?"),
        (None, 0) => "; the configuration has none".to_owned(),
        (None, 1..=8) => format!("; there are: {}", candidates.join(", ")),
        (None, _) => String::new(),
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
        (field, _) => Err(match near::near(field, GROUP_FIELDS) {
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
        let written = Written {
            tables: [("regions".to_owned(), ["north".to_owned()].into())].into(),
            expressions: [("contractor".to_owned(), None)].into(),
        };
        meaning(&written, &root, &segments.collect::<Vec<_>>())
    }

    #[test]
    fn tables_and_expressions_are_those_that_are_written() {
        assert_eq!(of("tables.regions"), Ok(Meaning::Given));
        assert_eq!(of("tables.regions.north"), Ok(Meaning::Given));
        assert_eq!(of("expressions.contractor"), Ok(Meaning::Expression("contractor".into())));
        for (path, message) in [
            ("tables", "`tables` is read one table at a time, such as `tables.regions[user.region]`"),
            ("tables.region", "there is no table `region`; did you mean `regions`?"),
            ("tables.regions.nort", "the table `regions` has no `nort`; did you mean `north`?"),
            ("expressions", "`expressions` is read one at a time, such as `expressions.contractor`"),
            ("expressions.x", "there is no expression `x`; there are: contractor"),
        ] {
            assert_eq!(of(path).unwrap_err(), message);
        }
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
        for path in [
            "user.groups.x",
            "user.a.b",
            "group.name.x",
            "group.attributes.a.b",
            "now.x",
            "expressions.contractor.x",
            "tables.regions.north.x",
        ] {
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
