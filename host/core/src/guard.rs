//! The limits that a plan must pass before its first write.
//!
//! [`limits`] says what may be set, `losses` counts what a plan takes away (`renamed`: from whom it takes a name), and [`Refusal`] tells what was too much.

pub mod limits;
mod losses;
mod renamed;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt::{self, Write};
use std::ops::Deref;

pub use limits::{Guards, Limit};
pub use losses::Loss;

use crate::plan::Plan;
use crate::plan_hash::PlanHash;
use crate::protected::Protected;

/// How many of those who would be hit a refusal names in one line. All of them stand in [`Refusal::losses`].
const NAMES_TOLD: usize = 20;

/// A plan that passed the guards: the only kind that is applied. [`check`] alone makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardedPlan {
    plan: Plan,
    hash: PlanHash,
}

impl GuardedPlan {
    /// The plan itself, no longer fit to be applied.
    pub fn into_plan(self) -> Plan {
        self.plan
    }

    /// What it was allowed, reviewed and recorded by.
    pub fn hash(&self) -> &PlanHash {
        &self.hash
    }
}

impl Deref for GuardedPlan {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.plan
    }
}

/// A plan that takes away too much at once. Nothing of it may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The plan, for the report.
    pub plan: Box<Plan>,
    /// What would allow it, unless it touches what is protected: nothing allows that.
    pub hash: PlanHash,
    /// Every kind of loss that is over its limit.
    pub losses: Vec<Loss>,
    /// Protected users and groups from which it takes something, each with what.
    pub protected: Vec<String>,
    /// The plan that was allowed, when it is another one.
    pub allowed: Option<Box<PlanHash>>,
}

/// Lets a plan pass that takes away no more than the guards allow, and nothing from what is protected. `allowed` is the hash of
/// the one plan that may take away more.
///
/// # Errors
/// A [`Refusal`] that holds the plan and says what is too much.
pub fn check(
    plan: Plan,
    hash: PlanHash,
    guards: &Guards,
    protected: &Protected,
    allowed: Option<&PlanHash>,
) -> Result<GuardedPlan, Refusal> {
    let touched = losses::protected(&plan, protected);
    let losses = match allowed {
        Some(allowed) if *allowed == hash => Vec::new(),
        _ => losses::too_large(&plan, guards),
    };
    if losses.is_empty() && touched.is_empty() {
        return Ok(GuardedPlan { plan, hash });
    }
    let allowed = allowed.filter(|allowed| **allowed != hash).cloned().map(Box::new);
    Err(Refusal { plan: Box::new(plan), hash, losses, protected: touched, allowed })
}

impl Refusal {
    /// What it comes to.
    pub fn headline(&self) -> &'static str {
        "the plan takes away more than the guards allow, so nothing is written"
    }

    /// What is too much, a line for each. Names in it are as the services wrote them.
    pub fn lines(&self) -> Vec<String> {
        let losses = self.losses.iter().map(ToString::to_string);
        let protected = self
            .protected
            .iter()
            .map(|touched| format!("{touched}, which is protected: nothing allows that"));
        let allowed =
            self.allowed.iter().map(|allowed| format!("what was allowed is another plan, {allowed}"));
        losses.chain(protected).chain(allowed).collect()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.headline())?;
        self.lines().iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}

impl Error for Refusal {}

/// The first names, and how many more there are.
pub(crate) fn first(names: &[String]) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().take(NAMES_TOLD).enumerate() {
        let _ = write!(out, "{}{name}", if index == 0 { "" } else { ", " });
    }
    if names.len() > NAMES_TOLD {
        let _ = write!(out, " and {} more", names.len() - NAMES_TOLD);
    }
    out
}
