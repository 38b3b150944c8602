//! The limits that a plan must pass before its first write.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::{self, Write};
use std::ops::Deref;

use crate::plan::{Change, Plan};

/// How many of those who would be hit a refusal names.
const NAMES_TOLD: usize = 5;

/// A plan that passed the guard: the only kind that is applied. [`check`] alone makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardedPlan(Plan);

impl GuardedPlan {
    /// The plan itself, no longer fit to be applied.
    pub fn into_plan(self) -> Plan {
        self.0
    }
}

impl Deref for GuardedPlan {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.0
    }
}

/// One kind of loss that is over its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How many are lost.
    pub lost: usize,
    /// How many stand now.
    pub standing: usize,
    /// Who or what is hit, by name, without repetition.
    pub names: Vec<String>,
}

impl Loss {
    /// More than half: one of one is, one of two is not.
    fn is_too_large(&self) -> bool {
        self.lost * 2 > self.standing
    }
}

/// A plan that takes away too much at once. Nothing of it may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The plan, for the report.
    pub plan: Box<Plan>,
    /// Users it would deactivate, when those are too many.
    pub deactivations: Option<Loss>,
    /// Memberships it would remove, when those are too many.
    pub removals: Option<Loss>,
}

/// Lets a plan pass that takes away no more than half of the active users and no more than half of the memberships that
/// stand, or any plan when a large change is allowed. More than half is meant literally: where one account or one membership
/// stands, losing it is refused too.
///
/// # Errors
/// A [`Refusal`] that holds the plan and says what is too much.
pub fn check(plan: Plan, allow_large_change: bool) -> Result<GuardedPlan, Refusal> {
    if allow_large_change {
        return Ok(GuardedPlan(plan));
    }
    let too_large = |loss: Loss| (loss.lost > 0 && loss.is_too_large()).then_some(loss);
    match (too_large(deactivations(&plan)), too_large(removals(&plan))) {
        (None, None) => Ok(GuardedPlan(plan)),
        (deactivations, removals) => Err(Refusal { plan: Box::new(plan), deactivations, removals }),
    }
}

fn deactivations(plan: &Plan) -> Loss {
    let mut names = BTreeSet::new();
    let (mut lost, mut standing) = (0, plan.standing.active_users);
    for operation in &plan.operations {
        let user = match &operation.change {
            Change::DeactivateUser { user, .. } => user,
            // Who is adopted as inactive could sign in until then, and carried no Okta id that would have counted.
            Change::AdoptUser { user, account, changes }
                if !account.active && changes.iter().any(|change| change.attribute == "active") =>
            {
                standing += 1;
                user
            }
            _ => continue,
        };
        lost += 1;
        names.insert(user.user_name.clone());
    }
    Loss { lost, standing, names: names.into_iter().collect() }
}

fn removals(plan: &Plan) -> Loss {
    let mut names = BTreeSet::new();
    let mut lost = 0;
    for operation in &plan.operations {
        if let Change::RemoveMembers { group, members } = &operation.change {
            lost += members.len();
            names.insert(group.display_name.clone());
        }
    }
    Loss { lost, standing: plan.standing.memberships, names: names.into_iter().collect() }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the plan takes away more than half of what stands, so nothing is written")?;
        if let Some(Loss { lost, standing, names }) = &self.deactivations {
            write!(f, "\nit deactivates {lost} of {standing} active users: {}", first(names))?;
        }
        if let Some(Loss { lost, standing, names }) = &self.removals {
            write!(f, "\nit removes {lost} of {standing} memberships, from {}", first(names))?;
        }
        f.write_str(
            "\nhint: look at the plan; if this is what you want, run it again with --allow-large-change",
        )
    }
}

impl Error for Refusal {}

