//! The bodies that are sent, in the forms that AWS is known to take (reference aws-identity-center.md §2.1, §2.2, §2.5, §2.6).

use serde_json::{Map, Value, json};
use usher_core::account::{Account, Address, Field, Work};
use usher_core::id::{GroupKey, OktaUserId, ScimUserId};
use usher_core::plan::AttributeChange;

use crate::read::ENTERPRISE;

const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// `POST /Users`. What is absent is left out: AWS refuses an empty text.
pub(crate) fn create_user(okta_id: &OktaUserId, account: &Account) -> Value {
    let mut user = Map::new();
    let work = account.work.as_ref().and_then(enterprise);
    let schemas = if work.is_some() { json!([CORE_USER, ENTERPRISE]) } else { json!([CORE_USER]) };
    user.insert("schemas".into(), schemas);
    user.insert("externalId".into(), okta_id.as_str().into());
    put(&mut user, "userName", account.get(Field::UserName));
    let mut name = Map::new();
    put(&mut name, "formatted", account.get(Field::FormattedName));
    put(&mut name, "familyName", account.get(Field::FamilyName));
    put(&mut name, "givenName", account.get(Field::GivenName));
    put(&mut name, "middleName", account.get(Field::MiddleName));
    put(&mut name, "honorificPrefix", account.get(Field::HonorificPrefix));
    put(&mut name, "honorificSuffix", account.get(Field::HonorificSuffix));
    user.insert("name".into(), name.into());
    for field in [
        Field::DisplayName,
        Field::NickName,
        Field::ProfileUrl,
        Field::Title,
        Field::UserType,
        Field::PreferredLanguage,
        Field::Locale,
        Field::Timezone,
    ] {
        put(&mut user, field.name(), account.get(field));
    }
    user.insert("active".into(), account.active.into());
    let lists =
        [("emails", emails(account)), ("addresses", addresses(account)), ("phoneNumbers", phones(account))];
    user.extend(lists.into_iter().filter_map(|(list, value)| Some((list.to_owned(), value?))));
    user.extend(work.map(|work| (ENTERPRISE.to_owned(), work)));
    user.into()
}

/// `PATCH /Users/{id}`: one operation for each attribute that differs. Lists of one (`emails`, `phoneNumbers`,
/// `addresses`) are replaced whole, since a second entry is refused. `None` when nothing is left to say; an error
/// names an attribute that cannot be written.
pub(crate) fn patch_user(
    okta_id: Option<&OktaUserId>,
    account: &Account,
    changes: &[AttributeChange],
) -> Result<Option<Value>, String> {
    let mut operations: Vec<Value> = Vec::new();
    if let Some(okta_id) = okta_id {
        operations.push(replace("externalId", okta_id.as_str().into()));
    }
    let mut address_done = false;
    for change in changes.iter().filter(|change| change.attribute != "externalId") {
        let field = field(&change.attribute).ok_or_else(|| change.attribute.clone())?;
        let operation = match field {
            Field::Active => replace("active", account.active.into()),
            Field::Email => replace_or_remove("emails", emails(account)),
            Field::Phone => replace_or_remove("phoneNumbers", phones(account)),
            Field::AddressFormatted
            | Field::AddressStreet
            | Field::AddressLocality
            | Field::AddressRegion
            | Field::AddressPostalCode
            | Field::AddressCountry => {
                if std::mem::replace(&mut address_done, true) {
                    continue;
                }
                replace_or_remove("addresses", addresses(account))
            }
            Field::Manager => replace_or_remove(
                &format!("{ENTERPRISE}:manager"),
                account.get(field).map(|manager| json!({ "value": manager })),
            ),
            Field::EmployeeNumber
            | Field::CostCenter
            | Field::Organization
            | Field::Division
            | Field::Department => {
                let attribute = field.name().trim_start_matches("work.");
                replace_or_remove(&format!("{ENTERPRISE}:{attribute}"), account.get(field).map(Value::from))
            }
            _ => replace_or_remove(field.name(), account.get(field).map(Value::from)),
        };
        operations.push(operation);
    }
    Ok((!operations.is_empty()).then(|| patch(operations)))
}

