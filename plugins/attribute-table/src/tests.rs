//! The policy, natively.

use usher_guest::test::Run;
use usher_guest::{UserVerdict, Value};

use super::*;

const TABLE: &str =
    r#""attribute": "department", "groups": {"Sales": ["crm"], "Data": ["warehouse", "crm"]}"#;

fn policy(more: &str) -> Run<AttributeTable> {
    Run::of::<AttributeTable>(&format!("{{{TABLE}{more}}}")).unwrap()
}

fn ann() -> User {
    User::named("ann@acme.example").in_groups(&["00g-devs"])
}

fn named(names: &[&str]) -> Vec<TargetGroup> {
    names.iter().copied().map(TargetGroup::new).collect()
}

#[test]
fn the_table_says_which_groups_a_person_is_in() {
    let decision = policy("").user(&ann().with("department", "Data"));
    assert_eq!(decision.own_groups(), Some(named(&["crm", "warehouse"]).as_slice()));
    assert_eq!((decision.rule(), decision.message()), ("table", "`department`: Data"));
}

#[test]
fn of_a_list_every_value_counts_and_no_group_twice() {
    let decision = policy("").user(&ann().with("department", ["Sales", "Data", "Poetry"]));
    assert_eq!(decision.own_groups(), Some(named(&["crm", "warehouse"]).as_slice()));
}

#[test]
fn who_is_not_in_the_table_does_not_come_along() {
    let empty: [&str; 0] = [];
    let others =
        [Value::from("Poetry"), "".into(), empty.into(), 3.into(), 3.5.into(), true.into(), [3].into()];
    let others = others.into_iter().map(|value| ann().with("department", value));
    for person in others.chain([ann()]) {
        let decision = policy("").user(&person);
        assert_eq!((decision.verdict(), decision.rule()), (&UserVerdict::Skip, "not-in-table"));
    }
}

/// A table whose keys and groups are called alike, and the groups of somebody with that value.
fn groups_of(value: impl Into<Value>) -> Option<Vec<String>> {
    let keys = ["3", "-4", "3.5", "0", "true", "false", "9007199254740993"];
    let table: Vec<_> = keys.iter().map(|key| format!(r#""{key}": ["{key}"]"#)).collect();
    let config = format!(r#"{{"attribute": "clearance", "groups": {{{}}}}}"#, table.join(", "));
    let policy = Run::of::<AttributeTable>(&config).unwrap();
    let decision = policy.user(&ann().with("clearance", value));
    decision.own_groups().map(|groups| groups.iter().map(|group| group.display_name.clone()).collect())
}

fn in_groups(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn a_number_and_a_truth_count_as_they_are_written() {
    assert_eq!(groups_of(3), in_groups(&["3"]));
    assert_eq!(groups_of(-4), in_groups(&["-4"]));
    assert_eq!(groups_of(9_007_199_254_740_993), in_groups(&["9007199254740993"]));
    assert_eq!(groups_of(3.5), in_groups(&["3.5"]));
    assert_eq!(groups_of(true), in_groups(&["true"]));
    assert_eq!(groups_of(false), in_groups(&["false"]));
    // JSON's 3.0 and -0 are the same numbers as 3 and 0.
    assert_eq!(groups_of(3.0), in_groups(&["3"]));
    assert_eq!(groups_of(-0.0), in_groups(&["0"]));
    assert_eq!((groups_of(4), groups_of(3.25)), (None, None));
}

#[test]
fn of_a_list_of_numbers_every_one_counts() {
    assert_eq!(groups_of([3, 5, -4]), in_groups(&["-4", "3"]));
    assert_eq!(groups_of([3.0, 3.5]), in_groups(&["3", "3.5"]));
}

#[test]
fn who_has_a_number_of_several_spellings_is_held_and_no_leaver() {
    let numbers = [0.1 + 0.2, 1e20, 1e-20, f64::INFINITY];
    let alone = numbers.map(Value::from);
    let beside_others = numbers.map(|number| Value::from([3.0, number]));
    for value in alone.into_iter().chain(beside_others) {
        for more in ["", r#", "keep_okta_groups": true"#] {
            let decision = policy(more).user(&ann().with("department", value.clone()));
            assert_eq!(
                (decision.verdict(), decision.rule()),
                (&UserVerdict::Hold, "unclear-number"),
                "{value:?}"
            );
        }
    }
    let decision = policy("").user(&ann().with("department", 1e20));
    assert_eq!(decision.message(), "`department`: 1e20 can be written in several ways");
}

#[test]
fn groups_from_okta_can_stay_beside_those_of_the_table() {
    let policy = policy(r#", "keep_okta_groups": true"#);
    let given = TargetGroup::new("").key("00g-devs");
    let decision = policy.user(&ann().with("department", "Sales"));
    assert_eq!(decision.own_groups(), Some([given, TargetGroup::new("crm")].as_slice()));
    let decision = policy.user(&ann());
    assert_eq!((decision.verdict(), decision.own_groups()), (&UserVerdict::Keep, None));
}

#[test]
fn only_the_one_attribute_is_read_and_groups_are_left_to_the_host() {
    let policy = policy("");
    assert!(!policy.needs().groups);
    assert_eq!(policy.needs().user_attributes.iter().collect::<Vec<_>>(), ["department"]);
}
