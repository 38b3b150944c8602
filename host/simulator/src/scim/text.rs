//! Which texts the service takes (reference §3.1).

use unicode_general_category::{GeneralCategory, get_general_category};

/// What a text attribute must satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextRule {
    /// 1 to 1024 characters of the common pattern; blanks of some kinds are among them.
    Common,
    /// 1 to 128 characters, no white space; not one of the reserved names.
    UserName,
    /// 1 to 256 characters, no white space.
    ExternalId,
}

/// User and group names that AWS keeps for itself.
const RESERVED: [&str; 2] = ["Administrator", "AWSAdministrators"];

impl TextRule {
    /// What is wrong with `text`, in the words that stand behind "failed to satisfy constraint: "; empty when all is
    /// well. Characters are counted as code points (the reference leaves this open, §9, 17).
    pub(crate) fn complaints(self, text: &str) -> Vec<String> {
        let (longest, pattern, blanks): (usize, &str, &[char]) = match self {
            Self::Common => {
                (1024, r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+", &['\t', '\n', '\r', ' ', '\u{a0}', '\u{3000}'])
            }
            Self::UserName => (128, r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", &[]),
            Self::ExternalId => (256, r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", &[]),
        };
        let mut complaints = Vec::new();
        if text.is_empty()
            || !text.chars().all(|character| blanks.contains(&character) || is_visible(character))
        {
            complaints.push(format!("Member must satisfy regular expression pattern: {pattern}"));
        }
        if text.is_empty() {
            complaints.push("Member must have length greater than or equal to 1".to_owned());
        }
        if text.chars().count() > longest {
            complaints.push(format!("Member must have length less than or equal to {longest}"));
        }
        complaints
    }
}

/// Whether nobody may bear this name as a user or a group.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// A letter, mark, symbol, number or punctuation character.
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
    use super::*;

    fn passes(rule: TextRule, text: &str) -> bool {
        rule.complaints(text).is_empty()
    }

    #[test]
    fn names_of_all_scripts_pass_and_hidden_characters_do_not() {
        for name in ["Zoë Müller", "王 小明", "अमित", "R&D \"x\"\\", "a\tb", "山田\u{3000}太郎", "<a;b:c%>"]
        {
            assert!(passes(TextRule::Common, name), "{name:?}");
        }
        for name in ["", "a\u{0}b", "zero\u{200b}width", "\u{feff}bom", "\u{202e}bidi", "en\u{2002}space"] {
            assert!(!passes(TextRule::Common, name), "{name:?}");
        }
    }

    #[test]
    fn user_names_and_external_ids_have_no_white_space() {
        assert!(passes(TextRule::UserName, "ines.ferreira@corp.example"));
        assert!(!passes(TextRule::UserName, "ines ferreira"));
        assert!(!passes(TextRule::ExternalId, "00u 1"));
    }

    #[test]
    fn lengths_end_at_the_stated_character() {
        for (rule, longest) in
            [(TextRule::Common, 1024), (TextRule::UserName, 128), (TextRule::ExternalId, 256)]
        {
            assert!(passes(rule, &"é".repeat(longest)));
            assert!(!passes(rule, &"é".repeat(longest + 1)));
        }
    }

    #[test]
    fn an_empty_text_fails_twice() {
        assert_eq!(
            TextRule::Common.complaints(""),
            [
                r"Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+",
                "Member must have length greater than or equal to 1"
            ]
        );
    }
}
