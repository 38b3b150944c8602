//! People and groups for a measurement: always the same ones, each with everything that the policy reads.

use usher_core::desired::UserToDecide;
use usher_core::draft;
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{Attributes, GroupOrigin, SourceGroup, SourceUser, UserStatus, Value};
use usher_policy::Needs;

const DEPARTMENTS: [&str; 5] = ["Engineering", "Finance", "Legal", "Operations", "Sales"];

/// `count` groups.
pub(crate) fn groups(count: usize, needs: &Needs) -> Vec<SourceGroup> {
    (0..count)
        .map(|index| SourceGroup {
            id: OktaGroupId::new(format!("00g{index:017}")),
            name: format!("aws-team{index}-developer"),
            description: Some(format!("The developers of team {index}")),
            origin: GroupOrigin::Okta,
            attributes: read(&needs.group_attributes, index),
        })
        .collect()
}

/// `count` people, each in three groups.
pub(crate) fn users(count: usize, needs: &Needs) -> Vec<UserToDecide> {
    (0..count)
        .map(|index| {
            let source = person(index, needs);
            let draft = draft::account(&source);
            let mut groups: Vec<String> = (0..3).map(|nth| format!("00g{:017}", index / 10 + nth)).collect();
            groups.sort();
            UserToDecide { source, groups, draft }
        })
        .collect()
}

fn person(index: usize, needs: &Needs) -> SourceUser {
    let mut profile = read(&needs.user_attributes, index);
    let text = |text: String| Value::Text(text);
    profile.extend([
        ("login".to_owned(), text(format!("person{index}@example.com"))),
        ("email".to_owned(), text(format!("person{index}@example.com"))),
        ("firstName".to_owned(), text(format!("Given{index}"))),
        ("lastName".to_owned(), text(format!("Family{index}"))),
        ("department".to_owned(), text(DEPARTMENTS[index % DEPARTMENTS.len()].to_owned())),
    ]);
    SourceUser { id: OktaUserId::new(format!("00u{index:017}")), status: UserStatus::Active, profile }
}

/// A text for every attribute. What the policy makes of it is its affair; that it is handed over is what costs.
fn read(names: &[String], index: usize) -> Attributes {
    names.iter().map(|name| (name.clone(), Value::Text(format!("{name} {}", index % 50)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_what_the_policy_reads_and_an_account_that_aws_takes() {
        let needs = Needs { user_attributes: vec!["sponsor".into()], ..Needs::default() };
        let users = users(25, &needs);
        assert_eq!(users.len(), 25);
        for user in &users {
            assert!(user.source.text("sponsor").is_some());
            assert_eq!(user.draft.problems().len(), 0, "{user:?}");
        }
    }
}
