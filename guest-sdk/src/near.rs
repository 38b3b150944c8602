//! "Did you mean …?", for the messages of policies.

/// The candidate that is spelt most like `name`, when one is near enough to be meant: at most a third of the letters differ, one in a
/// very short name.
///
/// ```
/// use usher_guest::near::near;
///
/// assert_eq!(near("prefx", ["prefix", "suffix"]), Some("prefix"));
/// assert_eq!(near("replacement", ["prefix", "suffix"]), None);
/// ```
pub fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Capitals count in ASCII only: the tables of all others would be the largest part of this in a component.
    let limit = (name.chars().count() / 3).max(1);
    let lower = name.to_ascii_lowercase();
    let distances = candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_ascii_lowercase()), candidate));
    let near = distances.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance);
    near.map(|(_, candidate)| candidate)
}

/// The end of a sentence about an unknown name: the near one, or all there are.
pub fn suggestion(name: &str, candidates: &[&str]) -> String {
    match near(name, candidates.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", candidates.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let names = ["prefix", "replace_with"];
        for slip in ["prefx", "Prefix", "prefxi", "prefixes"] {
            assert_eq!(near(slip, names), Some("prefix"), "{slip}");
        }
        assert_eq!(near("replace-with", names), Some("replace_with"));
        assert_eq!(near("suffix_is", names), None);
    }

    #[test]
    fn where_nothing_is_near_all_there_is_is_told() {
        assert_eq!(suggestion("prefx", &["prefix", "suffix"]), "did you mean `prefix`?");
        assert_eq!(suggestion("x", &["a1", "b1"]), "there are: a1, b1");
    }
}
