//! `[guards]`: how much a plan may take away, and from whom nothing is taken.

use toml::de::DeValue;
use usher_core::guard::{Guards, Limit};
use usher_core::protected::{Pattern, Protected};

use super::reader::Reader;

const SECTION: &str = "guards";

/// Every key of the section.
pub(super) const KEYS: [&str; 10] = [
    "users_deactivated",
    "users_deleted",
    "memberships_removed",
    "members_removed_per_group",
    "per_group_from",
    "groups_emptied",
    "groups_deleted",
    "max_changes",
    "protected_users",
    "protected_groups",
];

/// Reads the section. What does not stand there is as by default.
pub(super) fn read(reader: &mut Reader<'_>) -> (Guards, Protected) {
    let default = Guards::default();
    let size = |number: Option<u64>| number.map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    let guards = Guards {
        users_deactivated: limit(reader, "users_deactivated", default.users_deactivated),
        users_deleted: limit(reader, "users_deleted", default.users_deleted),
        memberships_removed: limit(reader, "memberships_removed", default.memberships_removed),
        members_removed_per_group: limit(
            reader,
            "members_removed_per_group",
            default.members_removed_per_group,
        ),
        per_group_from: size(reader.whole_number(SECTION, "per_group_from", 1, i64::MAX))
            .unwrap_or(default.per_group_from),
        groups_emptied: limit(reader, "groups_emptied", default.groups_emptied),
        groups_deleted: limit(reader, "groups_deleted", default.groups_deleted),
        max_changes: size(reader.whole_number(SECTION, "max_changes", 1, i64::MAX)),
    };
    let users = patterns(reader, "protected_users");
    let groups = patterns(reader, "protected_groups");
    (guards, Protected { users, groups })
}

fn limit(reader: &mut Reader<'_>, key: &str, default: Limit) -> Limit {
    let Some(value) = reader.value(SECTION, key) else { return default };
    match parse_limit(value.get_ref()) {
        Some(limit) => limit,
        None => {
            reader.complain(
                SECTION,
                key,
                "must be a whole number, a percentage such as \"10%\", or a list of both, [20, \"10%\"]",
            );
            default
        }
    }
}

fn parse_limit(value: &DeValue<'_>) -> Option<Limit> {
    let none = Limit { number: None, percent: None };
    match value {
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
            Some(Limit { number: Some(usize::try_from(number).ok()?), ..none })
        }
        DeValue::String(text) => {
            let percent = text.strip_suffix('%')?.trim().parse().ok().filter(|percent| *percent <= 100)?;
            Some(Limit { percent: Some(percent), ..none })
        }
        DeValue::Array(items) => {
            let limits: Vec<Limit> =
                items.iter().map(|item| parse_limit(item.get_ref())).collect::<Option<_>>()?;
            let [one, other] = limits.as_slice() else { return None };
            match (one.number.or(other.number), one.percent.or(other.percent)) {
                (Some(number), Some(percent)) => Some(Limit { number: Some(number), percent: Some(percent) }),
                _ => None,
            }
        }
        _ => None,
    }
}

fn patterns(reader: &mut Reader<'_>, key: &str) -> Vec<Pattern> {
    let Some(value) = reader.value(SECTION, key) else { return Vec::new() };
    let items = value.get_ref().as_array();
    let read = items.and_then(|items| {
        items.iter().map(|item| item.get_ref().as_str()?.parse().ok()).collect::<Option<Vec<Pattern>>>()
    });
    read.unwrap_or_else(|| {
        reader.complain(
            SECTION,
            key,
            "must be a list of names, such as [\"root@acme.example\", \"break-glass-*\"]",
        );
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::Configuration;
    use crate::configuration::tests::{GOOD, problems};

    #[test]
    fn without_the_section_the_guards_are_the_defaults() {
        let configuration = Configuration::parse(GOOD).expect("it is right");
        assert_eq!(configuration.guards, Guards::default());
        assert_eq!(configuration.settings.protected, Protected::default());
    }

    #[test]
    fn every_guard_can_be_set() {
        let text = "[guards]\nusers_deactivated = 10\nusers_deleted = 0\nmemberships_removed = \"20%\"\n\
                    members_removed_per_group = [30, \"40%\"]\nper_group_from = 5\ngroups_emptied = [\"1 %\", 2]\n\
                    groups_deleted = \"100%\"\nmax_changes = 500\nprotected_users = [\"root@*\"]\nprotected_groups = [\"aws-*\", \"x\"]\n";
        let configuration = Configuration::parse(&format!("{GOOD}{text}")).expect("it is right");
        let limit = |number, percent| Limit { number, percent };
        let expected = Guards {
            users_deactivated: limit(Some(10), None),
            users_deleted: limit(Some(0), None),
            memberships_removed: limit(None, Some(20)),
            members_removed_per_group: limit(Some(30), Some(40)),
            per_group_from: 5,
            groups_emptied: limit(Some(2), Some(1)),
            groups_deleted: limit(None, Some(100)),
            max_changes: Some(500),
        };
        assert_eq!(configuration.guards, expected);
        let protected = configuration.settings.protected;
        assert!(protected.user("Root@acme.example").is_some());
        assert!(protected.group("aws-admins").is_some() && protected.group("xy").is_none());
    }

    #[test]
    fn what_is_no_limit_is_told_with_its_line() {
        let text = "[guards]\nusers_deactivated = -1\nusers_deleted = \"101%\"\nmemberships_removed = \"10\"\n\
                    groups_emptied = [1, 2]\ngroups_deleted = true\nprotected_users = \"root\"\nprotected_groups = [\"\"]\n\
                    max_change = 3\n";
        let found = problems(&format!("{GOOD}{text}"));
        let lines: Vec<usize> = found.iter().filter_map(|(line, _)| *line).collect();
        assert_eq!(lines, [9, 10, 11, 12, 13, 14, 15, 16], "{found:?}");
        assert!(found[7].1.contains("`max_changes`"), "{found:?}");
    }
}
