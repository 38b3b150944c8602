//! Lists, page by page (reference aws-identity-center.md §2.3).
//!
//! A page with `nextCursor` has a follower; one without it, in the shape that belongs to cursors, is the last. A page in the older shape
//! comes from a store that passed `cursor` over: its `totalResults` may be the size of the page alone, so it proves nothing.

use std::collections::HashSet;

use serde_json::Value;
use usher_core::actual::Completeness;

use crate::client::{IdentityCenter, bad_answer};
use crate::error::ScimError;
use crate::operation::Operation;
use crate::query::{self, From};
use crate::read;
use crate::transport::Call;

/// The smallest size at which AWS was ever seen to cut a list without saying so (reference §2, §6).
const SMALLEST_CUT: usize = 50;

/// A list of a million pages is no list.
const MOST_PAGES: usize = 1_000_000;

/// One page.
struct Page {
    resources: Vec<Value>,
    next: Option<String>,
    /// Whether it has the members of the older shape.
    indexed: bool,
    total: Option<usize>,
}

impl Page {
    fn parse(mut json: Value) -> Result<Self, String> {
        let number = |name: &str| {
            json.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok())
        };
        let total = number("totalResults");
        let indexed = total.is_some() || json.get("startIndex").is_some();
        let nothing = total == Some(0) || number("itemsPerPage") == Some(0);
        let next =
            json.get("nextCursor").and_then(Value::as_str).filter(|next| !next.is_empty()).map(str::to_owned);
        let resources = match json.get_mut("Resources").map(Value::take) {
            Some(Value::Array(resources)) => resources,
            None | Some(Value::Null) if nothing => Vec::new(),
            _ => return Err("it is no list: it has no `Resources`".to_owned()),
        };
        Ok(Self { resources, next, indexed, total })
    }
}

impl IdentityCenter {
    /// All objects that the filter finds.
    pub(crate) async fn walk(
        &self,
        operation: Operation,
        filter: Option<&str>,
        aim: &str,
    ) -> Result<(Vec<Value>, Completeness), ScimError> {
        let first = if self.store.cursor_refused() { From::Index(1) } else { From::Start };
        let mut page = match self.page(operation, first, filter, aim).await {
            // Stores without cursors say 400 or 501 when they do not pass them over. With a filter it is the filter that is refused.
            Err(ScimError::Refused { answered, .. })
                if matches!(answered.status, 400 | 501) && filter.is_none() =>
            {
                let page = self.page(operation, From::Index(1), filter, aim).await?;
                self.store.refuses_cursor();
                page
            }
            answer => answer?,
        };
        let mut seen = HashSet::new();
        let Some(mut cursor) = page.next.take() else {
            return self.rest_by_index(operation, filter, aim, page).await;
        };
        let mut resources = page.resources;
        loop {
            if !seen.insert(cursor.clone()) || seen.len() > MOST_PAGES {
                let call = Call::new(operation, aim);
                return Err(bad_answer(
                    &call,
                    "its pages lead round in a circle: a cursor came a second time",
                ));
            }
            let page = self.page(operation, From::Cursor(&cursor), filter, aim).await?;
            resources.extend(page.resources);
            match page.next {
                Some(next) => cursor = next,
                None => return Ok((resources, Completeness::Complete)),
            }
        }
    }

    /// What follows a first page that has no cursor.
    async fn rest_by_index(
        &self,
        operation: Operation,
        filter: Option<&str>,
        aim: &str,
        first: Page,
    ) -> Result<(Vec<Value>, Completeness), ScimError> {
        let size = first.resources.len();
        let more_announced = first.total.is_some_and(|total| total > size);
        if !first.indexed || (!more_announced && size < SMALLEST_CUT) {
            return Ok((first.resources, Completeness::Complete));
        }
        let mut seen = ids(&first.resources);
        let mut resources = first.resources;
        let mut second = None;
        let works = self
            .store
            .start_index
            .get_or_try_init(|| async {
                let page = match self.page(operation, From::Index(size + 1), filter, aim).await {
                    Err(ScimError::Refused { .. }) => return Ok(false),
                    answer => answer?,
                };
                let works = if page.resources.is_empty() {
                    !more_announced
                } else {
                    ids(&page.resources).is_disjoint(&seen)
                };
                second = Some(page);
                Ok::<_, ScimError>(works)
            })
            .await?;
        if !works {
            self.notice(format!(
                "this SCIM store shows no more than {size} of its users or groups in a list (it knows neither `cursor` nor \
                 `startIndex`); each wanted one is looked up by itself, and what nobody wants is not seen"
            ));
            return Ok((resources, Completeness::Partial));
        }
        loop {
            if more_announced && first.total.is_some_and(|total| resources.len() >= total) {
                return Ok((resources, Completeness::Complete));
            }
            let page = match second.take() {
                Some(page) => page,
                None => self.page(operation, From::Index(resources.len() + 1), filter, aim).await?,
            };
            if page.resources.is_empty() {
                let completeness =
                    if more_announced { Completeness::Partial } else { Completeness::Complete };
                return Ok((resources, completeness));
            }
            let fresh = ids(&page.resources);
            if !fresh.is_disjoint(&seen) {
                let call = Call::new(operation, aim);
                return Err(bad_answer(
                    &call,
                    "its pages lead round in a circle: an object came a second time",
                ));
            }
            seen.extend(fresh);
            resources.extend(page.resources);
        }
    }

    async fn page(
        &self,
        operation: Operation,
        from: From<'_>,
        filter: Option<&str>,
        aim: &str,
    ) -> Result<Page, ScimError> {
        let call = Call::new(operation, aim).query(query::page(from, filter));
        let json = self.read(&call).await?;
        Page::parse(json).map_err(|reason| bad_answer(&call, reason))
    }

    /// The beginning of a list, as little of it as there can be: for who only wants to know that there is one.
    pub(crate) async fn glance(&self, operation: Operation, aim: &str) -> Result<(), ScimError> {
        let call = Call::new(operation, aim).query(query::glance());
        let json = self.read(&call).await?;
        Page::parse(json).map(drop).map_err(|reason| bad_answer(&call, reason))
    }

    /// The objects that a filter finds, one page: for what is unique.
    pub(crate) async fn look_up(
        &self,
        operation: Operation,
        filter: &str,
        aim: &str,
    ) -> Result<Vec<Value>, ScimError> {
        let call = Call::new(operation, aim).query(query::look_up(filter));
        let json = self.read(&call).await?;
        Page::parse(json).map(|page| page.resources).map_err(|reason| bad_answer(&call, reason))
    }
}

fn ids(resources: &[Value]) -> HashSet<String> {
    resources.iter().filter_map(|resource| read::id(resource).ok()).collect()
}
