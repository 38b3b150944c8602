//! Whatever a policy saw and said, the file that records it reads as just that.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use usher_cases::{
    Case, CaseFile, CaseGroup, CaseOrigin, CaseStatus, CaseUser, CaseValue, Expectation, Limits, NotWritten,
    Outcome,
};

/// What makes trouble in files, on terminals and between quotes.
const AWKWARD: [&str; 18] = [
    "",
    " ",
    "\"\"\"",
    "\'\'\'\'",
    "\'\"",
    "\\",
    "\\u0041",
    "a\nb",
    "\n",
    "a\r\nb",
    "\r",
    "\t",
    "\u{0}",
    "\u{1b}[2J\u{9b}1m",
    "\u{7f}",
    "\u{202e}desrever\u{feff}",
    "日本語 Zoë 🙂",
    "# = [a] {b}",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(&AWKWARD[..]).prop_map(str::to_owned),
        vec(any::<char>(), 0..8).prop_map(String::from_iter),
        vec(proptest::sample::select(&AWKWARD[..]), 1..4).prop_map(|parts| parts.concat()),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    let awkward = [
        0.0,
        -0.0,
        1e300,
        -1e300,
        5e-324,
        0.1 + 0.2,
        f64::MAX,
        f64::MIN_POSITIVE,
        1e15,
        9.007_199_254_740_993e15,
    ];
    prop_oneof![
        proptest::sample::select(awkward.to_vec()),
        any::<f64>().prop_filter("Okta has no other", |number| number.is_finite()),
    ]
}

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![Just(i64::MAX), Just(i64::MIN), Just(0), any::<i64>()]
}

fn attribute() -> impl Strategy<Value = CaseValue> {
    prop_oneof![
        text().prop_map(CaseValue::Text),
        integer().prop_map(CaseValue::Integer),
        number().prop_map(CaseValue::Number),
        any::<bool>().prop_map(CaseValue::Boolean),
        vec(text(), 0..3).prop_map(CaseValue::Texts),
        vec(integer(), 0..3).prop_map(CaseValue::Integers),
        vec(number(), 0..3).prop_map(CaseValue::Numbers),
    ]
}

fn attributes() -> impl Strategy<Value = BTreeMap<String, CaseValue>> {
    let drafted = ["login", "firstName", "lastName", "displayName", "title", "department", "city"];
    let name = prop_oneof![proptest::sample::select(drafted.to_vec()).prop_map(str::to_owned), text()];
    btree_map(name, attribute(), 0..6)
}

fn config() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        text().prop_map(Json::from),
        integer().prop_map(Json::from),
        number().prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            btree_map(text(), inner, 0..4).prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    });
    btree_map(text(), value, 0..4).prop_map(|fields| Json::Object(fields.into_iter().collect()))
}

/// An account as the host has them: an optional text is filled or absent, and a record without any field is absent.
fn account() -> impl Strategy<Value = Json> {
    let filled = || proptest::option::of(text().prop_filter("filled", |text| !text.is_empty()));
    let record = move |names: &'static [&'static str]| {
        vec(filled(), names.len()).prop_map(move |texts| {
            let fields: Map<String, Json> =
                names.iter().zip(texts).map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
            if fields.values().all(Json::is_null) { Json::Null } else { Json::Object(fields) }
        })
    };
    let name = (text(), text(), vec(filled(), 4)).prop_map(|(given, family, rest)| {
        json!({ "given": given, "family": family, "formatted": rest[0], "middle": rest[1], "prefix": rest[2], "suffix": rest[3] })
    });
    let texts = [
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
    (
        (text(), any::<bool>(), text(), name),
        vec(filled(), texts.len()),
        record(&["formatted", "street", "locality", "region", "postal-code", "country"]),
        record(&["employee-number", "cost-center", "organization", "division", "department", "manager"]),
    )
        .prop_map(move |((user_name, active, display_name, name), optional, address, work)| {
            let mut account = json!({ "user-name": user_name, "active": active, "display-name": display_name, "name": name });
            for (field, text) in texts.into_iter().zip(optional) {
                account[field] = json!(text);
            }
            account["address"] = address;
            account["work"] = work;
            account
        })
}

