use usher_guest::prelude::*;

struct Config {
    prefix: String,
}

struct Ours(Config);

impl Policy for Ours {
    type Config = Config;

    fn configure(config: Config, _: Run) -> Result<Self, Problems> {
        Ok(Self(config))
    }
}

usher_guest::export!(Ours);

fn main() {}
