//! Where a policy's configuration names something: in its own words, which nobody but the policy understands, so the name is looked for
//! as a word of a text.

use serde_json::Value;

use crate::configuration::{FilePlace, place};

/// A place where a name stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) place: FilePlace,
    /// JSON Pointer into the configuration.
    pub(crate) pointer: String,
}

/// Every text of a configuration that names `word`, with the first place in it. `text` is the whole file and `config_place` leads from its top
/// to the configuration.
pub(crate) fn mentions(text: &str, config: &Value, config_place: &[String], word: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    walk(config, &mut Vec::new(), &mut |path, value| {
        let Some(position) = position_of(value, word) else { return };
        let whole = config_place.iter().chain(path).cloned();
        if let Some(place) = place(text, whole, Some(position)) {
            let parts = path.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1")));
            found.push(Mention { place, pointer: parts.collect() });
        }
    });
    found.sort_by_key(|mention| (mention.place.line, mention.place.column));
    found
}

fn walk(value: &Value, path: &mut Vec<String>, text: &mut impl FnMut(&[String], &str)) {
    match value {
        Value::String(value) => text(path, value),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                walk(item, path, text);
                path.pop();
            }
        }
        Value::Object(table) => {
            for (key, item) in table {
                path.push(key.clone());
                walk(item, path, text);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Line and column, from 1, of the first place where `word` stands as a word of its own.
fn position_of(text: &str, word: &str) -> Option<(u32, u32)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let (at, _) = text
        .match_indices(word)
        .find(|(at, _)| !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))?;
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some((u32::try_from(line).ok()?, u32::try_from(column).ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_found_as_a_word_and_not_as_a_part_of_one() {
        assert_eq!(position_of("has(user.userTyp)", "userTyp"), Some((1, 10)));
        assert_eq!(position_of("é &&\n user.userTyp", "userTyp"), Some((2, 7)));
        assert_eq!(position_of("user.userType", "userTyp"), None);
        assert_eq!(position_of("user.userType + user.userTyp", "userTyp"), Some((1, 22)));
        assert_eq!(position_of("user[\"cost center\"]", "cost center"), Some((1, 7)));
    }

    #[test]
    fn every_text_that_names_it_is_told_in_the_order_of_the_file() {
        let text = "[policy.config]\nb = ['x', 'team']\n'a/b' = 'user.team'\n";
        let config = json!({ "a/b": "user.team", "b": ["x", "team"] });
        let found = mentions(text, &config, &["policy".to_owned(), "config".to_owned()], "team");
        let found: Vec<_> =
            found.iter().map(|it| (it.place.line, it.place.column, it.pointer.as_str())).collect();
        assert_eq!(found, [(2, Some(12), "/b/1"), (3, Some(15), "/a~1b")]);
    }
}
