//! A company's base policy and a local one after it, as an organisation with subsidiaries has them.

use serde_json::json;
use usher_tests::{Org, Sim};

/// The company says who comes along, what accounts look like and which groups there are; the local office adds to it.
const ROW: &str = r#"
[[policy]]
name = "company"
component = "builtin:rules"

[[policy.config.groups]]
name = "aws"
when = 'group.name.startsWith("aws-")'
sync = 'group.name.substring(4)'

[[policy.config.users]]
name = "no-cost-centre"
when = '!has(user.costCenter)'
then = "hold"
message = '"no cost centre: " + user.login'

[[policy.config.users]]
name = "department"
when = 'has(user.department)'
add_groups = '{"name": "dept " + user.department, "key": "dept-" + user.department.lowerAscii()}'

[policy.config.account]
displayName = 'user.lastName + ", " + user.firstName'
"work.costCenter" = 'user.costCenter'

[[policy]]
name = "berlin"
component = "builtin:rules"

[[policy.config.groups]]
name = "local-names"
when = 'group.name == "aws-admins"'
sync = '{"name": "Berlin admins", "key": "berlin-admins"}'

[[policy.config.users]]
name = "contractors"
when = 'has(user.userType) && user.userType == "contractor"'
then = "skip"

[[policy.config.users]]
name = "sales-sees-reports"
when = '"dept-sales" in user.groups'
then = "keep"
groups = 'user.groups.filter(key, key != "berlin-admins") + ["Reports"]'

[policy.config.account]
displayName = 'draft.displayName + " (Berlin)"'

[policy.config.otherwise]
groups = "sync"
"#;

fn berlin() -> Sim {
    let org = Org::new()
        .person_with("ann", json!({ "costCenter": "1", "department": "Sales" }))
        .person_with("bob", json!({ "costCenter": "2" }))
        .person_with("cem", json!({ "costCenter": "3", "userType": "contractor" }))
        .person_with("dan", json!({ "userType": "contractor" }))
        .group("aws-admins", ["ann", "bob", "cem", "dan"])
        .group("choir", ["ann"]);
    let mut sim = Sim::start(org);
    sim.rest = ROW.to_owned();
    sim
}

#[test]
fn the_local_policy_works_on_what_the_companys_left_and_the_report_says_who_decided() {
    let sim = berlin();
    let outcome = sim.plan([]).exits(5);
    // Held by the company's, so the local one was not asked, which would have skipped him.
    outcome.prints("no cost centre: dan@example.com (company/no-cost-centre)");
    let report = sim.sync(["--json"]).exits(5).json();
    assert_eq!(report["seen"]["skipped"]["berlin/contractors"], 1);
    assert_eq!(report["seen"]["skipped"]["company/no-rule"], 1);
    assert!(report.to_string().contains("\"company/no-cost-centre\""), "{report}");

    // Each group is told with the rule that made it, though the local policy had the last word on the person.
    let made = |group: &str| {
        let operations = report["plan"]["operations"].as_array().expect("a list").iter();
        let mut made = operations.filter(|it| {
            it["change"]["kind"] == "create-group" && it["change"]["group"]["displayName"] == group
        });
        made.next().unwrap_or_else(|| panic!("{group} in {report:#}"))["why"]["rule"].clone()
    };
    assert_eq!(made("dept Sales"), "company/department");
    assert_eq!(made("Reports"), "berlin/sales-sees-reports");
    assert_eq!(made("Berlin admins"), "berlin/local-names");

    let target = sim.target();
    assert_eq!(target.people(), ["ann", "bob"]);
    // Both changed the draft: one the name and the cost centre, the other the name that it found.
    assert_eq!(target.user("ann")["displayName"], "Example, Ann (Berlin)");
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(target.user("bob")[enterprise]["costCenter"], "2");
    // The name of the company's rule for groups was replaced, and its department group kept by its key alone.
    assert_eq!(target.group_names(), ["Berlin admins", "Reports", "dept Sales"]);
    assert_eq!(target.members("Berlin admins"), ["bob"]);
    assert_eq!(target.members("dept Sales"), ["ann"]);
    assert_eq!(target.members("Reports"), ["ann"]);
    // What was done is done: the row comes to the same again.
    sim.plan([]).prints("nothing to do");
}

#[test]
fn every_mistake_of_every_policy_of_a_row_is_told_at_once_with_its_place_in_the_file() {
    let mut sim = berlin();
    sim.rest = r#"
[[policy]]
name = "company"
component = "builtin:prefix"
config = { prefx = "aws-" }

[[policy]]
name = "local"
component = "builtin:rules"
[[policy.config.users]]
name = "sales"
when = '''
has(user.department)
  && user.department == departmnt'''
then = "skip"
[policy.config.account]
title = "\"Dr \" + user.titel()"
"#
    .to_owned();
    let refused = sim.plan([]).fails_clearly(2);
    // The services stand above, in the first nine lines.
    refused
        .says("usher.toml:12: /prefx: unknown field `prefx`")
        .says("usher.toml:21:25: /users/0/when: rule `sales`, `when`: there is no variable `departmnt`")
        .says("usher.toml:24: /account/title, line 1, column 19 of its text: account field `title`: there is no function `titel`");
    assert_eq!(sim.requests().total, 0);
}

#[test]
fn the_row_in_the_document_works_as_it_stands_there() {
    let document = include_str!("../../docs/policies.md");
    let mut blocks = document.split("```toml\n").skip(1).filter_map(|it| it.split("```").next());
    let row = blocks.find(|block| block.contains("name = \"berlin\"")).expect("the document shows a row");
    let org = Org::new()
        .person_with("ann", json!({ "costCenter": "1", "department": "Sales" }))
        .person("bob")
        .group("admins", ["ann", "bob"]);
    let mut sim = Sim::start(org);
    sim.rest = format!("[sync]\ngroups = [\"admins\"]\n{row}");
    sim.usher("check", &[]).exits(0);
    sim.sync([]).exits(5).prints("company/no-cost-centre");
    let target = sim.target();
    assert_eq!(target.people(), ["ann"]);
    assert_eq!(target.user("ann")["displayName"], "Ann Example (Berlin)");
    assert_eq!(target.group_names(), ["Reports", "admins", "dept Sales"]);
}
