//! A configuration as serde reads it. It knows the place of whatever it is at, and passes over what is left out.

use std::collections::BTreeSet;

use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::mistake::Mistake;

/// One reading of a configuration.
pub(super) struct Reading<'r> {
    /// The place of the value at hand.
    pointer: String,
    /// Places that are passed over.
    left_out: &'r BTreeSet<String>,
}

impl<'r> Reading<'r> {
    pub(super) fn without(left_out: &'r BTreeSet<String>) -> Self {
        Self { pointer: String::new(), left_out }
    }

    /// The whole of it.
    pub(super) fn of<'a>(&'a mut self, value: &'a Value) -> At<'a, 'r> {
        At { value, reading: self }
    }

    /// Goes to a place below, unless that is left out; what was wrong there is told with that place.
    fn below<T>(
        &mut self,
        part: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Mistake>,
    ) -> Option<Result<T, Mistake>> {
        let before = self.pointer.len();
        push(&mut self.pointer, part);
        let read = if self.left_out.contains(&self.pointer) {
            None
        } else {
            let read = read(self);
            Some(read.map_err(|mistake| mistake.at(&self.pointer)))
        };
        self.pointer.truncate(before);
        read
    }
}

/// The pointer of a part below another pointer (RFC 6901).
pub(super) fn below(pointer: &str, part: &str) -> String {
    let mut below = pointer.to_owned();
    push(&mut below, part);
    below
}

fn push(pointer: &mut String, part: &str) {
    pointer.push('/');
    for character in part.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// A value at its place.
pub(super) struct At<'a, 'r> {
    value: &'a Value,
    reading: &'a mut Reading<'r>,
}

impl<'de> Deserializer<'de> for At<'_, '_> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(boolean) => visitor.visit_bool(*boolean),
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => Items::of(items, self.reading, false).all(visitor),
            Value::Object(table) => {
                visitor.visit_map(Entries { entries: table.iter(), next: None, reading: self.reading })
            }
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    /// serde would take a list, too, with the fields in their order; no schema says so, and nobody means it.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.value {
            Value::Array(_) => Err(Mistake::no_table()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mistake> {
        match self.value {
            Value::Array(items) => Items::of(items, self.reading, true).all(visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.value {
            Value::String(word) => visitor.visit_enum(Choice { word, content: None, reading: self.reading }),
            Value::Object(table) if table.len() == 1 => {
                let (word, content) = table.iter().next().expect("it has one entry");
                visitor.visit_enum(Choice { word, content: Some(content), reading: self.reading })
            }
            other => Err(Mistake::no_word(unexpected(other), words)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq map
        identifier ignored_any
    }
}

fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(boolean) => Unexpected::Bool(*boolean),
        Value::Number(number) => Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

/// What is left of a list.
struct Items<'a, 'r> {
    items: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
    reading: &'a mut Reading<'r>,
    /// Whether each item has a meaning by its place, so that none can take another's.
    by_place: bool,
}

impl<'a, 'r> Items<'a, 'r> {
    fn of(items: &'a [Value], reading: &'a mut Reading<'r>, by_place: bool) -> Self {
        Self { items: items.iter().enumerate(), reading, by_place }
    }

    /// Reads all of them: what the visitor did not want is one too many, and not to be lost in silence.
    fn all<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Mistake> {
        let read = visitor.visit_seq(&mut self)?;
        for (index, _) in self.items.by_ref() {
            let too_many = |_: &mut Reading<'_>| Err(Mistake::custom("is one more than there may be"));
            let told = self.reading.below(&index.to_string(), too_many);
            if let Some(told) = told {
                return told;
            }
        }
        Ok(read)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        let mut seed = Some(seed);
        for (index, value) in self.items.by_ref() {
            let read = self.reading.below(&index.to_string(), |reading| {
                seed.take().map(|seed| seed.deserialize(At { value, reading })).transpose()
            });
            match read {
                Some(read) => return read,
                None if self.by_place => return Err(Mistake::custom("it was left out")),
                None => {}
            }
        }
        Ok(None)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// What is left of a table.
struct Entries<'a, 'r> {
    entries: serde_json::map::Iter<'a>,
    /// The entry whose key was read.
    next: Option<(&'a str, &'a Value)>,
    reading: &'a mut Reading<'r>,
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        let mut seed = Some(seed);
        for (key, value) in self.entries.by_ref() {
            self.next = Some((key, value));
            let read =
                self.reading.below(key, |_| seed.take().map(|seed| seed.deserialize(Key(key))).transpose());
            if let Some(read) = read {
                return read;
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let (key, value) =
            self.next.take().ok_or_else(|| Mistake::custom("a value was asked for before its key"))?;
        let read = self.reading.below(key, |reading| seed.deserialize(At { value, reading }));
        read.unwrap_or_else(|| Err(Mistake::custom("it was left out")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A key of a table. TOML and JSON write whole numbers there as texts.
struct Key<'a>(&'a str);

/// Reads what the text says, if it says that; the text itself otherwise, which the visitor then refuses.
macro_rules! parsed {
    ($($name:ident $visit:ident),*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
            match self.0.parse() {
                Ok(parsed) => visitor.$visit(parsed),
                Err(_) => visitor.visit_str(self.0),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_str(self.0)
    }

    parsed! {
        deserialize_i8 visit_i64, deserialize_i16 visit_i64, deserialize_i32 visit_i64, deserialize_i64 visit_i64,
        deserialize_u8 visit_u64, deserialize_u16 visit_u64, deserialize_u32 visit_u64, deserialize_u64 visit_u64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let word: StrDeserializer<'_, Mistake> = self.0.into_deserializer();
        visitor.visit_enum(word)
    }

    forward_to_deserialize_any! {
        bool f32 f64 i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// One of an enum's variants: a word alone, or a table of one entry.
struct Choice<'a, 'r> {
    word: &'a str,
    content: Option<&'a Value>,
    reading: &'a mut Reading<'r>,
}

impl<'de> EnumAccess<'de> for Choice<'_, '_> {
    type Error = Mistake;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Mistake> {
        let variant = seed.deserialize(Key(self.word))?;
        Ok((variant, self))
    }
}

impl Choice<'_, '_> {
    /// Reads what the variant holds.
    fn content<T>(self, read: impl FnOnce(At<'_, '_>) -> Result<T, Mistake>) -> Result<T, Mistake> {
        let Self { word, content, reading } = self;
        let value = content
            .ok_or_else(|| Mistake::custom(format!("`{word}` must hold a value: {{ {word} = … }}")))?;
        let read = reading.below(word, |reading| read(At { value, reading }));
        read.unwrap_or_else(|| Err(Mistake::custom("it was left out")))
    }
}

impl<'de> VariantAccess<'de> for Choice<'_, '_> {
    type Error = Mistake;

    fn unit_variant(self) -> Result<(), Mistake> {
        match self.content {
            None => Ok(()),
            Some(_) => self.content(|content| <()>::deserialize(content)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mistake> {
        self.content(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Mistake> {
        self.content(|content| content.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.content(|content| content.deserialize_struct("", fields, visitor))
    }
}
