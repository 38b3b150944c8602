//! An account as Identity Center keeps it.

use serde::{Deserialize, Serialize};

/// An account: single values only. A `None` is an attribute that is not there; an empty text is never written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Account {
    /// What SAML's NameID must equal; unique without regard to case.
    pub user_name: String,
    /// Whether the person may sign in.
    pub active: bool,
    /// The name on the screen.
    pub display_name: String,
    /// The parts of the name.
    pub name: PersonName,
    /// The one mail address; unique.
    pub email: Option<String>,
    /// The one phone number.
    pub phone: Option<String>,
    /// Nickname.
    pub nick_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Kind of employment, free text.
    pub user_type: Option<String>,
    /// A page about the person. AWS takes it and never gives it back, so it is not compared.
    pub profile_url: Option<String>,
    /// Preferred language, such as `en-GB`.
    pub preferred_language: Option<String>,
    /// Locale, such as `en_GB`.
    pub locale: Option<String>,
    /// Time zone, such as `Europe/Lisbon`.
    pub timezone: Option<String>,
    /// The one postal address.
    pub address: Option<Address>,
    /// The enterprise attributes: what attribute-based access control reads.
    pub work: Option<Work>,
}

/// The parts of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct PersonName {
    /// First name; AWS requires it.
    pub given: String,
    /// Last name; AWS requires it.
    pub family: String,
    /// The whole name as one text.
    pub formatted: Option<String>,
    /// Middle name.
    pub middle: Option<String>,
    /// Honorific before the name.
    pub prefix: Option<String>,
    /// Honorific after the name.
    pub suffix: Option<String>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Address {
    /// The whole address as one text.
    pub formatted: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// City.
    pub locality: Option<String>,
    /// State or region.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country code.
    pub country: Option<String>,
}

/// SCIM's enterprise extension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Work {
    /// Personnel number.
    pub employee_number: Option<String>,
    /// Cost centre.
    pub cost_center: Option<String>,
    /// Organisation.
    pub organization: Option<String>,
    /// Division.
    pub division: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// The manager's id.
    pub manager: Option<String>,
}

macro_rules! fields {
    ($($variant:ident = $scim:literal, $required:literal, |$account:ident| $get:expr, |$changed:ident, $value:ident| $set:expr;)*) => {
        /// One comparable attribute of an [`Account`], named as SCIM names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $scim, "`")] $variant,)*
        }

        impl Field {
            /// Every field, in the order reports show them.
            pub const ALL: &[Field] = &[$(Field::$variant),*];

            /// The SCIM name: `userName`, `name.familyName`, `work.department`, …
            pub fn name(self) -> &'static str {
                match self { $(Field::$variant => $scim,)* }
            }

            /// Whether AWS refuses an account without it.
            pub fn is_required(self) -> bool {
                match self { $(Field::$variant => $required,)* }
            }
        }

        impl Account {
            /// The value of a field, as text; `active` is `true` or `false`. A required text that is empty is absent.
            pub fn get(&self, field: Field) -> Option<&str> {
                let read: fn(&Account) -> Option<&str> = match field {
                    $(Field::$variant => |$account: &Account| $get,)*
                };
                read(self).filter(|text| !text.is_empty())
            }

            /// Gives a field another value, or takes it away. An address and an enterprise extension that hold nothing any more go
            /// too, so that accounts that AWS cannot tell apart are equal.
            pub fn set(&mut self, field: Field, value: Option<&str>) {
                let write: fn(&mut Account, Option<String>) = match field {
                    $(Field::$variant => |$changed: &mut Account, $value: Option<String>| $set,)*
                };
                write(self, value.map(str::to_owned));
                self.address.take_if(|address| *address == Address::default());
                self.work.take_if(|work| *work == Work::default());
            }
        }
    };
}

