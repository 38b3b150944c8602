//! `Link` headers (RFC 8288, as Okta writes them).

use reqwest::header::{HeaderMap, LINK};
use url::Url;

/// What the `Link` headers of a list's page say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Links {
    /// The target of the first link whose relation is `next`, as the server wrote it.
    pub(crate) next: Option<String>,
    /// Whether the page names itself. Okta's lists do, so a page without it has lost its links on the way.
    pub(crate) names_itself: bool,
    /// Whether a line could not be read.
    pub(crate) garbled: bool,
}

/// Reads them. Okta sends one header line per relation; proxies join them into one (okta.md §2.0): both are read.
pub(crate) fn links(headers: &HeaderMap) -> Links {
    let mut links = Links::default();
    for line in headers.get_all(LINK) {
        let Ok(line) = line.to_str() else {
            links.garbled = true;
            continue;
        };
        for link in split_outside_quotes(line, ',') {
            let Some((target, relations)) = parse(link) else {
                links.garbled |= !link.trim().is_empty();
                continue;
            };
            let is = |relation: &str| relations.iter().any(|it| it.eq_ignore_ascii_case(relation));
            links.names_itself |= is("self");
            if is("next") {
                links.next.get_or_insert(target);
            }
        }
    }
    links
}

/// The target and the relations of one `<target>; name=value; …`.
fn parse(link: &str) -> Option<(String, Vec<String>)> {
    let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
    let relations = split_outside_quotes(parameters, ';')
        .into_iter()
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("rel"))
        .flat_map(|(_, value)| value.trim().trim_matches('"').split_ascii_whitespace())
        .map(str::to_owned)
        .collect();
    Some((target.trim().to_owned(), relations))
}

/// Splits where the separator stands neither within `"…"` nor within `<…>`.
fn split_outside_quotes(line: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut in_target, mut escaped) = (Vec::new(), 0, false, false, false);
    for (at, letter) in line.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !in_target => quoted = !quoted,
            '<' if !quoted => in_target = true,
            '>' if !quoted => in_target = false,
            _ if letter == separator && !quoted && !in_target => {
                parts.push(&line[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&line[start..]);
    parts
}

/// Where the next page is: on the host that was configured, whatever host the link names. Path and query stay as they
/// are. A link may name the admin host or the canonical host of a custom domain (okta.md §2.0), and the token goes to
/// no other host than the configured one.
pub(crate) fn on_our_host(base: &Url, link: &str) -> Option<Url> {
    let linked = base.join(link).ok()?;
    if linked.origin() == base.origin() && linked.username().is_empty() && linked.password().is_none() {
        return Some(linked);
    }
    let mut ours = base.clone();
    ours.set_path(linked.path());
    ours.set_query(linked.query());
    Some(ours)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(LINK, HeaderValue::from_static(line));
        }
        headers
    }

    fn next(headers: &HeaderMap) -> Option<String> {
        links(headers).next
    }

    #[test]
    fn a_page_that_names_itself_is_told_from_one_whose_links_are_lost_or_garbled() {
        let whole = links(&headers(&[r#"<https://a/x>; rel="self""#]));
        assert_eq!(whole, Links { next: None, names_itself: true, garbled: false });
        assert_eq!(links(&headers(&[])), Links::default());
        assert!(links(&headers(&["https://a/x; rel=next"])).garbled);
        let mut unreadable = HeaderMap::new();
        unreadable.append(LINK, HeaderValue::from_bytes(b"<https://a/\xff>; rel=\"next\"").unwrap());
        assert!(links(&unreadable).garbled);
    }

    #[test]
    fn next_is_found_in_separate_lines_and_in_a_joined_one() {
        let separate = headers(&[
            r#"<https://a/x?limit=2>; rel="self""#,
            r#"<https://a/x?after=1&limit=2>; rel="next""#,
        ]);
        let joined =
            headers(&[r#"<https://a/x?limit=2>; rel="self", <https://a/x?after=1&limit=2>; rel="next""#]);
        assert_eq!(next(&separate).as_deref(), Some("https://a/x?after=1&limit=2"));
        assert_eq!(next(&joined), next(&separate));
    }

    #[test]
    fn commas_and_semicolons_in_a_target_or_title_separate_nothing() {
        let line = headers(&[r#"<https://a/x?a=1,2;3>; title="a, \"b\"; c"; rel=Next"#]);
        assert_eq!(next(&line).as_deref(), Some("https://a/x?a=1,2;3"));
    }

    #[test]
    fn no_next_is_the_last_page() {
        assert_eq!(next(&headers(&[r#"<https://a/x>; rel="self""#])), None);
        assert_eq!(next(&headers(&[r#"<https://a/x>; rel="nextish""#, "garbage", ""])), None);
    }

    #[test]
    fn a_link_to_another_host_is_followed_on_ours() {
        let base = Url::parse("https://acme.okta.com/").unwrap();
        for (link, expected) in [
            (
                "https://acme.okta.com/api/v1/groups?after=a+b%22",
                "https://acme.okta.com/api/v1/groups?after=a+b%22",
            ),
            (
                "https://acme-admin.okta.com/api/v1/groups?after=1",
                "https://acme.okta.com/api/v1/groups?after=1",
            ),
            ("http://acme.okta.com/api/v1/groups?after=1", "https://acme.okta.com/api/v1/groups?after=1"),
            (
                "https://acme.okta.com:444/api/v1/groups?after=1",
                "https://acme.okta.com/api/v1/groups?after=1",
            ),
            (
                "https://x:y@acme.okta.com/api/v1/groups?after=1",
                "https://acme.okta.com/api/v1/groups?after=1",
            ),
            ("/api/v1/groups?after=1", "https://acme.okta.com/api/v1/groups?after=1"),
        ] {
            assert_eq!(on_our_host(&base, link).unwrap().as_str(), expected);
        }
    }
}
