//! `search` and `filter`: SCIM-like expressions, of which each endpoint takes its own part.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::OktaError;

/// How deep parentheses may nest.
const DEEPEST: usize = 40;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Operator {
    Equal,
    StartsWith,
    Contains,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Present,
}

/// What an endpoint takes.
#[derive(Clone, Copy)]
pub(super) struct Grammar {
    /// Whether this operator may follow this property. Property names are case-sensitive.
    pub(super) takes: fn(&str, Operator) -> bool,
    /// Whether the case of values matters.
    pub(super) is_case_sensitive: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Compare { property: String, operator: Operator, value: Value, is_case_sensitive: bool },
}

impl Expression {
    /// Reads an expression, or says in one cause what is wrong with it.
    pub(super) fn parse(text: &str, grammar: Grammar) -> Result<Self, OktaError> {
        let mut parser =
            Parser { tokens: tokens(text).map_err(|cause| OktaError::bad_expression(&cause))?, grammar };
        parser.tokens.reverse();
        let parsed = parser.any(0).and_then(|expression| match parser.tokens.last() {
            None => Ok(expression),
            Some(token) => Err(format!("Unexpected {token:?} after the expression.")),
        });
        parsed.map_err(|cause| OktaError::bad_expression(&cause))
    }

    /// Whether an object is one of those looked for.
    pub(super) fn matches(&self, object: &Map<String, Value>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(object)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(object)),
            Self::Compare { property, operator, value, is_case_sensitive } => {
                let mut names = property.split('.');
                let first = names.next().and_then(|name| object.get(name));
                let Some(found) = names.try_fold(first, |value, name| Some(value?.get(name))).flatten()
                else {
                    return false;
                };
                match found {
                    Value::Array(items) if *operator == Operator::Present => !items.is_empty(),
                    Value::Array(items) => {
                        items.iter().any(|item| compare(item, *operator, value, *is_case_sensitive))
                    }
                    found => compare(found, *operator, value, *is_case_sensitive),
                }
            }
        }
    }
}

