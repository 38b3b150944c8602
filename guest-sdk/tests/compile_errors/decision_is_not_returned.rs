#![deny(unused_must_use)]

use usher_guest::prelude::*;

struct Ours;

impl Policy for Ours {
    type Config = NoConfig;

    fn configure(_: NoConfig, _: Run) -> Result<Self, Problems> {
        Ok(Self)
    }

    fn user(&self, user: &User) -> UserDecision {
        if user.has("robot") {
            skip::<usher_guest::decision::UserAnswer>().because("robot", "is no person");
        }
        keep()
    }
}

usher_guest::export!(Ours);

fn main() {}
