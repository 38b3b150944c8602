//! The fields of an account, by the names that rules and reports have for them.

use usher_guest::{Account, Address, Work, near};

/// One field that a rule can read in the draft and write in the account.
#[derive(Debug)]
pub(crate) struct Field {
    /// `displayName`, `name.family`, `work.costCenter`, …
    pub(crate) name: &'static str,
    /// What reports and SCIM call it, where that differs.
    pub(crate) alias: Option<&'static str>,
    /// Whether it may be taken away.
    pub(crate) kind: Kind,
    /// Its text in an account, if it has one.
    pub(crate) get: fn(&Account) -> Option<&str>,
    set: fn(&mut Account, Option<String>),
}

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text that AWS wants.
    Required,
    /// A text that may be absent.
    Optional,
    /// True or false; only `active`.
    Flag,
}

const fn field(
    name: &'static str,
    kind: Kind,
    get: fn(&Account) -> Option<&str>,
    set: fn(&mut Account, Option<String>),
) -> Field {
    Field { name, alias: None, kind, get, set }
}

const fn alias(alias: &'static str, field: Field) -> Field {
    Field { alias: Some(alias), ..field }
}

fn address(account: &Account) -> Option<&Address> {
    account.address.as_ref()
}

fn work(account: &Account) -> Option<&Work> {
    account.work.as_ref()
}

/// Every field, in the order that documents list them.
pub(crate) static FIELDS: [Field; 30] = [
    field(
        "userName",
        Kind::Required,
        |a| Some(&a.user_name),
        |a, text| a.user_name = text.unwrap_or_default(),
    ),
    field("active", Kind::Flag, |_| None, |_, _| ()),
    field(
        "displayName",
        Kind::Required,
        |a| Some(&a.display_name),
        |a, text| a.display_name = text.unwrap_or_default(),
    ),
    alias(
        "name.givenName",
        field(
            "name.given",
            Kind::Required,
            |a| Some(&a.name.given),
            |a, text| a.name.given = text.unwrap_or_default(),
        ),
    ),
    alias(
        "name.familyName",
        field(
            "name.family",
            Kind::Required,
            |a| Some(&a.name.family),
            |a, text| a.name.family = text.unwrap_or_default(),
        ),
    ),
    field(
        "name.formatted",
        Kind::Optional,
        |a| a.name.formatted.as_deref(),
        |a, text| a.name.formatted = text,
    ),
    alias(
        "name.middleName",
        field("name.middle", Kind::Optional, |a| a.name.middle.as_deref(), |a, text| a.name.middle = text),
    ),
    alias(
        "name.honorificPrefix",
        field("name.prefix", Kind::Optional, |a| a.name.prefix.as_deref(), |a, text| a.name.prefix = text),
    ),
    alias(
        "name.honorificSuffix",
        field("name.suffix", Kind::Optional, |a| a.name.suffix.as_deref(), |a, text| a.name.suffix = text),
    ),
    field("email", Kind::Optional, |a| a.email.as_deref(), |a, text| a.email = text),
    field("phone", Kind::Optional, |a| a.phone.as_deref(), |a, text| a.phone = text),
    field("nickName", Kind::Optional, |a| a.nick_name.as_deref(), |a, text| a.nick_name = text),
    field("title", Kind::Optional, |a| a.title.as_deref(), |a, text| a.title = text),
    field("userType", Kind::Optional, |a| a.user_type.as_deref(), |a, text| a.user_type = text),
    field("profileUrl", Kind::Optional, |a| a.profile_url.as_deref(), |a, text| a.profile_url = text),
    field(
        "preferredLanguage",
        Kind::Optional,
        |a| a.preferred_language.as_deref(),
        |a, text| a.preferred_language = text,
    ),
    field("locale", Kind::Optional, |a| a.locale.as_deref(), |a, text| a.locale = text),
    field("timezone", Kind::Optional, |a| a.timezone.as_deref(), |a, text| a.timezone = text),
    field(
        "address.formatted",
        Kind::Optional,
        |a| address(a)?.formatted.as_deref(),
        |a, text| a.address_mut().formatted = text,
    ),
    alias(
        "address.streetAddress",
        field(
            "address.street",
            Kind::Optional,
            |a| address(a)?.street.as_deref(),
            |a, text| a.address_mut().street = text,
        ),
    ),
    field(
        "address.locality",
        Kind::Optional,
        |a| address(a)?.locality.as_deref(),
        |a, text| a.address_mut().locality = text,
    ),
    field(
        "address.region",
        Kind::Optional,
        |a| address(a)?.region.as_deref(),
        |a, text| a.address_mut().region = text,
    ),
    field(
        "address.postalCode",
        Kind::Optional,
        |a| address(a)?.postal_code.as_deref(),
        |a, text| a.address_mut().postal_code = text,
    ),
    field(
        "address.country",
        Kind::Optional,
        |a| address(a)?.country.as_deref(),
        |a, text| a.address_mut().country = text,
    ),
    field(
        "work.employeeNumber",
        Kind::Optional,
        |a| work(a)?.employee_number.as_deref(),
        |a, text| a.work_mut().employee_number = text,
    ),
    field(
        "work.costCenter",
        Kind::Optional,
        |a| work(a)?.cost_center.as_deref(),
        |a, text| a.work_mut().cost_center = text,
    ),
    field(
        "work.organization",
        Kind::Optional,
        |a| work(a)?.organization.as_deref(),
        |a, text| a.work_mut().organization = text,
    ),
    field(
        "work.division",
        Kind::Optional,
        |a| work(a)?.division.as_deref(),
        |a, text| a.work_mut().division = text,
    ),
    field(
        "work.department",
        Kind::Optional,
        |a| work(a)?.department.as_deref(),
        |a, text| a.work_mut().department = text,
    ),
    field(
        "work.manager",
        Kind::Optional,
        |a| work(a)?.manager.as_deref(),
        |a, text| a.work_mut().manager = text,
    ),
];

