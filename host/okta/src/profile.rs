//! Profiles: Okta's JSON → the model's values.

use serde_json::{Map, Value as Json};
use usher_core::source::{Attributes, Value};

/// All attributes that have a value the model knows. Null is an absent attribute; objects, mixed lists and lists of
/// booleans have no counterpart and are absent too.
pub(crate) fn attributes(profile: Map<String, Json>) -> Attributes {
    profile.into_iter().filter_map(|(name, json)| Some((name, value(json)?))).collect()
}

fn value(json: Json) -> Option<Value> {
    match json {
        Json::Null | Json::Object(_) => None,
        Json::Bool(truth) => Some(Value::Boolean(truth)),
        Json::Number(number) => {
            number.as_i64().map(Value::Integer).or_else(|| number.as_f64().map(Value::Number))
        }
        Json::String(text) => Some(Value::Text(text)),
        Json::Array(items) => list(items.into_iter().filter(|item| !item.is_null()).collect()),
    }
}

/// A list of one kind. One of whole numbers and fractions is a list of numbers; an empty one is a list of texts.
fn list(items: Vec<Json>) -> Option<Value> {
    let texts = || items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>();
    let integers = || items.iter().map(Json::as_i64).collect::<Option<_>>();
    let numbers = || items.iter().map(Json::as_f64).collect::<Option<_>>();
    texts()
        .map(Value::Texts)
        .or_else(|| integers().map(Value::Integers))
        .or_else(|| numbers().map(Value::Numbers))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(json: Json) -> Option<Value> {
        let Json::Object(profile) = json!({ "x": json }) else { unreachable!() };
        attributes(profile).remove("x")
    }

    #[test]
    fn every_kind_of_value_keeps_its_kind() {
        assert_eq!(one(json!("a")), Some(Value::Text("a".into())));
        assert_eq!(one(json!("")), Some(Value::Text(String::new())));
        assert_eq!(one(json!(-3)), Some(Value::Integer(-3)));
        assert_eq!(one(json!(3.5)), Some(Value::Number(3.5)));
        assert_eq!(one(json!(u64::MAX)), Some(Value::Number(u64::MAX as f64)));
        assert_eq!(one(json!(false)), Some(Value::Boolean(false)));
        assert_eq!(one(json!(["a", "b"])), Some(Value::Texts(vec!["a".into(), "b".into()])));
        assert_eq!(one(json!([1, 2])), Some(Value::Integers(vec![1, 2])));
        assert_eq!(one(json!([1, 2.5])), Some(Value::Numbers(vec![1.0, 2.5])));
        assert_eq!(one(json!([])), Some(Value::Texts(vec![])));
        assert_eq!(one(json!(["a", null])), Some(Value::Texts(vec!["a".into()])));
    }

    #[test]
    fn what_has_no_counterpart_is_absent() {
        for json in [json!(null), json!({ "a": 1 }), json!(["a", 1]), json!([true]), json!([["a"]])] {
            assert_eq!(one(json.clone()), None, "{json}");
        }
    }
}
