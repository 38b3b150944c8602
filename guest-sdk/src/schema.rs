//! The JSON Schema of a configuration, where there is one. Public for the macro [`export!`](crate::export) alone.

use std::marker::PhantomData;

use crate::policy::Policy;

/// Asks whether the configuration of a policy has a schema. Whether it derives one is known only where its type is, so the macro
/// calls `schema` on a reference to this: the method of `Derived` is found first, if the configuration allows it, else that of `ByHand`.
#[derive(Debug)]
pub struct Probe<P, C>(PhantomData<(P, C)>);

impl<P: Policy> Probe<P, P::Config> {
    /// The question.
    #[must_use]
    pub const fn of() -> Self {
        Self(PhantomData)
    }
}

/// A configuration that derives a schema.
#[cfg(feature = "schema")]
pub trait Derived {
    /// The schema as text; that written by hand comes first.
    fn schema(&self) -> Option<String>;
}

#[cfg(feature = "schema")]
impl<P: Policy, C: schemars::JsonSchema> Derived for Probe<P, C> {
    fn schema(&self) -> Option<String> {
        let derived =
            || schemars::SchemaGenerator::default().into_root_schema_for::<C>().to_value().to_string();
        Some(P::CONFIG_SCHEMA.map_or_else(derived, str::to_owned))
    }
}

/// Any other configuration.
pub trait ByHand {
    /// The schema as text, if somebody wrote one.
    fn schema(&self) -> Option<String>;
}

impl<P: Policy, C> ByHand for &Probe<P, C> {
    fn schema(&self) -> Option<String> {
        P::CONFIG_SCHEMA.map(str::to_owned)
    }
}

/// The schema of a policy's configuration: `Option<String>`.
#[doc(hidden)]
#[macro_export]
macro_rules! config_schema {
    ($policy:ty) => {{
        #[allow(unused_imports, reason = "which of the two answers depends on the configuration")]
        use $crate::schema::*;
        (&$crate::schema::Probe::<$policy, <$policy as $crate::Policy>::Config>::of()).schema()
    }};
}

#[cfg(all(test, feature = "schema"))]
mod tests {
    use crate::prelude::*;

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    struct Config {
        /// What the name begins with.
        #[expect(dead_code, reason = "only its schema counts")]
        group_prefix: String,
    }

    struct Derives;

    impl Policy for Derives {
        type Config = Config;

        fn configure(_: Config, _: Run) -> Result<Self, Problems> {
            Ok(Self)
        }
    }

    struct WritesIt;

    impl Policy for WritesIt {
        type Config = Config;

        const CONFIG_SCHEMA: Option<&'static str> = Some("{}");

        fn configure(_: Config, _: Run) -> Result<Self, Problems> {
            Ok(Self)
        }
    }

    #[derive(serde::Deserialize)]
    struct Plain {}

    struct HasNone;

    impl Policy for HasNone {
        type Config = Plain;

        fn configure(_: Plain, _: Run) -> Result<Self, Problems> {
            Ok(Self)
        }
    }

    #[test]
    fn the_schema_says_what_serde_reads() {
        let schema: serde_json::Value = serde_json::from_str(&config_schema!(Derives).unwrap()).unwrap();
        let expected = serde_json::json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Config",
            "type": "object",
            "properties": { "group-prefix": { "description": "What the name begins with.", "type": "string" } },
            "additionalProperties": false,
            "required": ["group-prefix"],
        });
        assert_eq!(schema, expected);
    }

    #[test]
    fn a_schema_written_by_hand_comes_first_and_none_is_none() {
        assert_eq!((config_schema!(WritesIt), config_schema!(HasNone)), (Some("{}".to_owned()), None));
    }
}
