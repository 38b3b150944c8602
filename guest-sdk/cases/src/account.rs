//! The shape of an account, as the contract names its fields in kebab-case.

use serde_json::{Map, Value as Json};

/// The fields that hold a text.
pub(crate) const TEXTS: [&str; 11] = [
    "user-name",
    "display-name",
    "email",
    "phone",
    "nick-name",
    "title",
    "user-type",
    "profile-url",
    "preferred-language",
    "locale",
    "timezone",
];

/// The records within an account, with their fields, all of them texts.
pub(crate) const RECORDS: [(&str, &[&str]); 3] = [
    ("name", &["given", "family", "formatted", "middle", "prefix", "suffix"]),
    ("address", &["formatted", "street", "locality", "region", "postal-code", "country"]),
    ("work", &["employee-number", "cost-center", "organization", "division", "department", "manager"]),
];

/// The fields that the contract requires: an empty text stays one, where it takes another field away.
const REQUIRED: [&str; 4] = ["user-name", "display-name", "given", "family"];

/// The account with some fields changed. An empty text takes an optional field away; a record without any field is none.
pub(crate) fn changed(account: Json, changes: &Json) -> Json {
    let (Json::Object(mut account), Json::Object(changes)) = (account, changes) else { return Json::Null };
    for (field, change) in changes {
        let value = match change {
            Json::Object(_) => {
                let record =
                    account.remove(field).filter(Json::is_object).unwrap_or_else(|| empty_record(field));
                let record = changed(record, change);
                if is_empty(&record) && field != "name" { Json::Null } else { record }
            }
            Json::String(text) if text.is_empty() && !REQUIRED.contains(&field.as_str()) => Json::Null,
            other => other.clone(),
        };
        account.insert(field.clone(), value);
    }
    Json::Object(account)
}

fn empty_record(name: &str) -> Json {
    let fields = RECORDS.iter().find(|(record, _)| *record == name).map_or(&[][..], |(_, fields)| fields);
    fields.iter().map(|field| ((*field).to_owned(), Json::Null)).collect::<Map<_, _>>().into()
}

fn is_empty(record: &Json) -> bool {
    record.as_object().is_some_and(|fields| fields.values().all(Json::is_null))
}
