//! The envelope of a PATCH, which users and groups share.

use serde_json::Value;

use super::refusal::Refusal;

const PATCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Add,
    Replace,
    Remove,
}

/// One operation; where the request left the path out, it is the name of the one attribute in the value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PatchOperation {
    pub(crate) verb: Verb,
    pub(crate) path: String,
    /// Present for everything but `remove`.
    pub(crate) value: Option<Value>,
}

/// Reads the operations of a PATCH body.
pub(crate) fn operations(body: &Value) -> Result<Vec<PatchOperation>, Refusal> {
    let schemas = body.get("schemas").is_none_or(|schemas| *schemas == serde_json::json!([PATCH_SCHEMA]));
    let operations = body.get("Operations").and_then(Value::as_array).filter(|list| !list.is_empty());
    match operations {
        Some(operations) if schemas => operations.iter().map(operation).collect(),
        _ => Err(Refusal::Unparsable),
    }
}

fn operation(operation: &Value) -> Result<PatchOperation, Refusal> {
    let verb = operation.get("op").and_then(Value::as_str).ok_or(Refusal::Unparsable)?;
    let verb = match verb.to_ascii_lowercase().as_str() {
        "add" => Verb::Add,
        "replace" => Verb::Replace,
        "remove" => Verb::Remove,
        _ => return Err(Refusal::Unparsable),
    };
    let value = operation.get("value").cloned();
    if verb != Verb::Remove && value.is_none() {
        return Err(Refusal::Unparsable);
    }
    match (operation.get("path"), value) {
        (Some(Value::String(path)), value) => Ok(PatchOperation { verb, path: path.clone(), value }),
        (Some(_), _) => Err(Refusal::Unparsable),
        (None, _) if verb == Verb::Remove => Err(Refusal::Unparsable),
        (None, Some(Value::Object(attributes))) if attributes.len() == 1 => {
            let (path, value) = attributes.into_iter().next().ok_or(Refusal::PathOmitted)?;
            Ok(PatchOperation { verb, path, value: Some(value) })
        }
        (None, _) => Err(Refusal::PathOmitted),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_is_read_in_any_case_and_without_path_for_one_attribute() {
        let expected =
            PatchOperation { verb: Verb::Replace, path: "title".to_owned(), value: Some(json!("CEO")) };
        for operation in [
            json!({"op": "replace", "path": "title", "value": "CEO"}),
            json!({"op": "REPLACE", "path": "title", "value": "CEO"}),
            json!({"op": "Replace", "value": {"title": "CEO"}}),
        ] {
            assert_eq!(operations(&json!({"Operations": [operation]})), Ok(vec![expected.clone()]));
        }
    }

    #[test]
    fn several_attributes_need_a_path() {
        let body = json!({"Operations": [{"op": "replace", "value": {"id": "g1", "displayName": "new"}}]});
        assert_eq!(
            operations(&body).unwrap_err().to_string(),
            r#"Current PATCH support allows omitting "path" attribute only for Add and Replace operations modifying a single attribute."#
        );
    }

    #[test]
    fn a_broken_envelope_is_refused() {
        for body in [
            json!({}),
            json!({"Operations": []}),
            json!({"Operations": [{"path": "title", "value": "x"}]}),
            json!({"Operations": [{"op": "move", "path": "title", "value": "x"}]}),
            json!({"Operations": [{"op": "add", "path": "title"}]}),
            json!({"Operations": [{"op": "remove"}]}),
            json!({"Operations": [{"op": "remove", "value": {"title": "x"}}]}),
            json!({"schemas": ["urn:other"], "Operations": [{"op": "remove", "path": "title"}]}),
        ] {
            assert_eq!(operations(&body), Err(Refusal::Unparsable), "{body}");
        }
    }
}