/// The field that a change names.
pub(crate) fn field(attribute: &str) -> Option<Field> {
    Field::ALL.iter().copied().find(|field| field.name() == attribute)
}

/// `POST /Groups`.
pub(crate) fn create_group(key: &GroupKey, display_name: &str, members: &[ScimUserId]) -> Value {
    let members: Vec<Value> =
        members.iter().map(|id| json!({"value": id.as_str(), "type": "User"})).collect();
    json!({"schemas": [CORE_GROUP], "externalId": key.as_str(), "displayName": display_name, "members": members})
}

/// `PATCH /Groups/{id}` for name and externalId; `None` when neither changes.
pub(crate) fn patch_group(display_name: Option<&str>, key: Option<&GroupKey>) -> Option<Value> {
    let name = display_name.map(|name| replace("displayName", name.into()));
    let key = key.map(|key| replace("externalId", key.as_str().into()));
    let operations: Vec<Value> = name.into_iter().chain(key).collect();
    (!operations.is_empty()).then(|| patch(operations))
}

/// `PATCH /Groups/{id}` with new members.
pub(crate) fn add_members(members: &[ScimUserId]) -> Value {
    patch(vec![json!({"op": "add", "path": "members", "value": values(members)})])
}

/// `PATCH /Groups/{id}` with members that leave. AWS takes a list of values, which RFC 7644 does not define, and was
/// never seen to take the RFC's form (reference §2.6).
pub(crate) fn remove_members(members: &[ScimUserId]) -> Value {
    patch(vec![json!({"op": "remove", "path": "members", "value": values(members)})])
}

fn values(members: &[ScimUserId]) -> Vec<Value> {
    members.iter().map(|id| json!({"value": id.as_str()})).collect()
}

fn patch(operations: Vec<Value>) -> Value {
    json!({"schemas": [PATCH], "Operations": operations})
}

fn replace(path: &str, value: Value) -> Value {
    json!({"op": "replace", "path": path, "value": value})
}

fn replace_or_remove(path: &str, value: Option<Value>) -> Value {
    match value {
        Some(value) => replace(path, value),
        None => json!({"op": "remove", "path": path}),
    }
}

fn emails(account: &Account) -> Option<Value> {
    Some(json!([{"value": account.get(Field::Email)?, "type": "work", "primary": true}]))
}

fn phones(account: &Account) -> Option<Value> {
    Some(json!([{"value": account.get(Field::Phone)?, "type": "work"}]))
}

fn addresses(account: &Account) -> Option<Value> {
    let Address { formatted, street, locality, region, postal_code, country } = account.address.as_ref()?;
    let mut address = Map::new();
    put(&mut address, "formatted", formatted.as_deref());
    put(&mut address, "streetAddress", street.as_deref());
    put(&mut address, "locality", locality.as_deref());
    put(&mut address, "region", region.as_deref());
    put(&mut address, "postalCode", postal_code.as_deref());
    put(&mut address, "country", country.as_deref());
    if address.is_empty() {
        return None;
    }
    address.insert("type".into(), "work".into());
    address.insert("primary".into(), true.into());
    Some(json!([address]))
}

fn enterprise(work: &Work) -> Option<Value> {
    let Work { employee_number, cost_center, organization, division, department, manager } = work;
    let mut values = Map::new();
    put(&mut values, "employeeNumber", employee_number.as_deref());
    put(&mut values, "costCenter", cost_center.as_deref());
    put(&mut values, "organization", organization.as_deref());
    put(&mut values, "division", division.as_deref());
    put(&mut values, "department", department.as_deref());
    if let Some(manager) = manager.as_deref().filter(|manager| !manager.is_empty()) {
        values.insert("manager".into(), json!({"value": manager}));
    }
    (!values.is_empty()).then(|| values.into())
}

fn put(object: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        object.insert(name.to_owned(), value.into());
    }
}
