//! PatchUser: paths, and what they do to a user's attributes (reference §2.5).

use serde_json::{Map, Value};

use super::attributes::{self, Attribute, ENTERPRISE_SCHEMA, Shape, USER};
use super::filter::quoted;
use super::patch::{PatchOperation, Verb, operations};
use super::refusal::Refusal;
use super::user::UserAttributes;

/// The attributes after a PATCH; all rules for whole users hold for the outcome.
pub(crate) fn patched(body: &Value, current: &UserAttributes) -> Result<UserAttributes, Refusal> {
    let operations = operations(body)?;
    for once in ["userName", "active"] {
        if operations.iter().filter(|operation| operation.path == once).count() > 1 {
            return Err(Refusal::Unparsable);
        }
    }
    let mut attributes = current.as_map().clone();
    for operation in &operations {
        apply(operation, &mut attributes)?;
    }
    UserAttributes::from_attributes(attributes)
}

fn apply(operation: &PatchOperation, attributes: &mut Map<String, Value>) -> Result<(), Refusal> {
    let path = Path::parse(&operation.path)?;
    let change = match (&operation.value, operation.verb) {
        (_, Verb::Remove) if ["userName", "active"].contains(&path.attribute.name) => {
            return Err(Refusal::Unparsable);
        }
        (_, Verb::Remove) => Change::Remove,
        (Some(value), Verb::Add) => Change::Add(value),
        (Some(value), Verb::Replace) => Change::Replace(value),
        (None, _) => return Err(Refusal::Unparsable),
    };
    match path.attribute.shape {
        Shape::List(_) => change_list(&path, change, attributes),
        _ => change_member(path.attribute, &path.below, change, attributes),
    }
}

