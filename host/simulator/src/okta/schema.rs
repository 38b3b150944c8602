//! `/api/v1/meta/schemas/user/default` and `…/group/default`: which attributes a profile may have.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Okta;
use super::answer::json_answer;
use crate::organisation::GroupType;

/// Okta's base attributes with their titles (reference "User").
const BASE: [(&str, &str); 31] = [
    ("login", "Username"),
    ("firstName", "First name"),
    ("lastName", "Last name"),
    ("middleName", "Middle name"),
    ("honorificPrefix", "Honorific prefix"),
    ("honorificSuffix", "Honorific suffix"),
    ("email", "Primary email"),
    ("title", "Title"),
    ("displayName", "Display name"),
    ("nickName", "Nickname"),
    ("profileUrl", "Profile Url"),
    ("secondEmail", "Secondary email"),
    ("mobilePhone", "Mobile phone"),
    ("primaryPhone", "Primary phone"),
    ("streetAddress", "Street address"),
    ("city", "City"),
    ("state", "State"),
    ("zipCode", "Zip code"),
    ("countryCode", "Country code"),
    ("postalAddress", "Postal Address"),
    ("preferredLanguage", "Preferred language"),
    ("locale", "Locale"),
    ("timezone", "Time zone"),
    ("userType", "User type"),
    ("employeeNumber", "Employee number"),
    ("costCenter", "Cost center"),
    ("organization", "Organization"),
    ("division", "Division"),
    ("department", "Department"),
    ("managerId", "ManagerId"),
    ("manager", "Manager"),
];

/// The same of groups.
const GROUP_BASE: [(&str, &str); 2] = [("name", "Name"), ("description", "Description")];

/// The base attributes, and as custom ones all others that somebody's profile has.
pub(super) async fn user(State(okta): State<Okta>) -> Response {
    let organisation = okta.source.now();
    let profiles = organisation.users().filter_map(|user| user.fields.get("profile")?.as_object());
    let custom = custom(&BASE, profiles);
    let description = "Okta user profile template with default permission settings";
    schema(&okta, ("user", "User", description), &BASE, &["login", "email"], &custom)
}

/// The base attributes, and as custom ones all others that the profile of a group of Okta's own has: the schema does not describe
/// groups that come from elsewhere, such as those of Active Directory.
pub(super) async fn group(State(okta): State<Okta>) -> Response {
    let organisation = okta.source.now();
    let own = organisation.groups().filter(|group| group.group_type() == GroupType::Okta.as_str());
    let profiles = own.filter_map(|group| group.fields.get("profile")?.as_object());
    let custom = custom(&GROUP_BASE, profiles);
    let description = "Okta group profile template with default permission settings";
    schema(&okta, ("group", "Okta group", description), &GROUP_BASE, &["name"], &custom)
}

fn custom<'a>(
    base: &[(&str, &str)],
    profiles: impl Iterator<Item = &'a Map<String, Value>>,
) -> BTreeMap<&'a str, Value> {
    let mut custom = BTreeMap::new();
    for (name, value) in profiles.flatten() {
        let is_base = base.iter().any(|(base, _)| base == name);
        if !is_base && !custom.contains_key(name.as_str()) && !value.is_null() {
            custom.insert(name.as_str(), attribute(name, type_of(value)));
        }
    }
    custom
}

fn schema(
    okta: &Okta,
    (name, title, description): (&str, &str, &str),
    attributes: &[(&str, &str)],
    required: &[&str],
    custom: &BTreeMap<&str, Value>,
) -> Response {
    let mut base = Map::new();
    for (name, title) in attributes {
        let mut described = attribute(title, json!({ "type": "string" }));
        if required.contains(name) {
            described["required"] = json!(true);
        }
        base.insert((*name).to_owned(), described);
    }
    let at = format!("{}/api/v1/meta/schemas/{name}/default", okta.settings.base);
    let body = json!({
        "id": at,
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": name,
        "title": title,
        "description": description,
        "lastUpdated": "2025-01-14T09:00:00.000Z",
        "created": "2025-01-14T09:00:00.000Z",
        "definitions": {
            "custom": { "id": "#custom", "type": "object", "properties": custom, "required": [] },
            "base": { "id": "#base", "type": "object", "properties": base, "required": required },
        },
        "type": "object",
        "properties": { "profile": { "allOf": [{ "$ref": "#/definitions/custom" }, { "$ref": "#/definitions/base" }] } },
        "_links": { "self": { "href": at, "method": "GET", "rel": "self" } },
    });
    json_answer(StatusCode::OK, body.to_string())
}

fn attribute(title: &str, kind: Value) -> Value {
    let mut attribute = json!({ "title": title });
    for (name, value) in kind.as_object().into_iter().flatten() {
        attribute[name] = value.clone();
    }
    attribute["mutability"] = json!("READ_WRITE");
    attribute["scope"] = json!("NONE");
    attribute["permissions"] = json!([{ "principal": "SELF", "action": "READ_ONLY" }]);
    attribute["master"] = json!({ "type": "PROFILE_MASTER" });
    attribute
}

/// A value's type in the words of a schema.
fn type_of(value: &Value) -> Value {
    match value {
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::Array(items) => {
            let item = items.first().map_or_else(|| json!({ "type": "string" }), type_of);
            json!({ "type": "array", "items": item })
        }
        _ => json!({ "type": "string" }),
    }
}
