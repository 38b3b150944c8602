//! `builtin:prefix`: the groups whose names begin with a prefix come along, under a name without it or with another one.
//! Its guide is `docs/builtin.md`.

use usher_guest::prelude::*;

#[cfg(test)]
mod tests;

/// `[policy.config]` in `usher.toml`.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// What the names of the groups begin with.
    prefix: String,
    /// What they begin with in AWS.
    #[serde(default)]
    replace_with: String,
}

struct Prefix(Config);

impl Policy for Prefix {
    type Config = Config;

    fn configure(config: Config, _: Run) -> Result<Self, Problems> {
        if config.prefix.is_empty() {
            return Err(Problem::at(
                "/prefix",
                "is empty; name what the groups begin with, such as \"aws-\"",
            )
            .into());
        }
        Ok(Self(config))
    }

    fn needs(&self) -> Needs {
        Needs::default().groups_only()
    }

    fn group(&self, group: &Group) -> GroupDecision {
        let Config { prefix, replace_with } = &self.0;
        match group.name.strip_prefix(prefix.as_str()) {
            None => skip().because("no-prefix", format!("does not begin with `{prefix}`")),
            Some(rest) if rest.trim().is_empty() => {
                hold().because("only-prefix", format!("is called `{prefix}` and nothing more"))
            }
            Some(rest) => {
                sync(format!("{replace_with}{rest}")).because("prefix", format!("begins with `{prefix}`"))
            }
        }
    }
}

usher_guest::export!(Prefix);
