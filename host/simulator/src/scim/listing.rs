//! Lists: two shapes, cut into pages (reference §2.3).

use std::hash::{DefaultHasher, Hash, Hasher};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::ScimSettings;
use super::refusal::Refusal;

/// The schema of every list.
pub(crate) const LIST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What a list request asks for besides its resource. All other parameters, `startIndex` and `attributes` among them,
/// are ignored, as `startIndex` was seen to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListQuery {
    pub(crate) filter: Option<String>,
    count: Option<String>,
    /// Present even when empty: that alone chooses the shape of the answer.
    cursor: Option<String>,
}

impl ListQuery {
    /// Reads a query string; `+` means a blank, so a cursor must be percent-encoded.
    pub(crate) fn parse(query: &str) -> Result<Self, Refusal> {
        let mut read = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let slot = match decode(name)?.as_str() {
                "filter" => &mut read.filter,
                "count" => &mut read.count,
                "cursor" => &mut read.cursor,
                _ => continue,
            };
            *slot = Some(decode(value)?);
        }
        Ok(read)
    }
}

fn decode(text: &str) -> Result<String, Refusal> {
    let blanks = text.replace('+', " ");
    Ok(percent_decode_str(&blanks).decode_utf8().map_err(|_| Refusal::Unparsable)?.into_owned())
}

/// Where a page starts, how long it is, and in which shape it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The number of the last resource of the page before; 0 on the first page.
    pub(crate) after: u64,
    size: usize,
    /// What binds a cursor to its resource and filter; `None` for the shape without cursors.
    binding: Option<u64>,
    short: bool,
}

impl Page {
    /// Checks `count` and `cursor`. `filter` is what the cursor stays bound to.
    pub(crate) fn new(
        query: &ListQuery,
        filter: &impl Hash,
        settings: &ScimSettings,
    ) -> Result<Self, Refusal> {
        let longest = if settings.old { 50 } else { 100 };
        let size = match query.count.as_deref() {
            None => longest,
            // Above the maximum: unknown what AWS does (reference §9, 11). A shorter page is what it documents anyway.
            Some(count) => match count.parse::<usize>() {
                Ok(0) | Err(_) => return Err(Refusal::Unparsable),
                Ok(count) => count.min(longest),
            },
        };
        let whole = Self { after: 0, size, binding: None, short: false };
        // The old store ignored the parameter that it did not know.
        let Some(cursor) = query.cursor.as_deref().filter(|_| !settings.old) else { return Ok(whole) };
        let mut hasher = DefaultHasher::new();
        filter.hash(&mut hasher);
        let binding = hasher.finish();
        let after = if cursor.is_empty() { 0 } else { read_cursor(cursor, binding)? };
        let size = if settings.short_pages { size.div_ceil(2) } else { size };
        Ok(Self { after, size, binding: Some(binding), short: settings.short_pages })
    }

    /// The answer: `numbers` are the matches behind [`Self::after`], in order.
    pub(crate) fn answer<N: Copy>(
        &self,
        mut numbers: impl Iterator<Item = N>,
        position: impl Fn(N) -> u64,
        render: impl Fn(N) -> Value,
    ) -> Value {
        let shown: Vec<N> = numbers.by_ref().take(self.size).collect();
        let more = numbers.next().is_some();
        let resources: Vec<Value> = shown.iter().map(|number| render(*number)).collect();
        let Some(binding) = self.binding else { return whole_list(resources) };
        let mut list = Map::new();
        list.insert("itemsPerPage".to_owned(), json!(resources.len()));
        // With short pages the end is told by an empty page, which catches clients that stop at a page that is not full.
        if let Some(last) = shown.last().filter(|_| more || self.short) {
            list.insert("nextCursor".to_owned(), json!(write_cursor(binding, position(*last))));
        }
        list.insert("schemas".to_owned(), json!([LIST_SCHEMA]));
        list.insert("Resources".to_owned(), Value::Array(resources));
        Value::Object(list)
    }
}

/// The shape without cursors, whose `totalResults` is the size of this page.
pub(crate) fn whole_list(resources: Vec<Value>) -> Value {
    json!({
        "totalResults": resources.len(),
        "itemsPerPage": resources.len(),
        "startIndex": 1,
        "schemas": [LIST_SCHEMA],
        "Resources": resources,
    })
}

/// Holds the three characters of AWS's alphabet that a query string mangles when it is not encoded.
fn write_cursor(binding: u64, after: u64) -> String {
    format!("{binding:016x}+/{after:x}==")
}