impl Field {
    /// The field of that name, or of the name that reports have for it.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name || field.alias == Some(name))
    }

    /// Sets the text; none and an empty one take it away.
    pub(crate) fn set(&self, account: &mut Account, text: Option<String>) {
        (self.set)(account, text.filter(|text| !text.is_empty()));
    }
}

/// The end of a sentence about a field that does not exist.
pub(crate) fn suggestion(name: &str) -> String {
    if let Some(field) = Field::named(name) {
        return format!("did you mean `{}`?", field.name);
    }
    // `costCenter` is meant as `work.costCenter`.
    let last_part = |field: &&Field| field.name.rsplit('.').next() == Some(name);
    if let Some(field) = FIELDS.iter().find(last_part) {
        return format!("did you mean `{}`?", field.name);
    }
    near::suggestion(name, &FIELDS.each_ref().map(|field| field.name))
}

/// Takes away the parts of an account that hold nothing.
pub(crate) fn tidy(account: &mut Account) {
    account.address.take_if(|address| *address == Address::default());
    account.work.take_if(|work| *work == Work::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read_again_and_nothing_else_changes() {
        for field in FIELDS.iter().filter(|field| field.kind != Kind::Flag) {
            let mut account = Account::default();
            field.set(&mut account, Some("value".into()));
            let set: Vec<_> = FIELDS
                .iter()
                .filter(|other| (other.get)(&account).is_some_and(|text| !text.is_empty()))
                .map(|field| field.name)
                .collect();
            assert_eq!(set, [field.name]);
            field.set(&mut account, Some(String::new()));
            tidy(&mut account);
            assert_eq!(account, Account::default(), "{}", field.name);
        }
    }

    #[test]
    fn a_field_is_found_by_the_name_that_reports_have_for_it() {
        assert_eq!(Field::named("name.familyName").unwrap().name, "name.family");
        assert_eq!(suggestion("costCenter"), "did you mean `work.costCenter`?");
        assert_eq!(suggestion("dispalyName"), "did you mean `displayName`?");
    }
}
