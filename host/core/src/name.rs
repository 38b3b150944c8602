//! When two names are the same: AWS compares a userName without regard to case (reference aws-identity-center.md §3.1),
//! and whether it does so for addresses and groups' names is not known, so Usher does.

/// A name as it is compared.
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// Whether two names are one to AWS.
pub fn same(one: &str, other: &str) -> bool {
    one == other || folded(one) == folded(other)
}
