//! Groups and people as a policy sees them, as the items of a case.

use std::collections::BTreeMap;

use serde_json::json;
use usher_cases::{CaseGroup, CaseOrigin, CaseStatus, CaseUser, CaseValue};
use usher_core::desired::UserToDecide;
use usher_core::source::{Attributes, GroupOrigin, SourceGroup, UserStatus, Value};

/// The attribute by which a case names a person.
const LOGIN: &str = "login";

/// A group with the attributes of it that a policy reads.
pub(crate) fn group(group: &SourceGroup, reads: &[String]) -> CaseGroup {
    CaseGroup {
        id: group.id.as_str().to_owned(),
        name: group.name.clone(),
        description: group.description.clone(),
        origin: match group.origin {
            GroupOrigin::Okta => CaseOrigin::Okta,
            GroupOrigin::App => CaseOrigin::App,
            GroupOrigin::BuiltIn => CaseOrigin::BuiltIn,
        },
        attributes: attributes(&group.attributes, reads),
        expect: None,
        line: 0,
    }
}

/// A person with the attributes that a policy reads, and the account that it sees. One who does not read the login knows a person by the
/// userName of that account, so the case does too: nothing stands in it that the policy did not see.
pub(crate) fn user(user: &UserToDecide, reads: &[String]) -> CaseUser {
    let mut attributes = attributes(&user.source.profile, reads);
    let user_name = &user.draft.user_name;
    if !reads.iter().any(|name| name == LOGIN) && !user_name.trim().is_empty() {
        attributes.insert(LOGIN.to_owned(), CaseValue::Text(user_name.clone()));
    }
    let mut case = CaseUser {
        id: user.source.id.as_str().to_owned(),
        login: attributes.get(LOGIN).and_then(CaseValue::as_text).unwrap_or_default().to_owned(),
        status: status(user.source.status),
        attributes,
        groups: user.groups.clone(),
        draft_overrides: None,
        expect: None,
        line: 0,
    };
    case.begin_with(&json!(user.draft));
    case
}

fn attributes(attributes: &Attributes, reads: &[String]) -> BTreeMap<String, CaseValue> {
    let value = |value: &Value| match value {
        Value::Text(text) => CaseValue::Text(text.clone()),
        Value::Integer(number) => CaseValue::Integer(*number),
        Value::Number(number) => CaseValue::Number(*number),
        Value::Boolean(truth) => CaseValue::Boolean(*truth),
        Value::Texts(texts) => CaseValue::Texts(texts.clone()),
        Value::Integers(numbers) => CaseValue::Integers(numbers.clone()),
        Value::Numbers(numbers) => CaseValue::Numbers(numbers.clone()),
    };
    let read = reads.iter().filter_map(|name| attributes.get_key_value(name));
    read.map(|(name, it)| (name.clone(), value(it))).collect()
}

fn status(status: UserStatus) -> CaseStatus {
    match status {
        UserStatus::Staged => CaseStatus::Staged,
        UserStatus::Provisioned => CaseStatus::Provisioned,
        UserStatus::Active => CaseStatus::Active,
        UserStatus::Recovery => CaseStatus::Recovery,
        UserStatus::PasswordExpired => CaseStatus::PasswordExpired,
        UserStatus::LockedOut => CaseStatus::LockedOut,
        UserStatus::Suspended => CaseStatus::Suspended,
        UserStatus::Deprovisioned => CaseStatus::Deprovisioned,
        UserStatus::Other => CaseStatus::Other,
    }
}

#[cfg(test)]
mod tests {
    use usher_core::draft;
    use usher_core::id::OktaUserId;
    use usher_core::source::SourceUser;

    use super::*;

    fn ann() -> UserToDecide {
        let profile = [("login", "ann@acme.example"), ("firstName", "Ann"), ("secret", "hush")];
        let source = SourceUser {
            id: OktaUserId::new("00u1"),
            status: UserStatus::Suspended,
            profile: profile.map(|(name, text)| (name.to_owned(), Value::Text(text.to_owned()))).into(),
        };
        let draft = draft::account(&source);
        UserToDecide { source, groups: vec!["k".to_owned()], draft }
    }

    #[test]
    fn nothing_stands_in_a_case_that_the_policy_did_not_see() {
        let mut ann = ann();
        ann.draft.user_name = "a.ash".to_owned();
        let case = user(&ann, &["firstName".to_owned()]);
        assert_eq!((case.login.as_str(), case.attributes.len()), ("a.ash", 2));
        assert!(!format!("{case:?}").contains("ann@acme.example") && !format!("{case:?}").contains("hush"));
        assert_eq!(case.draft(), json!(ann.draft));
    }

    #[test]
    fn whoever_reads_the_login_is_shown_the_one_that_was_there() {
        let reads = ["login".to_owned()];
        assert_eq!(user(&ann(), &reads).login, "ann@acme.example");
        let mut nobody = ann();
        nobody.source.profile.remove("login");
        let case = user(&nobody, &reads);
        assert_eq!((case.login.as_str(), case.attributes.len()), ("", 0));
        assert_eq!(case.draft(), json!(nobody.draft));
    }
}
