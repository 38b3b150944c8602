use usher_guest::prelude::*;

struct Ours;

impl Policy for Ours {
    type Config = NoConfig;

    fn configure(_: NoConfig, _: Run) -> Result<Self, Problems> {
        Ok(Self)
    }

    fn group(&self, _: &Group) -> GroupDecision {
        keep()
    }
}

usher_guest::export!(Ours);

fn main() {}
