//! What a group document must be.

use serde_json::{Map, Value};

use super::attributes::GROUP_SCHEMA;
use super::refusal::Refusal;
use super::text::{TextRule, is_reserved};

/// How many memberships one request may change, by create or by PATCH.
pub(crate) const MEMBERS_PER_REQUEST: usize = 100;

/// What a group is besides its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupAttributes {
    pub(crate) display_name: String,
    pub(crate) external_id: Option<String>,
}

impl GroupAttributes {
    /// Checks both texts.
    pub(crate) fn new(display_name: &str, external_id: Option<&str>) -> Result<Self, Refusal> {
        let named = TextRule::Common.complaints(display_name).is_empty() && !is_reserved(display_name);
        let known = external_id.is_none_or(|id| TextRule::ExternalId.complaints(id).is_empty());
        if !named || !known {
            return Err(Refusal::Unparsable);
        }
        Ok(Self { display_name: display_name.to_owned(), external_id: external_id.map(str::to_owned) })
    }

    /// Checks the body of a create, which may name up to 100 members.
    pub(crate) fn from_request(body: &Value) -> Result<(Self, Vec<String>), Refusal> {
        let body = body.as_object().ok_or(Refusal::Unparsable)?;
        const KNOWN: [&str; 6] = ["schemas", "id", "meta", "displayName", "externalId", "members"];
        let known = body.keys().all(|name| KNOWN.contains(&name.as_str()));
        let schemas = body.get("schemas").is_none_or(|schemas| {
            schemas.as_array().is_some_and(|urns| urns.iter().all(|urn| urn == GROUP_SCHEMA))
        });
        if !known || !schemas {
            return Err(Refusal::Unparsable);
        }
        let display_name = text(body, "displayName")?.ok_or(Refusal::Unparsable)?;
        let attributes = Self::new(display_name, text(body, "externalId")?)?;
        let members = body.get("members").map_or(Ok(Vec::new()), member_ids)?;
        if members.len() > MEMBERS_PER_REQUEST {
            return Err(Refusal::Unparsable);
        }
        Ok((attributes, members))
    }
}

/// The user ids of a `members` value; groups in groups are not supported (reference §3.2).
pub(crate) fn member_ids(members: &Value) -> Result<Vec<String>, Refusal> {
    let members = members.as_array().ok_or(Refusal::Unparsable)?;
    members.iter().map(|member| member_id(member).ok_or(Refusal::Unparsable)).collect()
}

fn member_id(member: &Value) -> Option<String> {
    let member = member.as_object()?;
    let known = member.keys().all(|name| ["value", "type", "$ref"].contains(&name.as_str()));
    let is_user = member.get("type").is_none_or(|kind| kind == "User");
    let id = member.get("value")?.as_str()?;
    (known && is_user && !id.is_empty()).then(|| id.to_owned())
}

/// A text member that may be missing but not anything else.
fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Refusal> {
    body.get(name).map(|value| value.as_str().ok_or(Refusal::Unparsable)).transpose()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_group_may_name_a_hundred_members_and_no_more() {
        let body = |count: usize| {
            let members: Vec<Value> = (0..count).map(|n| json!({"value": format!("u{n}")})).collect();
            GroupAttributes::from_request(&json!({"displayName": "everyone", "members": members}))
        };
        assert_eq!(body(0).unwrap().1.len(), 0);
        assert_eq!(body(100).unwrap().1.len(), 100);
        assert_eq!(body(101), Err(Refusal::Unparsable));
    }

    #[test]
    fn group_names_may_hold_blanks_quotes_and_any_script() {
        for name in ["R&D \"x\"\\", "データ 読者", "a/b", "xx_dev"] {
            assert_eq!(GroupAttributes::new(name, None).unwrap().display_name, name);
        }
        for name in ["", "a\u{200b}b", "Administrator", "AWSAdministrators"] {
            assert_eq!(GroupAttributes::new(name, None), Err(Refusal::Unparsable), "{name:?}");
        }
    }

    #[test]
    fn what_a_group_cannot_have_is_refused() {
        for body in [
            json!({"externalId": "00g1"}),
            json!({"displayName": 1}),
            json!({"displayName": "a", "externalId": ""}),
            json!({"displayName": "a", "description": "b"}),
            json!({"displayName": "a", "members": [{"value": "g1", "type": "Group"}]}),
            json!({"displayName": "a", "members": [{"value": "u1", "display": "Ines"}]}),
            json!({"displayName": "a", "members": {"value": "u1"}}),
            json!([]),
        ] {
            assert_eq!(GroupAttributes::from_request(&body), Err(Refusal::Unparsable), "{body}");
        }
    }
}
