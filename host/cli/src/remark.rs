//! What a policy remarks on its configuration in its log, with the place in the file where it stands.
//!
//! A line of the log is text. One that begins with the JSON Pointer of a value, `/users/0/when:1:17: …`, is about that value; the
//! two numbers, which may be absent, are a line and a column within it.

use serde_json::Value;
use usher_policy::ConfigProblem;

use crate::configuration::{PolicySection, parts, place};
use crate::refusal::config_problem;

/// The line as problems are told, `usher.toml:23:14: /users/0/when: …`; none when it names no value of the configuration. `file`
/// is the name of the file, `text` its content.
pub(crate) fn placed(file: &str, text: &str, section: &PolicySection, line: &str) -> Option<String> {
    let remark = read(&section.config, line)?;
    let path = section.config_place.iter().cloned().chain(parts(&remark.pointer));
    Some(config_problem(file, place(text, path, remark.position), &remark))
}

/// What a line says of which value, as a problem would be told; none when it names no value of the configuration.
pub(crate) fn read(config: &Value, line: &str) -> Option<ConfigProblem> {
    if !line.starts_with('/') {
        return None;
    }
    // A name within a pointer may hold a colon, so the end of one is where it leads to a value.
    line.match_indices(": ").find_map(|(at, colon)| {
        let (head, message) = (&line[..at], &line[at + colon.len()..]);
        let (pointer, position) = match with_position(head) {
            Some((pointer, position)) if config.pointer(pointer).is_some() => (pointer, Some(position)),
            _ => (head, None),
        };
        config.pointer(pointer)?;
        Some(ConfigProblem { pointer: pointer.to_owned(), message: message.to_owned(), position })
    })
}

/// `/users/0/when:1:17`
fn with_position(head: &str) -> Option<(&str, (u32, u32))> {
    let (rest, column) = head.rsplit_once(':')?;
    let (pointer, line) = rest.rsplit_once(':')?;
    Some((pointer, (line.parse().ok()?, column.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = "[policy.config.account]\ntitle = 'user.title'\n'a: b' = \"x\"\n";

    fn told(line: &str) -> Option<String> {
        let config = json!({ "account": { "title": "user.title", "a: b": "x" } });
        let read = read(&config, line)?;
        let path = ["policy", "config"].map(str::to_owned).into_iter().chain(parts(&read.pointer));
        Some(config_problem("usher.toml", place(FILE, path, read.position), &read))
    }

    #[test]
    fn a_line_about_a_value_has_its_place_in_the_file() {
        assert_eq!(
            told("/account/title:1:5: may be absent: ask first").as_deref(),
            Some("usher.toml:2:14: /account/title: may be absent: ask first")
        );
        assert_eq!(
            told("/account/title: may be absent").as_deref(),
            Some("usher.toml:2: /account/title: may be absent")
        );
        assert_eq!(told("/account/a: b: is odd").as_deref(), Some("usher.toml:3: /account/a: b: is odd"));
    }

    #[test]
    fn a_line_about_anything_else_stays_as_it_is() {
        for line in ["reads 3 tables", "/account/name: is absent", "/etc/passwd", "/account/title", "", ": x"]
        {
            assert_eq!(told(line), None, "{line}");
        }
    }
}
