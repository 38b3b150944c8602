//! `/api/v1/groups`.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Okta;
use super::answer::{OktaError, json_answer};
use super::expression::{Expression, Grammar, Operator};
use super::object::{self, ListedUser};
use super::page::{List, Listed, Parameters};
use crate::organisation::Group;

/// The most that `q` finds.
const Q_CAP: usize = 300;
/// The page size without a `limit`, and the largest there is.
const GROUPS_LIMIT: usize = 10_000;
/// The same for members.
const MEMBERS_LIMIT: usize = 1000;

const SEARCH: Grammar = Grammar {
    takes: |property, operator| match property {
        "id" | "type" | "source.id" => matches!(operator, Operator::Equal | Operator::StartsWith),
        "created" | "lastUpdated" | "lastMembershipUpdated" => {
            !matches!(operator, Operator::StartsWith | Operator::Contains | Operator::Present)
        }
        "profile.name" | "profile.description" => operator != Operator::Present,
        _ => property.starts_with("profile.") && !matches!(operator, Operator::Contains | Operator::Present),
    },
    is_case_sensitive: false,
};

const FILTER: Grammar = Grammar {
    takes: |property, operator| match property {
        "id" | "type" => operator == Operator::Equal,
        "lastUpdated" | "lastMembershipUpdated" => {
            !matches!(operator, Operator::StartsWith | Operator::Contains | Operator::Present)
        }
        _ => false,
    },
    is_case_sensitive: true,
};

pub(super) async fn list(State(okta): State<Okta>, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let parameters = Parameters::parse(query.as_deref());
    let base = &okta.settings.base;
    let has_stats = parameters.lists("expand", "stats");
    let search = parameters.get("search").map(|text| Expression::parse(text, SEARCH)).transpose()?;
    let filter = parameters.get("filter").map(|text| Expression::parse(text, FILTER)).transpose()?;
    let organisation = if search.is_some() { okta.source.indexed() } else { okta.source.now() };
    let is_wanted = |group: &&Group| {
        [&search, &filter].into_iter().flatten().all(|expression| expression.matches(&group.fields))
    };
    let wanted = organisation.groups().filter(is_wanted);

    let list = List {
        okta: &okta,
        path: "/api/v1/groups",
        parameters: &parameters,
        knows: &["expand", "filter", "q", "search", "sortBy", "sortOrder"],
        default_limit: GROUPS_LIMIT,
        max_limit: GROUPS_LIMIT,
    };
    if let Some(q) = parameters.get("q") {
        // A prefix of the name, exact names first, no paging and no `link` at all.
        let limit = list.limit()?.min(Q_CAP);
        let q = q.to_lowercase();
        let mut found: Vec<&Group> =
            wanted.filter(|group| group.name().to_lowercase().starts_with(&q)).collect();
        found.sort_by_key(|group| group.name().to_lowercase() != q);
        found.truncate(limit);
        let found: Vec<Value> =
            found.into_iter().map(|group| object::group(group, base, has_stats)).collect();
        return Ok(json_answer(StatusCode::OK, json!(found).to_string()));
    }
    let sort_by = parameters.get("sortBy").filter(|_| search.is_some());
    let listed = wanted.map(|group| Listed {
        key: sort_by.map(|property| sort_key(&group.fields, property)).unwrap_or_default(),
        id: group.id.clone(),
        object: group,
    });
    list.page(listed.collect(), |group| object::group(group, base, has_stats))
}

pub(super) async fn one(
    State(okta): State<Okta>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, OktaError> {
    let parameters = Parameters::parse(query.as_deref());
    let organisation = okta.source.now();
    let group = organisation.group(&id).ok_or_else(|| OktaError::not_found(&id, "UserGroup"))?;
    let body = object::group(group, &okta.settings.base, parameters.lists("expand", "stats"));
    Ok(json_answer(StatusCode::OK, body.to_string()))
}

pub(super) async fn members(
    State(okta): State<Okta>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, OktaError> {
    list_members(&okta, &id, query.as_deref(), false)
}

pub(super) async fn skinny_members(
    State(okta): State<Okta>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, OktaError> {
    list_members(&okta, &id, query.as_deref(), true)
}

/// Members of every status, whole User objects; `filter` and `q` are not known here and have no effect.
fn list_members(okta: &Okta, id: &str, query: Option<&str>, is_skinny: bool) -> Result<Response, OktaError> {
    let parameters = Parameters::parse(query);
    let base = &okta.settings.base;
    let organisation = okta.source.now();
    let group = organisation.group(id).ok_or_else(|| OktaError::not_found(id, "UserGroup"))?;
    let kind = if is_skinny { "skinny_users" } else { "users" };
    let list = List {
        okta,
        path: &format!("/api/v1/groups/{id}/{kind}"),
        parameters: &parameters,
        knows: &[],
        default_limit: MEMBERS_LIMIT,
        max_limit: MEMBERS_LIMIT,
    };
    let limit = list.limit()?;
    if okta.settings.members_time_out_above.is_some_and(|most| limit > most) {
        return Err(OktaError::internal());
    }
    let members = group.members.iter().filter_map(|member| organisation.user(member));
    let listed = members.map(|user| Listed { key: String::new(), id: user.id.clone(), object: user });
    list.page(listed.collect(), |user| match is_skinny {
        true => ListedUser::skinny(user, base),
        false => ListedUser::new(user, base),
    })
}

/// What an object is sorted by, in a form that sorts as a text.
pub(super) fn sort_key(fields: &Map<String, Value>, property: &str) -> String {
    let mut names = property.split('.');
    let first = names.next().and_then(|name| fields.get(name));
    match names.try_fold(first, |value, name| Some(value?.get(name))).flatten() {
        Some(Value::String(text)) => text.to_lowercase().replace('\n', " "),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
