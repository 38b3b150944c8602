//! Search expressions: for groups of certain names, and for people of a login or a mail address, or who have changed.

use jiff::Timestamp;
use url::Url;

/// Longest URL that is sent. Okta names no limit; servers and proxies commonly take 8 KiB for a request's first line.
const LONGEST_URL: usize = 4096;

/// Most names in one expression, so that its answer fits one page even when some names are borne twice.
const MOST_NAMES: usize = 150;

/// Groups on a page; Okta advises no more (okta.md §2.1). Of people it gives no more (§2.5).
pub(crate) const GROUP_PAGE: &str = "200";

/// `groups?limit=200&search=profile.name eq "a" or profile.name eq "b"`, encoded once.
pub(crate) fn url(groups: &Url, names: &[&str]) -> Url {
    let terms: Vec<String> = names.iter().map(|name| format!("profile.name eq {}", quoted(name))).collect();
    let mut url = groups.clone();
    url.query_pairs_mut().append_pair("limit", GROUP_PAGE).append_pair("search", &terms.join(" or "));
    url
}

/// `users?limit=200&search=profile.login eq "a" or profile.email eq "a"`, encoded once.
pub(crate) fn people(users: &Url, wanted: &str) -> Url {
    let wanted = quoted(wanted);
    let mut url = users.clone();
    url.query_pairs_mut()
        .append_pair("limit", GROUP_PAGE)
        .append_pair("search", &format!("profile.login eq {wanted} or profile.email eq {wanted}"));
    url
}

/// `users?limit=200&filter=lastUpdated gt "2026-03-01T17:45:12.000Z"`, encoded once. A filter reads the database; a search would read
/// an index that lags behind it (okta.md §2.5).
pub(crate) fn people_changed_since(users: &Url, since: Timestamp) -> Url {
    let mut url = users.clone();
    url.query_pairs_mut()
        .append_pair("limit", GROUP_PAGE)
        .append_pair("filter", &format!("lastUpdated gt \"{since:.3}\""));
    url
}

/// The names, in order, cut so that every part makes a URL of a bearable length.
pub(crate) fn batches<'a>(groups: &Url, names: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut batches: Vec<Vec<&str>> = Vec::new();
    for name in names {
        match batches.last_mut() {
            Some(batch) if batch.len() < MOST_NAMES => {
                batch.push(name);
                if url(groups, batch).as_str().len() > LONGEST_URL {
                    batch.pop();
                    batches.push(vec![name]);
                }
            }
            _ => batches.push(vec![name]),
        }
    }
    batches
}

/// A text of the expression: `"` and `\` are escaped by `\` (okta.md §2.0).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups() -> Url {
        Url::parse("https://acme.okta.com/api/v1/groups").unwrap()
    }

    #[test]
    fn quotes_and_backslashes_are_escaped_and_all_is_encoded_once() {
        let url = url(&groups(), &[r#"R&D "x"\"#, "ü+%"]);
        assert_eq!(
            url.as_str(),
            "https://acme.okta.com/api/v1/groups?limit=200&search=profile.name+eq+%22R%26D+%5C%22x%5C%22%5C%5C%22+or+\
             profile.name+eq+%22%C3%BC%2B%25%22"
        );
    }

    #[test]
    fn fifty_usual_names_make_one_request() {
        let names: Vec<String> = (0..50).map(|n| format!("aws-team-{n:03}-developers")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(batches(&groups(), &names), [names]);
    }

    #[test]
    fn long_names_are_spread_over_requests_and_none_is_lost() {
        let names: Vec<String> = (0..40).map(|n| format!("{n}{}", "ü".repeat(200))).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let batches = batches(&groups(), &names);
        assert!(batches.len() > 1);
        assert!(batches.iter().all(|batch| url(&groups(), batch).as_str().len() <= LONGEST_URL));
        assert_eq!(batches.concat(), names);
    }
}
