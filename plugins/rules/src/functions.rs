//! What an expression may call.

use std::ops::RangeInclusive;

use cel::common::types::{CelBool, CelString};
use cel::{Env, ExecutionError, extensions};

use crate::pattern;

/// A function that is documented. `cel` finds an unknown one, or a wrong number of arguments, only when it gets there; rules are
/// checked against this list beforehand.
struct Known {
    name: &'static str,
    /// How many arguments when called as `name(…)`.
    global: Option<RangeInclusive<usize>>,
    /// How many arguments when called as `value.name(…)`.
    member: Option<RangeInclusive<usize>>,
}

const fn global(name: &'static str, arguments: RangeInclusive<usize>) -> Known {
    Known { name, global: Some(arguments), member: None }
}

const fn member(name: &'static str, arguments: RangeInclusive<usize>) -> Known {
    Known { name, global: None, member: Some(arguments) }
}

static KNOWN: [Known; 24] = [
    Known { name: "size", global: Some(1..=1), member: Some(0..=0) },
    Known { name: "matches", global: Some(2..=2), member: Some(1..=1) },
    global("int", 1..=1),
    global("uint", 1..=1),
    global("double", 1..=1),
    global("string", 1..=1),
    global("bool", 1..=1),
    global("bytes", 1..=1),
    global("type", 1..=1),
    global("dyn", 1..=1),
    member("startsWith", 1..=1),
    member("endsWith", 1..=1),
    member("contains", 1..=1),
    member("charAt", 1..=1),
    member("indexOf", 1..=2),
    member("lastIndexOf", 1..=2),
    member("lowerAscii", 0..=0),
    member("upperAscii", 0..=0),
    member("trim", 0..=0),
    member("replace", 2..=3),
    member("split", 1..=2),
    member("substring", 1..=2),
    member("join", 0..=1),
    member("format", 1..=1),
];

/// Macros, which the parser has replaced unless they were called wrongly, with how they are called.
static MACROS: [(&str, &str); 6] = [
    ("has", "has(user.attribute)"),
    ("all", "list.all(item, condition)"),
    ("exists", "list.exists(item, condition)"),
    ("exists_one", "list.exists_one(item, condition)"),
    ("map", "list.map(item, value)"),
    ("filter", "list.filter(item, condition)"),
];

/// The functions of CEL's standard library and of its strings extension, with [`pattern::matches`] for regular expressions.
pub(crate) fn environment() -> Env {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings)
        .and_then(|()| cel::add_overload!(env, fn matches: (CelString, CelString) -> Result<CelBool>))
        .and_then(|()| cel::add_member_overload!(env, fn matches: (CelString, CelString) -> Result<CelBool>))
        .expect("no other library declares these functions; a unit test calls each of them");
    env.with_optional_support(false)
}

fn matches(text: &CelString<'_>, pattern: &CelString<'_>) -> Result<CelBool, ExecutionError> {
    pattern::matches(text.inner(), pattern.inner())
        .map(CelBool::from)
        .map_err(|error| ExecutionError::function_error("matches", error))
}

/// What is wrong with a call, if anything is. Operators, which cannot be called by name, are never wrong.
pub(crate) fn check(name: &str, is_member: bool, arguments: usize) -> Result<(), String> {
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || name.ends_with("_:_") {
        return Ok(());
    }
    if let Some((_, usage)) = MACROS.iter().find(|(known, _)| *known == name) {
        return Err(format!("`{name}` is written `{usage}`"));
    }
    let Some(known) = KNOWN.iter().find(|known| known.name == name) else {
        let names: Vec<_> =
            KNOWN.iter().map(|known| known.name).chain(MACROS.map(|(name, _)| name)).collect();
        return Err(format!(
            "there is no function `{name}`; {}",
            usher_guest::near::suggestion(name, &names)
        ));
    };
    let (wanted, form) = match is_member {
        true => (&known.member, format!("{name}(…)")),
        false => (&known.global, format!("value.{name}(…)")),
    };
    match wanted {
        Some(wanted) if wanted.contains(&arguments) => Ok(()),
        Some(wanted) => Err(format!("`{name}` takes {}, not {arguments}", count(wanted))),
        None => Err(format!("`{name}` is called as `{form}`")),
    }
}

fn count(range: &RangeInclusive<usize>) -> String {
    match (range.start(), range.end()) {
        (0, 0) => "no argument".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, most) => format!("{least} or {most} arguments"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cel::{Context, Value};

    use super::*;

    fn value(expression: &str) -> Value {
        let env = Arc::new(environment());
        let program = env.compile(expression).unwrap();
        program.execute(&Context::with_env(env)).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    #[test]
    fn every_function_of_the_list_exists() {
        let calls = [
            ("size", "size('ab') == 2 && 'ab'.size() == 2"),
            ("matches", "matches('ab', '^a') && 'ab'.matches('b$')"),
            ("int", "int('4') == 4"),
            ("uint", "uint(4) == 4u"),
            ("double", "double(4) == 4.0"),
            ("string", "string(4) == '4'"),
            ("bool", "bool('true')"),
            ("bytes", "bytes('a') == b'a'"),
            ("type", "type('a') == string"),
            ("dyn", "dyn(1) == 1"),
            ("startsWith", "'ab'.startsWith('a')"),
            ("endsWith", "'ab'.endsWith('b')"),
            ("contains", "'abc'.contains('b')"),
            ("charAt", "'äb'.charAt(1) == 'b'"),
            ("indexOf", "'äbb'.indexOf('b') == 1 && 'äbb'.indexOf('b', 2) == 2"),
            ("lastIndexOf", "'äbb'.lastIndexOf('b') == 2 && 'äbb'.lastIndexOf('b', 1) == 1"),
            ("lowerAscii", "'AÄ'.lowerAscii() == 'aÄ'"),
            ("upperAscii", "'aä'.upperAscii() == 'Aä'"),
            ("trim", "' a '.trim() == 'a'"),
            ("replace", "'aaa'.replace('a', 'b') == 'bbb' && 'aaa'.replace('a', 'b', 1) == 'baa'"),
            ("split", "'a-b-c'.split('-') == ['a', 'b', 'c'] && 'a-b-c'.split('-', 2) == ['a', 'b-c']"),
            ("substring", "'aws-x'.substring(4) == 'x' && 'aws-x'.substring(0, 3) == 'aws'"),
            ("join", "['a', 'b'].join() == 'ab' && ['a', 'b'].join('-') == 'a-b'"),
            ("format", "'%s is %d'.format(['a', 1]) == 'a is 1'"),
        ];
        assert_eq!(calls.map(|(name, _)| name).len(), KNOWN.len());
        for known in &KNOWN {
            let (_, call) = calls.iter().find(|(name, _)| *name == known.name).unwrap();
            assert_eq!(value(call), Value::Bool(true), "{call}");
        }
    }

    #[test]
    fn a_call_that_cannot_work_says_how_it_is_written() {
        assert_eq!(
            check("startWith", true, 1).unwrap_err(),
            "there is no function `startWith`; did you mean `startsWith`?"
        );
        assert_eq!(
            check("startsWith", false, 2).unwrap_err(),
            "`startsWith` is called as `value.startsWith(…)`"
        );
        assert_eq!(check("string", true, 0).unwrap_err(), "`string` is called as `string(…)`");
        assert_eq!(check("replace", true, 1).unwrap_err(), "`replace` takes 2 or 3 arguments, not 1");
        assert_eq!(check("has", false, 2).unwrap_err(), "`has` is written `has(user.attribute)`");
        assert_eq!(check("_&&_", false, 2), Ok(()));
    }
}