fn id() -> impl Strategy<Value = String> {
    text().prop_filter("an id holds something", |id| !id.trim().is_empty())
}

fn group() -> impl Strategy<Value = CaseGroup> {
    let origin = proptest::sample::select(vec![CaseOrigin::Okta, CaseOrigin::App, CaseOrigin::BuiltIn]);
    (id(), text(), proptest::option::of(text()), origin, attributes()).prop_map(
        |(id, name, description, origin, attributes)| CaseGroup {
            id,
            name,
            description,
            origin,
            attributes,
            expect: None,
            line: 0,
        },
    )
}

/// A person with the account that the policy saw, and the one that it answered.
fn user() -> impl Strategy<Value = (CaseUser, Json, Json)> {
    let status = proptest::sample::select(CaseStatus::WORDS);
    (id(), status, attributes(), btree_set(text(), 0..3), account(), account()).prop_map(
        |(id, status, attributes, groups, seen, answered)| {
            let mut user = CaseUser {
                id,
                login: attributes.get("login").and_then(CaseValue::as_text).unwrap_or_default().to_owned(),
                status: CaseStatus::of_word(status).expect("a word of the list"),
                attributes,
                groups: groups.into_iter().collect(),
                draft_overrides: None,
                expect: None,
                line: 0,
            };
            user.begin_with(&seen);
            (user, seen, answered)
        },
    )
}

fn file(config: Json, groups: Vec<CaseGroup>, users: Vec<CaseUser>) -> CaseFile {
    let case = Case {
        name: "all".to_owned(),
        config: None,
        now: None,
        groups,
        users,
        expect_problems: Vec::new(),
        line: 0,
    };
    CaseFile { version: 1, config, now: Some(5), limits: Limits::default(), cases: vec![case] }
}

/// Numbers to the bit: -0.0 equals 0.0.
fn to_the_bit(file: &CaseFile) -> String {
    format!("{file:?}")
}

proptest! {
    #[test]
    fn any_configuration_group_and_person_reads_as_it_was_written(
        config in config(),
        group in group(),
        (user, seen, _) in user(),
    ) {
        let file = file(config, vec![group], vec![user]);
        let text = file.written().map_err(|error| TestCaseError::fail(format!("{error}: {}", file.to_toml())))?;
        let mut read = CaseFile::parse(&text).expect("it was read before");
        prop_assert_eq!(read.cases[0].users[0].draft(), seen);
        read.cases[0].line = 0;
        read.cases[0].groups[0].line = 0;
        read.cases[0].users[0].line = 0;
        prop_assert_eq!(to_the_bit(&read), to_the_bit(&file), "{}", text);
    }

    #[test]
    fn any_answer_is_met_by_itself_after_it_was_recorded(
        (mut user, seen, account) in user(),
        groups in proptest::option::of(vec((proptest::option::of(text()), text()), 0..3)),
        rule in text(),
        message in text(),
        synced in any::<bool>(),
    ) {
        let groups = groups.map(|groups| {
            groups.into_iter().map(|(key, name)| json!({ "key": key, "name": name })).collect::<Vec<_>>()
        });
        let (verdict, account) = if synced { ("sync", account) } else { ("keep", Json::Null) };
        let decision = json!({
            "id": user.id, "verdict": verdict, "account": account, "groups": groups, "rule": rule, "message": message,
        });
        user.expect = Some(Expectation::recorded_whole(&decision, &seen));
        let text = file(json!({}), vec![], vec![user]).written();
        let text = text.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let file = CaseFile::parse(&text).expect("it was read before");
        let outcome = Outcome::Decided { groups: vec![], users: vec![decision.clone()] };
        let report = file.cases[0].check(&outcome);
        prop_assert!(report.passes(), "{}\n{}", report, text);
        // And by no other: whoever is kept has the draft, and keeps the given groups unless others are named.
        let mut other = decision;
        other["groups"] = if other["groups"].is_null() { json!([]) } else { Json::Null };
        let outcome = Outcome::Decided { groups: vec![], users: vec![other] };
        prop_assert!(!file.cases[0].check(&outcome).passes(), "{}", text);
    }
}

