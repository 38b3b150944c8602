//! The draft that a case begins with is the one that the host makes.

use std::collections::BTreeMap;

use usher_cases::{CaseStatus, CaseValue};
use usher_core::draft::account;
use usher_core::id::OktaUserId;
use usher_core::source::{SourceUser, UserStatus, Value};

/// Every attribute that a draft is made of.
const ATTRIBUTES: [&str; 28] = [
    "login",
    "email",
    "firstName",
    "lastName",
    "displayName",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
    "primaryPhone",
    "nickName",
    "title",
    "userType",
    "profileUrl",
    "preferredLanguage",
    "locale",
    "timezone",
    "postalAddress",
    "streetAddress",
    "city",
    "state",
    "zipCode",
    "countryCode",
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "managerId",
];

fn assert_same(profile: &[(&str, &str)], status: CaseStatus) {
    let of_case = |(name, text): &(&str, &str)| ((*name).to_owned(), CaseValue::Text((*text).to_owned()));
    let of_host = |(name, text): &(&str, &str)| ((*name).to_owned(), Value::Text((*text).to_owned()));
    let word: UserStatus = serde_json::from_value(status.word().into()).expect("the host has the same words");
    let source = SourceUser {
        id: OktaUserId::new("00u1"),
        status: word,
        profile: profile.iter().map(of_host).collect(),
    };
    let expected = serde_json::to_value(account(&source)).expect("an account is JSON");
    let profile: BTreeMap<_, _> = profile.iter().map(of_case).collect();
    assert_eq!(usher_cases::draft(&profile, status), expected, "{profile:?}");
}

#[test]
fn a_full_profile_gives_the_hosts_draft() {
    let full: Vec<(&str, &str)> = ATTRIBUTES.iter().map(|name| (*name, *name)).collect();
    assert_same(&full, CaseStatus::Active);
}

#[test]
fn each_attribute_alone_and_each_left_out_gives_the_hosts_draft() {
    for one in ATTRIBUTES {
        assert_same(&[(one, " value ")], CaseStatus::Active);
        for blank in ["", "  "] {
            let all: Vec<(&str, &str)> =
                ATTRIBUTES.iter().map(|name| (*name, if *name == one { blank } else { "value" })).collect();
            assert_same(&all, CaseStatus::Active);
        }
    }
}

#[test]
fn each_status_gives_the_hosts_draft() {
    for word in CaseStatus::WORDS {
        assert_same(&[("login", "ann")], CaseStatus::of_word(word).unwrap());
    }
}
