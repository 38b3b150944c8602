//! The policy, natively.

use usher_guest::UserVerdict;
use usher_guest::test::Run;

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
    for person in [ann(), ann().with("department", "Poetry")] {
        let decision = policy("").user(&person);
        assert_eq!((decision.verdict(), decision.rule()), (&UserVerdict::Skip, "not-in-table"));
    }
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
