//! `/api/v1/users`.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::Okta;
use super::answer::{OktaError, json_answer};
use super::expression::{Expression, Grammar, Operator};
use super::groups::sort_key;
use super::object::{self, ListedUser};
use super::page::{List, Listed, Parameters};
use crate::organisation::{Organisation, User};

/// The page size without a `limit`, and the largest there is: more is lowered without a word.
const USERS_LIMIT: usize = 200;
/// How many `q` finds without a `limit`.
const Q_LIMIT: usize = 10;

const SEARCH: Grammar = Grammar {
    takes: |property, operator| match property {
        "id" | "status" | "type.id" => operator != Operator::Contains,
        "created" | "activated" | "statusChanged" | "lastUpdated" => {
            !matches!(operator, Operator::Contains | Operator::StartsWith)
        }
        "profile.firstName" | "profile.lastName" | "profile.email" | "profile.login" => true,
        _ => property.starts_with("profile.") && operator != Operator::Contains,
    },
    is_case_sensitive: false,
};

const FILTER: Grammar = Grammar {
    takes: |property, operator| match property {
        "status" | "id" | "profile.login" | "profile.email" | "profile.firstName" | "profile.lastName" => {
            operator == Operator::Equal
        }
        "lastUpdated" => !matches!(operator, Operator::Contains | Operator::StartsWith | Operator::Present),
        _ => false,
    },
    is_case_sensitive: true,
};

pub(super) async fn list(State(okta): State<Okta>, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let parameters = Parameters::parse(query.as_deref());
    let base = &okta.settings.base;
    let search = parameters.get("search").map(|text| Expression::parse(text, SEARCH)).transpose()?;
    let filter = parameters.get("filter").map(|text| Expression::parse(text, FILTER)).transpose()?;
    let organisation = if search.is_some() { okta.source.indexed() } else { okta.source.now() };
    let shows_deprovisioned = search.is_some() || filter.is_some();
    let is_wanted = |user: &&User| {
        (shows_deprovisioned || user.status() != "DEPROVISIONED")
            && [&search, &filter].into_iter().flatten().all(|expression| expression.matches(&user.fields))
    };
    let wanted = organisation.users().filter(is_wanted);
    let list = List {
        okta: &okta,
        path: "/api/v1/users",
        parameters: &parameters,
        knows: &["filter", "q", "search", "sortBy", "sortOrder"],
        default_limit: if parameters.get("q").is_some() { Q_LIMIT } else { USERS_LIMIT },
        max_limit: USERS_LIMIT,
    };
    if let Some(q) = parameters.get("q") {
        let q = q.to_lowercase();
        let has_prefix = |user: &&User| {
            ["firstName", "lastName", "email"]
                .iter()
                .any(|name| user.attribute(name).is_some_and(|value| value.to_lowercase().starts_with(&q)))
        };
        let found: Vec<ListedUser<'_>> = wanted
            .filter(|user| user.status() != "DEPROVISIONED")
            .filter(has_prefix)
            .take(list.limit()?)
            .map(|user| ListedUser::new(user, base))
            .collect();
        return Ok(json_answer(StatusCode::OK, json!(found).to_string()));
    }
    let sort_by = parameters.get("sortBy").filter(|_| search.is_some());
    let listed = wanted.map(|user| Listed {
        key: sort_by.map(|property| sort_key(&user.fields, property)).unwrap_or_default(),
        id: user.id.clone(),
        object: user,
    });
    list.page(listed.collect(), |user| ListedUser::new(user, base))
}

pub(super) async fn one(State(okta): State<Okta>, Path(named): Path<String>) -> Result<Response, OktaError> {
    let organisation = okta.source.now();
    let user = find(&organisation, &named)?;
    let mut response =
        json_answer(StatusCode::OK, object::single_user(user, &okta.settings.base).to_string());
    let mark = format!("W/\"{}-{}\"", user.id, user.fields["lastUpdated"].as_str().unwrap_or_default());
    if let Ok(mark) = HeaderValue::from_str(&mark) {
        response.headers_mut().insert(header::ETAG, mark);
    }
    Ok(response)
}

pub(super) async fn groups(
    State(okta): State<Okta>,
    Path(named): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, OktaError> {
    let organisation = okta.source.now();
    let user = find(&organisation, &named)?;
    let base = &okta.settings.base;
    let list = List {
        okta: &okta,
        path: &format!("/api/v1/users/{}/groups", user.id),
        parameters: &Parameters::parse(query.as_deref()),
        knows: &[],
        default_limit: 200,
        max_limit: 200,
    };
    let groups = organisation.groups_of(&user.id);
    let listed = groups.map(|group| Listed { key: String::new(), id: group.id.clone(), object: group });
    list.page(listed.collect(), |group| object::group(group, base, false))
}

/// By id, login, or the part of a login before the `@` when only one person has it.
fn find<'a>(organisation: &'a Organisation, named: &str) -> Result<&'a User, OktaError> {
    let short = || {
        let wanted = format!("{}@", named.to_lowercase());
        let mut found = organisation.users().filter(|user| user.login().to_lowercase().starts_with(&wanted));
        found.next().filter(|_| found.next().is_none())
    };
    let user = organisation.user(named).or_else(|| organisation.user_by_login(named)).or_else(short);
    user.ok_or_else(|| OktaError::not_found(named, "User"))
}
