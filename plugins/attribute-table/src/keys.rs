//! How an attribute's value is written as a key of the table.

use usher_guest::Value;

/// The digits that a decimal number keeps whatever program it passes through. What has more is written differently by Okta, JSON and
/// whoever makes the table.
const DIGITS: usize = 15;

/// A number that has more than one spelling.
pub(crate) struct Unclear(pub(crate) f64);

/// The keys that a value stands for. An empty text is none.
pub(crate) fn keys(value: &Value) -> Result<Vec<String>, Unclear> {
    Ok(match value {
        Value::Text(text) if text.is_empty() => Vec::new(),
        Value::Text(text) => vec![text.clone()],
        Value::Texts(texts) => texts.clone(),
        Value::Boolean(boolean) => vec![boolean.to_string()],
        Value::Integer(number) => vec![number.to_string()],
        Value::Integers(numbers) => numbers.iter().map(i64::to_string).collect(),
        Value::Number(number) => vec![decimal(*number)?],
        Value::Numbers(numbers) => numbers.iter().map(|number| decimal(*number)).collect::<Result<_, _>>()?,
    })
}

/// `3.5`, and `3` for what JSON may write as `3.0` too.
fn decimal(number: f64) -> Result<String, Unclear> {
    // JSON knows a zero below zero.
    let text = (number + 0.0).to_string();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if number.is_finite() && digits <= DIGITS { Ok(text) } else { Err(Unclear(number)) }
}
