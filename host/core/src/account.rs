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
    ($($variant:ident = $scim:literal, $required:literal, |$account:ident| $get:expr;)*) => {
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
        }
    };
}

fields! {
    UserName = "userName", true, |a| Some(&a.user_name);
    Active = "active", true, |a| Some(if a.active { "true" } else { "false" });
    DisplayName = "displayName", true, |a| Some(&a.display_name);
    GivenName = "name.givenName", true, |a| Some(&a.name.given);
    FamilyName = "name.familyName", true, |a| Some(&a.name.family);
    FormattedName = "name.formatted", false, |a| a.name.formatted.as_deref();
    MiddleName = "name.middleName", false, |a| a.name.middle.as_deref();
    HonorificPrefix = "name.honorificPrefix", false, |a| a.name.prefix.as_deref();
    HonorificSuffix = "name.honorificSuffix", false, |a| a.name.suffix.as_deref();
    Email = "email", false, |a| a.email.as_deref();
    Phone = "phone", false, |a| a.phone.as_deref();
    NickName = "nickName", false, |a| a.nick_name.as_deref();
    Title = "title", false, |a| a.title.as_deref();
    UserType = "userType", false, |a| a.user_type.as_deref();
    ProfileUrl = "profileUrl", false, |a| a.profile_url.as_deref();
    PreferredLanguage = "preferredLanguage", false, |a| a.preferred_language.as_deref();
    Locale = "locale", false, |a| a.locale.as_deref();
    Timezone = "timezone", false, |a| a.timezone.as_deref();
    AddressFormatted = "address.formatted", false, |a| a.address.as_ref()?.formatted.as_deref();
    AddressStreet = "address.streetAddress", false, |a| a.address.as_ref()?.street.as_deref();
    AddressLocality = "address.locality", false, |a| a.address.as_ref()?.locality.as_deref();
    AddressRegion = "address.region", false, |a| a.address.as_ref()?.region.as_deref();
    AddressPostalCode = "address.postalCode", false, |a| a.address.as_ref()?.postal_code.as_deref();
    AddressCountry = "address.country", false, |a| a.address.as_ref()?.country.as_deref();
    EmployeeNumber = "work.employeeNumber", false, |a| a.work.as_ref()?.employee_number.as_deref();
    CostCenter = "work.costCenter", false, |a| a.work.as_ref()?.cost_center.as_deref();
    Organization = "work.organization", false, |a| a.work.as_ref()?.organization.as_deref();
    Division = "work.division", false, |a| a.work.as_ref()?.division.as_deref();
    Department = "work.department", false, |a| a.work.as_ref()?.department.as_deref();
    Manager = "work.manager", false, |a| a.work.as_ref()?.manager.as_deref();
}
