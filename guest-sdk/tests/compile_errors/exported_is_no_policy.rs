struct Ours;

usher_guest::export!(Ours);

fn main() {}
