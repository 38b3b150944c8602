//! Which parts of a pattern a new name speaks of.

use regex::Regex;
use regex_automata::util::interpolate;
use usher_guest::near::near;

/// What is wrong with `name`, each part that the pattern lacks once.
pub(crate) fn problems(pattern: &Regex, name: &str) -> Vec<String> {
    let mut unknown = Vec::new();
    for part in spoken_of(name) {
        if !is_there(pattern, &part) && !unknown.contains(&part) {
            unknown.push(part);
        }
    }
    unknown
        .iter()
        .map(|part| format!("the pattern has no part `{part}`; {}", hint(pattern, name, part)))
        .collect()
}

/// The parts by name or number, in their order. By the reader that replaces them later: `$$` is a dollar, `$1s` is called `1s`.
fn spoken_of(name: &str) -> Vec<String> {
    let parts = std::cell::RefCell::new(Vec::new());
    interpolate::string(
        name,
        |number, _| parts.borrow_mut().push(number.to_string()),
        |named| {
            parts.borrow_mut().push(named.to_owned());
            None
        },
        &mut String::new(),
    );
    parts.into_inner()
}

fn is_there(pattern: &Regex, part: &str) -> bool {
    match part.parse::<usize>() {
        Ok(number) => number < pattern.captures_len(),
        Err(_) => pattern.capture_names().flatten().any(|name| name == part),
    }
}

fn hint(pattern: &Regex, name: &str, part: &str) -> String {
    // `$1s`, where `${1}s` is meant: the longest beginning that is a part. What stands in braces ends where it should.
    let ends = part.char_indices().map(|(at, _)| at).skip(1);
    if name.contains(&format!("${part}"))
        && let Some(end) = ends.filter(|end| is_there(pattern, &part[..*end])).last()
    {
        return format!("write `${{{}}}{}`", &part[..end], &part[end..]);
    }
    let named: Vec<_> = pattern.capture_names().flatten().collect();
    if let (Some(near), Err(_)) = (near(part, named.iter().copied()), part.parse::<usize>()) {
        return format!("did you mean `${{{near}}}`?");
    }
    let numbers = (1..pattern.captures_len()).map(|number| format!("`${{{number}}}`"));
    let there: Vec<_> = named.iter().map(|name| format!("`${{{name}}}`")).chain(numbers).collect();
    match there.as_slice() {
        [] => "it has no brackets. A dollar is written `$$`".to_owned(),
        there => format!("there are {}. A dollar is written `$$`", there.join(", ")),
    }
}