#[test]
fn who_looks_at_a_recorded_file_in_a_terminal_sees_what_is_in_it() {
    let name = AWKWARD.concat();
    let group = CaseGroup {
        id: "00g1".to_owned(),
        name: name.clone(),
        description: Some(name.clone()),
        origin: CaseOrigin::Okta,
        attributes: BTreeMap::from([("a".to_owned(), CaseValue::Texts(vec![name.clone()]))]),
        expect: None,
        line: 0,
    };
    let text = file(json!({ "a": [name] }), vec![group], vec![]).written().unwrap();
    let hidden = |it: &char| it.is_control() && *it != '\n' || ['\u{202e}', '\u{feff}'].contains(it);
    assert_eq!(text.chars().find(hidden), None, "{text}");
    assert!(text.contains("日本語 Zoë 🙂"), "{text}");
}

#[test]
fn an_empty_list_keeps_its_kind() {
    let text = "version = 1\n[[case]]\nname = \"a\"\n[[case.user]]\nlogin = \"ann\"\n\
                attributes = { a = [], b = { integers = [] }, c = { numbers = [] }, d = { integers = [3] } }\n";
    let read = CaseFile::parse(text).unwrap();
    let values: Vec<_> =
        ["a", "b", "c", "d"].map(|name| read.cases[0].users[0].attributes[name].clone()).into();
    let lists = [
        CaseValue::Texts(vec![]),
        CaseValue::Integers(vec![]),
        CaseValue::Numbers(vec![]),
        CaseValue::Integers(vec![3]),
    ];
    assert_eq!(values, lists);
    let wrong = CaseFile::parse(&text.replace("{ integers = [3] }", "{ integers = [0.5] }")).unwrap_err();
    assert!(wrong.to_string().starts_with("line 6: `case.user.attributes.d` must be"), "{wrong}");
}

#[test]
fn somebody_without_a_login_is_named_by_the_id() {
    let text = |lines: &str| format!("version = 1\n[[case]]\nname = \"a\"\n[[case.user]]\n{lines}");
    let file = CaseFile::parse(&text("id = \"00u1\"\n")).unwrap();
    let user = &file.cases[0].users[0];
    assert_eq!((user.label().as_str(), user.attributes.len()), ("user `00u1`", 0));
    let blank = CaseFile::parse(&text("id = \"00u1\"\nattributes.login = \" \"\n")).unwrap();
    let user = &blank.cases[0].users[0];
    assert_eq!((user.label().as_str(), user.attributes["login"].as_text()), ("user `00u1`", Some(" ")));
    let neither = CaseFile::parse(&text("status = \"staged\"\n")).unwrap_err();
    assert_eq!(neither.to_string(), "line 4: `case.user.login` is missing");
}

#[test]
fn what_no_case_file_can_say_is_told_and_not_left_out() {
    let written = |config: Json| file(config, vec![], vec![]).written();
    assert!(written(json!({ "a": [1, { "b": 2 }] })).is_ok());
    assert_eq!(written(json!({ "a": null })), Err(NotWritten::Otherwise));
    assert_eq!(written(json!({ "a": u64::MAX })), Err(NotWritten::Otherwise));
    let late = CaseFile { now: Some(u64::MAX), ..file(json!({}), vec![], vec![]) };
    assert_eq!(late.written(), Err(NotWritten::Otherwise));
    let twice = CaseUser {
        id: "00u1".to_owned(),
        login: String::new(),
        status: CaseStatus::Active,
        attributes: BTreeMap::new(),
        groups: vec![],
        draft_overrides: None,
        expect: None,
        line: 0,
    };
    let refused = file(json!({}), vec![], vec![twice.clone(), twice]).written().unwrap_err();
    assert!(refused.to_string().contains("the person with the id `00u1` is there twice"), "{refused}");
}
