//! What the parser says, in the words of somebody who writes rules.

/// The parser's message without its list of everything that could have stood there.
pub(crate) fn plain(message: &str) -> String {
    if message.contains("Recursion limit") {
        return "the expression is nested too deep; make it several rules".to_owned();
    }
    if message.contains("invalid int literal") || message.contains("invalid uint literal") {
        return "the number is too large".to_owned();
    }
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let message = message.split(" expecting ").next().unwrap_or(message).trim();
    if message.ends_with("'<EOF>'") {
        return match missing(message) {
            Some(what) => format!("it ends too early: `{what}` is missing"),
            None => "it ends too early".to_owned(),
        };
    }
    let odd =
        ["mismatched input ", "extraneous input ", "no viable alternative at input ", "unsupported syntax "];
    if let Some(found) = odd.iter().find_map(|words| message.strip_prefix(words)).and_then(quoted) {
        return format!("`{found}` cannot stand here");
    }
    if let Some(found) = message.strip_prefix("token recognition error at: ").and_then(quoted) {
        return match found.starts_with(['"', '\'']) {
            true => format!("the text {found} is not closed by the quote that opened it"),
            false => format!("`{found}` cannot stand here"),
        };
    }
    match (missing(message), message.split(" at ").nth(1).and_then(quoted)) {
        (Some(what), Some(before)) => format!("`{what}` is missing before `{before}`"),
        _ => message.to_owned(),
    }
}

/// The token of `missing 'TOKEN' at …`.
fn missing(message: &str) -> Option<&str> {
    quoted(message.strip_prefix("missing ")?.split(" at ").next()?)
}

fn quoted(text: &str) -> Option<&str> {
    Some(text.strip_prefix('\'')?.strip_suffix('\'')?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::environment;

    #[test]
    fn what_cannot_be_read_is_told_in_plain_words() {
        for (expression, told) in [
            ("user.login ==", "it ends too early"),
            ("(user.login == 'a'", "it ends too early: `)` is missing"),
            ("user.login == 'a", "the text 'a is not closed by the quote that opened it"),
            ("user.login == 'a' &&& true", "`&` cannot stand here"),
            ("user.login = 'a'", "`=` cannot stand here"),
            ("user.login == 'a')", "`)` cannot stand here"),
            ("[1, 2", "it ends too early"),
            ("user.?login == 'a'", "`.?` cannot stand here"),
            ("99999999999999999999 > 1", "the number is too large"),
            ("user.login == 'a' and true", "`and` cannot stand here"),
        ] {
            let errors = environment().parser().parse(expression).unwrap_err();
            assert_eq!(plain(&errors.errors[0].msg), told, "{expression}: {}", errors.errors[0].msg);
        }
    }
}
