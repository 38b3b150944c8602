//! From a configuration to the policy's own type, with everything that is wrong with it at once.
//!
//! serde stops at the first mistake. So what was wrong is left out and the rest is read again, until nothing new is found; what then
//! is missing because it was left out is no mistake of its own. `value` reads, `mistake` holds what can go wrong and the words for it.

mod mistake;
mod value;

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::{Problem, Problems};
use value::{Reading, below};

/// Problems that are told of one configuration: each is a reading of its own, and a person mends fewer before trying again.
const TOLD: usize = 50;

/// Reads a configuration.
pub(crate) fn read<T: DeserializeOwned>(config: &Value) -> Result<T, Problems> {
    let mut problems = Problems::default();
    let mut left_out = BTreeSet::new();
    // Fields that are missing because they are there under another name.
    let mut misspelt = BTreeSet::new();
    while problems.len() < TOLD {
        let mut reading = Reading::without(&left_out);
        let mistake = match T::deserialize(reading.of(config)) {
            Ok(read) => return problems.or(read),
            Err(mistake) => mistake,
        };
        let pointer = mistake.pointer().to_owned();
        if let Some(meant) = mistake.meant() {
            let table = pointer.rsplit_once('/').map_or("", |(table, _)| table);
            misspelt.insert(below(table, meant));
        }
        // Of a value of which something was left out, only an unknown or a missing field can be judged.
        let is_echo = match mistake.missing() {
            Some(field) => {
                let field = below(&pointer, field);
                left_out.contains(&field) || misspelt.contains(&field)
            }
            None => {
                !mistake.is_unknown()
                    && left_out.iter().any(|it: &String| it.starts_with(&format!("{pointer}/")))
            }
        };
        if !is_echo {
            problems.push(Problem::at(&pointer, mistake.to_string()));
        }
        if pointer.is_empty() || !left_out.insert(pointer) {
            break;
        }
    }
    Err(problems)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Config {
        prefix: String,
        #[serde(default)]
        groups: BTreeMap<String, Vec<String>>,
        #[serde(default)]
        rename: Vec<Rename>,
        limit: Option<u8>,
        #[serde(default)]
        mode: Mode,
        #[serde(default)]
        numbers: BTreeMap<u16, f64>,
        #[serde(default)]
        pair: (i8, bool),
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Rename {
        pattern: String,
        name: String,
    }

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Mode {
        #[default]
        Strict,
        Lenient,
        Named(String),
        Both {
            one: bool,
        },
    }

    fn told(config: &Value) -> Vec<(String, String)> {
        let problems = read::<Config>(config).unwrap_err();
        problems.into_iter().map(|problem| (problem.pointer, problem.message)).collect()
    }

    /// What is told of a configuration whose `prefix` is right.
    fn told_of(key: &str, value: &Value) -> Vec<(String, String)> {
        told(&json!({ "prefix": "a", key: value }))
    }

    fn is(told: &[(String, String)], wanted: &[(&str, &str)]) {
        let told: Vec<_> =
            told.iter().map(|(pointer, message)| (pointer.as_str(), message.as_str())).collect();
        assert_eq!(told, wanted);
    }

    #[test]
    fn whatever_serde_knows_is_read() {
        let config = json!({
            "prefix": "a",
            "groups": { "x": ["y"] },
            "rename": [{ "pattern": "p", "name": "n" }],
            "limit": 7,
            "mode": { "both": { "one": true } },
            "numbers": { "3": 1, "4": 1.5 },
            "pair": [-1, true],
        });
        let wanted = Config {
            prefix: "a".into(),
            groups: [("x".to_owned(), vec!["y".to_owned()])].into(),
            rename: vec![Rename { pattern: "p".into(), name: "n".into() }],
            limit: Some(7),
            mode: Mode::Both { one: true },
            numbers: [(3, 1.0), (4, 1.5)].into(),
            pair: (-1, true),
        };
        assert_eq!(read::<Config>(&config).unwrap(), wanted);
        for (mode, wanted) in [
            (json!("lenient"), Mode::Lenient),
            (json!({ "lenient": null }), Mode::Lenient),
            (json!({ "named": "x" }), Mode::Named("x".into())),
        ] {
            assert_eq!(read::<Config>(&json!({ "prefix": "a", "mode": mode })).unwrap().mode, wanted);
        }
        assert_eq!(read::<Config>(&json!({ "prefix": "a", "limit": null })).unwrap().limit, None);
        // A policy that reads by hand gets the whole as it is.
        assert_eq!(read::<Value>(&config).unwrap(), config);
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let told = told(&json!({
            "prefx": "aws-",
            "groups": { "Sales": "crm", "a/b~c": ["x", 3], "Legal": ["law"] },
            "rename": [{ "patern": "a", "name": "b" }, { "name": 1 }, 5, { "pattern": "p" }],
            "limit": 300,
            "mode": "lenint",
            "colour": true,
        }));
        is(
            &told,
            &[
                ("/prefx", "unknown field `prefx`; did you mean `prefix`?"),
                ("/groups/Sales", "must be a list, for instance [\"crm\"], not a text"),
                ("/groups/a~1b~0c/1", "must be a text, not a number"),
                ("/rename/0/patern", "unknown field `patern`; did you mean `pattern`?"),
                ("/rename/1/name", "must be a text, not a number"),
                ("/rename/1", "missing field `pattern`"),
                ("/rename/2", "must be a table, not a number"),
                ("/rename/3", "missing field `name`"),
                ("/limit", "must be a whole number from 0 to 255, not 300"),
                (
                    "/mode",
                    "must be `strict`, `lenient`, `named` or `both`, not `lenint`; did you mean `lenient`?",
                ),
                (
                    "/colour",
                    "unknown field `colour`, expected `prefix`, `groups`, `rename`, `limit`, `mode`, `numbers` or `pair`",
                ),
            ],
        );
    }

    #[test]
    fn what_is_wrong_is_said_in_plain_words() {
        for (key, value, pointer, message) in [
            ("groups", json!([1]), "/groups", "must be a table, not a list"),
            ("rename", json!({}), "/rename", "must be a list, not a table"),
            (
                "rename",
                json!([{ "pattern": null, "name": "" }]),
                "/rename/0/pattern",
                "must be a text, not null",
            ),
            ("limit", json!(-1), "/limit", "must be a whole number from 0 to 255, not -1"),
            ("limit", json!(1.5), "/limit", "must be a whole number from 0 to 255, not a fraction"),
            ("limit", json!("7"), "/limit", "must be a whole number from 0 to 255, not a text"),
            (
                "numbers",
                json!({ "x": 1 }),
                "/numbers/x",
                "must be a whole number from 0 to 65535, not a text",
            ),
            ("numbers", json!({ "1": "x" }), "/numbers/1", "must be a number, not a text"),
            ("pair", json!([1, "x"]), "/pair/1", "must be true or false, not a text"),
            ("pair", json!(["x", true]), "/pair/0", "must be a whole number from -128 to 127, not a text"),
            ("pair", json!([1, true, 99]), "/pair/2", "is one more than there may be"),
            ("mode", json!(3), "/mode", "must be `strict`, `lenient`, `named` or `both`, not a number"),
            ("mode", json!({ "named": 3 }), "/mode/named", "must be a text, not a number"),
        ] {
            is(&told_of(key, &value), &[(pointer, message)]);
        }
        is(&told(&json!({})), &[("", "missing field `prefix`")]);
        is(&told(&json!([])), &[("", "must be a table, not a list")]);
        is(&told(&json!(5)), &[("", "must be a table, not a number")]);
    }

    #[test]
    fn what_another_crate_says_is_told_with_the_place() {
        #[derive(Debug, serde::Deserialize)]
        struct Own {
            #[expect(dead_code, reason = "only whether it is read counts")]
            address: std::net::Ipv4Addr,
        }
        let problems = read::<Own>(&json!({ "address": "x" })).unwrap_err();
        let problem = problems.into_iter().next().unwrap();
        assert_eq!(problem.pointer, "/address");
        assert!(problem.message.contains("IPv4"), "{}", problem.message);
    }

    #[test]
    fn a_flood_is_bounded() {
        let wrong: Vec<_> = (0..1_000).collect();
        assert_eq!(told_of("rename", &json!(wrong)).len(), TOLD);
    }
}
