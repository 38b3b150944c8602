//! What a user document must be, and what the service makes of it.

use serde_json::{Map, Value};

use super::attributes::{self, Attribute, ENTERPRISE_SCHEMA, Shape, USER, USER_SCHEMA};
use super::refusal::Refusal;
use super::text::is_reserved;

/// The attributes of a user as the service keeps them: checked, in its order, without what it forgets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UserAttributes(Map<String, Value>);

impl UserAttributes {
    /// Checks the body of a create or a replacement.
    ///
    /// `id`, `meta` and `schemas` belong to the service; clients that send a whole resource back include them.
    pub(crate) fn from_request(body: &Value) -> Result<Self, Refusal> {
        let mut body = body.as_object().ok_or(Refusal::Unparsable)?.clone();
        check_schemas(body.remove("schemas"))?;
        body.remove("id");
        body.remove("meta");
        Self::from_attributes(body)
    }

    /// Checks attributes alone; a user without `active` is active (reference §9, 9, leaves that open).
    pub(crate) fn from_attributes(mut given: Map<String, Value>) -> Result<Self, Refusal> {
        given.entry("active").or_insert(Value::Bool(true));
        let mut complaints = Complaints::default();
        let kept = object(USER, &given, "", &mut complaints)?;
        complaints.into_result()?;
        if kept["userName"].as_str().is_some_and(is_reserved) {
            return Err(Refusal::Unparsable);
        }
        if kept.get("emails").is_some_and(|emails| emails[0]["primary"] != Value::Bool(true)) {
            return Err(Refusal::Unparsable);
        }
        Ok(Self(kept))
    }

    /// All attributes.
    pub(crate) fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The name to sign in with.
    pub(crate) fn user_name(&self) -> &str {
        self.0["userName"].as_str().unwrap_or_default()
    }

    /// The id at the identity provider.
    pub(crate) fn external_id(&self) -> Option<&str> {
        self.0.get("externalId")?.as_str()
    }

    /// The one e-mail address.
    pub(crate) fn email(&self) -> Option<&str> {
        self.0.get("emails")?[0]["value"].as_str()
    }

    /// The id of the manager.
    pub(crate) fn manager(&self) -> Option<&str> {
        self.0.get(ENTERPRISE_SCHEMA)?.get("manager")?.get("value")?.as_str()
    }
}

/// `schemas` may be missing; what stands there must be known.
fn check_schemas(schemas: Option<Value>) -> Result<(), Refusal> {
    match schemas {
        None => Ok(()),
        Some(Value::Array(urns)) if urns.iter().all(|urn| urn == USER_SCHEMA || urn == ENTERPRISE_SCHEMA) => {
            Ok(())
        }
        Some(_) => Err(Refusal::Unparsable),
    }
}

/// Texts that break a rule. Only for some attributes does AWS say which (reference §2.8).
#[derive(Default)]
struct Complaints {
    named: Vec<String>,
    hidden: bool,
}

impl Complaints {
    fn add(&mut self, path: &str, complaints: Vec<String>) {
        let said_as = match path {
            "name.givenName" | "name.familyName" => path,
            _ if path.ends_with(":User.manager.value") => "manager.value",
            _ => {
                self.hidden |= !complaints.is_empty();
                return;
            }
        };
        self.named.extend(
            complaints
                .into_iter()
                .map(|complaint| format!("Value at '{said_as}' failed to satisfy constraint: {complaint}")),
        );
    }

    fn into_result(self) -> Result<(), Refusal> {
        match self {
            Self { hidden: true, .. } => Err(Refusal::Unparsable),
            Self { named, .. } if !named.is_empty() => Err(Refusal::Constraints(named)),
            _ => Ok(()),
        }
    }
}

/// Checks one object against its table. Unknown members, among them `password`, `groups` and every `display`, are
/// refused.
fn object(
    table: &'static [Attribute],
    given: &Map<String, Value>,
    prefix: &str,
    complaints: &mut Complaints,
) -> Result<Map<String, Value>, Refusal> {
    if given.keys().any(|name| attributes::find(table, name).is_none()) {
        return Err(Refusal::Unparsable);
    }
    let mut kept = Map::new();
    for attribute in table {
        let Some(value) = given.get(attribute.name) else {
            if attribute.required {
                return Err(Refusal::Unparsable);
            }
            continue;
        };
        let path = format!("{prefix}{}", attribute.name);
        let value = value_of(attribute, value, &path, complaints)?;
        if let (Some(value), false) = (value, attribute.forgotten) {
            kept.insert(attribute.name.to_owned(), value);
        }
    }
    Ok(kept)
}

