//! Where an expression is written, and where in it something is wrong.

use usher_guest::Problem;

/// Where an expression is written.
#[derive(Debug)]
pub(crate) struct Place {
    /// Begins every message: which rule, and which part of it.
    pub(crate) label: String,
    /// JSON Pointer.
    pub(crate) pointer: String,
    /// Whether it only explains, so that a failure changes no decision.
    pub(crate) explains: bool,
}

impl Place {
    pub(crate) fn rule(rule: &str, key: &str, pointer: &str) -> Self {
        Self {
            label: format!("rule `{rule}`, `{key}`"),
            pointer: pointer.to_owned(),
            explains: key == "message",
        }
    }

    pub(crate) fn field(field: &str, pointer: &str) -> Self {
        Self { label: format!("account field `{field}`"), pointer: pointer.to_owned(), explains: false }
    }

    pub(crate) fn named(name: &str, pointer: &str) -> Self {
        Self { label: format!("expression `{name}`"), pointer: pointer.to_owned(), explains: false }
    }
    /// A problem of the expression as a whole.
    pub(crate) fn problem(&self, message: &str) -> Problem {
        Problem::at(&self.pointer, format!("{}: {message}", self.label))
    }
}

/// Line and column, from 1 and in characters, of a place that the parser gives in bytes.
pub(crate) fn position(text: &str, offset: u32) -> (u32, u32) {
    let (mut line, mut column) = (1, 1);
    for (_, character) in text.char_indices().take_while(|(index, _)| *index < offset as usize) {
        if character == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    (line, column)
}
