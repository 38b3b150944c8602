//! Names that a person may have meant.

use crate::name::folded;

/// How alike two names must be, from 0 to 1, when neither holds the other.
const ALIKE: f64 = 0.7;

/// Shortest part of a name that counts as found within another.
const SHORTEST_PART: usize = 3;

/// Those of `known` that `wanted` may have been meant to be, the best first, `most` at most. Case does not matter;
/// equally good ones keep their order.
pub fn names<'a>(wanted: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let wanted = folded(wanted.trim());
    let mut found: Vec<(f64, &str)> = known
        .map(|name| (likeness(&wanted, &folded(name)), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    found.into_iter().take(most).map(|(_, name)| name).collect()
}

/// 2 for the same name, between 1 and 2 when one holds the other (a beginning counts more), below that the likeness
/// of the letters.
fn likeness(wanted: &str, known: &str) -> f64 {
    if wanted == known {
        return 2.0;
    }
    let (short, long) = if wanted.len() < known.len() { (wanted, known) } else { (known, wanted) };
    if short.chars().count() >= SHORTEST_PART && long.contains(short) {
        let share = short.len() as f64 / long.len() as f64;
        return if long.starts_with(short) { 1.5 + share / 2.0 } else { 1.0 + share / 2.0 };
    }
    strsim::normalized_damerau_levenshtein(wanted, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: [&str; 6] = ["aws-admins", "aws-audit", "xx_dev", "xx_devops", "R&D", "Everyone"];

    fn near(wanted: &str, most: usize) -> Vec<&'static str> {
        names(wanted, GROUPS.into_iter(), most)
    }

    #[test]
    fn a_slip_of_the_finger_finds_the_name() {
        assert_eq!(near("aws-admin", 3), ["aws-admins"]);
        assert_eq!(near("asw-admins", 3), ["aws-admins"]);
        assert_eq!(near("everone", 3), ["Everyone"]);
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(near("XX_DEV", 1), ["xx_dev"]);
        assert_eq!(near("r&d", 1), ["R&D"]);
    }

    #[test]
    fn a_part_of_a_name_finds_all_that_hold_it_the_closest_first() {
        assert_eq!(near("dev", 5), ["xx_dev", "xx_devops"]);
        assert_eq!(near("dev", 1), ["xx_dev"]);
    }

    #[test]
    fn something_else_finds_nothing() {
        assert_eq!(near("finance", 5), Vec::<&str>::new());
        assert_eq!(near("", 5), Vec::<&str>::new());
    }
}
