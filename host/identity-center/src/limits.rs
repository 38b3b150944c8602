//! What AWS refuses, checked before it is sent: its own answer seldom names the attribute (reference
//! aws-identity-center.md §3.1, §3.2).

use unicode_general_category::{GeneralCategory, get_general_category};
use usher_core::account::{Account, Field};
use usher_core::id::{GroupKey, OktaUserId};

const LONGEST_USER_NAME: usize = 128;
const LONGEST_EXTERNAL_ID: usize = 256;
const LONGEST_TEXT: usize = 1024;

/// Names that AWS keeps for itself.
const RESERVED: [&str; 2] = ["Administrator", "AWSAdministrators"];

/// An attribute and what is wrong with its value, as it fits after the attribute's name.
pub(crate) type Problem = (String, String);

/// The whole account, as a create sends it.
pub(crate) fn account(okta_id: &OktaUserId, account: &Account) -> Result<(), Problem> {
    external_id(okta_id.as_str())?;
    Field::ALL.iter().try_for_each(|&each| field(account, each))
}

/// One field of an account.
pub(crate) fn field(account: &Account, field: Field) -> Result<(), Problem> {
    let verdict = match (field, account.get(field)) {
        (_, None) if field.is_required() => Err("is required and has no value".to_owned()),
        (_, None) | (Field::Active, _) => Ok(()),
        (Field::UserName, Some(name)) => not_reserved(name)
            .and_then(|()| length(name, LONGEST_USER_NAME))
            .and_then(|()| without_blanks(name)),
        (_, Some(value)) => text(value),
    };
    verdict.map_err(|reason| (field.name().to_owned(), reason))
}

/// The id under which a user or group is known here.
pub(crate) fn external_id(id: &str) -> Result<(), Problem> {
    let verdict = if id.is_empty() { Err("is empty".to_owned()) } else { length(id, LONGEST_EXTERNAL_ID) };
    verdict.and_then(|()| without_blanks(id)).map_err(|reason| ("externalId".to_owned(), reason))
}

/// A group's key and name.
pub(crate) fn group(key: Option<&GroupKey>, display_name: Option<&str>) -> Result<(), Problem> {
    key.map_or(Ok(()), |key| external_id(key.as_str()))?;
    let Some(name) = display_name else { return Ok(()) };
    let verdict =
        if name.is_empty() { Err("is required and has no value".to_owned()) } else { not_reserved(name) };
    verdict.and_then(|()| text(name)).map_err(|reason| ("displayName".to_owned(), reason))
}

fn text(value: &str) -> Result<(), String> {
    length(value, LONGEST_TEXT)?;
    match value.chars().find(|&character| !is_visible(character) && !is_accepted_blank(character)) {
        Some(character) => Err(refused_character(character)),
        None => Ok(()),
    }
}

fn without_blanks(value: &str) -> Result<(), String> {
    match value.chars().find(|&character| !is_visible(character)) {
        Some(character) => Err(refused_character(character)),
        None => Ok(()),
    }
}

fn length(value: &str, most: usize) -> Result<(), String> {
    match value.chars().count() {
        count if count > most => Err(format!("has {count} characters, and AWS takes {most} at most")),
        _ => Ok(()),
    }
}

fn not_reserved(name: &str) -> Result<(), String> {
    if RESERVED.contains(&name) {
        Err(format!("is {name:?}, a name that AWS keeps for itself"))
    } else {
        Ok(())
    }
}

fn refused_character(character: char) -> String {
    let point = u32::from(character);
    let kind = if character.is_whitespace() { "a blank" } else { "an invisible character" };
    format!("holds U+{point:04X}, {kind} that AWS refuses here")
}

/// `\p{L}\p{M}\p{S}\p{N}\p{P}`. A character newer than our tables is left to AWS, whose tables may be newer.
fn is_visible(character: char) -> bool {
    use GeneralCategory::*;
    !matches!(
        get_general_category(character),
        Control | Format | Surrogate | PrivateUse | SpaceSeparator | LineSeparator | ParagraphSeparator
    )
}

fn is_accepted_blank(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' ' | '\u{a0}' | '\u{3000}')
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
        assert_eq!(refused(|a| a.name.family.clear()), "name.familyName is required and has no value");
        assert_eq!(
            refused(|a| a.user_name = "x".repeat(129)),
            "userName has 129 characters, and AWS takes 128 at most"
        );
        assert_eq!(
            refused(|a| a.user_name = "a b".into()),
            "userName holds U+0020, a blank that AWS refuses here"
        );
        assert_eq!(
            refused(|a| a.user_name = "Administrator".into()),
            "userName is \"Administrator\", a name that AWS keeps for itself"
        );
        assert_eq!(
            refused(|a| a.title = Some("Lead\u{200b}".into())),
            "title holds U+200B, an invisible character that AWS refuses here"
        );
        assert_eq!(
            refused(|a| a.display_name = "x".repeat(1025)),
            "displayName has 1025 characters, and AWS takes 1024 at most"
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
}
