use usher_guest::prelude::*;

pub(crate) struct NoRobots;

impl Policy for NoRobots {
    type Config = NoConfig;

    fn configure(_: NoConfig, _: Run) -> Result<Self, Problems> {
        Ok(Self)
    }

    fn needs(&self) -> Needs {
        Needs::default().users_only().user_attributes(["userType"])
    }

    fn user(&self, user: &User) -> UserDecision {
        if user.text("userType") == Some("robot") { skip().because("robot", "is no person") } else { keep() }
    }
}

usher_guest::export!(NoRobots);
