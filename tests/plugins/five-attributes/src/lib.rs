//! The compiled policy of the benchmark: it reads five attributes of a person and writes five fields of the account. Public, so
//! that the same code can be called natively, beside itself in the sandbox.

use usher_guest::prelude::*;

/// The attributes it reads.
pub const READS: [&str; 5] = ["costCenter", "department", "division", "title", "userType"];

/// `[policy.config]`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The cost centre of who has none.
    pub cost_center: String,
}

/// The policy.
pub struct FiveAttributes(Config);

impl Policy for FiveAttributes {
    type Config = Config;

    fn configure(config: Config, _: Run) -> Result<Self, Problems> {
        Ok(Self(config))
    }

    fn needs(&self) -> Needs {
        Needs::default().users_only().user_attributes(READS)
    }

    fn user(&self, user: &User) -> UserDecision {
        if user.text("userType") == Some("contractor") && !user.has("costCenter") {
            return skip().because("contractor", "a contractor whom no cost centre pays");
        }
        let text = |name: &str| user.text(name).map(str::to_owned);
        let center = text("costCenter").unwrap_or_else(|| self.0.cost_center.clone());
        let why = format!("paid by {center}");
        let account = user.draft.with(|account| {
            account.display_name = format!("{}, {}", account.name.family, account.name.given);
            account.title = text("title");
            let work = account.work_mut();
            work.cost_center = Some(center);
            work.department = text("department");
            work.division = text("division");
        });
        sync_account(account).because("mapped", why)
    }
}

usher_guest::export!(FiveAttributes);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_fields_come_from_five_attributes() {
        let policy = usher_guest::test::Run::of::<FiveAttributes>(r#"{"cost_center": "0"}"#).unwrap();
        assert_eq!(policy.needs().user_attributes.len(), READS.len());
        let ann = User::named("ann@acme.example").with("userType", "contractor");
        assert_eq!(policy.user(&ann).rule(), "contractor");
        assert_eq!(policy.user(&ann.with("costCenter", "4711")).rule(), "mapped");
    }
}
