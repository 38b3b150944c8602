//! What AWS would refuse, said before it is asked (reference aws-identity-center.md §3.1, §3.2).

use std::fmt;

use unicode_general_category::{GeneralCategory as Category, get_general_category};

use crate::account::{Account, Address, Field, PersonName, Work};

/// Longest userName, in UTF-16 units: whether AWS counts those or code points is not known, and this is the stricter.
const USER_NAME_LENGTH: usize = 128;

/// Longest text of any other attribute, and of a group's name, in UTF-16 units.
const TEXT_LENGTH: usize = 1024;

/// Longest key that a policy may choose, in characters.
const KEY_LENGTH: usize = 128;

/// Names that AWS keeps for itself, of users and of groups.
const RESERVED: [&str; 2] = ["Administrator", "AWSAdministrators"];

/// An attribute that AWS would refuse, and why. Displayed as "`name.familyName` is empty, and AWS requires it".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The attribute.
    pub field: Field,
    /// Why, so that it follows the attribute's name: "is empty", "holds …".
    pub why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field.name(), self.why)
    }
}

impl Account {
    /// The account as it is written: no white space around a text, an empty text is an absent attribute, and an address or
    /// a work record without any content is absent.
    #[must_use]
    pub fn normalised(self) -> Self {
        let PersonName { given, family, formatted, middle, prefix, suffix } = self.name;
        let address = self.address.map(|it| Address {
            formatted: optional(it.formatted),
            street: optional(it.street),
            locality: optional(it.locality),
            region: optional(it.region),
            postal_code: optional(it.postal_code),
            country: optional(it.country),
        });
        let work = self.work.map(|it| Work {
            employee_number: optional(it.employee_number),
            cost_center: optional(it.cost_center),
            organization: optional(it.organization),
            division: optional(it.division),
            department: optional(it.department),
            manager: optional(it.manager),
        });
        Self {
            user_name: trimmed(self.user_name),
            active: self.active,
            display_name: trimmed(self.display_name),
            name: PersonName {
                given: trimmed(given),
                family: trimmed(family),
                formatted: optional(formatted),
                middle: optional(middle),
                prefix: optional(prefix),
                suffix: optional(suffix),
            },
            email: optional(self.email),
            phone: optional(self.phone),
            nick_name: optional(self.nick_name),
            title: optional(self.title),
            user_type: optional(self.user_type),
            profile_url: optional(self.profile_url),
            preferred_language: optional(self.preferred_language),
            locale: optional(self.locale),
            timezone: optional(self.timezone),
            address: address.filter(|it| *it != Address::default()),
            work: work.filter(|it| *it != Work::default()),
        }
    }

    /// Everything AWS would refuse about this account; empty when it may be written.
    pub fn problems(&self) -> Vec<Problem> {
        Field::ALL.iter().filter_map(|field| self.problem(*field)).collect()
    }

    /// What AWS would refuse about one attribute.
    pub fn problem(&self, field: Field) -> Option<Problem> {
        let why = match (field, self.get(field)) {
            (Field::Active, _) => None,
            (field, None) => field.is_required().then(|| "is empty, and AWS requires it".to_owned()),
            (Field::UserName, Some(name)) => user_name_problem(name),
            (_, Some(text)) => text_problem(text),
        };
        Some(Problem { field, why: why? })
    }
}

/// Why AWS would refuse a group's name, so that it follows "the name "; none when it may be written.
pub fn group_name_problem(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("is empty".to_owned());
    }
    text_problem(name).or_else(|| reserved(name))
}

/// Why a key cannot be written, so that it follows "the key "; none when it can: 1 to 128 letters, digits, `.`, `_`
/// or `-`.
pub fn chosen_key_problem(key: &str) -> Option<String> {
    if key.is_empty() {
        return Some("is empty".to_owned());
    }
    if let Some(odd) = key.chars().find(|c| !is_key_character(*c)) {
        return Some(format!("holds {}; only letters, digits, `.`, `_` and `-` may be in it", named(odd)));
    }
    (key.len() > KEY_LENGTH)
        .then(|| format!("has {} characters, {KEY_LENGTH} at most are allowed", key.len()))
}

/// Whether a character may stand in a key that a policy chooses.
pub(crate) fn is_key_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn user_name_problem(name: &str) -> Option<String> {
    if let Some(space) = name.chars().find(|c| c.is_whitespace()) {
        return Some(format!("holds white space ({}), which AWS does not accept in it", code_point(space)));
    }
    too_long(name, USER_NAME_LENGTH).or_else(|| odd_character(name)).or_else(|| reserved(name))
}

fn text_problem(text: &str) -> Option<String> {
    too_long(text, TEXT_LENGTH).or_else(|| odd_character(text))
}

fn too_long(text: &str, most: usize) -> Option<String> {
    let length = text.encode_utf16().count();
    (length > most).then(|| format!("has {length} characters, AWS takes {most} at most"))
}

fn odd_character(text: &str) -> Option<String> {
    let odd = text.chars().find(|c| !is_accepted(*c))?;
    Some(format!("holds {}, which AWS does not accept", named(odd)))
}

fn reserved(name: &str) -> Option<String> {
    RESERVED.contains(&name).then(|| "is a name that AWS keeps for itself".to_owned())
}

