//! Text that came from Okta, AWS or a plugin, made safe for a terminal.

use usher_core::quote::is_hidden;

/// Control characters and those that turn the direction of writing, made visible; on one line.
pub(crate) fn plain(text: &str) -> String {
    escape(text, false)
}

/// The same, but line ends stay.
pub(crate) fn plain_lines(text: &str) -> String {
    escape(text, true)
}

fn escape(text: &str, keep_lines: bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' && keep_lines || !is_hidden(c) {
            safe.push(c);
        } else {
            safe.extend(c.escape_unicode());
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_move_the_cursor() {
        assert_eq!(plain("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\u{a}c");
    }

    #[test]
    fn a_name_cannot_turn_the_direction_of_writing() {
        assert_eq!(plain("ab\u{202e}dc"), "ab\\u{202e}dc");
    }

    #[test]
    fn names_of_any_script_stay_readable() {
        for name in ["Ἀθηνᾶ", "王小明", "אורי", "Zoë 🙂"] {
            assert_eq!(plain(name), name);
        }
    }
}
