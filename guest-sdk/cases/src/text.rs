//! Texts in TOML.

use std::fmt::Write;

use toml_edit::Value;

/// The text as a value. What a terminal would act on, or would not show, is written as an escape: who looks at a file with `cat` should see
/// what is in it.
pub(crate) fn text_value(text: &str) -> Value {
    if !text.chars().any(is_hidden) {
        return text.into();
    }
    let mut written = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            _ if character.is_control() || is_hidden(character) => {
                // Cannot fail: it goes into memory.
                let _ = write!(written, "\\U{:08X}", u32::from(character));
            }
            _ => written.push(character),
        }
    }
    // Were it no TOML after all, it is written in the usual way.
    format!("\"{written}\"").parse().unwrap_or_else(|_| text.into())
}

/// What TOML itself lets pass: C1 controls, marks that turn the direction of writing, and characters without any width.
fn is_hidden(character: char) -> bool {
    matches!(character, '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
