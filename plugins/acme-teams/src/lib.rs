//! Acme's own rules. Okta groups `team-<team>-<role>` become AWS groups, contractors need a sponsor, and everybody carries
//! their department's cost centre, which AWS uses for access control by attribute.

use std::collections::BTreeMap;

use usher_guest::prelude::*;

#[cfg(test)]
mod tests;

/// `[policy.config]` in `usher.toml`.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The roles that a team's group may name.
    roles: Vec<String>,
    /// The cost centre of each department.
    cost_centers: BTreeMap<String, String>,
}

struct AcmeTeams(Config);

impl Policy for AcmeTeams {
    type Config = Config;

    fn configure(config: Config, _: Run) -> Result<Self, Problems> {
        if config.roles.is_empty() {
            return Err(Problem::at("/roles", "name at least one role, such as \"developer\"").into());
        }
        Ok(Self(config))
    }

    fn needs(&self) -> Needs {
        Needs::default().user_attributes(["department", "sponsor", "userType"])
    }

    fn group(&self, group: &Group) -> GroupDecision {
        let Some((team, role)) = group.name.strip_prefix("team-").and_then(|rest| rest.rsplit_once('-'))
        else {
            return skip().because("not-a-team", "is not called team-<team>-<role>");
        };
        if !self.0.roles.iter().any(|known| known == role) {
            return hold().because("unknown-role", format!("`{role}` is none of our roles"));
        }
        sync(format!("{team} {role}s")).because("team", format!("the {role}s of {team}"))
    }

    fn user(&self, user: &User) -> UserDecision {
        if user.text("userType") == Some("contractor") && !user.has("sponsor") {
            return skip().because("contractor", "a contractor without a sponsor");
        }
        let Some(department) = user.text("department") else { return keep() };
        let Some(center) = self.0.cost_centers.get(department) else {
            return hold().because("cost-center", format!("no cost centre is known for `{department}`"));
        };
        let account = user.draft.with(|account| account.work_mut().cost_center = Some(center.clone()));
        sync_account(account).because("cost-center", format!("{department} pays from {center}"))
    }
}

usher_guest::export!(AcmeTeams);
