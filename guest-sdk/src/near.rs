//! "Did you mean …?"

/// The candidate that is spelt most like `name`, when one is near enough to be meant.
pub(crate) fn near<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    // A third of the letters may differ; in a very short name, one. Capitals count in ASCII only: the tables of all others would be
    // the largest part of this in a component.
    let limit = (name.chars().count() / 3).max(1);
    let lower = name.to_ascii_lowercase();
    let distances = candidates
        .iter()
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_ascii_lowercase()), *candidate));
    let near = distances.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance);
    near.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let names = ["prefix", "replace_with"];
        for slip in ["prefx", "Prefix", "prefxi", "prefixes"] {
            assert_eq!(near(slip, &names), Some("prefix"), "{slip}");
        }
        assert_eq!(near("replace-with", &names), Some("replace_with"));
        assert_eq!(near("suffix_is", &names), None);
    }
}