/// Where a cursor of ours points; one for another list or filter is refused.
fn read_cursor(cursor: &str, binding: u64) -> Result<u64, Refusal> {
    let (bound_to, after) =
        cursor.strip_suffix("==").and_then(|cursor| cursor.split_once("+/")).ok_or(Refusal::Unparsable)?;
    if bound_to != format!("{binding:016x}") {
        return Err(Refusal::Unparsable);
    }
    u64::from_str_radix(after, 16).map_err(|_| Refusal::Unparsable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks a list of the numbers 1 to `total`; the pages' sizes.
    fn walk(total: u64, query: &str, settings: &ScimSettings) -> Vec<usize> {
        let mut sizes = Vec::new();
        let mut query = ListQuery::parse(query).unwrap();
        loop {
            let page = Page::new(&query, &"filter", settings).unwrap();
            let answer = page.answer(page.after + 1..=total, |number| number, |number| json!(number));
            sizes.push(answer["Resources"].as_array().unwrap().len());
            match answer["nextCursor"].as_str() {
                None => return sizes,
                Some(cursor) => query.cursor = Some(cursor.to_owned()),
            }
        }
    }

    #[test]
    fn a_cursor_walk_shows_everything_in_pages_of_a_hundred() {
        let settings = ScimSettings::default();
        assert_eq!(walk(250, "cursor", &settings), [100, 100, 50]);
        assert_eq!(walk(200, "cursor=", &settings), [100, 100]);
        assert_eq!(walk(7, "cursor&count=3", &settings), [3, 3, 1]);
        assert_eq!(walk(0, "cursor", &settings), [0]);
        assert_eq!(walk(250, "cursor&count=1000", &settings), [100, 100, 50]);
    }

    #[test]
    fn without_a_cursor_there_is_one_page() {
        assert_eq!(walk(250, "", &ScimSettings::default()), [100]);
        assert_eq!(walk(250, "startIndex=101&attributes=id", &ScimSettings::default()), [100]);
    }

    #[test]
    fn the_old_store_ignores_the_cursor_and_stops_at_fifty() {
        let settings = ScimSettings { old: true, ..Default::default() };
        assert_eq!(walk(250, "cursor", &settings), [50]);
        assert_eq!(walk(250, "count=100", &settings), [50]);
    }

    #[test]
    fn short_pages_end_with_an_empty_one() {
        let settings = ScimSettings { short_pages: true, ..Default::default() };
        assert_eq!(walk(120, "cursor", &settings), [50, 50, 20, 0]);
        assert_eq!(walk(100, "", &settings), [100]);
    }

    #[test]
    fn a_cursor_belongs_to_its_filter() {
        let settings = ScimSettings::default();
        let first = Page::new(&ListQuery::parse("cursor&count=1").unwrap(), &"one", &settings).unwrap();
        let answer = first.answer(1..3_u64, |number| number, |number| json!(number));
        let next =
            ListQuery { cursor: answer["nextCursor"].as_str().map(str::to_owned), ..Default::default() };
        assert_eq!(Page::new(&next, &"one", &settings).unwrap().after, 1);
        assert_eq!(Page::new(&next, &"two", &settings), Err(Refusal::Unparsable));
        assert_eq!(
            Page::new(&ListQuery::parse("cursor=nonsense").unwrap(), &"one", &settings),
            Err(Refusal::Unparsable)
        );
    }

    #[test]
    fn a_cursor_that_was_not_percent_encoded_is_refused() {
        let cursor = write_cursor(7, 7);
        let raw = ListQuery::parse(&format!("cursor={cursor}")).unwrap();
        assert_ne!(raw.cursor.as_deref(), Some(cursor.as_str()));
        assert_eq!(read_cursor(&raw.cursor.unwrap(), 7), Err(Refusal::Unparsable));
    }

    #[test]
    fn both_shapes_have_their_members_in_the_order_of_the_samples() {
        let shape = |query: &str| {
            let page = Page::new(&ListQuery::parse(query).unwrap(), &"f", &ScimSettings::default()).unwrap();
            page.answer(1..3_u64, |number| number, |_| json!({})).to_string()
        };
        assert_eq!(
            shape(""),
            r#"{"totalResults":2,"itemsPerPage":2,"startIndex":1,"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[{},{}]}"#
        );
        assert_eq!(
            shape("cursor"),
            r#"{"itemsPerPage":2,"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[{},{}]}"#
        );
    }

    #[test]
    fn a_count_below_one_is_refused() {
        for count in ["0", "-1", "ten", ""] {
            let query = ListQuery::parse(&format!("count={count}")).unwrap();
            assert_eq!(
                Page::new(&query, &"f", &ScimSettings::default()),
                Err(Refusal::Unparsable),
                "{count:?}"
            );
        }
    }
}
