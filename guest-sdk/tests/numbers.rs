//! One attribute has one number, whichever language a policy is written in: numbers.json is read by the tests of all three SDKs.

use serde::Deserialize;
use usher_guest::prelude::*;
use usher_guest::{Attributes, Value};

/// An attribute as the host hands it over, and what each getter gives; absent, nothing. Whole numbers are texts, since not every
/// language can read those of 64 bits in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: String,
    value: serde_json::Value,
    integer: Option<String>,
    number: Option<f64>,
    boolean: Option<bool>,
    #[serde(default)]
    integers: Vec<String>,
    #[serde(default)]
    numbers: Vec<f64>,
}

impl Row {
    fn attribute(&self) -> Value {
        let texts = match &self.value {
            serde_json::Value::Array(items) => items.iter().map(text).collect(),
            one => vec![text(one)],
        };
        let integers =
            || texts.iter().map(|text| text.parse().expect("a whole number")).collect::<Vec<i64>>();
        let numbers = || texts.iter().map(|text| text.parse().expect("a number")).collect::<Vec<f64>>();
        match self.kind.as_str() {
            "integer" => Value::Integer(integers()[0]),
            "number" => Value::Number(numbers()[0]),
            "boolean" => Value::Boolean(texts[0] == "true"),
            "text" => Value::Text(texts[0].to_owned()),
            "integers" => Value::Integers(integers()),
            "numbers" => Value::Numbers(numbers()),
            "texts" => Value::Texts(texts.iter().map(|text| (*text).to_owned()).collect()),
            other => panic!("there is no kind {other}"),
        }
    }
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn an_attribute_has_one_number_in_every_language() {
    let rows: Vec<Row> = serde_json::from_str(include_str!("numbers.json")).unwrap();
    for row in rows {
        let user = User {
            attributes: Attributes::from_iter([("a".to_owned(), row.attribute())]),
            ..User::default()
        };
        let integer = row.integer.as_deref().map(|text| text.parse::<i64>().unwrap());
        let integers: Vec<i64> = row.integers.iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(user.integer("a"), integer, "{row:?}");
        assert_eq!(user.number("a"), row.number, "{row:?}");
        assert_eq!(user.boolean("a"), row.boolean, "{row:?}");
        assert_eq!(user.attributes.integers("a"), integers, "{row:?}");
        assert_eq!(user.attributes.numbers("a"), row.numbers, "{row:?}");
    }
}
