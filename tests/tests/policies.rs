//! Policies of one's own: the worked example, built and run as an organisation would.

use serde_json::json;
use usher_tests::{Org, Sim};

const CONFIG: &str = r#"
[policy.config]
roles = ["developer", "auditor"]
[policy.config.cost_centers]
Data = "4711"
"#;

fn teams() -> Sim {
    let org = Org::new()
        .person_with("ann", json!({ "department": "Data" }))
        .person("bob")
        .person_with("cem", json!({ "userType": "contractor" }))
        .person_with("dan", json!({ "department": "Poetry" }))
        .group("team-data-developer", ["ann", "bob", "cem", "dan"])
        .group("team-data-king", ["ann"])
        .group("choir", ["bob"]);
    let mut sim = Sim::start(org);
    let component = usher_plugin_build::workspace_policy("acme-teams").expect("the policy can be built");
    sim.file("acme.wasm", &component);
    sim.rest = CONFIG.to_owned();
    sim
}

#[test]
fn the_worked_example_decides_groups_people_and_attributes() {
    let sim = teams();
    let outcome = sim.sync(["--plugin", "acme.wasm"]).exits(5);
    let target = sim.target();
    assert_eq!(target.group_names(), ["data developers"]);
    // Cem is a contractor without a manager, and nobody knows what Dan costs.
    assert_eq!(target.people(), ["ann", "bob"]);
    assert_eq!(target.members("data developers"), ["ann", "bob"]);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(target.user("ann")[enterprise]["costCenter"], "4711");
    outcome.prints("team-data-king").prints("unknown-role").prints("dan@example.com").prints("Poetry");
}

#[test]
fn the_policy_of_the_command_line_wins_over_that_of_the_configuration() {
    let mut sim = teams();
    sim.rest = format!("[policy]\ncomponent = \"no-such.wasm\"\n{CONFIG}");
    sim.plan([]).fails_clearly(2);
    sim.plan(["--plugin", "acme.wasm"]).exits(5).prints("data developers");
}
