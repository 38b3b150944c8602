//! Groups made from an attribute, with what people really write into it.

use serde_json::json;
use usher_tests::{Org, Sim};

const RULES: &str = r#"
[[policy.config.groups]]
name = "all"
when = 'group.name == "all"'
sync = '"All"'

[[policy.config.users]]
name = "department"
when = 'has(user.department) && user.department.trim() != ""'
add_groups = '"dept-" + user.department.trim()'
message = '"works in " + user.department'
"#;

fn with(departments: &[(&str, &str)]) -> Sim {
    let org = departments.iter().fold(Org::new(), |org, (name, department)| {
        org.person_with(name, json!({ "department": department }))
    });
    let mut sim = Sim::start(org.group("all", departments.iter().map(|(name, _)| *name)));
    sim.rest = RULES.to_owned();
    sim
}

#[test]
fn a_department_of_any_script_and_length_makes_a_group_and_an_empty_one_none() {
    let long = "x".repeat(200);
    let sim = with(&[
        ("ann", "R&D \"x\"\\"),
        ("bob", " Köln 日本 "),
        ("cem", &long),
        ("dan", ""),
        ("eve", "   "),
        ("fay", "Köln 日本"),
    ]);
    sim.sync([]).exits(0);
    let target = sim.target();
    let long = format!("dept-{long}");
    assert_eq!(target.group_names(), ["All", "dept-Köln 日本", "dept-R&D \"x\"\\", long.as_str()]);
    assert_eq!(target.members("dept-Köln 日本"), ["bob", "fay"]);
    assert_eq!(target.members("All").len(), 6);
    // The same groups are found again, by keys that come from their names.
    sim.plan([]).exits(0).prints("nothing to do");
}

#[test]
fn departments_that_differ_in_case_only_are_one_name_to_aws_and_a_conflict() {
    let sim = with(&[("ann", "Sales"), ("bob", "sales"), ("cem", "Legal")]);
    // The others are not kept waiting by it.
    sim.sync([]).exits(5).prints("\"dept-Sales\"").prints("\"dept-sales\"").prints("conflict");
    let target = sim.target();
    assert_eq!(target.group_names(), ["All", "dept-Legal"]);
    assert_eq!(target.people(), ["ann", "bob", "cem"]);

    // Written in one way from the first they are one group.
    let mut sim = with(&[("ann", "Sales"), ("bob", "sales"), ("cem", "Legal")]);
    sim.rest = RULES.replace("+ user.department.trim()", "+ user.department.trim().lowerAscii()");
    sim.sync([]).exits(0);
    let target = sim.target();
    assert_eq!(target.members("dept-sales"), ["ann", "bob"]);
}

#[test]
fn a_department_that_aws_would_refuse_as_a_name_holds_that_person_alone() {
    let long = "y".repeat(1_100);
    let sim = with(&[("ann", "Sa\u{200b}les"), ("bob", &long), ("cem", "Legal")]);
    sim.sync([]).exits(5).prints("U+200B").prints("1105 characters, AWS takes 1024 at most");
    assert_eq!(sim.target().people(), ["cem"]);
}
