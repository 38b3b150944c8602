//! The two sides of a comparison: whose decisions they are.

use std::path::Path;

use anyhow::anyhow;
use usher_core::compare::Pair;

use crate::arguments::compare::Wanted;
use crate::configuration::{Configuration, PolicySection};
use crate::exit::Failure;
use crate::policy_config::PolicyConfig;

/// What decides on one side.
#[derive(Debug)]
pub(crate) struct Side {
    /// What a person calls it: the reference or the file of the command line.
    pub(crate) shown: String,
    pub(crate) configuration: Configuration,
}

/// Both sides.
#[derive(Debug)]
pub(crate) struct Sides {
    pub(crate) sides: Pair<Side>,
    /// The policy of a row whose place was taken on both sides; none where there is no choice.
    pub(crate) replaced: Option<String>,
}

impl Sides {
    /// Reads what decides on either side. `file` is the configuration.
    pub(crate) fn of(file: &Path, wanted: Wanted<'_>) -> Result<Self, Failure> {
        let configuration = Configuration::read(file).map_err(Failure::usage)?;
        match wanted {
            Wanted::Configurations(other) => {
                let mut configured = Configuration::read(other).map_err(Failure::usage)?;
                for section in &mut configured.policies {
                    section.config_file = Some(other.to_owned());
                }
                let a = Side { shown: file.display().to_string(), configuration };
                let b = Side { shown: other.display().to_string(), configuration: configured };
                Ok(Self { sides: Pair { a, b }, replaced: None })
            }
            Wanted::Policies { a, b, policy, config } => {
                let at = place(&configuration.policies, [a, b], policy)?;
                let is_one_of_several = configuration.policies.len() > 1;
                let replaced = is_one_of_several.then(|| configuration.policies[at].name.clone());
                let mut of_b = Side::of(&configuration, at, b);
                if let Some(file) = config {
                    of_b.configure(at, file, b)?;
                }
                Ok(Self { sides: Pair { a: Side::of(&configuration, at, a), b: of_b }, replaced })
            }
        }
    }
}

impl Side {
    fn of(configuration: &Configuration, at: usize, reference: &str) -> Self {
        let mut configuration = configuration.clone();
        let section = &mut configuration.policies[at];
        *section = section.replaced_by(reference);
        Self { shown: reference.to_owned(), configuration }
    }

    /// Gives one of its policies the configuration that stands in another file.
    fn configure(&mut self, at: usize, file: &Path, reference: &str) -> Result<(), Failure> {
        let PolicyConfig { value, place, .. } = PolicyConfig::read(file, reference)?;
        let section = &mut self.configuration.policies[at];
        section.config = value;
        section.config_place = place;
        section.config_file = Some(file.to_owned());
        self.shown = format!("{} with {}", self.shown, file.display());
        Ok(())
    }
}

/// Whose place the two policies take: that of the one that is named, of the only one, or of the only one that is one of the two.
fn place(row: &[PolicySection], references: [&str; 2], name: Option<&str>) -> Result<usize, Failure> {
    let listed = || {
        let each = row.iter().map(|section| format!("{} ({})", section.name, section.component));
        each.collect::<Vec<_>>().join(", ")
    };
    if let Some(name) = name {
        return row.iter().position(|section| section.name == name).ok_or_else(|| {
            Failure::usage(anyhow!(
                "the configuration has no policy named {name}\nhint: --compare-policy takes one of {}",
                listed()
            ))
        });
    }
    let is_there = |at: &usize| references.contains(&row[*at].component.as_str());
    let there: Vec<usize> = (0..row.len()).filter(is_there).collect();
    match (there.as_slice(), row.len()) {
        (_, 1) => Ok(0),
        ([at], _) => Ok(*at),
        _ => Err(Failure::usage(anyhow!(
            "the configuration has {} policies in a row, and it is not clear whose place the compared ones take\nhint: name it \
             with --compare-policy, one of {}",
            row.len(),
            listed()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::tests::GOOD;

    fn row(components: &[&str]) -> Vec<PolicySection> {
        let mut text = GOOD.to_owned();
        for (at, component) in components.iter().enumerate() {
            text.push_str(&format!("[[policy]]\nname = \"p{at}\"\ncomponent = \"{component}\"\n"));
        }
        Configuration::parse(&text).expect("this configuration is right").policies
    }

    #[test]
    fn the_only_policy_is_the_one_that_is_replaced() {
        assert_eq!(place(&row(&["a.wasm"]), ["x.wasm", "y.wasm"], None).expect("one"), 0);
    }

    #[test]
    fn of_several_the_one_that_is_one_of_the_two_is_replaced() {
        let row = row(&["a.wasm", "b.wasm"]);
        assert_eq!(place(&row, ["b.wasm", "new.wasm"], None).expect("b"), 1);
        assert_eq!(place(&row, ["old.wasm", "a.wasm"], None).expect("a"), 0);
        assert_eq!(place(&row, ["b.wasm", "b.wasm"], None).expect("b"), 1);
    }

    #[test]
    fn which_is_replaced_is_never_guessed() {
        for (components, references) in [
            (["a.wasm", "b.wasm"], ["x.wasm", "y.wasm"]),
            (["a.wasm", "b.wasm"], ["a.wasm", "b.wasm"]),
            (["a.wasm", "a.wasm"], ["a.wasm", "x.wasm"]),
        ] {
            let row = row(&components);
            assert!(place(&row, references, None).is_err(), "{components:?} {references:?}");
            assert_eq!(place(&row, references, Some("p1")).expect("it is named"), 1);
            assert!(place(&row, references, Some("p2")).is_err());
        }
    }

    #[test]
    fn what_stands_in_the_row_stays_pinned_and_what_takes_its_place_is_not() {
        let pinned = format!(
            "{GOOD}[policy]\ncomponent = \"a.wasm\"\nname = \"mine\"\ndigest = \"sha256:{}\"\n",
            "0".repeat(64)
        );
        let configuration = Configuration::parse(&pinned).expect("this configuration is right");
        let there = Side::of(&configuration, 0, "a.wasm").configuration.policies.remove(0);
        assert!(there.digest.is_some() && there.is_in_file);
        let other = Side::of(&configuration, 0, "b.wasm").configuration.policies.remove(0);
        assert_eq!((other.name.as_str(), other.component.as_str()), ("mine", "b.wasm"));
        assert!(other.digest.is_none() && !other.is_in_file);
    }
}