/// The first names, and how many more there are.
fn first(names: &[String]) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().take(NAMES_TOLD).enumerate() {
        let _ = write!(out, "{}{name}", if index == 0 { "" } else { ", " });
    }
    if names.len() > NAMES_TOLD {
        let _ = write!(out, " and {} more", names.len() - NAMES_TOLD);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;
    use crate::decision::Reason;
    use crate::id::{GroupKey, ScimGroupId, ScimUserId};
    use crate::plan::{AttributeChange, GroupRef, Operation, Standing, UserRef};

    fn user(number: usize) -> UserRef {
        UserRef {
            okta_id: None,
            scim_id: Some(ScimUserId::new(format!("u{number}"))),
            user_name: format!("user{number}"),
        }
    }

    fn plan(deactivated: usize, removed: usize, standing: Standing) -> Plan {
        let why = Reason::new("test", "");
        let deactivate = |number| Change::DeactivateUser {
            user: user(number),
            account: Box::new(Account::default()),
            changes: vec![],
        };
        let mut changes: Vec<Change> = (0..deactivated).map(deactivate).collect();
        if removed > 0 {
            changes.push(Change::RemoveMembers {
                group: GroupRef {
                    key: GroupKey::new("usher-a"),
                    scim_id: Some(ScimGroupId::new("g")),
                    display_name: "aws-admins".into(),
                },
                members: (0..removed).map(user).collect(),
            });
        }
        let operations =
            changes.into_iter().map(|change| Operation { stage: 0, change, why: why.clone() }).collect();
        Plan { operations, standing, ..Plan::default() }
    }

    fn is_refused(deactivated: usize, removed: usize, active_users: usize, memberships: usize) -> bool {
        check(plan(deactivated, removed, Standing { active_users, memberships }), false).is_err()
    }

    #[test]
    fn half_passes_and_one_more_does_not() {
        assert!(!is_refused(5, 0, 10, 0));
        assert!(is_refused(6, 0, 10, 0));
        assert!(!is_refused(0, 50, 0, 100));
        assert!(is_refused(0, 51, 0, 100));
    }

    #[test]
    fn one_of_one_is_more_than_half() {
        assert!(is_refused(1, 0, 1, 0));
        assert!(is_refused(0, 1, 0, 1));
        assert!(!is_refused(1, 0, 2, 0));
    }

    #[test]
    fn somebody_adopted_as_inactive_counts_as_deactivated() {
        let adopt =
            |changes| Change::AdoptUser { user: user(1), account: Box::new(Account::default()), changes };
        let refused = |change| {
            let operations = vec![Operation { stage: 0, change, why: Reason::new("test", "") }];
            check(Plan { operations, ..Plan::default() }, false).err().map(|refusal| refusal.deactivations)
        };
        let active = |before: &str, after: &str| AttributeChange {
            attribute: "active".into(),
            before: Some(before.into()),
            after: Some(after.into()),
        };
        let one_of_one = Loss { lost: 1, standing: 1, names: vec!["user1".into()] };
        assert_eq!(refused(adopt(vec![active("true", "false")])), Some(Some(one_of_one)));
        assert_eq!(refused(adopt(vec![])), None);
    }

    #[test]
    fn a_plan_that_takes_nothing_away_passes_where_nothing_stands() {
        assert!(!is_refused(0, 0, 0, 0));
    }

    #[test]
    fn a_large_change_passes_when_it_is_allowed() {
        let large = plan(3, 3, Standing { active_users: 3, memberships: 3 });
        assert_eq!(check(large.clone(), true).map(GuardedPlan::into_plan), Ok(large));
    }

    #[test]
    fn a_refusal_keeps_the_plan_and_says_what_is_too_much() {
        let large = plan(7, 2, Standing { active_users: 8, memberships: 3 });
        let refusal = check(large.clone(), false).unwrap_err();
        assert_eq!(*refusal.plan, large);
        assert_eq!(
            refusal.to_string(),
            "the plan takes away more than half of what stands, so nothing is written\n\
             it deactivates 7 of 8 active users: user0, user1, user2, user3, user4 and 2 more\n\
             it removes 2 of 3 memberships, from aws-admins\n\
             hint: look at the plan; if this is what you want, run it again with --allow-large-change"
        );
    }

    #[test]
    fn only_what_is_too_much_is_told() {
        let refusal = check(plan(1, 2, Standing { active_users: 9, memberships: 3 }), false).unwrap_err();
        assert_eq!(refusal.deactivations, None);
        assert_eq!(refusal.removals.map(|loss| (loss.lost, loss.standing)), Some((2, 3)));
    }
}
