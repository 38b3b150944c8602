//! User and Group objects with their links.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::organisation::{Group, User};

/// A user in a list: the only link is to itself.
#[derive(Serialize)]
pub(super) struct ListedUser<'a> {
    #[serde(flatten)]
    fields: Fields<'a>,
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
}

#[derive(Serialize)]
struct Href {
    href: String,
}

/// The fields of a user, all or all but one.
#[derive(Serialize)]
#[serde(untagged)]
enum Fields<'a> {
    All(&'a Map<String, Value>),
    Some(Map<String, Value>),
}

impl<'a> ListedUser<'a> {
    pub(super) fn new(user: &'a User, base: &str) -> Self {
        let href = Href { href: format!("{base}/api/v1/users/{}", user.id) };
        Self { fields: Fields::All(&user.fields), links: BTreeMap::from([("self", href)]) }
    }

    /// Without the credentials.
    pub(super) fn skinny(user: &'a User, base: &str) -> Self {
        let mut fields = user.fields.clone();
        fields.shift_remove("credentials");
        Self { fields: Fields::Some(fields), ..Self::new(user, base) }
    }
}

/// A user asked for alone, with links to all that can be done with it.
pub(super) fn single_user(user: &User, base: &str) -> Value {
    let at = format!("{base}/api/v1/users/{}", user.id);
    let action = |name: &str| json!({ "href": format!("{at}/lifecycle/{name}"), "method": "POST" });
    let mut links = Map::new();
    let actions: &[(&str, &str)] = match user.status() {
        "ACTIVE" => &[
            ("suspend", "suspend"),
            ("resetPassword", "reset_password"),
            ("expirePassword", "expire_password"),
            ("deactivate", "deactivate"),
        ],
        "SUSPENDED" => &[("unsuspend", "unsuspend"), ("deactivate", "deactivate")],
        "LOCKED_OUT" => &[("unlock", "unlock"), ("deactivate", "deactivate")],
        "STAGED" | "DEPROVISIONED" => &[("activate", "activate")],
        _ => &[("deactivate", "deactivate")],
    };
    for (relation, name) in actions {
        links.insert((*relation).to_owned(), action(name));
    }
    links.insert("self".to_owned(), json!({ "href": at }));
    links.insert("schema".to_owned(), json!({ "href": format!("{base}/api/v1/meta/schemas/user/default") }));
    if let Some(id) = user.fields.get("type").and_then(|kind| kind.get("id")).and_then(Value::as_str) {
        links.insert("type".to_owned(), json!({ "href": format!("{base}/api/v1/meta/types/user/{id}") }));
    }
    let mut fields = user.fields.clone();
    fields.insert("_links".to_owned(), Value::Object(links));
    Value::Object(fields)
}

/// A group, with its statistics when asked for.
pub(super) fn group(group: &Group, base: &str, has_stats: bool) -> Value {
    let at = format!("{base}/api/v1/groups/{}", group.id);
    let (users, apps) = (json!({ "href": format!("{at}/users") }), json!({ "href": format!("{at}/apps") }));
    let logo = |size: &str| json!({ "name": size, "href": format!("{base}/img/logos/groups/okta-{size}.png"), "type": "image/png" });
    let mut links = json!({ "logo": [logo("medium"), logo("large")], "users": users, "apps": apps });
    if let Some(id) = group.fields.get("source").and_then(|source| source.get("id")).and_then(Value::as_str) {
        links["source"] = json!({ "href": format!("{base}/api/v1/apps/{id}") });
    }
    let mut fields = group.fields.clone();
    fields.insert("_links".to_owned(), links);
    if has_stats {
        let stats = json!({
            "usersCount": group.members.len(),
            "appsCount": 0,
            "groupPushMappingsCount": 0,
            "hasAdminPrivilege": false,
            "_links": { "self": { "href": format!("{at}?expand=stats") }, "users": users, "apps": apps },
        });
        fields.insert("_embedded".to_owned(), json!({ "stats": stats }));
    }
    Value::Object(fields)
}
