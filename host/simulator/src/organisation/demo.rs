//! The week that passes in `usher demo`.

use serde_json::{Map, Value, json};

use super::{Change, Organisation, UserStatus, human};

/// Something that happens in Okta, and how to tell of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// One line for a person.
    pub words: &'static str,
    /// What [`crate::Simulator::change`] does.
    pub happen: Change,
}

impl Organisation {
    /// What happens to [`Organisation::human`] in a week: a joiner, a mover, a person renamed, a leaver, a group renamed.
    pub fn demo_events() -> Vec<Event> {
        let user = |mailbox: &str| format!("{mailbox}@example.com");
        vec![
            Event {
                words: "Katherine Johnson joins, in R&D and data-platform",
                happen: Change::AddUser {
                    profile: human::profile(
                        "katherine.johnson",
                        "Katherine",
                        Some("Johnson"),
                        "R&D",
                        "Researcher",
                    ),
                    groups: vec!["R&D".to_owned(), "data-platform".to_owned()],
                },
            },
            Event {
                words: "Łukasz Wójcik moves from xx_dev to xx_devops",
                happen: Change::Several(vec![
                    Change::RemoveMember { group: "xx_dev".to_owned(), user: user("lukasz.wojcik") },
                    Change::AddMember { group: "xx_devops".to_owned(), user: user("lukasz.wojcik") },
                    Change::SetProfile {
                        user: user("lukasz.wojcik"),
                        profile: profile(json!({ "department": "Operations" })),
                    },
                ]),
            },
            Event {
                words: "Anna-Lena Schmidt marries and is Anna-Lena Becker now; login and mail address follow",
                happen: Change::SetProfile {
                    user: user("anna.schmidt"),
                    profile: profile(json!({
                        "login": user("anna.becker"), "email": user("anna.becker"), "lastName": "Becker",
                    })),
                },
            },
            Event {
                words: "Nino Rossi leaves and is deactivated",
                happen: Change::SetStatus { user: user("nino.rossi"), status: UserStatus::Deprovisioned },
            },
            Event {
                words: "the group data-platform is called data-products from now on",
                happen: Change::RenameGroup {
                    group: "data-platform".to_owned(),
                    name: "data-products".to_owned(),
                },
            },
        ]
    }
}

fn profile(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(profile) => profile,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::Organisation;

    #[test]
    fn everything_in_the_demo_can_happen() {
        let mut organisation = Organisation::human();
        for event in Organisation::demo_events() {
            organisation.apply(&event.happen, Timestamp::UNIX_EPOCH).unwrap();
        }
        let members = |name: &str| organisation.group_by_name(name).unwrap().members.len();
        assert_eq!(organisation.users().len(), 282);
        assert_eq!((members("xx_dev"), members("xx_devops"), members("R&D")), (10, 9, 9));
        assert_eq!((members("data-products"), members("Everyone")), (7, 282));
        assert_eq!(
            organisation.user_by_login("ANNA.BECKER@example.com").unwrap().attribute("lastName"),
            Some("Becker")
        );
        assert_eq!(organisation.user_by_login("nino.rossi@example.com").unwrap().status(), "DEPROVISIONED");
    }
}
