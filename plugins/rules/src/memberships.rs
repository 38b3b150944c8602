//! The groups of one person, as the rules that apply change them.

use cel::Context;
use usher_guest::TargetGroup;

use crate::configuration::Memberships;
use crate::rules::Expression;
use crate::target_groups::{given_group, keys, target_groups};

/// The groups of one person.
pub(crate) struct Groups<'a> {
    /// Keys of those that the group decisions give.
    given: &'a [String],
    /// As the rules so far have them; none while no rule has had a say.
    now: Option<Vec<TargetGroup>>,
    /// The rules that changed them.
    by: Vec<&'a str>,
}

impl<'a> Groups<'a> {
    pub(crate) fn given(given: &'a [String]) -> Self {
        Self { given, now: None, by: Vec::new() }
    }

    /// Changes them as a rule says: first a list in place of all, then what is added, then what is removed.
    pub(crate) fn change(
        &mut self,
        rule: &'a str,
        memberships: &Memberships<Expression>,
        context: &Context,
    ) -> Result<(), String> {
        if memberships.each().next().is_none() {
            return Ok(());
        }
        let before =
            self.now.take().unwrap_or_else(|| self.given.iter().map(|key| given_group(key)).collect());
        let mut now = before.clone();
        for (key, expression) in memberships.each() {
            self.change_one(&mut now, key, expression, context)
                .map_err(|cause| format!("`{key}` {cause}"))?;
        }
        if now != before {
            self.by.push(rule);
        }
        self.now = Some(now);
        Ok(())
    }

    fn change_one(
        &self,
        now: &mut Vec<TargetGroup>,
        key: &str,
        expression: &Expression,
        context: &Context,
    ) -> Result<(), String> {
        if key == "remove_groups" {
            for key in keys(expression, context)? {
                now.retain(|group| group.key.as_ref().unwrap_or(&group.display_name) != &key);
            }
            return Ok(());
        }
        let named = target_groups(expression, context, self.given)?;
        if key == "groups" {
            now.clear();
        }
        for group in named {
            if !now.iter().any(|there| is_same(there, &group)) {
                now.push(group);
            }
        }
        Ok(())
    }

    /// The rules that changed something, in order.
    pub(crate) fn by(&self) -> &[&'a str] {
        &self.by
    }

    /// The list that replaces what the group decisions give, when rules changed it.
    pub(crate) fn changed(self) -> Option<Vec<TargetGroup>> {
        self.now.filter(|_| !self.by.is_empty())
    }
}

fn is_same(one: &TargetGroup, other: &TargetGroup) -> bool {
    match (&one.key, &other.key) {
        (None, None) => one.display_name == other.display_name,
        (one, other) => one == other,
    }
}
