//! What the service says about itself (reference §1, §2.7). It does not always keep to it.

use serde_json::{Map, Value, json};

use super::attributes::{Attribute, ENTERPRISE_SCHEMA, GROUP_SCHEMA, Shape, USER, USER_SCHEMA};
use super::listing::LIST_SCHEMA;

/// The document of `/ServiceProviderConfig`: it still says 50, and nothing of cursors.
pub(crate) fn service_provider_config() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri":
            "https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source-idp.html",
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "Authentication scheme using the OAuth Bearer Token Standard",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "documentationUri":
                "https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html",
            "primary": true,
        }],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 1, "maxPayloadSize": 1_048_576},
        "filter": {"supported": true, "maxResults": 50},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": false},
    })
}

/// The list of `/ResourceTypes`; `base` is the URL up to and with `/scim/v2`.
pub(crate) fn resource_types(base: &str) -> Value {
    let meta = |name: &str| json!({"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}")});
    let schemas = json!(["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]);
    list(vec![
        json!({
            "schemas": schemas,
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "description": "User Account",
            "schema": USER_SCHEMA,
            "schemaExtensions": [{"schema": ENTERPRISE_SCHEMA, "required": true}],
            "meta": meta("User"),
        }),
        json!({
            "schemas": schemas,
            "id": "Group",
            "name": "Group",
            "endpoint": "/Groups",
            "description": "Group",
            "schema": GROUP_SCHEMA,
            "meta": meta("Group"),
        }),
    ])
}

/// The list of `/Schemas`.
pub(crate) fn schemas() -> Value {
    list([USER_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA].into_iter().filter_map(schema).collect())
}

/// The document of `/Schemas/{urn}`.
pub(crate) fn schema(urn: &str) -> Option<Value> {
    let (name, description, attributes) = match urn {
        USER_SCHEMA => {
            let core =
                USER.iter().filter(|attribute| ![ENTERPRISE_SCHEMA, "externalId"].contains(&attribute.name));
            ("User", "User Account", core.map(definition).collect())
        }
        ENTERPRISE_SCHEMA => {
            let attributes =
                USER.iter().find(|attribute| attribute.name == ENTERPRISE_SCHEMA).map(sub_attributes);
            ("EnterpriseUser", "Enterprise User", attributes?)
        }
        GROUP_SCHEMA => ("Group", "Group", group_attributes()),
        _ => return None,
    };
    Some(json!({"id": urn, "name": name, "description": description, "attributes": attributes}))
}

/// The envelope of the discovery lists.
fn list(resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST_SCHEMA],
        "totalResults": resources.len(),
        "itemsPerPage": resources.len(),
        "startIndex": 1,
        "Resources": resources,
    })
}

/// An attribute as RFC 7643 §7 defines one.
fn definition(attribute: &Attribute) -> Value {
    let kind = match (attribute.name, attribute.shape) {
        ("profileUrl" | "$ref", _) => "reference",
        (_, Shape::Text(_)) => "string",
        (_, Shape::Truth) => "boolean",
        (_, Shape::Object(_) | Shape::List(_)) => "complex",
    };
    let mut definition = Map::new();
    definition.insert("name".to_owned(), json!(attribute.name));
    definition.insert("type".to_owned(), json!(kind));
    definition.insert("multiValued".to_owned(), json!(matches!(attribute.shape, Shape::List(_))));
    definition.insert("description".to_owned(), json!(""));
    definition.insert("required".to_owned(), json!(attribute.required));
    definition.insert("caseExact".to_owned(), json!(kind == "reference"));
    definition.insert("mutability".to_owned(), json!("readWrite"));
    definition.insert("returned".to_owned(), json!("default"));
    definition
        .insert("uniqueness".to_owned(), json!(if attribute.name == "userName" { "server" } else { "none" }));
    match attribute.name {
        "profileUrl" => drop(definition.insert("referenceTypes".to_owned(), json!(["external"]))),
        "$ref" => drop(definition.insert("referenceTypes".to_owned(), json!(["User"]))),
        _ => {}
    }
    let below = sub_attributes(attribute);
    if !below.is_empty() {
        definition.insert("subAttributes".to_owned(), Value::Array(below));
    }
    Value::Object(definition)
}

fn sub_attributes(attribute: &Attribute) -> Vec<Value> {
    match attribute.shape {
        Shape::Object(table) | Shape::List(table) => table.iter().map(definition).collect(),
        Shape::Text(_) | Shape::Truth => Vec::new(),
    }
}

fn group_attributes() -> Vec<Value> {
    let attribute = |name: &str, kind: &str| {
        json!({
            "name": name, "type": kind, "multiValued": false, "description": "", "required": name == "displayName",
            "caseExact": false, "mutability": if name == "displayName" { "readWrite" } else { "immutable" },
            "returned": "default", "uniqueness": if name == "displayName" { "server" } else { "none" },
        })
    };
    let mut reference = attribute("$ref", "reference");
    reference["referenceTypes"] = json!(["User"]);
    let mut members = attribute("members", "complex");
    members["multiValued"] = json!(true);
    members["mutability"] = json!("readWrite");
    members["subAttributes"] = json!([attribute("value", "string"), reference, attribute("type", "string")]);
    vec![attribute("displayName", "string"), members]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_announced_as_unique_without_case() {
        let user = schema(USER_SCHEMA).unwrap();
        let attributes = user["attributes"].as_array().unwrap();
        let user_name = attributes.iter().find(|attribute| attribute["name"] == "userName").unwrap();
        assert_eq!(user_name["caseExact"], json!(false));
        assert_eq!(user_name["uniqueness"], json!("server"));
        assert_eq!(user_name["required"], json!(true));
    }

    #[test]
    fn three_schemas_and_two_resource_types_exist() {
        let ids = |list: &Value| -> Vec<String> {
            list["Resources"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["id"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(ids(&schemas()), [USER_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA]);
        assert_eq!(ids(&resource_types("http://h/t/scim/v2")), ["User", "Group"]);
        assert_eq!(
            resource_types("http://h/t/scim/v2")["Resources"][1]["meta"]["location"],
            json!("http://h/t/scim/v2/ResourceTypes/Group")
        );
    }

    #[test]
    fn the_announced_limits_are_those_of_the_sample() {
        let config = service_provider_config();
        assert_eq!(config["filter"], json!({"supported": true, "maxResults": 50}));
        assert_eq!(
            config["bulk"].to_string(),
            r#"{"supported":false,"maxOperations":1,"maxPayloadSize":1048576}"#
        );
    }
}
