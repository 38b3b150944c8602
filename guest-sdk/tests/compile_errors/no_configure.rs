use usher_guest::prelude::*;

struct Ours;

impl Policy for Ours {
    type Config = NoConfig;
}

usher_guest::export!(Ours);

fn main() {}
