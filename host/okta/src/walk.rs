//! All pages of a list, or an error: a part of a list is never given out.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use url::Url;

use crate::answer::request_id;
use crate::endpoint::Endpoint;
use crate::error::OktaError;
use crate::link;
use crate::transport::{Reply, Transport};

/// More pages than the largest organisations have.
const MOST_PAGES: usize = 100_000;

/// Okta was seen to send endless empty pages (okta.md §2.0); single ones are normal.
const MOST_EMPTY_PAGES: usize = 100;

/// Follows `next` from the first page to the last. The first page is asked for at most `attempts` times, if that is
/// given, when Okta fails: the caller has another idea then.
pub(crate) async fn walk<T: DeserializeOwned>(
    transport: &Transport,
    endpoint: Endpoint,
    first: &Url,
    attempts: Option<u32>,
) -> Result<Vec<T>, OktaError> {
    match walk_once(transport, endpoint, first, attempts).await {
        // A cursor that was good a moment ago is refused now and then (okta.md §8); a new walk has new cursors.
        Err(broken) if broken.refuses_its_cursor() => {
            let again = walk_once(transport, endpoint, first, attempts).await;
            again.map_err(|broken| match broken.error {
                OktaError::Refused { request, host, answer } if answer.status == 400 && broken.page > 1 => {
                    let problem =
                        format!("twice it refused the link to page {} that it had given", broken.page);
                    OktaError::BadAnswer { request, host, problem, request_id: answer.request_id }
                }
                error => error,
            })
        }
        result => result.map_err(|broken| broken.error),
    }
}

/// A walk that ended on the way.
struct Broken {
    error: OktaError,
    /// From 1.
    page: usize,
}

impl Broken {
    fn refuses_its_cursor(&self) -> bool {
        self.page > 1 && matches!(&self.error, OktaError::Refused { answer, .. } if answer.status == 400)
    }
}

async fn walk_once<T: DeserializeOwned>(
    transport: &Transport,
    endpoint: Endpoint,
    first: &Url,
    attempts: Option<u32>,
) -> Result<Vec<T>, Broken> {
    let (mut items, mut seen, mut empty) = (Vec::new(), BTreeSet::new(), 0);
    let mut url = first.clone();
    for page in 1..=MOST_PAGES {
        let broken = |error| Broken { error, page };
        let endless = |problem: String| {
            broken(OktaError::EndlessPages {
                request: endpoint.name(),
                host: transport.host.clone(),
                problem,
            })
        };
        seen.insert(url.as_str().to_owned());
        let reply = match attempts.filter(|_| page == 1) {
            Some(attempts) => transport.get_with(endpoint, &url, attempts).await,
            None => transport.get(endpoint, &url).await,
        }
        .map_err(broken)?;
        let some: Vec<T> = read(transport, endpoint, &reply).map_err(broken)?;
        empty = if some.is_empty() { empty + 1 } else { 0 };
        items.extend(some);
        let links = link::links(&reply.headers);
        if links.garbled || (links.next.is_none() && !links.names_itself && must_name_itself(first)) {
            let problem = "its Link header is missing or garbled, so it may not be the last page (a proxy?)";
            return Err(broken(bad_answer(transport, endpoint, &reply, problem.into())));
        }
        let Some(next) = links.next else { return Ok(items) };
        let Some(next) = link::on_our_host(first, &next) else {
            return Err(broken(bad_answer(
                transport,
                endpoint,
                &reply,
                "its link to the next page is no address".into(),
            )));
        };
        if seen.contains(next.as_str()) {
            return Err(endless(format!("page {page} names as its next page one that was read before")));
        }
        if empty >= MOST_EMPTY_PAGES {
            return Err(endless(format!("{empty} empty pages in a row")));
        }
        url = next;
    }
    let problem = format!("more than {MOST_PAGES} pages");
    let error = OktaError::EndlessPages { request: endpoint.name(), host: transport.host.clone(), problem };
    Err(Broken { error, page: MOST_PAGES })
}

/// Every list names itself on each page (okta.md §2.0). Of searches that is not recorded, and what a search does not find is
/// looked for in the whole list before it is believed missing.
fn must_name_itself(first: &Url) -> bool {
    first.query_pairs().all(|(name, _)| name != "search")
}

/// The content of an answer.
pub(crate) fn read<T: DeserializeOwned>(
    transport: &Transport,
    endpoint: Endpoint,
    reply: &Reply,
) -> Result<T, OktaError> {
    serde_json::from_slice(&reply.body).map_err(|error| {
        // Only the kind and the place: the text itself may quote a person's attributes.
        let problem = match error.classify() {
            serde_json::error::Category::Eof => "it ends too early".to_owned(),
            serde_json::error::Category::Data => "it is JSON of another shape than documented".to_owned(),
            _ => "it is no JSON".to_owned(),
        };
        let problem = format!("{problem} (line {}, column {})", error.line(), error.column());
        bad_answer(transport, endpoint, reply, problem)
    })
}

/// An answer that cannot be read, with its request id.
pub(crate) fn bad_answer(
    transport: &Transport,
    endpoint: Endpoint,
    reply: &Reply,
    problem: String,
) -> OktaError {
    let request_id = request_id(&reply.headers);
    OktaError::BadAnswer { request: endpoint.name(), host: transport.host.clone(), problem, request_id }
}
