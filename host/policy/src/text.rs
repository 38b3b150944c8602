//! Text that a plugin wrote, made fit for a terminal, a log and a report.

use std::fmt::Write;

use usher_core::figures::grouped;
use usher_core::quote::is_hidden;

use crate::limits::MESSAGE_BYTES;

/// The text with everything escaped that shows nothing, or could move a cursor, break a line or turn the reading order, and cut at
/// a character so that the result has at most `limit` bytes. A cut says how long the whole was.
pub(crate) fn shown(text: &str, limit: usize) -> String {
    cut(text, limit, || format!("… ({} bytes in all)", grouped(text.len() as u64)))
}

/// Like [`shown`], for a name: a cut is only marked, so that the name stays a name.
pub(crate) fn shown_name(text: &str, limit: usize) -> String {
    cut(text, limit, || "…".to_owned())
}

/// Several lines as one, which [`shown`] would fill with escapes: a regular expression's error, for instance. A line of marks that point at
/// something above them points at nothing any more, and goes.
pub(crate) fn on_one_line(text: &str) -> String {
    let says_something =
        |line: &&str| line.chars().any(|c| !c.is_whitespace() && !matches!(c, '^' | '~' | '-'));
    if !text.contains('\n') {
        return text.to_owned();
    }
    let mut joined = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(says_something) {
        if !joined.is_empty() {
            joined.push_str(if joined.ends_with([':', ',', ';', '.']) { " " } else { "; " });
        }
        joined.push_str(line);
    }
    joined
}

/// wasmtime's words, the innermost last, on one line. They may quote a plugin.
pub(crate) fn cause(error: &wasmtime::Error) -> String {
    shown(&format!("{error:#}").replace('\n', " "), MESSAGE_BYTES)
}

fn cut(text: &str, limit: usize, note: impl FnOnce() -> String) -> String {
    let mut shown = String::new();
    // Where the note fits, should there be need for one.
    let mut kept = 0;
    let note = note();
    for character in text.chars() {
        if is_hidden(character) {
            // `\n`, `\t`, `\u{1b}`, …
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
        if shown.len() > limit {
            shown.truncate(kept);
            shown.push_str(&note);
            return shown;
        }
        if shown.len() + note.len() <= limit {
            kept = shown.len();
        }
    }
    shown
}

/// A size in the largest unit that keeps it whole, or with one decimal: `256 MiB`, `1.5 KiB`, `12 bytes`.
pub(crate) fn size(bytes: usize) -> String {
    for (unit, name) in [(1usize << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if bytes >= unit {
            let tenths = (bytes as u128 * 10 + unit as u128 / 2) / unit as u128;
            return match (tenths / 10, tenths % 10) {
                (whole, 0) => format!("{whole} {name}"),
                (whole, tenth) => format!("{whole}.{tenth} {name}"),
            };
        }
    }
    format!("{bytes} bytes")
}

/// The first few of a list and how many more there are: `a, b, c and 4 more`.
pub(crate) fn first_few(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        let _ = write!(text, " and {} more", names.len() - SHOWN);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_survives() {
        assert_eq!(shown("a\x1b[2J\r\n\u{9b}b\u{202e}c\u{7f}", 100), r"a\u{1b}[2J\r\n\u{9b}b\u{202e}c\u{7f}");
        assert_eq!(shown("Zoë \"日本\" \\ 🙂", 100), "Zoë \"日本\" \\ 🙂");
    }

    #[test]
    fn nothing_that_shows_nothing_stays_unseen() {
        for hidden in ['\u{200b}', '\u{2060}', '\u{2062}', '\u{2065}', '\u{feff}', '\u{61c}', '\u{2028}'] {
            assert_eq!(shown(&format!("a{hidden}b"), 100), format!("a{}b", hidden.escape_default()));
        }
        // Joiners belong to words of some scripts.
        assert_eq!(shown("می\u{200c}خواهم", 100), "می\u{200c}خواهم");
    }

    #[test]
    fn several_lines_become_one_that_reads_well() {
        let error = "regex parse error:\n    team-(\n         ^\r\nerror: unclosed group";
        assert_eq!(on_one_line(error), "regex parse error: team-(; error: unclosed group");
        // What is on one line stays as it is, whatever it is made of.
        for line in ["", "is odd", "a-b ^ c", " - "] {
            assert_eq!(on_one_line(line), line);
        }
        assert_eq!(shown(&on_one_line("a\x1b[2J\nb"), 100), r"a\u{1b}[2J; b");
    }

    #[test]
    fn a_cut_falls_on_a_character_and_within_the_limit() {
        for limit in 24..60 {
            let text = "日本語".repeat(100);
            let cut = shown(&text, limit);
            assert!(cut.len() <= limit && cut.len() + 3 > limit, "{limit}: {cut}");
            assert!(cut.ends_with("… (900 bytes in all)"), "{cut}");
        }
        assert_eq!(shown_name(&"a".repeat(65), 64), format!("{}…", "a".repeat(61)));
        assert_eq!(shown_name(&"a".repeat(64), 64), "a".repeat(64));
    }

    #[test]
    fn an_escape_is_never_cut_in_half() {
        assert_eq!(shown_name("ab\x1b\x1b\x1b", 13), r"ab\u{1b}…");
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!([12, 1536, 16 << 20, 256 << 20].map(size), ["12 bytes", "1.5 KiB", "16 MiB", "256 MiB"]);
    }
}
