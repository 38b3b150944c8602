//! The account that the host would write. The host has its own code for it (usher-core, `draft`); this is the same for those who cannot
//! depend on it, and a test holds the two together.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::value::{CaseStatus, CaseValue};

/// The host's draft of a person's account: an object with the contract's names in kebab-case, null where there is nothing.
pub fn draft(profile: &BTreeMap<String, CaseValue>, status: CaseStatus) -> Json {
    let raw = |name: &str| profile.get(name).and_then(CaseValue::as_text).filter(|text| !text.is_empty());
    let text = |name: &str| raw(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let required = |name: &str| text(name).unwrap_or_default();
    let display_name = raw("displayName").map(str::to_owned).unwrap_or_else(|| {
        let parts: Vec<&str> = ["firstName", "lastName"].into_iter().filter_map(raw).collect();
        if parts.is_empty() { required("login") } else { parts.join(" ") }
    });
    json!({
        "user-name": required("login"),
        "active": !matches!(status, CaseStatus::Suspended | CaseStatus::Deprovisioned),
        "display-name": display_name.trim(),
        "name": {
            "given": required("firstName"),
            "family": required("lastName"),
            "formatted": null,
            "middle": text("middleName"),
            "prefix": text("honorificPrefix"),
            "suffix": text("honorificSuffix"),
        },
        "email": text("email"),
        "phone": text("primaryPhone"),
        "nick-name": text("nickName"),
        "title": text("title"),
        "user-type": text("userType"),
        "profile-url": text("profileUrl"),
        "preferred-language": text("preferredLanguage"),
        "locale": text("locale"),
        "timezone": text("timezone"),
        "address": record([
            ("formatted", text("postalAddress")),
            ("street", text("streetAddress")),
            ("locality", text("city")),
            ("region", text("state")),
            ("postal-code", text("zipCode")),
            ("country", text("countryCode")),
        ]),
        "work": record([
            ("employee-number", text("employeeNumber")),
            ("cost-center", text("costCenter")),
            ("organization", text("organization")),
            ("division", text("division")),
            ("department", text("department")),
            ("manager", text("managerId")),
        ]),
    })
}

/// A record, or null when it has no field.
fn record<const N: usize>(fields: [(&str, Option<String>); N]) -> Json {
    if fields.iter().all(|(_, text)| text.is_none()) {
        return Json::Null;
    }
    fields.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect::<Map<_, _>>().into()
}
