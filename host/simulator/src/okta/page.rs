//! Query parameters, pages, cursors and `link` headers.

use std::cmp::Ordering;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;

use super::Okta;
use super::answer::{OktaError, json_answer};

/// What Okta leaves as it is in the query of a link; blanks become `+`.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b' ');

/// The query of a request. Names that an endpoint does not know are ignored, as Okta ignores them.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn parse(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(k, v)| (decode(k), decode(v)))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a list parameter such as `expand=stats,app` names this.
    pub(super) fn lists(&self, name: &str, item: &str) -> bool {
        self.get(name).is_some_and(|value| value.split(',').any(|each| each.trim() == item))
    }
}

/// A list endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<'a> {
    pub(super) okta: &'a Okta,
    pub(super) path: &'a str,
    pub(super) parameters: &'a Parameters,
    /// The parameters it knows besides `after` and `limit`, in the order of its links.
    pub(super) knows: &'static [&'static str],
    pub(super) default_limit: usize,
    pub(super) max_limit: usize,
}

/// An object of a list with what it is ordered by: a key, then its id.
pub(super) struct Listed<T> {
    pub(super) key: String,
    pub(super) id: String,
    pub(super) object: T,
}

impl List<'_> {
    /// The limit that counts: too large a one is lowered without a word.
    pub(super) fn limit(&self) -> Result<usize, OktaError> {
        let Some(text) = self.parameters.get("limit") else { return Ok(self.default_limit) };
        let limit: usize =
            text.parse().map_err(|_| OktaError::invalid("limit", "limit: The field must be a number"))?;
        Ok(limit.min(self.max_limit))
    }

    /// One page, with a line of `link` for itself and one for the next page if there is one.
    pub(super) fn page<T, R: Serialize>(
        &self,
        mut objects: Vec<Listed<T>>,
        render: impl Fn(&T) -> R,
    ) -> Result<Response, OktaError> {
        let limit = self.limit()?;
        let is_descending =
            self.parameters.get("sortOrder").is_some_and(|order| order.eq_ignore_ascii_case("desc"));
        let is_descending = is_descending && self.parameters.get("sortBy").is_some();
        let order = |a: (&str, &str), b: (&str, &str)| {
            let by_key = if is_descending { b.0.cmp(a.0) } else { a.0.cmp(b.0) };
            by_key.then_with(|| a.1.cmp(b.1))
        };
        objects.sort_by(|a, b| order((&a.key, &a.id), (&b.key, &b.id)));
        let start = match self.parameters.get("after") {
            None => 0,
            Some(cursor) => {
                let (key, id) =
                    self.read_cursor(cursor).ok_or_else(|| OktaError::invalid("after", "invalid cursor"))?;
                objects.partition_point(|each| order((&each.key, &each.id), (&key, &id)) != Ordering::Greater)
            }
        };
        let size = if self.okta.settings.short_pages { limit.div_ceil(2) } else { limit };
        let end = objects.len().min(start + size);
        let shown = &objects[start..end];
        let rendered: Vec<R> = shown.iter().map(|each| render(&each.object)).collect();
        let body = serde_json::to_string(&rendered).map_err(|_| OktaError::internal())?;

        let mut response = json_answer(StatusCode::OK, body);
        let settings = &self.okta.settings;
        self.add_link(&mut response, &settings.base, "self", self.parameters.get("after"), limit);
        if settings.endless_next {
            let here = self.write_cursor("", "");
            self.add_link(&mut response, &settings.next_base, "next", Some(&here), limit);
        } else if let Some(last) = shown.last().filter(|_| end < objects.len()) {
            let cursor = self.write_cursor(&last.key, &last.id);
            self.add_link(&mut response, &settings.next_base, "next", Some(&cursor), limit);
        }
        Ok(response)
    }

    fn add_link(
        &self,
        response: &mut Response,
        base: &str,
        relation: &str,
        after: Option<&str>,
        limit: usize,
    ) {
        let limit = limit.to_string();
        let known = self.knows.iter().map(|name| (*name, self.parameters.get(name)));
        let pairs = [("after", after), ("limit", Some(limit.as_str()))].into_iter().chain(known);
        let query: Vec<String> =
            pairs.filter_map(|(name, value)| Some(format!("{name}={}", encoded(value?)))).collect();
        let link = format!("<{base}{}?{}>; rel=\"{relation}\"", self.path, query.join("&"));
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().append(header::LINK, link);
        }
    }

    /// A cursor belongs to the query that made it; all but the limit is in it.
    fn query_mark(&self) -> String {
        let known = self.knows.iter().map(|name| format!("{name}={:?}", self.parameters.get(name)));
        let query = known.fold(self.path.to_owned(), |query, each| query + "&" + &each);
        let mark =
            query.bytes().fold(7_u32, |mark, byte| mark.wrapping_mul(31).wrapping_add(u32::from(byte)));
        format!("{mark:08x}")
    }

    fn write_cursor(&self, key: &str, id: &str) -> String {
        let plain = format!("{}\n{key}\n{id}", self.query_mark());
        // Scrambled, so that nobody is tempted to make one up.
        plain.bytes().map(|byte| format!("{:02x}", byte ^ 0x5a)).collect()
    }

    fn read_cursor(&self, cursor: &str) -> Option<(String, String)> {
        if !cursor.is_ascii() || !cursor.len().is_multiple_of(2) {
            return None;
        }
        let bytes: Option<Vec<u8>> = (0..cursor.len() / 2)
            .map(|index| {
                u8::from_str_radix(&cursor[index * 2..index * 2 + 2], 16).ok().map(|byte| byte ^ 0x5a)
            })
            .collect();
        let plain = String::from_utf8(bytes?).ok()?;
        let (key, id) = plain.strip_prefix(&self.query_mark())?.strip_prefix('\n')?.rsplit_once('\n')?;
        Some((key.to_owned(), id.to_owned()))
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string().replace(' ', "+")
}
