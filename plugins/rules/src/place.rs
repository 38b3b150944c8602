//! Where an expression is written, and where in it something is wrong.

use usher_guest::Problem;

use crate::account::{Field, Kind as FieldKind};
use crate::kinds::Kind;

/// Where an expression is written.
#[derive(Debug)]
pub(crate) struct Place {
    /// Begins every message: which rule, and which part of it.
    pub(crate) label: String,
    /// JSON Pointer.
    pub(crate) pointer: String,
    pub(crate) purpose: Purpose,
}

/// What the value of an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A `when`.
    Condition,
    /// Names of groups.
    Groups,
    /// Keys of groups.
    Keys,
    /// A `message`: it only explains, so that a failure changes no decision.
    Explanation,
    /// A field of an account.
    Field(FieldKind),
    /// Whatever it is put into.
    Part,
}

impl Purpose {
    fn of(key: &str) -> Self {
        match key {
            "when" => Self::Condition,
            "remove_groups" => Self::Keys,
            "message" => Self::Explanation,
            _ => Self::Groups,
        }
    }

    /// Why a value of a kind is of no use here, in the words that a decision would have for it.
    pub(crate) fn problem(self, kind: Kind) -> Option<String> {
        let (serves, wanted) = match self {
            Self::Condition | Self::Field(FieldKind::Flag) => (kind == Kind::Truth, "true or false"),
            Self::Groups => (matches!(kind, Kind::Text | Kind::Map | Kind::List), "a name"),
            Self::Keys => (matches!(kind, Kind::Text | Kind::List), "the key of a group"),
            Self::Explanation => (kind == Kind::Text, "a text"),
            Self::Field(FieldKind::Required) if kind == Kind::Null => {
                return Some("gives null, but AWS wants this field".to_owned());
            }
            Self::Field(_) => match kind {
                Kind::Text | Kind::Null => (true, ""),
                Kind::List | Kind::Map => (false, "a text"),
                _ => (false, "a text; `string(…)` makes one of it"),
            },
            Self::Part => (true, ""),
        };
        (!serves).then(|| format!("gives {}, not {wanted}", kind.words()))
    }
}

impl Place {
    pub(crate) fn rule(rule: &str, key: &str, pointer: &str) -> Self {
        Self {
            label: format!("rule `{rule}`, `{key}`"),
            pointer: pointer.to_owned(),
            purpose: Purpose::of(key),
        }
    }

    pub(crate) fn field(field: &Field, pointer: &str) -> Self {
        let purpose = Purpose::Field(field.kind);
        Self { label: format!("account field `{}`", field.name), pointer: pointer.to_owned(), purpose }
    }

    pub(crate) fn named(name: &str, pointer: &str) -> Self {
        Self { label: format!("expression `{name}`"), pointer: pointer.to_owned(), purpose: Purpose::Part }
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