/// AWS's pattern for texts: `[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r \u00a0\u3000]`.
fn is_accepted(c: char) -> bool {
    if matches!(c, '\t' | '\n' | '\r' | ' ' | '\u{a0}' | '\u{3000}') {
        return true;
    }
    !matches!(
        get_general_category(c),
        Category::Control
            | Category::Format
            | Category::Surrogate
            | Category::PrivateUse
            | Category::Unassigned
            | Category::SpaceSeparator
            | Category::LineSeparator
            | Category::ParagraphSeparator
    )
}

/// A character a person cannot see is told by its number, any other is shown as well.
fn named(c: char) -> String {
    match get_general_category(c) {
        Category::Control | Category::Format => format!("a hidden character ({})", code_point(c)),
        _ if c.is_whitespace() => format!("an unusual blank ({})", code_point(c)),
        _ if is_accepted(c) => format!("`{c}`"),
        _ => format!("the character {}", code_point(c)),
    }
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

fn trimmed(text: String) -> String {
    let inner = text.trim();
    if inner.len() == text.len() { text } else { inner.to_owned() }
}

fn optional(text: Option<String>) -> Option<String> {
    text.map(trimmed).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Account {
        Account {
            user_name: "ann@acme.example".into(),
            active: true,
            display_name: "Ann Lee".into(),
            name: PersonName { given: "Ann".into(), family: "Lee".into(), ..PersonName::default() },
            ..Account::default()
        }
    }

    fn told(account: &Account) -> Vec<String> {
        account.problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_complete_account_has_no_problem() {
        assert_eq!(told(&good()), Vec::<String>::new());
    }

    #[test]
    fn each_missing_required_attribute_is_named() {
        let expected = ["userName", "displayName", "name.givenName", "name.familyName"]
            .map(|name| format!("`{name}` is empty, and AWS requires it"));
        assert_eq!(told(&Account::default()), expected);
    }

    #[test]
    fn a_user_name_takes_128_characters_and_no_blank() {
        let with = |name: String| told(&Account { user_name: name, ..good() });
        assert_eq!(with("a".repeat(128)), Vec::<String>::new());
        assert_eq!(with("a".repeat(129)), ["`userName` has 129 characters, AWS takes 128 at most"]);
        assert_eq!(
            with("a b".into()),
            ["`userName` holds white space (U+0020), which AWS does not accept in it"]
        );
        assert_eq!(with("Administrator".into()), ["`userName` is a name that AWS keeps for itself"]);
    }

    #[test]
    fn other_texts_take_1024_characters() {
        let with = |title: String| told(&Account { title: Some(title), ..good() });
        assert_eq!(with("é".repeat(1024)), Vec::<String>::new());
        assert_eq!(with("é".repeat(1025)), ["`title` has 1025 characters, AWS takes 1024 at most"]);
    }

    #[test]
    fn a_hidden_character_is_told_by_its_number() {
        let account = Account { email: Some("ann\u{200b}@acme.example".into()), ..good() };
        assert_eq!(told(&account), ["`email` holds a hidden character (U+200B), which AWS does not accept"]);
    }

    #[test]
    fn names_of_all_scripts_signs_and_accents_are_fine() {
        for name in
            ["山田　太郎", "Łukasz Ñandú", "العربية", "R&D \"x\"\\ <a;b:c%>", "e\u{301}", "🦀 +1", "a\u{a0}b"]
        {
            assert_eq!(
                told(&Account { display_name: name.into(), ..good() }),
                Vec::<String>::new(),
                "{name}"
            );
            assert_eq!(group_name_problem(name), None, "{name}");
        }
    }

    #[test]
    fn normalised_leaves_no_empty_text_and_no_empty_record() {
        let account = Account {
            display_name: " Ann Lee\n".into(),
            email: Some(String::new()),
            title: Some("  ".into()),
            address: Some(Address { street: Some(String::new()), ..Address::default() }),
            work: Some(Work {
                department: Some(" R&D ".into()),
                manager: Some(String::new()),
                ..Work::default()
            }),
            ..good()
        };
        let expected =
            Account { work: Some(Work { department: Some("R&D".into()), ..Work::default() }), ..good() };
        assert_eq!(account.normalised(), expected);
    }

    #[test]
    fn group_names_are_judged_like_texts() {
        assert_eq!(group_name_problem("aws admins/x"), None);
        assert_eq!(group_name_problem(" ").as_deref(), Some("is empty"));
        assert_eq!(
            group_name_problem("AWSAdministrators").as_deref(),
            Some("is a name that AWS keeps for itself")
        );
        assert_eq!(
            group_name_problem("a\u{feff}").as_deref(),
            Some("holds a hidden character (U+FEFF), which AWS does not accept")
        );
        assert_eq!(
            group_name_problem(&"a".repeat(1025)).as_deref(),
            Some("has 1025 characters, AWS takes 1024 at most")
        );
    }

    #[test]
    fn a_chosen_key_is_letters_digits_dots_underscores_and_dashes() {
        assert_eq!(chosen_key_problem("Team.a_b-9"), None);
        assert_eq!(chosen_key_problem(&"k".repeat(128)), None);
        assert_eq!(chosen_key_problem("").as_deref(), Some("is empty"));
        assert_eq!(
            chosen_key_problem("a:b").as_deref(),
            Some("holds `:`; only letters, digits, `.`, `_` and `-` may be in it")
        );
        assert_eq!(
            chosen_key_problem(&"k".repeat(129)).as_deref(),
            Some("has 129 characters, 128 at most are allowed")
        );
    }
}