#[derive(Clone, Copy)]
enum Change<'value> {
    Add(&'value Value),
    Replace(&'value Value),
    Remove,
}

/// Which part of a user is meant: `title`, `name.givenName`, `emails[type eq "work"].value`, `<enterprise>:department`.
struct Path {
    attribute: &'static Attribute,
    /// A sub-attribute and the value it must have.
    selection: Option<(&'static str, Value)>,
    below: Vec<&'static Attribute>,
}

impl Path {
    fn parse(path: &str) -> Result<Self, Refusal> {
        Self::read(path).filter(|path| path.attribute.name != "roles").ok_or(Refusal::Unparsable)
    }

    fn read(path: &str) -> Option<Self> {
        if let Some(below) = path.strip_prefix(ENTERPRISE_SCHEMA) {
            let attribute = attributes::find(USER, ENTERPRISE_SCHEMA)?;
            let below =
                if below.is_empty() { Vec::new() } else { descend(attribute, below.strip_prefix(':')?)? };
            return Some(Self { attribute, selection: None, below });
        }
        let end = path.find(['[', '.']).unwrap_or(path.len());
        let attribute = attributes::find(USER, &path[..end])?;
        let mut rest = &path[end..];
        let mut selection = None;
        if let Some(inside) = rest.strip_prefix('[') {
            let (name, after) = inside.split_once(" eq ")?;
            let (value, after) = match after.split_once(']') {
                Some(("true", after)) => (Value::Bool(true), after),
                Some(("false", after)) => (Value::Bool(false), after),
                _ => {
                    let (value, after) = quoted(after).ok()?;
                    (Value::String(value), after.strip_prefix(']')?)
                }
            };
            let Shape::List(table) = attribute.shape else { return None };
            selection = Some((attributes::find(table, name)?.name, value));
            rest = after;
        }
        let below = if rest.is_empty() { Vec::new() } else { descend(attribute, rest.strip_prefix('.')?)? };
        Some(Self { attribute, selection, below })
    }
}

/// The chain of sub-attributes that `names` (`manager.value`) leads through.
fn descend(attribute: &'static Attribute, names: &str) -> Option<Vec<&'static Attribute>> {
    let mut chain = Vec::new();
    let mut shape = attribute.shape;
    for name in names.split('.') {
        let (Shape::Object(table) | Shape::List(table)) = shape else { return None };
        let found = attributes::find(table, name)?;
        shape = found.shape;
        chain.push(found);
    }
    Some(chain)
}

/// Changes a text, a truth value or an object, or what lies below an object.
fn change_member(
    attribute: &'static Attribute,
    below: &[&'static Attribute],
    change: Change<'_>,
    parent: &mut Map<String, Value>,
) -> Result<(), Refusal> {
    let name = attribute.name;
    if let Some((next, below)) = below.split_first() {
        let object = parent.entry(name).or_insert_with(|| Value::Object(Map::new()));
        let object = object.as_object_mut().ok_or(Refusal::Unparsable)?;
        change_member(next, below, change, object)?;
        if object.is_empty() {
            parent.remove(name);
        }
        return Ok(());
    }
    match (change, attribute.shape) {
        (Change::Remove, _) => {
            parent.remove(name);
        }
        (Change::Add(value) | Change::Replace(value), Shape::Object(_)) => {
            let given = value.as_object().ok_or(Refusal::Unparsable)?;
            let object = parent.entry(name).or_insert_with(|| Value::Object(Map::new()));
            let object = object.as_object_mut().ok_or(Refusal::Unparsable)?;
            object.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        (Change::Add(value) | Change::Replace(value), Shape::Truth) => {
            parent.insert(name.to_owned(), Value::Bool(truth(value).ok_or(Refusal::Unparsable)?));
        }
        (Change::Add(value) | Change::Replace(value), _) => {
            parent.insert(name.to_owned(), value.clone());
        }
    }
    Ok(())
}

/// AWS's own sample sends `"false"` as a string.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Changes a list, its selected item, or one sub-attribute of its items.
fn change_list(path: &Path, change: Change<'_>, attributes: &mut Map<String, Value>) -> Result<(), Refusal> {
    let list = attributes.entry(path.attribute.name).or_insert_with(|| Value::Array(Vec::new()));
    let items = list.as_array_mut().ok_or(Refusal::Unparsable)?;
    if path.selection.is_none() && path.below.is_empty() {
        return change_whole_list(change, items);
    }
    let selected = |item: &Value| path.selection.as_ref().is_none_or(|(name, value)| item[*name] == *value);
    if let (Change::Remove, []) = (change, path.below.as_slice()) {
        items.retain(|item| !selected(item));
        return Ok(());
    }
    if !items.iter().any(selected) {
        match change {
            Change::Add(_) => items.push(new_item(path)),
            Change::Replace(_) => return Err(Refusal::Unparsable),
            Change::Remove => return Ok(()),
        }
    }
    for item in items.iter_mut().filter(|item| selected(item)) {
        let item = item.as_object_mut().ok_or(Refusal::Unparsable)?;
        match (path.below.split_first(), change) {
            (Some((sub, below)), _) => change_member(sub, below, change, item)?,
            (None, Change::Add(value) | Change::Replace(value)) => {
                let given = value.as_object().ok_or(Refusal::Unparsable)?;
                item.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            (None, Change::Remove) => {}
        }
    }
    Ok(())
}

fn change_whole_list(change: Change<'_>, items: &mut Vec<Value>) -> Result<(), Refusal> {
    match change {
        Change::Remove => items.clear(),
        Change::Replace(value) => *items = value.as_array().ok_or(Refusal::Unparsable)?.clone(),
        Change::Add(value) => {
            for item in value.as_array().ok_or(Refusal::Unparsable)? {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
        }
    }
    Ok(())
}

/// What `add` to `emails[type eq "work"].value` starts from when there is none: Entra adds addresses that way, and the
/// only address is the primary one.
fn new_item(path: &Path) -> Value {
    let mut item = Map::new();
    if let Some((name, value)) = &path.selection {
        item.insert((*name).to_owned(), value.clone());
    }
    if path.attribute.name == "emails" {
        item.entry("primary").or_insert(Value::Bool(true));
    }
    Value::Object(item)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ines() -> UserAttributes {
        UserAttributes::from_request(&json!({
            "userName": "ines@corp.example",
            "name": {"givenName": "Ines", "familyName": "Ferreira"},
            "displayName": "Ines Ferreira",
            "title": "Analyst",
            "active": true,
            "emails": [{"value": "ines@corp.example", "type": "work", "primary": true}],
        }))
        .unwrap()
    }

    fn patch(operations: Value) -> Result<Map<String, Value>, Refusal> {
        patched(&json!({"Operations": operations}), &ines()).map(|user| user.as_map().clone())
    }

    fn one(operation: Value) -> Result<Map<String, Value>, Refusal> {
        patch(json!([operation]))
    }

    #[test]
    fn active_is_taken_as_a_truth_value_and_as_a_string() {
        for value in [json!(false), json!("false"), json!("False")] {
            let user = one(json!({"op": "replace", "path": "active", "value": value})).unwrap();
            assert_eq!(user["active"], json!(false));
        }
        let refused = one(json!({"op": "replace", "path": "active", "value": "no"}));
        assert_eq!(refused, Err(Refusal::Unparsable));
    }

    #[test]
    fn sub_attributes_are_changed_alone() {
        let user = one(json!({"op": "replace", "path": "name.familyName", "value": "Costa"})).unwrap();
        assert_eq!(user["name"], json!({"familyName": "Costa", "givenName": "Ines"}));
        let user = one(json!({"op": "replace", "path": "name", "value": {"givenName": "Inês"}})).unwrap();
        assert_eq!(user["name"], json!({"familyName": "Ferreira", "givenName": "Inês"}));
        let user = one(
            json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "i@corp.example"}),
        )
        .unwrap();
        assert_eq!(user["emails"], json!([{"value": "i@corp.example", "type": "work", "primary": true}]));
    }

    #[test]
    fn enterprise_attributes_are_reached_by_their_urn() {
        let path = |below: &str| format!("{ENTERPRISE_SCHEMA}{below}");
        let user = patch(json!([
            {"op": "add", "path": path(":department"), "value": "Data"},
            {"op": "add", "path": path(":manager.value"), "value": "m1"},
            {"op": "replace", "path": path(""), "value": {"division": "EMEA"}},
        ]))
        .unwrap();
        assert_eq!(
            user[ENTERPRISE_SCHEMA],
            json!({"division": "EMEA", "department": "Data", "manager": {"value": "m1"}})
        );
    }

    #[test]
    fn a_removed_attribute_is_gone() {
        assert!(one(json!({"op": "Remove", "path": "title"})).unwrap().get("title").is_none());
        assert!(one(json!({"op": "remove", "path": "emails"})).unwrap().get("emails").is_none());
        let selected = json!({"op": "remove", "path": "emails[type eq \"work\"]"});
        assert!(one(selected).unwrap().get("emails").is_none());
        let added = patch(json!([
            {"op": "add", "path": format!("{ENTERPRISE_SCHEMA}:manager.value"), "value": "m1"},
            {"op": "remove", "path": format!("{ENTERPRISE_SCHEMA}:manager.value")},
        ]));
        assert!(added.unwrap().get(ENTERPRISE_SCHEMA).is_none());
    }

    #[test]
    fn a_second_address_is_refused_by_its_own_text() {
        let other = json!([{"value": "other@corp.example", "type": "home", "primary": true}]);
        assert_eq!(
            one(json!({"op": "add", "path": "emails", "value": other})).unwrap_err().to_string(),
            "List attribute emails exceeds allowed limit of 1"
        );
        let replaced = one(json!({"op": "replace", "path": "emails", "value": other})).unwrap();
        assert_eq!(replaced["emails"], other);
    }

    #[test]
    fn an_address_can_be_added_by_its_type() {
        let user = patch(json!([
            {"op": "remove", "path": "emails"},
            {"op": "add", "path": "emails[type eq \"work\"].value", "value": "i@corp.example"},
        ]))
        .unwrap();
        assert_eq!(user["emails"], json!([{"value": "i@corp.example", "type": "work", "primary": true}]));
    }

    #[test]
    fn what_aws_does_not_let_change_stays() {
        for operation in [
            json!({"op": "remove", "path": "userName"}),
            json!({"op": "remove", "path": "active"}),
            json!({"op": "remove", "path": "displayName"}),
            json!({"op": "remove", "path": "name.givenName"}),
            json!({"op": "replace", "path": "roles", "value": [{"value": "r"}]}),
            json!({"op": "replace", "path": "id", "value": "u1"}),
            json!({"op": "add", "path": "groups", "value": []}),
            json!({"op": "replace", "path": "Title", "value": "CEO"}),
            json!({"op": "replace", "path": "title", "value": ""}),
            json!({"op": "replace", "path": "emails[type co \"w\"].value", "value": "a@b.example"}),
            json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "a@b.example"}),
            json!({"op": "replace", "path": "title.value", "value": "CEO"}),
            json!({"op": "replace", "path": "", "value": "CEO"}),
        ] {
            assert_eq!(one(operation.clone()), Err(Refusal::Unparsable), "{operation}");
        }
    }

    #[test]
    fn user_name_and_active_change_once_per_request() {
        for path in ["userName", "active"] {
            let value = if path == "active" { json!(false) } else { json!("new@corp.example") };
            let operation = json!({"op": "replace", "path": path, "value": value});
            assert!(one(operation.clone()).is_ok());
            assert_eq!(patch(json!([operation, operation])), Err(Refusal::Unparsable), "{path}");
        }
    }

    #[test]
    fn profile_url_is_settable_and_never_seen() {
        let user = one(json!({"op": "add", "path": "profileUrl", "value": "https://corp.example"})).unwrap();
        assert_eq!(&user, ines().as_map());
    }
}
