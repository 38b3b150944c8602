//! The groups that an expression names.

use cel::objects::Key;
use cel::{Context, Value};
use usher_guest::TargetGroup;

use crate::failure::{cause, kind};
use crate::rules::Expression;

/// A name, a map with `name` and perhaps `key`, or a list of those. A key out of `given` stands for that group.
pub(crate) fn target_groups(
    names: &Expression,
    context: &Context,
    given: &[String],
) -> Result<Vec<TargetGroup>, String> {
    match context.resolve(&names.tree).map_err(|error| format!("failed: {}", cause(&error)))? {
        Value::List(list) => list.iter().map(|value| target_group(value, given)).collect(),
        value => Ok(vec![target_group(&value, given)?]),
    }
}

/// A key, or a list of keys.
pub(crate) fn keys(keys: &Expression, context: &Context) -> Result<Vec<String>, String> {
    let key = |value: &Value| match value {
        Value::String(key) => Ok(key.to_string()),
        other => Err(format!("gives {}, not the key of a group", kind(other))),
    };
    match context.resolve(&keys.tree).map_err(|error| format!("failed: {}", cause(&error)))? {
        Value::List(list) => list.iter().map(key).collect(),
        value => Ok(vec![key(&value)?]),
    }
}

/// A group that the person has from the group decisions, under the name it has.
pub(crate) fn given_group(key: &str) -> TargetGroup {
    TargetGroup::new("").key(key)
}

fn target_group(value: &Value, given: &[String]) -> Result<TargetGroup, String> {
    let group = match value {
        Value::String(name) if given.contains(name) => return Ok(given_group(name)),
        Value::String(name) => TargetGroup::new(name.as_str()),
        Value::Map(map) => {
            for (key, _) in map.map.iter() {
                if !matches!(key, Key::String(key) if matches!(key.as_str(), "name" | "key")) {
                    return Err(format!(
                        "gives a map with `{key}`; a group has `name` and, if it wants, `key`"
                    ));
                }
            }
            let field = |name: &str| match map.map.get(&Key::from(name)) {
                Some(Value::String(text)) => Ok(Some(text.as_str())),
                Some(other) => Err(format!("gives a group whose `{name}` is {}, not a text", kind(other))),
                None => Ok(None),
            };
            let name = field("name")?.ok_or("gives a group without `name`")?;
            match field("key")? {
                Some(key) if is_key(key) => TargetGroup::new(name).key(key),
                Some(key) => {
                    return Err(format!(
                        "gives the key `{key}`; a key is 1 to 128 letters, digits, `.`, `_` or `-`"
                    ));
                }
                None => TargetGroup::new(name),
            }
        }
        other => return Err(format!("gives {}, not a name", kind(other))),
    };
    if group.display_name.trim().is_empty() {
        return Err("gives an empty name".to_owned());
    }
    Ok(group)
}

/// Whether a text can be a group's key.
pub(crate) fn is_key(key: &str) -> bool {
    (1..=128).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
