//! Names as a person reads them in a sentence: in quotes, in their own script, on one line.

use std::fmt::{self, Write};

/// A text in quotes. Letters of every script stay as they are, marks that combine with others too; what would end the line, end
/// the quotes, move a cursor or turn the direction of writing is spelled out.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(&'a str);

/// Puts a text in quotes.
pub fn quoted<T: AsRef<str> + ?Sized>(text: &T) -> Quoted<'_> {
    Quoted(text.as_ref())
}

/// Whether a character shows nothing, or changes how the ones around it are shown: controls, and those that turn the direction of
/// writing. Joiners are none of them, since words of some scripts need them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c if is_hidden(c) => write!(f, "{}", c.escape_unicode())?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_stay_readable() {
        for name in ["टीम", "Ἀθηνᾶ", "王小明", "אורי", "กลุ่ม", "e\u{301}quipe", "می\u{200c}خواهم", "Zoë 🙂"]
        {
            assert_eq!(quoted(name).to_string(), format!("\"{name}\""));
        }
    }

    #[test]
    fn nothing_in_a_name_ends_the_quotes_or_the_line_or_turns_the_direction() {
        assert_eq!(quoted("a\"b\\c").to_string(), r#""a\"b\\c""#);
        assert_eq!(quoted("a\nhint: b\u{1b}[2J").to_string(), r#""a\u{a}hint: b\u{1b}[2J""#);
        for c in ['\u{202e}', '\u{2066}', '\u{200f}', '\u{61c}', '\u{feff}', '\u{9b}', '\r', '\u{2028}'] {
            let text = quoted(&format!("a{c}b")).to_string();
            assert!(!text.contains(c) && text.starts_with("\"a\\u{"), "{text}");
        }
    }
}
