//! Profile attributes: typed values by Okta's names.

use std::collections::BTreeMap;

/// A value of an Okta profile attribute. Okta's null is an absent attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of whole numbers.
    Integers(Vec<i64>),
    /// A list of numbers.
    Numbers(Vec<f64>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl<const N: usize> From<[i64; N]> for Value {
    fn from(numbers: [i64; N]) -> Self {
        Self::Integers(numbers.to_vec())
    }
}

impl<const N: usize> From<[f64; N]> for Value {
    fn from(numbers: [f64; N]) -> Self {
        Self::Numbers(numbers.to_vec())
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(texts: [&str; N]) -> Self {
        Self::Texts(texts.map(str::to_owned).to_vec())
    }
}

/// Attributes by Okta's name: those that [`Policy::needs`](crate::Policy::needs) named and that have a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(BTreeMap<String, Value>);

impl Attributes {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whether the attribute has a value.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text; none when it is absent, of another kind, or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A list of texts; empty when it is absent or of another kind.
    pub fn texts(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Value::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// A list of whole numbers; empty when it is absent or of another kind.
    pub fn integers(&self, name: &str) -> &[i64] {
        match self.get(name) {
            Some(Value::Integers(numbers)) => numbers,
            _ => &[],
        }
    }

    /// A list of numbers, whole or not; empty when it is absent or of another kind.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        match self.get(name) {
            Some(Value::Integers(numbers)) => numbers.iter().map(|number| *number as f64).collect(),
            Some(Value::Numbers(numbers)) => numbers.clone(),
            _ => Vec::new(),
        }
    }

    /// A whole number; none when it is absent or of another kind.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A number, whole or not; none when it is absent or of another kind.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::Integer(number) => Some(*number as f64),
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// True or false; none when it is absent or of another kind.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Boolean(boolean) => Some(*boolean),
            _ => None,
        }
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Sets a value; for tests.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    pub(crate) fn retain(&mut self, wanted: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| wanted(name));
    }
}

impl FromIterator<(String, Value)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(attributes: I) -> Self {
        Self(attributes.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One attribute of each kind, named after it, and an empty text.
    fn each() -> Attributes {
        let values: [(&str, Value); 8] = [
            ("text", "a".into()),
            ("blank", "".into()),
            ("integer", 1.into()),
            ("number", 0.5.into()),
            ("boolean", true.into()),
            ("texts", ["a", "b"].into()),
            ("integers", [1, 2].into()),
            ("numbers", [0.5].into()),
        ];
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn each_getter_takes_its_own_kind_alone() {
        let each = each();
        let names = || each.iter().map(|(name, _)| name);
        let have = |has: &dyn Fn(&str) -> bool| names().filter(|name| has(name)).collect::<Vec<_>>();
        assert_eq!(have(&|name| each.text(name).is_some()), ["text"]);
        assert_eq!(have(&|name| each.integer(name).is_some()), ["integer"]);
        assert_eq!(have(&|name| each.boolean(name).is_some()), ["boolean"]);
        assert_eq!(have(&|name| !each.texts(name).is_empty()), ["texts"]);
        assert_eq!(have(&|name| !each.integers(name).is_empty()), ["integers"]);
    }

    #[test]
    fn a_whole_number_is_a_number_too() {
        let each = each();
        assert_eq!(
            (each.number("integer"), each.number("number"), each.number("text")),
            (Some(1.0), Some(0.5), None)
        );
        assert_eq!((each.numbers("integers"), each.numbers("numbers")), (vec![1.0, 2.0], vec![0.5]));
        assert_eq!(each.numbers("number"), Vec::<f64>::new());
    }

    #[test]
    fn an_absent_attribute_has_no_value_of_any_kind() {
        let none = Attributes::default();
        assert_eq!(
            (none.text("a"), none.integer("a"), none.number("a"), none.boolean("a")),
            (None, None, None, None)
        );
        assert_eq!((none.texts("a").len(), none.integers("a").len(), none.numbers("a").len()), (0, 0, 0));
    }
}
