//! What can be wrong with a value, in the words of a person who writes a `usher.toml`.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use crate::near::near;

/// One thing that is wrong, with its place as soon as that is known.
#[derive(Debug)]
pub(super) struct Mistake(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// JSON Pointer; none while it is on its way to somebody who knows.
    pointer: Option<String>,
    what: What,
}

#[derive(Debug)]
enum What {
    Unknown {
        field: String,
        known: &'static [&'static str],
    },
    Missing(&'static str),
    /// Not a word that an enum knows.
    Word {
        word: String,
        known: &'static [&'static str],
    },
    /// Ready to be told.
    Told(String),
}

impl Mistake {
    fn of(what: What) -> Self {
        Self(Box::new(Inner { pointer: None, what }))
    }

    /// Neither a word that an enum knows nor a table with such a key.
    pub(super) fn no_word(found: Unexpected<'_>, known: &[&str]) -> Self {
        Self::of(What::Told(format!("must be {}, not {}", either(known), found_words(found, false))))
    }

    /// A list where a table is wanted.
    pub(super) fn no_table() -> Self {
        Self::of(What::Told("must be a table, not a list".to_owned()))
    }

    /// The same at a place, unless it has one that is nearer.
    pub(super) fn at(mut self, pointer: &str) -> Self {
        self.0.pointer.get_or_insert_with(|| pointer.to_owned());
        self
    }

    pub(super) fn pointer(&self) -> &str {
        self.0.pointer.as_deref().unwrap_or_default()
    }

    /// The field that an unknown one was meant to be.
    pub(super) fn meant(&self) -> Option<&'static str> {
        match &self.0.what {
            What::Unknown { field, known } => near(field, known.iter().copied()),
            _ => None,
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.0.what, What::Unknown { .. })
    }

    /// The field that is not there.
    pub(super) fn missing(&self) -> Option<&'static str> {
        match self.0.what {
            What::Missing(field) => Some(field),
            _ => None,
        }
    }
}

impl Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.what {
            What::Unknown { field, known } => match (near(field, known.iter().copied()), known) {
                (Some(near), _) => write!(f, "unknown field `{field}`; did you mean `{near}`?"),
                (None, []) => write!(f, "unknown field `{field}`; there are none"),
                (None, known) => write!(f, "unknown field `{field}`, expected {}", either(known)),
            },
            What::Missing(field) => write!(f, "missing field `{field}`"),
            What::Word { word, known } => {
                write!(f, "must be {}, not `{word}`", either(known))?;
                near(word, known.iter().copied()).map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
            }
            What::Told(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Mistake {}

impl de::Error for Mistake {
    fn custom<T: Display>(message: T) -> Self {
        Self::of(What::Told(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::of(What::Told(wrong_kind(found, wanted)))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::of(What::Told(wrong_kind(found, wanted)))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::of(What::Unknown { field: field.to_owned(), known })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of(What::Missing(field))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self::of(What::Word { word: word.to_owned(), known })
    }
}

/// `` `a`, `b` or `c` ``
fn either(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
        None => "nothing".to_owned(),
    }
}

fn wrong_kind(found: Unexpected<'_>, wanted: &dyn Expected) -> String {
    let wanted = wanted.to_string();
    let words = match wanted.as_str() {
        "a string" => "a text",
        "a sequence" => "a list",
        "a map" => "a table",
        "a boolean" => "true or false",
        "f32" | "f64" => "a number",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "u32" => "a whole number from 0 to 4294967295",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "u64" | "usize" => "a whole number from 0 on",
        "i64" | "isize" => "a whole number",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    // What a list of it would look like, where one value was written in its place.
    let example = match found {
        Unexpected::Str(text) if words == "a list" && !text.contains(['"', '\\']) => {
            format!(", for instance [\"{text}\"]")
        }
        Unexpected::Unsigned(number) if words == "a list" => format!(", for instance [{number}]"),
        _ => String::new(),
    };
    format!("must be {words}{example}, not {}", found_words(found, words.contains("number")))
}

/// What is there; of a number that is no right one, which.
fn found_words(found: Unexpected<'_>, wants_number: bool) -> String {
    match found {
        Unexpected::Unsigned(number) if wants_number => number.to_string(),
        Unexpected::Signed(number) if wants_number => number.to_string(),
        // To write it out would cost a component twenty kilobytes.
        Unexpected::Float(_) if wants_number => "a fraction".to_owned(),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number".to_owned(),
        Unexpected::Bool(_) => "true or false".to_owned(),
        Unexpected::Str(_) | Unexpected::Char(_) => "a text".to_owned(),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a table".to_owned(),
        _ => "something else".to_owned(),
    }
}
