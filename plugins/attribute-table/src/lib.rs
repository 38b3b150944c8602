//! `builtin:attribute-table`: an attribute of each person says, through a table, which AWS groups the person is in.
//! Its guide is `docs/builtin.md`.

use std::collections::{BTreeMap, BTreeSet};

use usher_guest::prelude::*;

use crate::keys::{Unclear, keys};

mod keys;
#[cfg(test)]
mod tests;

/// `[policy.config]` in `usher.toml`.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// Okta's variable name of the attribute: a text, a number, true or false, or a list.
    attribute: String,
    /// For each of its values, written as text, the names of groups in AWS.
    groups: BTreeMap<String, Vec<String>>,
    /// Whether people stay in the groups they have from Okta too.
    #[serde(default)]
    keep_okta_groups: bool,
}

struct AttributeTable(Config);

impl Policy for AttributeTable {
    type Config = Config;

    fn configure(config: Config, _: Run) -> Result<Self, Problems> {
        Ok(Self(config))
    }

    fn needs(&self) -> Needs {
        Needs::default().users_only().user_attributes([&self.0.attribute])
    }

    fn user(&self, user: &User) -> UserDecision {
        let Config { attribute, groups, keep_okta_groups } = &self.0;
        let values = match user.attributes.get(attribute).map_or(Ok(Vec::new()), keys) {
            Ok(values) => values,
            Err(Unclear(number)) => {
                let message = format!("`{attribute}`: {number:e} can be written in several ways");
                return hold().because("unclear-number", message);
            }
        };
        let names: BTreeSet<_> = values.iter().filter_map(|value| groups.get(value)).flatten().collect();
        let message = format!("`{attribute}`: {}", values.join(", "));
        if names.is_empty() {
            let decision = if *keep_okta_groups { keep() } else { skip() };
            return decision.because("not-in-table", message);
        }
        let given = user.groups.iter().filter(|_| *keep_okta_groups);
        // A key alone means the group under the name it has.
        let given = given.map(|key| TargetGroup::new("").key(key));
        keep().groups(given.chain(names.into_iter().map(TargetGroup::new))).because("table", message)
    }
}

usher_guest::export!(AttributeTable);
