//! Words of a command that somebody is told to run.

/// As a shell reads it as one word.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_needs_it() {
        assert_eq!(
            ["a-b", "R&D", "it's", "", "-x"].map(quoted),
            ["a-b", "'R&D'", r"'it'\''s'", "''", "'-x'"]
        );
    }
}
