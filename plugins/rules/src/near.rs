//! "Did you mean …?"

/// The candidate that is spelt most like `name`, when one is near enough to be meant.
pub(crate) fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may differ; in a very short name, one.
    let limit = (name.chars().count() / 3).max(1);
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The end of a sentence about an unknown name: the near one, or all there are.
pub(crate) fn suggestion(name: &str, candidates: &[&str]) -> String {
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
        let names = ["displayName", "nickName", "title"];
        assert_eq!(near("dislpayName", names), Some("displayName"));
        assert_eq!(near("displayname", names), Some("displayName"));
        assert_eq!(near("costCenter", names), None);
        assert_eq!(suggestion("x", &["a1", "b1"]), "there are: a1, b1");
    }
}
