//! The schema against what is really read: it must take every recipe, and refuse what is refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use usher_guest::Policy;

use super::recipes;
use crate::account::FIELDS;
use crate::configuration::KEYS;
use crate::rules::Rules;

fn schema() -> Value {
    serde_json::from_str(Rules::CONFIG_SCHEMA.unwrap()).unwrap()
}

/// Whether the schema takes a value, by the few keywords that ours uses; any other fails the test.
fn takes(root: &Value, schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(keyword, wanted)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" => true,
        "$ref" => takes(root, root.pointer(&wanted.as_str().unwrap()[1..]).unwrap(), value),
        "type" => match wanted {
            Value::Array(kinds) => kinds.iter().any(|kind| is(kind, value)),
            kind => is(kind, value),
        },
        "enum" => wanted.as_array().unwrap().contains(value),
        "minLength" => value.as_str().unwrap().chars().count() as u64 >= wanted.as_u64().unwrap(),
        "maxLength" => value.as_str().unwrap().chars().count() as u64 <= wanted.as_u64().unwrap(),
        "maxProperties" => value.as_object().unwrap().len() as u64 <= wanted.as_u64().unwrap(),
        "required" => wanted.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
        "oneOf" => wanted.as_array().unwrap().iter().filter(|it| takes(root, it, value)).count() == 1,
        "anyOf" => wanted.as_array().unwrap().iter().any(|it| takes(root, it, value)),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|item| takes(root, wanted, item))),
        "properties" => value.as_object().is_none_or(|table| {
            table.iter().all(|(key, value)| wanted.get(key).is_none_or(|schema| takes(root, schema, value)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|table| {
            let others =
                table.iter().filter(|(key, _)| schema.pointer(&format!("/properties/{key}")).is_none());
            others.clone().all(|(_, value)| wanted.is_object() && takes(root, wanted, value))
        }),
        keyword => panic!("this test does not know the keyword {keyword}"),
    })
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        kind => panic!("this test does not know the type {kind}"),
    }
}

#[test]
fn every_recipe_fits_the_schema() {
    let schema = schema();
    let recipes = recipes::all();
    assert_eq!(recipes.len(), recipes::COUNT);
    for (heading, config) in recipes {
        assert!(takes(&schema, &schema, &config), "{heading}: {config}");
    }
}

#[test]
fn what_the_policy_refuses_for_its_shape_the_schema_refuses() {
    let schema = schema();
    for wrong in [
        json!([]),
        json!({ "group": [] }),
        json!({ "groups": {} }),
        json!({ "groups": [{ "name": "a", "when": "true" }] }),
        json!({ "groups": [{ "name": "a", "when": "true", "then": "skip", "sync": "'x'" }] }),
        json!({ "groups": [{ "name": "a", "when": "true", "then": "keep" }] }),
        json!({ "groups": [{ "name": "a", "sync": "'x'" }] }),
        json!({ "users": [{ "name": "a", "when": true, "then": "keep" }] }),
        json!({ "users": [{ "name": "a", "when": "true" }] }),
        json!({ "users": [{ "name": "a".repeat(65), "when": "true", "then": "keep" }] }),
        json!({ "account": { "costCenter": "'x'" } }),
        json!({ "account": { "work": { "cost": "'x'" } } }),
        json!({ "otherwise": { "groups": "keep" } }),
        json!({ "tables": { "a": { "b": { "c": 1 } } } }),
        json!({ "tables": { "a": { "b": null } } }),
        json!({ "expressions": { "a": "" } }),
    ] {
        assert!(!takes(&schema, &schema, &wrong), "{wrong}");
        assert!(!super::problems(wrong.clone()).is_empty());
    }
}

#[test]
fn the_schema_has_every_key_and_every_field() {
    let schema = schema();
    let keys = |pointer: &str| -> BTreeSet<String> {
        schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys("/properties"), KEYS.map(str::to_owned).into());
    let names = FIELDS.iter().flat_map(|field| std::iter::once(field.name).chain(field.alias));
    let parts = ["name", "address", "work"];
    let wanted: BTreeSet<String> = names.clone().chain(parts).map(str::to_owned).collect();
    assert_eq!(keys("/properties/account/properties"), wanted);
    for part in parts {
        let wanted: BTreeSet<String> = names
            .clone()
            .filter_map(|name| name.strip_prefix(part)?.strip_prefix('.'))
            .map(str::to_owned)
            .collect();
        assert_eq!(keys(&format!("/properties/account/properties/{part}/properties")), wanted);
    }
}
