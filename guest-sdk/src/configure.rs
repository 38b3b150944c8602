//! From the configuration's text to a configured policy.

use crate::policy::{Policy, Run};
use crate::problem::{Problem, Problems};
use crate::typed;

/// Reads the configuration and configures the policy. No text at all, and JSON's null, read as an empty object.
pub(crate) fn configure<P: Policy>(config: &str, run: Run) -> Result<P, Problems> {
    let empty = || serde_json::Value::Object(serde_json::Map::new());
    let value = match config.trim() {
        "" => empty(),
        text => match serde_json::from_str(text) {
            Ok(serde_json::Value::Null) => empty(),
            Ok(value) => value,
            Err(error) => {
                return Err(Problem::at("", format!("the configuration is not JSON: {error}")).into());
            }
        },
    };
    P::configure(typed::read(&value)?, run)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Config {
        tables: BTreeMap<String, Vec<u8>>,
    }

    #[derive(Debug)]
    struct Tables(Config);

    impl Policy for Tables {
        type Config = Config;

        fn configure(config: Config, _: Run) -> Result<Self, Problems> {
            Ok(Self(config))
        }
    }

    fn problem(config: &str) -> Problem {
        let problems = configure::<Tables>(config, Run::default()).unwrap_err();
        assert_eq!(problems.len(), 1);
        problems.into_iter().next().unwrap()
    }

    #[test]
    fn no_configuration_is_an_empty_one() {
        for nothing in ["", " ", "null", "{}"] {
            assert_eq!(configure::<Tables>(nothing, Run::default()).unwrap().0, Config::default());
        }
    }

    #[test]
    fn a_wrong_value_is_named_by_its_pointer() {
        let problem = problem(r#"{"tables": {"a/b~c": [1, 2, "three"]}}"#);
        assert_eq!(problem.pointer, "/tables/a~1b~0c/2");
        assert_eq!(problem.message, "must be a whole number from 0 to 255, not a text");
    }

    #[test]
    fn an_unknown_key_is_named_with_the_one_that_is_meant() {
        let problem = problem(r#"{"table": {}}"#);
        assert_eq!(problem.message, "unknown field `table`; did you mean `tables`?");
    }

    #[test]
    fn what_is_not_json_is_said_to_be_so() {
        assert!(problem("prefix = 1").message.starts_with("the configuration is not JSON: "));
    }
}
