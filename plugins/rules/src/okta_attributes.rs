//! Okta's own profile attributes. An organisation may add any other, so a name that is not among them is only odd when it
//! is nearly one of them.

/// The base profile of a user (reference okta.md, profile).
const BASE: [&str; 31] = [
    "login",
    "email",
    "secondEmail",
    "firstName",
    "lastName",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
    "title",
    "displayName",
    "nickName",
    "profileUrl",
    "primaryPhone",
    "mobilePhone",
    "streetAddress",
    "city",
    "state",
    "zipCode",
    "countryCode",
    "postalAddress",
    "preferredLanguage",
    "locale",
    "timezone",
    "userType",
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "managerId",
    "manager",
];

/// Whether the attribute is one of Okta's own. All of these are texts.
pub(crate) fn is_base(name: &str) -> bool {
    BASE.contains(&name)
}

/// Okta's own attribute that is probably meant by another name: one letter away, two in a long name, or of another case.
pub(crate) fn meant(name: &str) -> Option<&'static str> {
    if is_base(name) {
        return None;
    }
    let limit = if name.chars().count() < 8 { 1 } else { 2 };
    let lower = name.to_lowercase();
    BASE.into_iter().find(|base| strsim::damerau_levenshtein(&lower, &base.to_lowercase()) <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_oktas_own_names_is_noticed_and_an_own_attribute_is_not() {
        for (slip, base) in [
            ("userTyp", "userType"),
            ("usertype", "userType"),
            ("deparment", "department"),
            ("costCentre", "costCenter"),
            ("logn", "login"),
        ] {
            assert_eq!(meant(slip), Some(base), "{slip}");
        }
        for own in
            ["sponsor", "contractEnd", "awsRole", "team", "employeeId", "userType", "manager", "region"]
        {
            assert_eq!(meant(own), None, "{own}");
        }
    }
}
