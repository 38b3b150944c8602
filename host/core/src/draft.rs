//! The account the host would write for a person if the policy has nothing to add.

use crate::account::{Account, Address, PersonName, Work};
use crate::source::{SourceUser, UserStatus};

/// The draft of a person's account: userName is the login, the address is the primary one, names and the attributes
/// that AWS has too come from the profile. A first or last name that Okta does not have stays empty: the policy may
/// fill it in.
///
/// Attribute names: reference okta.md §3.2.
pub fn account(user: &SourceUser) -> Account {
    let text = |name: &str| user.text(name).map(str::to_owned);
    let required = |name: &str| text(name).unwrap_or_default();
    Account {
        user_name: required("login"),
        active: is_active(user.status),
        display_name: display_name(user),
        name: PersonName {
            given: required("firstName"),
            family: required("lastName"),
            formatted: None,
            middle: text("middleName"),
            prefix: text("honorificPrefix"),
            suffix: text("honorificSuffix"),
        },
        email: text("email"),
        phone: text("primaryPhone"),
        nick_name: text("nickName"),
        title: text("title"),
        user_type: text("userType"),
        profile_url: text("profileUrl"),
        preferred_language: text("preferredLanguage"),
        locale: text("locale"),
        timezone: text("timezone"),
        address: Some(Address {
            formatted: text("postalAddress"),
            street: text("streetAddress"),
            locality: text("city"),
            region: text("state"),
            postal_code: text("zipCode"),
            country: text("countryCode"),
        }),
        work: Some(Work {
            employee_number: text("employeeNumber"),
            cost_center: text("costCenter"),
            organization: text("organization"),
            division: text("division"),
            department: text("department"),
            // Okta's `manager` is a name; AWS takes only the id (reference aws-identity-center.md §3.1).
            manager: text("managerId"),
        }),
    }
    .normalised()
}

/// Whether a person of this status may sign in: all but the suspended and the deprovisioned.
pub(crate) fn is_active(status: UserStatus) -> bool {
    !matches!(status, UserStatus::Suspended | UserStatus::Deprovisioned)
}

fn display_name(user: &SourceUser) -> String {
    if let Some(name) = user.text("displayName") {
        return name.to_owned();
    }
    let parts: Vec<&str> = ["firstName", "lastName"].into_iter().filter_map(|part| user.text(part)).collect();
    if parts.is_empty() { user.text("login").unwrap_or_default().to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Field;
    use crate::id::OktaUserId;
    use crate::source::Value;

    fn user(status: UserStatus, profile: &[(&str, &str)]) -> SourceUser {
        SourceUser {
            id: OktaUserId::new("00u1a2b3c4D5e6F7g8h9"),
            status,
            profile: profile.iter().map(|(k, v)| ((*k).to_owned(), Value::Text((*v).to_owned()))).collect(),
        }
    }

    #[test]
    fn every_attribute_that_aws_has_too_comes_from_the_profile() {
        let profile = [
            ("login", "ada@acme.example"),
            ("email", "ada.l@acme.example"),
            ("firstName", "Ada"),
            ("lastName", "Lovelace"),
            ("displayName", "Ada L."),
            ("middleName", "K"),
            ("honorificPrefix", "Lady"),
            ("honorificSuffix", "FRS"),
            ("primaryPhone", "+44 20"),
            ("nickName", "A"),
            ("title", "Countess"),
            ("userType", "employee"),
            ("profileUrl", "https://acme.example/ada"),
            ("preferredLanguage", "en-GB"),
            ("locale", "en_GB"),
            ("timezone", "Europe/London"),
            ("postalAddress", "1 Square, London"),
            ("streetAddress", "1 Square"),
            ("city", "London"),
            ("state", "LDN"),
            ("zipCode", "SW1"),
            ("countryCode", "GB"),
            ("employeeNumber", "1"),
            ("costCenter", "2"),
            ("organization", "Acme"),
            ("division", "Engines"),
            ("department", "R&D"),
            ("managerId", "00u9"),
            ("manager", "Charles Babbage"),
        ];
        let account = account(&user(UserStatus::Active, &profile));
        let got: Vec<(&str, &str)> =
            Field::ALL.iter().filter_map(|field| Some((field.name(), account.get(*field)?))).collect();
        let expected = [
            ("userName", "ada@acme.example"),
            ("active", "true"),
            ("displayName", "Ada L."),
            ("name.givenName", "Ada"),
            ("name.familyName", "Lovelace"),
            ("name.middleName", "K"),
            ("name.honorificPrefix", "Lady"),
            ("name.honorificSuffix", "FRS"),
            ("email", "ada.l@acme.example"),
            ("phone", "+44 20"),
            ("nickName", "A"),
            ("title", "Countess"),
            ("userType", "employee"),
            ("profileUrl", "https://acme.example/ada"),
            ("preferredLanguage", "en-GB"),
            ("locale", "en_GB"),
            ("timezone", "Europe/London"),
            ("address.formatted", "1 Square, London"),
            ("address.streetAddress", "1 Square"),
            ("address.locality", "London"),
            ("address.region", "LDN"),
            ("address.postalCode", "SW1"),
            ("address.country", "GB"),
            ("work.employeeNumber", "1"),
            ("work.costCenter", "2"),
            ("work.organization", "Acme"),
            ("work.division", "Engines"),
            ("work.department", "R&D"),
            ("work.manager", "00u9"),
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn a_manager_without_an_id_is_left_out() {
        let account = account(&user(UserStatus::Active, &[("login", "a"), ("manager", "Charles Babbage")]));
        assert_eq!(account.work, None);
    }

    #[test]
    fn a_missing_last_name_stays_empty_and_the_display_name_makes_do() {
        let account = account(&user(
            UserStatus::Active,
            &[("login", "suharto@acme.example"), ("firstName", "Suharto")],
        ));
        assert_eq!((account.name.given.as_str(), account.name.family.as_str()), ("Suharto", ""));
        assert_eq!(account.display_name, "Suharto");
    }

    #[test]
    fn without_any_name_the_login_is_displayed() {
        let account = account(&user(UserStatus::Active, &[("login", "robot@acme.example")]));
        assert_eq!(account.display_name, "robot@acme.example");
    }

    #[test]
    fn only_the_suspended_and_the_deprovisioned_are_inactive() {
        let all = [
            UserStatus::Staged,
            UserStatus::Provisioned,
            UserStatus::Active,
            UserStatus::Recovery,
            UserStatus::PasswordExpired,
            UserStatus::LockedOut,
            UserStatus::Suspended,
            UserStatus::Deprovisioned,
            UserStatus::Other,
        ];
        let inactive: Vec<UserStatus> =
            all.into_iter().filter(|status| !account(&user(*status, &[("login", "a")])).active).collect();
        assert_eq!(inactive, [UserStatus::Suspended, UserStatus::Deprovisioned]);
    }
}
