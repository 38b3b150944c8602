//! The whole tenant as one document, to look at and to set by hand.

use serde_json::{Value, json};

use super::group::GroupAttributes;
use super::store::{Record, Store, UserNumber};
use super::user::UserAttributes;

/// Everything, in the order of creation; here groups do show their members.
pub(crate) fn document(store: &Store) -> Value {
    let users: Vec<Value> = store.users().values().map(|user| user.to_json()).collect();
    let groups: Vec<Value> = store
        .groups()
        .values()
        .map(|group| {
            let members: Vec<&str> =
                group.members.iter().map(|member| store.users()[member].record.id.as_str()).collect();
            let mut document = json!({"id": group.record.id});
            if let Some(external_id) = &group.attributes.external_id {
                document["externalId"] = json!(external_id);
            }
            document["displayName"] = json!(group.attributes.display_name);
            document["members"] = json!(members);
            document
        })
        .collect();
    json!({"users": users, "groups": groups})
}

/// A tenant that holds what the document says. The rules of the service hold here too, but a group may have any number
/// of members; ids that are missing are made up.
pub(crate) fn store(document: &Value) -> Result<Store, String> {
    let mut store = Store::default();
    for (index, user) in list(document, "users")?.iter().enumerate() {
        let refused = |refusal| format!("users[{index}] of the target: {refusal}");
        let attributes = UserAttributes::from_request(user).map_err(refused)?;
        store.insert_user(record(user), attributes).map_err(refused)?;
    }
    for (index, group) in list(document, "groups")?.iter().enumerate() {
        let refused = |refusal| format!("groups[{index}] of the target: {refusal}");
        let display_name = group["displayName"].as_str().unwrap_or_default();
        let attributes = GroupAttributes::new(display_name, group["externalId"].as_str()).map_err(refused)?;
        let members = list(group, "members")?
            .iter()
            .map(|member| {
                member.as_str().and_then(|id| store.user_by_id(id)).ok_or_else(|| {
                    format!(
                        "groups[{index}] of the target: no user has the id {member}, which stands in members"
                    )
                })
            })
            .collect::<Result<Vec<UserNumber>, String>>()?;
        store.insert_group(record(group), attributes, &members).map_err(refused)?;
    }
    Ok(store)
}

/// An array that may be missing.
fn list<'a>(document: &'a Value, name: &str) -> Result<&'a [Value], String> {
    match document.get(name) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(other) => Err(format!("{name} of the target must be a list, not {other}")),
    }
}

fn record(resource: &Value) -> Record {
    let mut record = Record::new();
    let slots = [
        (&mut record.id, &resource["id"]),
        (&mut record.created, &resource["meta"]["created"]),
        (&mut record.last_modified, &resource["meta"]["lastModified"]),
    ];
    for (slot, given) in slots {
        if let Some(given) = given.as_str().filter(|given| !given.is_empty()) {
            given.clone_into(slot);
        }
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ann() -> Value {
        json!({
            "id": "u-1",
            "userName": "ann",
            "name": {"givenName": "Ann", "familyName": "Ng"},
            "displayName": "Ann Ng",
        })
    }

    #[test]
    fn a_document_that_was_read_can_be_set_again() {
        let given = json!({
            "users": [ann()],
            "groups": [{"displayName": "readers", "members": ["u-1"]}, {"id": "g-2", "externalId": "00g2", "displayName": "none"}],
        });
        let first = document(&store(&given).unwrap());
        assert_eq!(first["users"][0]["id"], json!("u-1"));
        assert_eq!(first["groups"][0]["members"], json!(["u-1"]));
        assert_eq!(first["groups"][0]["id"].as_str().unwrap().len(), 36);
        assert_eq!(
            first["groups"][1],
            json!({"id": "g-2", "externalId": "00g2", "displayName": "none", "members": []})
        );
        assert_eq!(document(&store(&first).unwrap()), first);
    }

    #[test]
    fn a_wrong_document_is_refused_with_the_place() {
        let error = |document: Value| store(&document).unwrap_err();
        assert_eq!(
            error(json!({"users": [ann(), ann()]})),
            "users[1] of the target: Refused to create a new, duplicate resource."
        );
        assert_eq!(
            error(json!({"groups": [{"displayName": "a", "members": ["u-9"]}]})),
            "groups[0] of the target: no user has the id \"u-9\", which stands in members"
        );
        assert_eq!(error(json!({"users": {}})), "users of the target must be a list, not {}");
    }
}