/// Checks one value; `None` for an empty list or object, which is the same as not having the attribute.
fn value_of(
    attribute: &'static Attribute,
    value: &Value,
    path: &str,
    complaints: &mut Complaints,
) -> Result<Option<Value>, Refusal> {
    let kept = match (attribute.shape, value) {
        (Shape::Text(rule), Value::String(text)) => {
            complaints.add(path, rule.complaints(text));
            Some(value.clone())
        }
        (Shape::Truth, Value::Bool(_)) => Some(value.clone()),
        (Shape::Object(table), Value::Object(given)) => {
            let kept = object(table, given, &format!("{path}."), complaints)?;
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        (Shape::List(_), Value::Array(items)) if items.is_empty() => None,
        (Shape::List(table), Value::Array(items)) if items.len() == 1 => {
            let given = items[0].as_object().ok_or(Refusal::Unparsable)?;
            Some(Value::Array(vec![Value::Object(object(table, given, &format!("{path}."), complaints)?)]))
        }
        (Shape::List(_), Value::Array(_)) => return Err(Refusal::ListLimit(attribute.name)),
        _ => return Err(Refusal::Unparsable),
    };
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A user that passes, changed by `change`.
    fn checked(change: impl FnOnce(&mut Value)) -> Result<UserAttributes, Refusal> {
        let mut body = json!({
            "userName": "ines.ferreira@corp.example",
            "name": {"givenName": "Ines", "familyName": "Ferreira"},
            "displayName": "Ines Ferreira",
            "emails": [{"value": "ines.ferreira@corp.example", "type": "work", "primary": true}],
        });
        change(&mut body);
        UserAttributes::from_request(&body)
    }

    fn refusal(change: impl FnOnce(&mut Value)) -> String {
        checked(change).unwrap_err().to_string()
    }

    const GENERIC: &str = "Request is unparsable, syntactically incorrect, or violates schema.";

    #[test]
    fn attributes_come_back_in_the_order_of_the_samples() {
        let user = checked(|body| {
            body["externalId"] = json!("00u1");
            body["nickName"] = json!("Nes");
        })
        .unwrap();
        let names: Vec<&str> = user.as_map().keys().map(String::as_str).collect();
        assert_eq!(names, ["externalId", "userName", "name", "displayName", "nickName", "active", "emails"]);
        assert_eq!(user.as_map()["name"].to_string(), r#"{"familyName":"Ferreira","givenName":"Ines"}"#);
    }

    #[test]
    fn every_required_attribute_is_missed() {
        for attribute in ["userName", "name", "displayName"] {
            let missing = |body: &mut Value| drop(body.as_object_mut().unwrap().remove(attribute));
            assert_eq!(refusal(missing), GENERIC, "{attribute}");
        }
        assert_eq!(refusal(|body| body["name"] = json!({"givenName": "Ines"})), GENERIC);
        assert_eq!(refusal(|body| body["name"] = json!({"familyName": "Ferreira"})), GENERIC);
    }

    #[test]
    fn an_empty_name_part_is_named_in_the_text() {
        assert_eq!(
            refusal(|body| body["name"]["givenName"] = json!("")),
            r"2 validation errors detected: Value at 'name.givenName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+; Value at 'name.givenName' failed to satisfy constraint: Member must have length greater than or equal to 1"
        );
        assert_eq!(
            refusal(|body| body["name"]["familyName"] = json!("Fer\u{200b}reira")),
            r"1 validation errors detected: Value at 'name.familyName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"
        );
    }

    #[test]
    fn other_bad_texts_get_the_text_that_hides_the_cause() {
        for (attribute, value) in [
            ("displayName", json!("")),
            ("nickName", json!("a\u{7}b")),
            ("userName", json!("with blank")),
            ("userName", json!("u".repeat(129))),
            ("externalId", json!("")),
            ("title", json!(null)),
            ("active", json!("true")),
        ] {
            assert_eq!(refusal(|body| body[attribute] = value.clone()), GENERIC, "{attribute}: {value}");
        }
    }

    #[test]
    fn lists_hold_one_value() {
        for list in ["emails", "addresses", "phoneNumbers", "roles"] {
            let two = json!([{"value": "a", "primary": true}, {"value": "b"}]);
            assert_eq!(
                refusal(|body| body[list] = two),
                format!("List attribute {list} exceeds allowed limit of 1")
            );
        }
    }

    #[test]
    fn the_email_address_must_be_the_primary_one() {
        assert_eq!(refusal(|body| body["emails"] = json!([{"value": "a@b.example"}])), GENERIC);
        assert_eq!(
            refusal(|body| body["emails"] = json!([{"value": "a@b.example", "primary": false}])),
            GENERIC
        );
        assert!(checked(|body| body["emails"] = json!([])).unwrap().email().is_none());
    }

    #[test]
    fn what_the_service_does_not_support_is_refused() {
        for attribute in
            ["password", "ims", "photos", "x509Certificates", "entitlements", "groups", "UserName"]
        {
            assert_eq!(refusal(|body| body[attribute] = json!([])), GENERIC, "{attribute}");
        }
        assert_eq!(refusal(|body| body["phoneNumbers"] = json!([{"value": "1", "display": "1"}])), GENERIC);
        assert_eq!(
            refusal(|body| body[ENTERPRISE_SCHEMA] = json!({"manager": {"value": "m", "displayName": "M"}})),
            GENERIC
        );
        assert_eq!(refusal(|body| body["schemas"] = json!(["urn:example:other"])), GENERIC);
    }

    #[test]
    fn reserved_names_are_refused() {
        for name in ["Administrator", "AWSAdministrators"] {
            assert_eq!(refusal(|body| body["userName"] = json!(name)), GENERIC);
        }
    }

    #[test]
    fn profile_url_and_manager_reference_are_taken_and_forgotten() {
        let user = checked(|body| {
            body["profileUrl"] = json!("https://corp.example/ines");
            body[ENTERPRISE_SCHEMA] = json!({"manager": {"value": "m1", "$ref": "../Users/m1"}});
        })
        .unwrap();
        assert!(user.as_map().get("profileUrl").is_none());
        assert_eq!(user.as_map()[ENTERPRISE_SCHEMA], json!({"manager": {"value": "m1"}}));
        assert_eq!(user.manager(), Some("m1"));
    }

    #[test]
    fn a_user_is_active_unless_told_otherwise() {
        assert_eq!(checked(|_| ()).unwrap().as_map()["active"], json!(true));
        assert_eq!(checked(|body| body["active"] = json!(false)).unwrap().as_map()["active"], json!(false));
    }

    #[test]
    fn an_address_may_hold_only_its_type() {
        let user = checked(|body| body["addresses"] = json!([{"type": "work"}])).unwrap();
        assert_eq!(user.as_map()["addresses"], json!([{"type": "work"}]));
    }
}
