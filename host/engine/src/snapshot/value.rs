//! Attribute values as a snapshot stores them: plain JSON, and numbers with a fraction as text in an object, so that they come
//! back bit for bit and are never taken for whole ones.

use serde_json::{Map, Value as Json, json};
use usher_core::source::{Attributes, Value};

/// Attributes as one JSON object.
pub(super) fn stored(attributes: &Attributes) -> Map<String, Json> {
    let pairs = attributes.iter().map(|(name, value)| (name.clone(), stored_value(value)));
    pairs.collect()
}

fn stored_value(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Integer(number) => json!(number),
        Value::Boolean(truth) => json!(truth),
        Value::Texts(texts) => json!(texts),
        Value::Number(number) => json!({ "number": number.to_string() }),
        Value::Integers(numbers) => json!({ "integers": numbers }),
        Value::Numbers(numbers) => {
            json!({ "numbers": numbers.iter().map(f64::to_string).collect::<Vec<_>>() })
        }
    }
}

/// The attributes of an object; the name of the first that cannot be one.
pub(super) fn attributes(stored: Map<String, Json>) -> Result<Attributes, String> {
    let mut attributes = Attributes::new();
    for (name, json) in stored {
        match value(json) {
            Some(value) => attributes.insert(name, value),
            None => return Err(name),
        };
    }
    Ok(attributes)
}

fn value(json: Json) -> Option<Value> {
    match json {
        Json::String(text) => Some(Value::Text(text)),
        Json::Bool(truth) => Some(Value::Boolean(truth)),
        Json::Number(number) => number.as_i64().map(Value::Integer),
        Json::Array(items) => texts(items).map(Value::Texts),
        Json::Object(kind) if kind.len() == 1 => match kind.into_iter().next()? {
            (kind, Json::String(number)) if kind == "number" => number.parse().ok().map(Value::Number),
            (kind, Json::Array(items)) if kind == "integers" => {
                items.iter().map(Json::as_i64).collect::<Option<_>>().map(Value::Integers)
            }
            (kind, Json::Array(items)) if kind == "numbers" => {
                let numbers = texts(items)?;
                numbers.iter().map(|number| number.parse().ok()).collect::<Option<_>>().map(Value::Numbers)
            }
            _ => None,
        },
        Json::Null | Json::Object(_) => None,
    }
}

fn texts(items: Vec<Json>) -> Option<Vec<String>> {
    let text = |item| match item {
        Json::String(text) => Some(text),
        _ => None,
    };
    items.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_as_it_was() {
        let values = [
            Value::Text(String::new()),
            Value::Text("Zoë \u{1b}".into()),
            Value::Integer(i64::MIN),
            Value::Number(3.0),
            Value::Number(0.1 + 0.2),
            Value::Number(1.797_693_134_862_315_7e308),
            Value::Number(-5e-324),
            Value::Boolean(false),
            Value::Texts(vec![]),
            Value::Texts(vec!["a".into(), "b".into()]),
            Value::Integers(vec![1, -2]),
            Value::Numbers(vec![1.0, 2.5]),
        ];
        let all: Attributes =
            values.into_iter().enumerate().map(|(number, value)| (format!("a{number}"), value)).collect();
        let text = Json::Object(stored(&all)).to_string();
        let Json::Object(read) = serde_json::from_str(&text).unwrap() else { unreachable!() };
        assert_eq!(attributes(read).unwrap(), all);
    }

    #[test]
    fn what_no_value_is_stored_as_is_refused_by_its_name() {
        for json in [json!(null), json!(1.5), json!([1]), json!({ "number": "x" }), json!({ "text": "x" })] {
            let Json::Object(read) = json!({ "good": 1, "bad": json }) else { unreachable!() };
            assert_eq!(attributes(read), Err("bad".to_owned()), "{json}");
        }
    }
}
