//! A command line that makes no sense, and one that asks for help.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::exit::{ExitStatus, print_json};

/// Tells what the parser has to say, as it says it; where JSON was asked for, a mistake also as JSON on stdout.
pub(crate) fn tell(error: &clap::Error, words: impl Iterator<Item = OsString>) -> ExitCode {
    // There is nowhere to tell that this failed.
    let _ = error.print();
    if !error.use_stderr() {
        return ExitStatus::Done.into();
    }
    if asks_for_json(words) {
        let (message, hints) = paragraph(&error.to_string());
        print_json(ExitStatus::Usage, &message, &hints);
    }
    ExitStatus::Usage.into()
}

/// Whether JSON is asked for, as far as that can be seen without knowing the command.
fn asks_for_json(words: impl Iterator<Item = OsString>) -> bool {
    let mut before = OsString::new();
    for word in words.take_while(|word| word != "--") {
        if word == "--json" || word == "--format=json" || (before == "--format" && word == "json") {
            return true;
        }
        before = word;
    }
    false
}

/// The parser's first paragraph as the message, and each line after it as a hint.
fn paragraph(text: &str) -> (String, Vec<String>) {
    let text = text.trim();
    let (message, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let hints = rest.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    (message.trim_start_matches("error: ").to_owned(), hints.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_before_the_end_of_the_options() {
        let asks = |line: &str| asks_for_json(line.split(' ').map(OsString::from));
        for line in ["plan --json --nonsense", "plan --format json", "plan --format=json x"] {
            assert!(asks(line), "{line}");
        }
        for line in ["plan --nonsense", "plan --format text json", "plan -- --json"] {
            assert!(!asks(line), "{line}");
        }
    }

    #[test]
    fn a_message_and_its_hints_are_told_apart() {
        let text = "error: unexpected argument '--al' found\n\n  tip: a similar argument exists: '--all'\n\nUsage: usher plan --all\n";
        let (message, hints) = paragraph(text);
        assert_eq!(message, "unexpected argument '--al' found");
        assert_eq!(hints, ["tip: a similar argument exists: '--all'", "Usage: usher plan --all"]);
    }
}
