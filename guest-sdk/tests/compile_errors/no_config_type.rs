use usher_guest::prelude::*;

struct Ours;

impl Policy for Ours {
    fn configure(_: (), _: Run) -> Result<Self, Problems> {
        Ok(Self)
    }
}

usher_guest::export!(Ours);

fn main() {}
