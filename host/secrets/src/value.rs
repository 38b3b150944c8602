//! What a value must be, wherever it came from.

use secrecy::SecretString;

use crate::error::Problem;

/// Takes off the line's end that editors and `echo` leave behind, and refuses what cannot be a secret or a list of names.
pub(crate) fn checked(value: String) -> Result<SecretString, Problem> {
    let kept = value.trim_end_matches(['\n', '\r']).len();
    let mut value = value;
    value.truncate(kept);
    if value.trim().is_empty() {
        return Err(Problem::Empty);
    }
    if value.chars().any(char::is_control) {
        return Err(Problem::ControlCharacters);
    }
    Ok(value.into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_line_end_is_no_part_of_a_value() {
        for text in ["a b", "a b\n", "a b\r\n", "a b\n\n"] {
            assert_eq!(checked(text.into()).unwrap().expose_secret(), "a b");
        }
    }

    #[test]
    fn empty_values_and_control_characters_are_refused() {
        for text in ["", "\n", " \r\n"] {
            assert!(matches!(checked(text.into()), Err(Problem::Empty)));
        }
        for text in ["a\nb", "a\tb", "a\0", "a\u{1b}[2J"] {
            assert!(matches!(checked(text.into()), Err(Problem::ControlCharacters)));
        }
    }
}
