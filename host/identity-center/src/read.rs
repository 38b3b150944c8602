//! Users and groups as stores write them, read tolerantly: unknown members are passed over, an empty text is an absent
//! one, and a truth may be a text (reference aws-identity-center.md §2.1, §2.5).

use serde_json::Value;
use usher_core::account::{Account, Address, PersonName, Work};
use usher_core::actual::{ActualGroup, ActualUser};
use usher_core::id::{ScimGroupId, ScimUserId};
use usher_core::quote::quoted;

/// The enterprise extension's URN, which is also the member that holds it.
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A user. Only the id is indispensable.
pub(crate) fn user(resource: &Value) -> Result<ActualUser, String> {
    let text = |name: &str| text(resource, name);
    let account = Account {
        user_name: text("userName").unwrap_or_default(),
        // RFC 7643 leaves a missing `active` open; AWS always sends it.
        active: resource.get("active").and_then(truth).unwrap_or(true),
        display_name: text("displayName").unwrap_or_default(),
        name: resource.get("name").map(name).unwrap_or_default(),
        email: primary(resource, "emails").and_then(|email| self::text(email, "value")),
        phone: primary(resource, "phoneNumbers").and_then(|phone| self::text(phone, "value")),
        nick_name: text("nickName"),
        title: text("title"),
        user_type: text("userType"),
        profile_url: text("profileUrl"),
        preferred_language: text("preferredLanguage"),
        locale: text("locale"),
        timezone: text("timezone"),
        address: primary(resource, "addresses").map(address).filter(|address| *address != Address::default()),
        work: resource.get(ENTERPRISE).map(work).filter(|work| *work != Work::default()),
    };
    Ok(ActualUser { id: ScimUserId::new(id(resource)?), external_id: text("externalId"), account })
}

/// A group, without its members.
pub(crate) fn group(resource: &Value) -> Result<ActualGroup, String> {
    Ok(ActualGroup {
        id: ScimGroupId::new(id(resource)?),
        external_id: text(resource, "externalId"),
        display_name: text(resource, "displayName").unwrap_or_default(),
    })
}

/// The members that a group shows; `None` when it shows no such attribute.
pub(crate) fn shown_members(resource: &Value) -> Option<Vec<ScimUserId>> {
    let members = resource.get("members")?.as_array()?;
    Some(members.iter().filter_map(|member| text(member, "value")).map(ScimUserId::new).collect())
}

/// The id of a resource; dots would make another path of the one it stands in.
pub(crate) fn id(resource: &Value) -> Result<String, String> {
    match text(resource, "id") {
        Some(id) if !matches!(id.as_str(), "." | "..") => Ok(id),
        Some(id) => Err(format!("{} is no id", quoted(&id))),
        None => Err("an object has no id".to_owned()),
    }
}

fn name(value: &Value) -> PersonName {
    PersonName {
        given: text(value, "givenName").unwrap_or_default(),
        family: text(value, "familyName").unwrap_or_default(),
        formatted: text(value, "formatted"),
        middle: text(value, "middleName"),
        prefix: text(value, "honorificPrefix"),
        suffix: text(value, "honorificSuffix"),
    }
}

fn address(value: &Value) -> Address {
    Address {
        formatted: text(value, "formatted"),
        street: text(value, "streetAddress"),
        locality: text(value, "locality"),
        region: text(value, "region"),
        postal_code: text(value, "postalCode"),
        country: text(value, "country"),
    }
}

fn work(value: &Value) -> Work {
    let manager = value.get("manager");
    Work {
        employee_number: text(value, "employeeNumber"),
        cost_center: text(value, "costCenter"),
        organization: text(value, "organization"),
        division: text(value, "division"),
        department: text(value, "department"),
        // An object by the RFC; some stores write its value alone.
        manager: manager.and_then(|manager| text(manager, "value")).or_else(|| text(value, "manager")),
    }
}

/// The entry marked as primary, else the first that has anything to say.
fn primary<'a>(resource: &'a Value, list: &str) -> Option<&'a Value> {
    let entries = resource.get(list)?.as_array()?;
    entries
        .iter()
        .find(|entry| entry.get("primary").and_then(truth).unwrap_or(false))
        .or_else(|| entries.iter().find(|entry| entry.as_object().is_some_and(|entry| !entry.is_empty())))
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_whole_user_is_read() {
        let user = user(&json!({
            "id": "a4c8", "externalId": "00u1", "meta": {"resourceType": "User"}, "unheard": {"of": 1},
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "userName": "ines@corp.example",
            "name": {"formatted": "Dr Ines M. Ferreira", "familyName": "Ferreira", "givenName": "Ines", "middleName": "M.",
                     "honorificPrefix": "Dr", "honorificSuffix": "PhD"},
            "displayName": "Ines Ferreira", "nickName": "In", "title": "Lead", "userType": "Employee",
            "preferredLanguage": "pt-PT", "locale": "pt_PT", "timezone": "Europe/Lisbon", "active": "false",
            "emails": [{"value": "old@corp.example"}, {"value": "ines@corp.example", "primary": "true"}],
            "addresses": [{"streetAddress": "Rua 1", "locality": "Porto", "country": "PT", "primary": true}],
            "phoneNumbers": [{"value": "+351 1"}],
            ENTERPRISE: {"department": "Data", "manager": {"value": "00u2"}}
        }))
        .unwrap();
        assert_eq!(user.id.as_str(), "a4c8");
        assert_eq!(user.external_id.as_deref(), Some("00u1"));
        let expected = Account {
            user_name: "ines@corp.example".into(),
            active: false,
            display_name: "Ines Ferreira".into(),
            name: PersonName {
                given: "Ines".into(),
                family: "Ferreira".into(),
                formatted: Some("Dr Ines M. Ferreira".into()),
                middle: Some("M.".into()),
                prefix: Some("Dr".into()),
                suffix: Some("PhD".into()),
            },
            email: Some("ines@corp.example".into()),
            phone: Some("+351 1".into()),
            nick_name: Some("In".into()),
            title: Some("Lead".into()),
            user_type: Some("Employee".into()),
            profile_url: None,
            preferred_language: Some("pt-PT".into()),
            locale: Some("pt_PT".into()),
            timezone: Some("Europe/Lisbon".into()),
            address: Some(Address {
                street: Some("Rua 1".into()),
                locality: Some("Porto".into()),
                country: Some("PT".into()),
                ..Address::default()
            }),
            work: Some(Work {
                department: Some("Data".into()),
                manager: Some("00u2".into()),
                ..Work::default()
            }),
        };
        assert_eq!(user.account, expected);
    }

    #[test]
    fn a_user_made_by_hand_needs_no_more_than_an_id() {
        let user =
            user(&json!({"id": "x", "userName": "AWSControlTower", "emails": [{}], "name": null})).unwrap();
        assert_eq!(user.external_id, None);
        assert_eq!(user.account.email, None);
        assert_eq!(user.account.user_name, "AWSControlTower");
    }

    #[test]
    fn an_object_without_an_id_is_no_object() {
        assert!(user(&json!({"userName": "x"})).is_err());
        assert!(group(&json!({"id": "", "displayName": "x"})).is_err());
        assert!(group(&json!({"id": "..", "displayName": "x"})).is_err());
    }
}
