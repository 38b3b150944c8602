//! Who cannot have the unique names they want.

use std::collections::{BTreeMap, BTreeSet};

/// Something that has names and wants names.
pub(crate) struct Mover<'a> {
    /// What stands for it; none when it is new.
    pub(crate) object: Option<&'a str>,
    /// Whether what it has is its own. Who is to be adopted has nothing yet that others must respect.
    pub(crate) is_linked: bool,
    pub(crate) has: BTreeSet<String>,
    pub(crate) wants: BTreeSet<String>,
}

/// Nobody gets a name that two want and neither has, that somebody else has and wants to keep, or that somebody keeps who is
/// contested or not moved at all (`stay`). Who is contested keeps what it has.
pub(crate) fn contested<'a>(
    movers: &BTreeMap<&'a str, Mover<'_>>,
    stay: &BTreeSet<String>,
) -> BTreeSet<&'a str> {
    let mut contested = BTreeSet::new();
    loop {
        let is_taken = |key: &str, mover: &Mover<'_>, name: &String| {
            let has_it = mover.is_linked && mover.has.contains(name);
            let by_other = |(other, it): (&&str, &Mover<'_>)| {
                *other != key
                    && (it.wants.contains(name) || (contested.contains(*other) && it.has.contains(name)))
            };
            !has_it && (stay.contains(name) || movers.iter().any(by_other))
        };
        let more = movers.iter().filter(|(key, _)| !contested.contains(*key));
        let more: Vec<&str> = more
            .filter(|(key, mover)| mover.wants.iter().any(|name| is_taken(key, mover, name)))
            .map(|(key, _)| *key)
            .collect();
        if more.is_empty() {
            return contested;
        }
        contested.extend(more);
    }
}
