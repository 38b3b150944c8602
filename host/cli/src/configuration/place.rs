//! Where in a TOML text a value of a policy's configuration stands, down to a line and column within a text such as a rule.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A place in a file, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FilePlace {
    pub(crate) line: usize,
    /// In characters; only where the place is known to the character.
    pub(crate) column: Option<usize>,
}

/// Where the value stands that keys and indices lead to from the top of the document, or the nearest one around it. `position` is a
/// line and column within that value; it is followed into texts that stand in the file as they are, without escapes.
pub(crate) fn place(
    text: &str,
    path: impl IntoIterator<Item = String>,
    position: Option<(u32, u32)>,
) -> Option<FilePlace> {
    let document = DeTable::parse(text).ok()?;
    let mut path = path.into_iter().peekable();
    let (key, mut value) = document.get_ref().get_key_value(path.next()?.as_str())?;
    let mut start = key.span().start;
    while let Some(part) = path.peek() {
        let Some((at, next)) = child(value, part) else { break };
        (start, value) = (at, next);
        path.next();
    }
    // Where something is missing there is no text to look into.
    let within = if path.peek().is_none() { position } else { None };
    let exact = within.and_then(|position| inside(text, value, position));
    Some(exact.unwrap_or_else(|| FilePlace { line: line_of(text, start), column: None }))
}

/// The parts of a JSON Pointer.
pub(crate) fn parts(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"))
}

/// The value below another, and the byte at which a reader would look for it: that of its key, when it has one.
fn child<'a, 'b>(value: &'b Spanned<DeValue<'a>>, part: &str) -> Option<(usize, &'b Spanned<DeValue<'a>>)> {
    match value.get_ref() {
        DeValue::Table(table) => table.get_key_value(part).map(|(key, value)| (key.span().start, value)),
        DeValue::Array(items) => {
            let item = items.get(part.parse::<usize>().ok()?)?;
            Some((item.span().start, item))
        }
        _ => None,
    }
}

/// A line and column within a text, as a place in the file.
fn inside(text: &str, value: &Spanned<DeValue<'_>>, (line, column): (u32, u32)) -> Option<FilePlace> {
    value.get_ref().as_str()?;
    let written = text.get(value.span())?;
    let quotes = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quotes| written.starts_with(quotes))?;
    if quotes.starts_with('"') && written.contains('\\') {
        return None;
    }
    let body = written.get(quotes.len()..written.len().checked_sub(quotes.len())?)?;
    // A line break right after three quotes is not part of the text.
    let trimmed = match quotes.len() {
        3 => body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n')).unwrap_or(body),
        _ => body,
    };
    let mut start = value.span().start + quotes.len() + (body.len() - trimmed.len());
    for _ in 1..line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let before = text[..start].rsplit('\n').next().unwrap_or_default().chars().count();
    Some(FilePlace { line: line_of(text, start), column: Some(before + column as usize) })
}

/// The line of a byte, from 1.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, pointer: &str, position: Option<(u32, u32)>) -> (usize, Option<usize>) {
        let FilePlace { line, column } = place(text, parts(pointer), position).unwrap();
        (line, column)
    }

    #[test]
    fn a_place_within_a_rule_is_a_place_in_the_file() {
        for text in [
            "\n[[rules]]\n  when = 'a + usr'\n",
            "\n[[rules]]\n  when = \"a + usr\"\n",
            "\n[[rules]]\nwhen = '''a + usr'''\n",
        ] {
            assert_eq!(at(text, "/rules/0/when", Some((1, 5))), (3, Some(15)), "{text}");
        }
    }

    #[test]
    fn a_rule_over_several_lines_is_followed_to_its_line() {
        for text in ["[a]\nwhen = '''\nx &&\n  usr'''\n", "[a]\r\nwhen = '''\r\nx &&\r\n  usr'''\r\n"] {
            assert_eq!(at(text, "/a/when", Some((2, 3))), (4, Some(3)), "{text}");
            assert_eq!(at(text, "/a/when", Some((1, 1))), (3, Some(1)), "{text}");
        }
        assert_eq!(at("[a]\nwhen = \"\"\"\nx &&\n  usr\"\"\"\n", "/a/when", Some((2, 3))), (4, Some(3)));
    }

    #[test]
    fn columns_of_the_file_count_characters() {
        assert_eq!(at("'é' = 'é usr'\n", "/é", Some((1, 3))), (1, Some(10)));
    }

    #[test]
    fn a_text_with_escapes_has_a_line_only() {
        assert_eq!(at("a = 1\nwhen = \"\\\"x\\\" == usr\"\n", "/when", Some((1, 8))), (2, None));
    }

    #[test]
    fn what_is_missing_is_looked_for_around_it() {
        assert_eq!(at("[a]\nb = 'x'\n", "/a/c", Some((1, 1))), (1, None));
        assert_eq!(at("[a]\nb = 'x'\n", "/a/b/c", Some((1, 1))), (2, None));
        assert_eq!(at("[a]\nb = 'x'\n", "/a/b", Some((3, 1))), (2, None));
        assert_eq!(place("a = 1", parts("/b"), None), None);
        assert_eq!(place("a = 1", parts(""), None), None);
    }
}
