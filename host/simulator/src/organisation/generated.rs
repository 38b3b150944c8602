//! Organisations of any size.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::names::{self, Person};
use super::{Group, GroupType, Organisation, OrganisationError, User, UserStatus, long_ago, okta_id};

impl Organisation {
    /// An organisation of so many people and groups, in which every group has exactly `memberships / groups` members.
    /// The same seed gives the same organisation. Okta's own `Everyone` is not among them, so that figures come out even.
    ///
    /// # Errors
    /// Memberships that the groups cannot share evenly, or more of them in a group than there are people.
    pub fn generated(
        users: usize,
        groups: usize,
        memberships: usize,
        seed: u64,
    ) -> Result<Self, OrganisationError> {
        let each = match (memberships, groups) {
            (0, _) => 0,
            (_, 0) => {
                return Err(numbers(format!("{memberships} memberships need a group\nhint: --groups 1")));
            }
            _ if !memberships.is_multiple_of(groups) => {
                let (less, more) = (memberships / groups * groups, memberships.div_ceil(groups) * groups);
                return Err(numbers(format!(
                    "{memberships} memberships cannot be shared evenly by {groups} groups\nhint: {less} or {more} can"
                )));
            }
            _ => memberships / groups,
        };
        if each > users {
            return Err(numbers(format!(
                "each of {groups} groups would have {each} members, and there are only {users} people\nhint: at most \
                 {} memberships",
                users * groups
            )));
        }
        let mut random = fastrand::Rng::with_seed(seed);
        let mut organisation = Self::default();
        let mut ids = Vec::with_capacity(users);
        for index in 0..users {
            let mut user = generated_user(&names::person(index), made_at(index));
            // Another seed is another organisation, so its ids are others too.
            user.id = okta_id("00u", &format!("{seed} {}", user.login()));
            user.fields["id"] = json!(user.id);
            ids.push(user.id.clone());
            organisation.insert_user(user);
        }
        let mut deck: Vec<String> = Vec::new();
        for index in 0..groups {
            let mut group = Group::new(&names::group(index), GroupType::Okta, made_at(index));
            group.id = okta_id("00g", &format!("{seed} {}", group.name()));
            group.fields["id"] = json!(group.id);
            // Everybody gets a turn before anybody gets another one, so that nobody is without a group if it can be.
            while group.members.len() < each {
                if deck.is_empty() {
                    deck.clone_from(&ids);
                    random.shuffle(&mut deck);
                    // Who is in this group already is dealt last, and that is to a later group.
                    deck.sort_by_key(|id| !group.members.contains(id));
                }
                group.members.extend(deck.pop());
            }
            organisation.insert_group(group);
        }
        Ok(organisation)
    }
}

/// An active person whose login is the mail address.
pub(super) fn generated_user(person: &Person, now: Timestamp) -> User {
    let address = format!("{}@example.com", person.mailbox);
    let profile = json!({
        "login": address,
        "email": address,
        "firstName": person.given,
        "lastName": person.family,
        "displayName": format!("{} {}", person.given, person.family),
        "department": person.department,
        "title": person.title,
    });
    let serde_json::Value::Object(profile) = profile else { unreachable!("an object was just written") };
    User::new(profile, UserStatus::Active, now)
}

/// One a minute.
fn made_at(index: usize) -> Timestamp {
    let minutes = i64::try_from(index).unwrap_or(i64::MAX);
    long_ago()
        .checked_add(SignedDuration::from_secs(minutes.saturating_mul(60)))
        .unwrap_or_else(|_| long_ago())
}

fn numbers(problem: String) -> OrganisationError {
    OrganisationError::Numbers(problem)
}

#[cfg(test)]
mod tests {
    use crate::Organisation;

    #[test]
    fn every_generated_group_has_exactly_its_share() {
        let organisation = Organisation::generated(400, 50, 2000, 7).unwrap();
        let sizes: Vec<usize> = organisation.groups().map(|group| group.members.len()).collect();
        assert_eq!(organisation.users().len(), 400);
        assert_eq!(sizes, [40; 50]);
    }

    #[test]
    fn nobody_is_left_out_where_there_is_a_place_for_everybody() {
        for (users, groups, memberships) in [(400, 50, 2000), (7, 3, 9), (5, 4, 20)] {
            let organisation = Organisation::generated(users, groups, memberships, 1).unwrap();
            let placed: std::collections::BTreeSet<&String> =
                organisation.groups().flat_map(|group| &group.members).collect();
            assert_eq!(placed.len(), users);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_organisation_and_another_does_not() {
        let made = |seed| Organisation::generated(50, 5, 100, seed).unwrap();
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
    }

    #[test]
    fn shares_that_do_not_come_out_even_are_refused_with_the_nearest_that_do() {
        let error = Organisation::generated(10, 3, 10, 1).unwrap_err().to_string();
        assert!(error.ends_with("hint: 9 or 12 can"), "{error}");
    }

    #[test]
    fn a_group_never_has_more_members_than_there_are_people() {
        let error = Organisation::generated(10, 2, 22, 1).unwrap_err().to_string();
        assert!(error.contains("would have 11 members"), "{error}");
    }

    #[test]
    fn memberships_without_a_group_are_refused() {
        assert!(Organisation::generated(10, 0, 5, 1).is_err());
        assert_eq!(Organisation::generated(10, 0, 0, 1).unwrap().groups().len(), 0);
    }
}