fields! {
    UserName = "userName", true, |a| Some(&a.user_name), |a, v| a.user_name = v.unwrap_or_default();
    Active = "active", true, |a| Some(if a.active { "true" } else { "false" }), |a, v| a.active = v.as_deref() == Some("true");
    DisplayName = "displayName", true, |a| Some(&a.display_name), |a, v| a.display_name = v.unwrap_or_default();
    GivenName = "name.givenName", true, |a| Some(&a.name.given), |a, v| a.name.given = v.unwrap_or_default();
    FamilyName = "name.familyName", true, |a| Some(&a.name.family), |a, v| a.name.family = v.unwrap_or_default();
    FormattedName = "name.formatted", false, |a| a.name.formatted.as_deref(), |a, v| a.name.formatted = v;
    MiddleName = "name.middleName", false, |a| a.name.middle.as_deref(), |a, v| a.name.middle = v;
    HonorificPrefix = "name.honorificPrefix", false, |a| a.name.prefix.as_deref(), |a, v| a.name.prefix = v;
    HonorificSuffix = "name.honorificSuffix", false, |a| a.name.suffix.as_deref(), |a, v| a.name.suffix = v;
    Email = "email", false, |a| a.email.as_deref(), |a, v| a.email = v;
    Phone = "phone", false, |a| a.phone.as_deref(), |a, v| a.phone = v;
    NickName = "nickName", false, |a| a.nick_name.as_deref(), |a, v| a.nick_name = v;
    Title = "title", false, |a| a.title.as_deref(), |a, v| a.title = v;
    UserType = "userType", false, |a| a.user_type.as_deref(), |a, v| a.user_type = v;
    ProfileUrl = "profileUrl", false, |a| a.profile_url.as_deref(), |a, v| a.profile_url = v;
    PreferredLanguage = "preferredLanguage", false, |a| a.preferred_language.as_deref(), |a, v| a.preferred_language = v;
    Locale = "locale", false, |a| a.locale.as_deref(), |a, v| a.locale = v;
    Timezone = "timezone", false, |a| a.timezone.as_deref(), |a, v| a.timezone = v;
    AddressFormatted = "address.formatted", false, |a| a.address.as_ref()?.formatted.as_deref(), |a, v| a.address.get_or_insert_default().formatted = v;
    AddressStreet = "address.streetAddress", false, |a| a.address.as_ref()?.street.as_deref(), |a, v| a.address.get_or_insert_default().street = v;
    AddressLocality = "address.locality", false, |a| a.address.as_ref()?.locality.as_deref(), |a, v| a.address.get_or_insert_default().locality = v;
    AddressRegion = "address.region", false, |a| a.address.as_ref()?.region.as_deref(), |a, v| a.address.get_or_insert_default().region = v;
    AddressPostalCode = "address.postalCode", false, |a| a.address.as_ref()?.postal_code.as_deref(), |a, v| a.address.get_or_insert_default().postal_code = v;
    AddressCountry = "address.country", false, |a| a.address.as_ref()?.country.as_deref(), |a, v| a.address.get_or_insert_default().country = v;
    EmployeeNumber = "work.employeeNumber", false, |a| a.work.as_ref()?.employee_number.as_deref(), |a, v| a.work.get_or_insert_default().employee_number = v;
    CostCenter = "work.costCenter", false, |a| a.work.as_ref()?.cost_center.as_deref(), |a, v| a.work.get_or_insert_default().cost_center = v;
    Organization = "work.organization", false, |a| a.work.as_ref()?.organization.as_deref(), |a, v| a.work.get_or_insert_default().organization = v;
    Division = "work.division", false, |a| a.work.as_ref()?.division.as_deref(), |a, v| a.work.get_or_insert_default().division = v;
    Department = "work.department", false, |a| a.work.as_ref()?.department.as_deref(), |a, v| a.work.get_or_insert_default().department = v;
    Manager = "work.manager", false, |a| a.work.as_ref()?.manager.as_deref(), |a, v| a.work.get_or_insert_default().manager = v;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read_again_and_what_is_taken_away_leaves_nothing() {
        for field in Field::ALL {
            let mut account = Account::default();
            let value = if *field == Field::Active { "true" } else { "x" };
            account.set(*field, Some(value));
            assert_eq!(account.get(*field), Some(value), "{}", field.name());
            let others = Field::ALL.iter().filter(|other| *other != field && **other != Field::Active);
            assert!(others.into_iter().all(|other| account.get(*other).is_none()), "{}", field.name());
            account.set(*field, None);
            assert_eq!(account, Account::default(), "{}", field.name());
        }
    }
}
