//! A document as one text, whatever order its keys were written in.

use serde_json::{Map, Value};

/// JSON without white space, the keys of every object in the order of their code points. Digests are made of it: of a policy's
/// configuration, which is handed to the plugin in this very form, and of a plan.
pub fn text(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            let entries = entries.into_iter().map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_is_forgotten_and_that_of_lists_is_not() {
        let value = json!({ "b": [{ "z": 1, "a": 2 }, "x"], "a": null });
        assert_eq!(text(&value), r#"{"a":null,"b":[{"a":2,"z":1},"x"]}"#);
        assert_ne!(text(&json!(["a", "b"])), text(&json!(["b", "a"])));
    }
}
