//! `builtin:regex-rename`: groups whose whole names match a pattern come along, under a name made from its parts.
//! Its guide is `docs/builtin.md`.

use regex::Regex;
use usher_guest::prelude::*;

mod parts;
#[cfg(test)]
mod tests;

/// `[policy.config]` in `usher.toml`.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The first whose pattern matches decides.
    rename: Vec<Rename>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rename {
    /// A regular expression for the whole name of the group.
    pattern: String,
    /// Its name in AWS; `${1}` is what stands in the first brackets.
    name: String,
}

struct RegexRename(Vec<(Regex, String)>);

impl Policy for RegexRename {
    type Config = Config;

    fn configure(config: Config, _: Run) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut renames = Vec::new();
        for (index, rename) in config.rename.into_iter().enumerate() {
            let whole = format!("^(?:{})$", rename.pattern);
            match Regex::new(&rename.pattern).and_then(|_| Regex::new(&whole)) {
                Ok(regex) => {
                    let unknown = parts::problems(&regex, &rename.name).into_iter();
                    problems.extend(unknown.map(|what| Problem::at(format!("/rename/{index}/name"), what)));
                    renames.push((regex, rename.name));
                }
                Err(error) => {
                    problems.push(Problem::at(format!("/rename/{index}/pattern"), error.to_string()))
                }
            }
        }
        problems.or(Self(renames))
    }

    fn needs(&self) -> Needs {
        Needs::default().groups_only()
    }

    fn group(&self, group: &Group) -> GroupDecision {
        let Some((regex, name)) = self.0.iter().find(|(regex, _)| regex.is_match(&group.name)) else {
            return skip().because("no-match", "no pattern matches");
        };
        sync(regex.replace(&group.name, name)).because("rename", format!("matches `{regex}`"))
    }
}

usher_guest::export!(RegexRename);
