//! The default policy, `builtin:rules`: ordered, named rules as text, in [CEL](https://cel.dev). The reference for its users is
//! `docs/rules.md`.
//!
//! Read in this order: `configuration` (what is written), `names` (what a rule may speak of), `functions` (what it may
//! call), `check` (a parsed expression against both; what it reads), `kinds`, `constants` and `group_literals` (what can be right for nobody), `named`
//! (expressions used in others), `guards`, `given_groups` and
//! `warnings` (what is odd, and at which `place`), `compile` (from text to `rules`), `account` (the fields of an account), `variables`, `evaluate`
//! (one group, one person), `target_groups`, `memberships` and `failure` (what is told when an expression fails). Everything that can be wrong with a rule before it meets a
//! person is found at `configure`, all of it at once.

mod account;
mod check;
mod compile;
mod configuration;
mod constants;
mod evaluate;
mod failure;
mod functions;
mod given_groups;
mod group_literals;
mod guards;
mod kinds;
mod memberships;
mod named;
mod names;
mod okta_attributes;
mod pattern;
mod place;
mod rules;
mod syntax;
mod target_groups;
mod tree;
mod variables;
mod warnings;

#[cfg(test)]
mod tests;

use usher_guest::{Group, GroupDecision, Needs, Policy, Problems, Run, User, UserDecision, log};

use crate::configuration::Configuration;
use crate::rules::Rules;
use crate::warnings::Warnings;

impl Policy for Rules {
    /// Read by hand: serde stops at the first mistake, and a person who writes rules wants them all.
    type Config = serde_json::Value;

    // By hand too; the tests hold it against what is read.
    const CONFIG_SCHEMA: Option<&'static str> = Some(include_str!("schema.json"));

    fn configure(config: serde_json::Value, run: Run) -> Result<Self, Problems> {
        let (configuration, mut problems) = Configuration::read(&config);
        let mut warnings = Warnings::default();
        let rules = compile::compile(configuration, run.now, &mut problems, &mut warnings);
        let rules = problems.or(rules)?;
        warnings.iter().for_each(log::warn);
        Ok(rules)
    }

    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn group(&self, group: &Group) -> GroupDecision {
        evaluate::group(self, group)
    }

    fn user(&self, user: &User) -> UserDecision {
        evaluate::user(self, user)
    }
}

usher_guest::export!(Rules);
