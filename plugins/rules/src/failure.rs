//! What went wrong when an expression was asked, in the words of somebody who wrote the rule. Values are not repeated: they may be a
//! person's, and long.

use cel::common::ast::operators;
use cel::{ExecutionError, Value};

/// The cause, to follow "failed: ".
pub(crate) fn cause(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(name) => format!(
            "there is no value for `{name}`; guard an attribute that may be absent with `has(…)`, a table with `in`"
        ),
        ExecutionError::Overflow(operation, ..) => {
            format!("the result of `{}` is too large a number", sign(operation))
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::IndexOutOfBounds(Value::Int(index)) => format!("the list has no item number {index}"),
        ExecutionError::UnsupportedBinaryOperator(operation, one, other) => {
            format!("`{}` cannot take {} and {}", sign(operation), kind(one), kind(other))
        }
        ExecutionError::NoSuchOverload(overload) => {
            let kinds: Vec<_> = overload.argument_types().iter().map(|name| of_type(name)).collect();
            format!("`{}` cannot take {}", spelt(overload.function()), kinds.join(" and "))
        }
        ExecutionError::UnexpectedType { got, want } => {
            format!("there is {}, where {} is wanted", of_type(got), of_type(want))
        }
        ExecutionError::FunctionError { function, message } => format!("`{function}`: {message}"),
        error => error.to_string(),
    }
}

/// What a value is.
pub(crate) fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::String(_) => "a text".to_owned(),
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        other => format!("a value of type {}", other.type_of()),
    }
}

/// The same of one of `cel`'s names for types.
fn of_type(name: &str) -> String {
    match name {
        "null_type" => "null".to_owned(),
        "bool" => "true or false".to_owned(),
        "string" => "a text".to_owned(),
        "int" | "uint" | "double" => "a number".to_owned(),
        "list" => "a list".to_owned(),
        "map" => "a map".to_owned(),
        "iterable" => "a list or a map".to_owned(),
        other => format!("a value of type {other}"),
    }
}

fn sign(operation: &str) -> &str {
    match operation {
        "add" => "+",
        "sub" | "negate" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        other => other,
    }
}

/// An operator as it is written, a function by its name.
fn spelt(function: &str) -> &str {
    match function {
        operators::INDEX => "[…]",
        operators::IN => "in",
        other => other.trim_matches('_'),
    }
}
