//! What AWS refuses, checked before it is sent: its own answer seldom names the attribute. Which values it takes is
//! [`usher_core::problems`]' to say, so that the plan and the request never differ; here is only what a request adds to them.

use unicode_general_category::{GeneralCategory, get_general_category};
use usher_core::account::{Account, Field};
use usher_core::id::{GroupKey, OktaUserId};
use usher_core::problems::group_name_problem;

/// Longest externalId, in UTF-16 units like the other texts.
const LONGEST_EXTERNAL_ID: usize = 256;

/// An attribute and what is wrong with its value, as it fits after the attribute's name.
pub(crate) type Problem = (String, String);

/// The whole account, as a create sends it.
pub(crate) fn account(okta_id: &OktaUserId, account: &Account) -> Result<(), Problem> {
    external_id(okta_id.as_str())?;
    Field::ALL.iter().try_for_each(|&each| field(account, each))
}

/// One field of an account.
pub(crate) fn field(account: &Account, field: Field) -> Result<(), Problem> {
    account.problem(field).map_or(Ok(()), |problem| Err((field.name().to_owned(), problem.why)))
}

/// The id under which a user or group is known here.
pub(crate) fn external_id(id: &str) -> Result<(), Problem> {
    let length = id.encode_utf16().count();
    let why = if id.is_empty() {
        Some("is empty".to_owned())
    } else if length > LONGEST_EXTERNAL_ID {
        Some(format!("has {length} characters, AWS takes {LONGEST_EXTERNAL_ID} at most"))
    } else {
        let odd = id.chars().find(|&character| !is_visible(character));
        odd.map(|odd| format!("holds U+{:04X}, which AWS does not accept in it", u32::from(odd)))
    };
    why.map_or(Ok(()), |why| Err(("externalId".to_owned(), why)))
}

/// A group's key and name.
pub(crate) fn group(key: Option<&GroupKey>, display_name: Option<&str>) -> Result<(), Problem> {
    key.map_or(Ok(()), |key| external_id(key.as_str()))?;
    display_name.and_then(group_name_problem).map_or(Ok(()), |why| Err(("displayName".to_owned(), why)))
}

/// `\p{L}\p{M}\p{S}\p{N}\p{P}`: no blank of any kind stands in an externalId (reference aws-identity-center.md §3.1).
fn is_visible(character: char) -> bool {
    use GeneralCategory::*;
    !matches!(
        get_general_category(character),
        Control
            | Format
            | Surrogate
            | PrivateUse
            | Unassigned
            | SpaceSeparator
            | LineSeparator
            | ParagraphSeparator
    )
}

#[cfg(test)]
mod tests {
    use usher_core::account::PersonName;

    use super::*;

    fn ines() -> Account {
        Account {
            user_name: "ines@corp.example".into(),
            active: true,
            display_name: "Ines Ferreira".into(),
            name: PersonName { given: "Ines".into(), family: "Ferreira".into(), ..PersonName::default() },
            ..Account::default()
        }
    }

    fn refused(change: impl FnOnce(&mut Account)) -> String {
        let mut changed = ines();
        change(&mut changed);
        let (attribute, reason) = account(&OktaUserId::new("00u1"), &changed).unwrap_err();
        format!("{attribute} {reason}")
    }

    #[test]
    fn each_limit_names_its_attribute() {
        assert_eq!(account(&OktaUserId::new("00u1"), &ines()), Ok(()));
        assert_eq!(refused(|a| a.name.family.clear()), "name.familyName is empty, and AWS requires it");
        assert_eq!(
            refused(|a| a.user_name = "x".repeat(129)),
            "userName has 129 characters, AWS takes 128 at most"
        );
        assert_eq!(
            refused(|a| a.user_name = "a b".into()),
            "userName holds white space (U+0020), which AWS does not accept in it"
        );
        assert_eq!(
            refused(|a| a.user_name = "Administrator".into()),
            "userName is a name that AWS keeps for itself"
        );
        assert_eq!(
            refused(|a| a.title = Some("Lead\u{200b}".into())),
            "title holds a hidden character (U+200B), which AWS does not accept"
        );
        assert_eq!(
            refused(|a| a.display_name = "x".repeat(1025)),
            "displayName has 1025 characters, AWS takes 1024 at most"
        );
    }

    #[test]
    fn names_of_all_scripts_and_the_blanks_aws_knows_are_taken() {
        for name in
            ["Zoë O’Brien-Łuczak", "山田\u{3000}太郎", "ضحى", "Nguyễn Thị Ánh", "R&D \"x\"\\ <a>;:%", "अनिता"]
        {
            assert_eq!(group(None, Some(name)), Ok(()), "{name}");
        }
        assert!(group(None, Some("em\u{2003}space")).is_err());
    }

    #[test]
    fn a_key_with_a_blank_or_too_long_is_refused() {
        assert!(group(Some(&GroupKey::new("usher-a b")), None).is_err());
        assert!(group(Some(&GroupKey::new("x".repeat(257))), None).is_err());
        assert_eq!(group(Some(&GroupKey::new("x".repeat(256))), Some("a")), Ok(()));
    }

    #[test]
    fn the_plan_and_the_request_know_the_same_limits() {
        // Two units of UTF-16 each, and a character that no table knows yet.
        for title in ["🦀".repeat(513), "\u{10ff00}".to_owned(), "\u{378}".to_owned(), "a".repeat(1025)] {
            let changed = Account { title: Some(title), ..ines() };
            let told = changed.problems().into_iter().next().map(|it| (it.field.name().to_owned(), it.why));
            assert_eq!(account(&OktaUserId::new("00u1"), &changed).err(), told);
            assert!(told.is_some());
        }
    }
}