fn compare(found: &Value, operator: Operator, wanted: &Value, is_case_sensitive: bool) -> bool {
    if operator == Operator::Present {
        return !found.is_null();
    }
    let ordering = match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => {
            let fold = |text: &str| if is_case_sensitive { text.to_owned() } else { text.to_lowercase() };
            let (found_folded, wanted_folded) = (fold(found), fold(wanted));
            match operator {
                Operator::StartsWith => return found_folded.starts_with(&wanted_folded),
                Operator::Contains => return found_folded.contains(&wanted_folded),
                _ => {}
            }
            match (found.parse::<Timestamp>(), wanted.parse::<Timestamp>()) {
                (Ok(found), Ok(wanted)) => Some(found.cmp(&wanted)),
                _ => Some(found_folded.cmp(&wanted_folded)),
            }
        }
        (Value::Number(found), Value::Number(wanted)) => found.as_f64().partial_cmp(&wanted.as_f64()),
        (Value::Bool(found), Value::Bool(wanted)) => Some(found.cmp(wanted)),
        _ => None,
    };
    let Some(ordering) = ordering else { return false };
    match operator {
        Operator::Equal => ordering == Ordering::Equal,
        Operator::Greater => ordering == Ordering::Greater,
        Operator::GreaterOrEqual => ordering != Ordering::Less,
        Operator::Less => ordering == Ordering::Less,
        Operator::LessOrEqual => ordering != Ordering::Greater,
        Operator::StartsWith | Operator::Contains | Operator::Present => false,
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Text(String),
    Word(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            '"' => {
                let mut value = String::new();
                loop {
                    match characters.next() {
                        Some('"') => break,
                        // Only the two characters that need it may be escaped, plus what JSON knows.
                        Some('\\') => match characters.next() {
                            Some(escaped @ ('"' | '\\' | '/')) => value.push(escaped),
                            Some('n') => value.push('\n'),
                            Some('t') => value.push('\t'),
                            _ => return Err("Invalid escape in a string.".to_owned()),
                        },
                        Some(other) => value.push(other),
                        None => return Err("A string is not closed.".to_owned()),
                    }
                }
                tokens.push(Token::Text(value));
            }
            character if character.is_whitespace() => {}
            character => {
                let mut word = String::from(character);
                while let Some(next) =
                    characters.next_if(|next| !next.is_whitespace() && !"()\"".contains(*next))
                {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

struct Parser {
    /// The next token is the last one.
    tokens: Vec<Token>,
    grammar: Grammar,
}

impl Parser {
    /// `and` binds closer than `or`.
    fn any(&mut self, depth: usize) -> Result<Expression, String> {
        let mut parts = vec![self.all(depth)?];
        while self.next_is("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Expression, String> {
        let mut parts = vec![self.part(depth)?];
        while self.next_is("and") {
            parts.push(self.part(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
    }

    fn part(&mut self, depth: usize) -> Result<Expression, String> {
        if depth > DEEPEST {
            return Err("The expression is too complex.".to_owned());
        }
        match self.tokens.pop() {
            Some(Token::Open) => {
                let inner = self.any(depth + 1)?;
                match self.tokens.pop() {
                    Some(Token::Close) => Ok(inner),
                    _ => Err("A parenthesis is not closed.".to_owned()),
                }
            }
            Some(Token::Word(property)) => self.comparison(property),
            _ => Err("Invalid search syntax.".to_owned()),
        }
    }

    fn comparison(&mut self, property: String) -> Result<Expression, String> {
        let Some(Token::Word(word)) = self.tokens.pop() else {
            return Err("Invalid search syntax.".to_owned());
        };
        let operator = match word.to_ascii_lowercase().as_str() {
            "eq" => Operator::Equal,
            "sw" => Operator::StartsWith,
            "co" => Operator::Contains,
            "gt" => Operator::Greater,
            "ge" => Operator::GreaterOrEqual,
            "lt" => Operator::Less,
            "le" => Operator::LessOrEqual,
            "pr" => Operator::Present,
            _ => return Err(format!("The operator {word:?} is not supported.")),
        };
        if !(self.grammar.takes)(&property, operator) {
            return Err(format!("The property {property:?} does not support the operator {word:?} here."));
        }
        let value = if operator == Operator::Present { Value::Null } else { self.value()? };
        Ok(Expression::Compare {
            property,
            operator,
            value,
            is_case_sensitive: self.grammar.is_case_sensitive,
        })
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.tokens.pop() {
            Some(Token::Text(text)) => Ok(Value::String(text)),
            Some(Token::Word(word)) => match serde_json::from_str::<Value>(&word) {
                Ok(value @ (Value::Bool(_) | Value::Number(_))) => Ok(value),
                _ => Err(format!("The value {word:?} is not quoted.")),
            },
            _ => Err("A value is missing.".to_owned()),
        }
    }

    fn next_is(&mut self, keyword: &str) -> bool {
        let is_next =
            matches!(self.tokens.last(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        if is_next {
            self.tokens.pop();
        }
        is_next
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const EVERYTHING: Grammar = Grammar { takes: |_, _| true, is_case_sensitive: false };

    fn finds(text: &str) -> bool {
        let object = json!({
            "type": "OKTA_GROUP", "lastUpdated": "2026-03-01T00:00:00.000Z",
            "profile": { "name": "R&D \"x\"\\", "tags": ["Blue", "red"], "level": 3, "note": null },
        });
        Expression::parse(text, EVERYTHING).unwrap().matches(object.as_object().unwrap())
    }

    #[test]
    fn a_name_with_quotes_and_backslashes_is_found() {
        assert!(finds(r#"profile.name eq "r&d \"x\"\\""#));
        assert!(!finds(r#"profile.name eq "R&D \"x\"""#));
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert!(finds(r#"type eq "OKTA_GROUP" or type eq "a" and type eq "b""#));
        assert!(!finds(r#"(type eq "OKTA_GROUP" or type eq "a") and type eq "b""#));
    }

    #[test]
    fn operators_compare_times_numbers_and_lists() {
        assert!(finds(r#"lastUpdated gt "2026-02-28T23:59:59Z""#));
        assert!(!finds(r#"lastUpdated gt "2026-03-01T00:00:00.000Z""#));
        assert!(finds(
            r#"lastUpdated ge "2026-03-01T00:00:00.000Z" and lastUpdated LE "2026-03-01T00:00:00Z""#
        ));
        assert!(finds("profile.level lt 4"));
        assert!(finds(r#"profile.tags eq "blue""#));
        assert!(finds(r#"profile.name sw "r&" and profile.name co "D""#));
        assert!(finds("profile.tags pr") && !finds("profile.note pr") && !finds("profile.nothing pr"));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "",
            "type",
            "type eq",
            "type eq OKTA_GROUP",
            r#"type ne "a""#,
            r#"not type eq "a""#,
            r#"type eq "a"#,
            r#"(type eq "a""#,
            r#"type eq "a" type eq "b""#,
            r#"type eq "a" and"#,
            r#"type%20eq%20%22a%22"#,
            r#""a""#,
        ] {
            assert!(Expression::parse(text, EVERYTHING).is_err(), "{text}");
        }
        assert!(Expression::parse(&"(".repeat(5000), EVERYTHING).is_err());
    }
}
