//! Query strings, written by hand: the bare `cursor` that asks for the first page is an empty value, which query
//! builders drop (reference aws-identity-center.md §2.3).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 calls unreserved stays as it is.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Items asked for in one page: as many as AWS gives.
pub(crate) const PAGE: usize = 100;

/// Where a page begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From<'a> {
    /// At the beginning, asking for cursors.
    Start,
    /// At a cursor.
    Cursor(&'a str),
    /// At the n-th object, from 1, as RFC 7644 has it. AWS does not know it.
    Index(usize),
}

/// The query of one page.
pub(crate) fn page(from: From<'_>, filter: Option<&str>) -> String {
    let mut query = match from {
        From::Start => format!("count={PAGE}&cursor"),
        From::Cursor(cursor) => format!("count={PAGE}&cursor={}", encoded(cursor)),
        From::Index(index) => format!("count={PAGE}&startIndex={index}"),
    };
    if let Some(filter) = filter {
        query.push_str("&filter=");
        query.push_str(&encoded(filter));
    }
    query
}

/// The query of a page that holds one object at most.
pub(crate) fn glance() -> String {
    "count=1".to_owned()
}

/// The query that looks one object up.
pub(crate) fn look_up(filter: &str) -> String {
    format!("filter={}", encoded(filter))
}

/// `attribute eq "value"`, the value escaped.
pub(crate) fn equals(attribute: &str, value: &str) -> String {
    let mut filter = format!("{attribute} eq \"");
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            filter.push('\\');
        }
        filter.push(character);
    }
    filter.push('"');
    filter
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_asks_with_a_bare_cursor() {
        assert_eq!(page(From::Start, None), "count=100&cursor");
        assert_eq!(
            page(From::Cursor("a+b/c=:_-"), Some("groups.value eq \"g\"")),
            "count=100&cursor=a%2Bb%2Fc%3D%3A_-&filter=groups.value%20eq%20%22g%22"
        );
    }

    #[test]
    fn quotes_and_backslashes_in_a_name_stay_in_the_name() {
        assert_eq!(equals("displayName", "R&D \"x\"\\"), r#"displayName eq "R&D \"x\"\\""#);
        assert_eq!(look_up(&equals("displayName", "R&D")), "filter=displayName%20eq%20%22R%26D%22");
    }
}
