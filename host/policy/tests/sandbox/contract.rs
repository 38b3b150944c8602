//! The contract is frozen in shape within 0.1.x: what was built for the first one runs for ever.

use usher_core::decision::{GroupVerdict, TargetGroup, UserVerdict};
use usher_policy::{ConfiguredPolicy, Limits, LogLine, PolicyError};

use crate::fixture::{engine, groups, people};

const FIRST: &str = include_str!("../../../../tests/plugins/first-contract/wit-0.1.0/usher-policy.wit");
const NOW: &str = include_str!("../../../../wit/usher-policy.wit");

/// The contract without what may change: comments, white space, and the last number of the version.
fn shape(wit: &str) -> String {
    let lines = wit.lines().map(|line| line.split("//").next().unwrap_or_default());
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let text = words.join(" ").replace(", }", " }");
    let (package, rest) = text.split_once("; ").expect("a package comes first");
    let (name, _) = package.rsplit_once('.').expect("a package has a version");
    format!("{name}; {rest}")
}

/// One interface or world, from its name to its end.
fn part<'a>(shape: &'a str, begin: &str) -> &'a str {
    let (_, rest) = shape.split_once(begin).unwrap_or_else(|| panic!("no {begin:?}"));
    let end = [" interface ", " world "].iter().filter_map(|next| rest.find(next)).min();
    rest[..end.unwrap_or(rest.len())].trim_end_matches('}').trim()
}

#[test]
fn the_contract_has_the_shape_that_it_had_in_0_1_0() {
    let (first, now) = (shape(FIRST), shape(NOW));
    assert!(first.starts_with("package usher:policy@0.1; "), "{first}");
    assert!(
        now.starts_with("package usher:policy@0.1; "),
        "a reshaped contract is 0.2, in a file of its own: {now}"
    );
    for fixed in ["world plugin {", "interface types {", "interface policy {"] {
        assert_eq!(part(&now, fixed), part(&first, fixed), "{fixed} is (left) no more what it was (right)");
    }
    // The host may offer more than it did: functions may be added to what is imported.
    let log = |shape: &str| part(shape, "interface log {").to_owned();
    assert!(log(&now).starts_with(&log(&first)), "the log lost what it had: {}", log(&now));
}

#[test]
fn a_change_of_shape_is_seen() {
    let other = |from: &str, to: &str| {
        assert!(FIRST.contains(from), "{from}");
        shape(&FIRST.replace(from, to))
    };
    let types = "interface types {";
    let first = shape(FIRST);
    let changed = other("display-name: string }", "display-name: string, note: option<string> }");
    assert_ne!(part(&changed, types), part(&first, types));
    let told = other("/// Works before `configure`.", "/// Works at any time.");
    assert_eq!(told, first);
    let patched = other("usher:policy@0.1.0", "usher:policy@0.1.7");
    assert_eq!(patched, first);
    assert!(!other("usher:policy@0.1.0", "usher:policy@0.2.0").starts_with("package usher:policy@0.1; "));
}

fn first_contract(config: serde_json::Value) -> Result<ConfiguredPolicy, PolicyError> {
    let component = usher_plugin_build::workspace_policy("usher-first-contract")
        .unwrap_or_else(|error| panic!("{error}"));
    let loaded = engine(Limits::default()).load("first.wasm", &component)?;
    assert_eq!(loaded.contract(), "0.1.0");
    assert_eq!(loaded.description().name, "first-contract");
    loaded.configure(&config, 1_700_000_000)
}

#[test]
fn a_policy_built_for_the_first_contract_still_decides() {
    let mut policy = first_contract(serde_json::json!({})).unwrap();
    let told: Vec<String> = policy.take_log().into_iter().map(|LogLine { message, .. }| message).collect();
    assert_eq!(told, ["configured at 1700000000"]);
    assert_eq!(policy.needs().user_attributes, ["department"]);
    let decided = policy.decide_groups(&groups(1)).unwrap();
    let target = TargetGroup { key: Some("k".to_owned()), display_name: "group ".to_owned() };
    assert_eq!(decided[0].verdict, GroupVerdict::Sync(vec![target]));
    let decided = policy.decide_users(&people(2)).unwrap();
    assert_eq!((decided[1].id.as_str(), decided[1].why.rule.as_str()), ("00u2", "department"));
    assert_eq!(decided[1].groups.as_deref(), Some(&[][..]));
    let UserVerdict::Sync(account) = &decided[1].verdict else { panic!("{decided:?}") };
    assert_eq!(account.work.as_ref().and_then(|work| work.department.as_deref()), Some("R&D"));
}

#[test]
fn a_policy_built_for_the_first_contract_still_refuses() {
    let error = first_contract(serde_json::json!({ "a": 1 })).unwrap_err();
    let PolicyError::Config { problems, .. } = error else { panic!("{error}") };
    assert_eq!(problems.iter().map(|problem| problem.position).collect::<Vec<_>>(), [None, Some((2, 3))]);
}
