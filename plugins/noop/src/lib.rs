//! Is handed whatever it is told to ask for, and decides as Usher would without it. `usher plugin bench` sets it beside a
//! policy that is handed the same: the difference is the policy's own.

use usher_guest::prelude::*;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    group_attributes: Vec<String>,
    user_attributes: Vec<String>,
}

struct Noop(Config);

impl Policy for Noop {
    type Config = Config;

    fn configure(config: Config, _: Run) -> Result<Self, Problems> {
        Ok(Self(config))
    }

    fn needs(&self) -> Needs {
        Needs::default()
            .group_attributes(self.0.group_attributes.clone())
            .user_attributes(self.0.user_attributes.clone())
    }
}

usher_guest::export!(Noop);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_is_told_and_decides_nothing() {
        let config = r#"{"group_attributes": [], "user_attributes": ["title"]}"#;
        let policy = usher_guest::test::Run::of::<Noop>(config).unwrap();
        assert_eq!(policy.needs().user_attributes.len(), 1);
        assert_eq!(policy.group(&Group::named("sales")).names(), ["sales"]);
        assert_eq!(policy.user(&User::named("ann@acme.example")).rule(), "default");
    }
}
